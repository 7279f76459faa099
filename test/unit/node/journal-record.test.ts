import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { type AuthenticMessage, encodeMessage, type Input } from '../../../consensus/index.ts'
import { decodeRecord, encodeRecord } from '../../../node/journal-record.ts'

const ID = 'ab'.repeat(32)
const message = {
  kind: 'prepare',
  signed: {
    statement: { kind: 'prepare', height: 5, round: 2, blockId: ID },
    validator: 3,
    signature: new Uint8Array(64).fill(7),
  },
} as unknown as AuthenticMessage

const INPUTS: readonly Input[] = [
  { type: 'work' },
  { type: 'timeout', round: 7 },
  { type: 'blockBuilt', round: 2, blockId: ID },
  { type: 'blockChecked', blockId: ID, isValid: true },
  { type: 'blockChecked', blockId: ID, isValid: false },
  { type: 'message', message },
]

describe('a record of the journal', () => {
  for (const input of INPUTS) {
    it(`gives back the input ${input.type}, with and without a block`, () => {
      const block = Uint8Array.of(1, 2, 3)
      assert.deepEqual(decodeRecord(encodeRecord({ input })), { ok: true, value: { input } })
      assert.deepEqual(decodeRecord(encodeRecord({ input, block })), { ok: true, value: { input, block } })
    })
  }

  it('is refused, never thrown at, when its bytes are anything else', () => {
    const records = INPUTS.map((input) => encodeRecord({ input }))
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, flip) => {
        const bytes = records[which % records.length]!.slice()
        bytes[at % bytes.length]! ^= flip
        const decoded = decodeRecord(bytes)
        if (decoded.ok) assert.deepEqual(encodeRecord(decoded.value), bytes)
      }),
      { numRuns: 300 },
    )
    assert.equal(decodeRecord(new Uint8Array(0)).ok, false)
    assert.equal(decodeRecord(encodeMessage(message)).ok, false)
  })
})
