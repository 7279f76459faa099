import { strict as assert } from 'node:assert'
import type { AuthenticMessage } from '../../../consensus/index.ts'
import type { WholeBlock } from '../../../ledger/index.ts'
import { Inbox } from '../../../node/inbox.ts'
import {
  MAX_HEIGHTS_AHEAD,
  MAX_INBOX_BYTES_PER_VALIDATOR,
  MAX_INBOX_PER_VALIDATOR,
} from '../../../node/limits.ts'

function aMessage(validator: number, height: number, round = 0): AuthenticMessage {
  const statement = { kind: 'commit', height, round, blockId: 'ab'.repeat(32) }
  const signed = { statement, validator, signature: new Uint8Array(64) }
  return { kind: 'commit', signed } as unknown as AuthenticMessage
}

/** A block of which only the size matters. */
function aBlock(bytes: number): WholeBlock {
  const root = new Uint8Array(32)
  const header = {
    networkId: root,
    height: 6,
    time: 1,
    parent: root,
    transactionsRoot: root,
    stateRoot: root,
    validatorsRoot: root,
    nextValidatorsRoot: root,
  }
  return { id: '', header, transactions: [], bytes: new Uint8Array(bytes) }
}

describe('the inbox of later heights', () => {
  it('gives the messages of a height once, and forgets those of earlier heights', () => {
    const inbox = new Inbox()
    for (const height of [5, 6, 7]) inbox.put(aMessage(0, height), undefined, 5)
    assert.deepEqual(
      inbox.take(6).map(({ message }) => message.signed.statement.height),
      [6],
    )
    assert.deepEqual(inbox.take(6), [])
    assert.deepEqual(inbox.take(5), [])
    assert.equal(inbox.take(7).length, 1)
  })

  it('keeps heights up to its limit and none beyond', () => {
    const inbox = new Inbox()
    inbox.put(aMessage(0, 5 + MAX_HEIGHTS_AHEAD), undefined, 5)
    inbox.put(aMessage(0, 6 + MAX_HEIGHTS_AHEAD), undefined, 5)
    assert.equal(inbox.take(5 + MAX_HEIGHTS_AHEAD).length, 1)
    assert.equal(inbox.take(6 + MAX_HEIGHTS_AHEAD).length, 0)
  })

  it('gives no validator more room than its own', () => {
    const inbox = new Inbox()
    for (let round = 0; round <= MAX_INBOX_PER_VALIDATOR; round++) {
      inbox.put(aMessage(0, 6, round), undefined, 5)
    }
    inbox.put(aMessage(1, 6), undefined, 5)
    const kept = inbox.take(6)
    assert.equal(kept.filter(({ message }) => message.signed.validator === 0).length, MAX_INBOX_PER_VALIDATOR)
    assert.equal(kept.filter(({ message }) => message.signed.validator === 1).length, 1)
  })

  it('keeps blocks up to a number of bytes a validator', () => {
    const inbox = new Inbox()
    const half = aBlock(MAX_INBOX_BYTES_PER_VALIDATOR / 2)
    inbox.put(aMessage(0, 6, 0), half, 5)
    inbox.put(aMessage(0, 6, 1), half, 5)
    inbox.put(aMessage(0, 6, 2), aBlock(1), 5)
    assert.equal(inbox.take(6).length, 2)
  })
})
