import { strict as assert } from 'node:assert'
import type { Signed, Statement } from '../../../consensus/index.ts'
import { LastWords } from '../../../node/last-words.ts'

const BLOCK = 'ab'.repeat(32)

function said(
  validator: number,
  height: number,
  round: number,
  kind: 'prepare' | 'commit' = 'prepare',
): Signed {
  const statement: Statement = { kind, height, round, blockId: BLOCK }
  return { statement, validator, signature: new Uint8Array(64) }
}

describe('the last words of validators', () => {
  it('are those of the highest slot, in whatever order they are heard', () => {
    const words = new LastWords(() => {})
    assert.equal(words.of(0), undefined)
    const highest = said(0, 7, 0, 'commit')
    for (const one of [said(0, 6, 9), said(0, 7, 0), highest, said(0, 5, 3), said(1, 9, 9), said(0, 7, 0)])
      words.note(one)
    assert.equal(words.of(0), highest)
    assert.equal(words.of(1)?.statement.height, 9)
    assert.equal(words.of(2), undefined)
  })

  it('T32 are one a validator, however much is heard', () => {
    let heard = 0
    const words = new LastWords(() => heard++)
    for (let height = 1; height <= 1000; height++) words.note(said(0, height, 0))
    assert.equal(heard, 1000)
    assert.equal(words.of(0)?.statement.height, 1000)
  })

  it('come out of certificates, too', () => {
    const words = new LastWords(() => {})
    const signatures = [0, 2].map((validator) => ({
      validator,
      signature: new Uint8Array(64).fill(validator),
    }))
    words.noteCertificate({ height: 4, round: 1, blockId: BLOCK, signatures })
    assert.deepEqual(words.of(2), {
      statement: { kind: 'commit', height: 4, round: 1, blockId: BLOCK },
      ...signatures[1],
    })
    assert.equal(words.of(1), undefined)
  })
})
