import { strict as assert } from 'node:assert'
import type { VerifiedHead } from '../../../client/certified.ts'
import { createHeads } from '../../../client/heads.ts'
import { HEADS_REMEMBERED } from '../../../client/limits.ts'

function aHead(height: number, blockId: string): VerifiedHead {
  const root = new Uint8Array(32)
  const header = {
    networkId: root,
    height,
    time: 0,
    parent: root,
    transactionsRoot: root,
    stateRoot: root,
    validatorsRoot: root,
    nextValidatorsRoot: root,
  }
  return { header, blockId }
}

describe('the heads that a client has seen', () => {
  it('are a fork when two at one height differ, and none when they are the same', () => {
    const heads = createHeads()
    assert.equal(heads.note(aHead(5, 'aa'), 'a'), undefined)
    assert.equal(heads.note(aHead(5, 'aa'), 'b'), undefined)
    assert.equal(heads.note(aHead(6, 'bb'), 'b'), undefined)
    const fork = heads.note(aHead(5, 'cc'), 'c')
    assert.equal(fork?.code, 'fork')
    assert.match(fork?.detail ?? '', /height 5: aa \(from a\) and cc \(from c\)/)
  })

  it('are remembered up to a limit, the lowest forgotten first', () => {
    const heads = createHeads()
    for (let height = 1; height <= HEADS_REMEMBERED; height++) heads.note(aHead(height, 'aa'), 'a')
    assert.equal(heads.note(aHead(1, 'bb'), 'b')?.code, 'fork', 'at the limit all are there')
    heads.note(aHead(HEADS_REMEMBERED + 1, 'aa'), 'a')
    assert.equal(heads.note(aHead(1, 'bb'), 'b'), undefined)
    assert.equal(heads.note(aHead(3, 'bb'), 'b')?.code, 'fork')
  })
})
