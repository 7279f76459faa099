import assert from 'node:assert/strict'
import { toHex } from '../../../base/index.ts'
import {
  decodeMessage,
  decodeStatement,
  encodeMessage,
  encodeStatement,
  MAX_HEIGHT,
  MAX_MESSAGE_BYTES,
  MAX_ROUND,
  MAX_VALIDATORS,
  type Message,
  type Signed,
  type Statement,
  type StatementKind,
  type StatementOf,
  statementBytes,
} from '../../../consensus/index.ts'
import { aHeight, block, NETWORK, signed } from '../../support/consensus/builders.ts'

describe('what gets signed', () => {
  const statements: readonly Statement[] = [
    { kind: 'proposal', height: 1, round: 1, blockId: block(1) },
    { kind: 'prepare', height: 1, round: 1, blockId: block(1) },
    { kind: 'commit', height: 1, round: 1, blockId: block(1) },
    { kind: 'commit', height: 2, round: 1, blockId: block(1) },
    { kind: 'commit', height: 1, round: 2, blockId: block(1) },
    { kind: 'commit', height: 1, round: 1, blockId: block(2) },
    { kind: 'commit', height: 1, round: 1, blockId: block(0) },
    { kind: 'roundChange', height: 1, round: 1 },
    { kind: 'roundChange', height: 1, round: 1, prepared: { round: 0, blockId: block(0) } },
    { kind: 'roundChange', height: 1, round: 1, prepared: { round: 0, blockId: block(1) } },
    { kind: 'roundChange', height: 1, round: 2, prepared: { round: 1, blockId: block(1) } },
    { kind: 'roundChange', height: 1, round: 2, prepared: { round: 0, blockId: block(1) } },
  ]

  it('T15 differs for every two statements and networks', () => {
    const networks = [NETWORK, new Uint8Array(32)]
    const all = networks.flatMap((network) => statements.map((one) => toHex(statementBytes(network, one))))
    assert.equal(new Set(all).size, 2 * statements.length)
  })

  it('is never the wire form', () => {
    for (const statement of statements) {
      assert.notEqual(toHex(statementBytes(NETWORK, statement)), toHex(encodeStatement(statement)))
    }
  })
})

describe('decoding', () => {
  const h = aHeight()
  const prepare = encodeStatement({ kind: 'prepare', height: 1, round: 1, blockId: block(1) })
  const unprepared = encodeStatement({ kind: 'roundChange', height: 1, round: 1 })
  const withByte = (original: Uint8Array, at: number, value: number): Uint8Array => {
    const copy = original.slice()
    copy[at] = value
    return copy
  }
  const isRefused = (wire: Uint8Array): boolean => {
    const result = decodeStatement(wire)
    return !result.ok && result.error.code === 'malformed'
  }
  const [KIND, ROUND, BLOCK, IS_PREPARED, PREPARED_ROUND] = [0, 9, 13, 45, 46]

  it('T05 refuses kinds that do not exist', () => {
    for (const kind of [0, 5, 255]) assert.equal(isRefused(withByte(prepare, KIND, kind)), true)
  })

  it('T05 refuses a prepared block where a kind has none, so that a statement has one encoding', () => {
    assert.equal(isRefused(withByte(prepare, IS_PREPARED, 1)), true)
    assert.equal(isRefused(withByte(prepare, PREPARED_ROUND, 1)), true)
    assert.equal(isRefused(withByte(unprepared, BLOCK, 1)), true)
    assert.equal(isRefused(withByte(unprepared, PREPARED_ROUND, 1)), true)
    assert.equal(isRefused(withByte(prepare, IS_PREPARED, 2)), true)
  })

  it('refuses a round change to round 0, or from a prepared round that is not below', () => {
    assert.equal(isRefused(withByte(unprepared, ROUND, 0)), true)
    const prepared = encodeStatement({
      kind: 'roundChange',
      height: 1,
      round: 2,
      prepared: { round: 1, blockId: block(1) },
    })
    assert.equal(isRefused(prepared), false)
    assert.equal(isRefused(withByte(prepared, PREPARED_ROUND, 2)), true)
  })

  it('takes heights up to 2^53 - 1 and rounds up to 2^32 - 1, and nothing above', () => {
    const largest: Statement = { kind: 'commit', height: MAX_HEIGHT, round: MAX_ROUND, blockId: block(1) }
    assert.deepEqual(decodeStatement(encodeStatement(largest)), { ok: true, value: largest })
    assert.equal(isRefused(withByte(encodeStatement(largest), 7, 0x20)), true)
    assert.equal(isRefused(withByte(encodeStatement(largest), 8, 0xff)), true)
    assert.throws(() => encodeStatement({ ...largest, height: MAX_HEIGHT + 1 }), /well-formed/)
    assert.throws(() => encodeStatement({ ...largest, round: MAX_ROUND + 1 }), /well-formed/)
  })

  it('T32 takes as many nested votes as there can be validators, and not one more', () => {
    const of = (n: number): Message => {
      const roundChanges = Array.from({ length: n }, (_, i) => h.roundChange(i, 2))
      const prepares = Array.from({ length: n }, (_, i) => h.prepare(i, 1, block(1)))
      return h.propose(2, block(1), { roundChanges, prepares })
    }
    const largest = encodeMessage(of(MAX_VALIDATORS))
    assert.equal(largest.length, MAX_MESSAGE_BYTES)
    assert.deepEqual(decodeMessage(largest), { ok: true, value: of(MAX_VALIDATORS) })
    const beyond = spliced(encodeMessage(of(1)), MAX_VALIDATORS + 1)
    assert.equal(decodeMessage(beyond).ok, false)
    assert.equal(decodeMessage(spliced(encodeMessage(of(1)), MAX_VALIDATORS)).ok, true)
  })

  it('T05 refuses a message whose parts do not belong to its kind', () => {
    const prepareMessage: Message = { kind: 'prepare', signed: h.prepare(0, 1, block(1)) }
    const proposal = h.propose(2, block(1), { roundChanges: [h.roundChange(0, 2)], prepares: [] })
    const SIGNED = 116
    const kinds: readonly (readonly [StatementKind, boolean])[] = [
      ['proposal', true],
      ['prepare', false],
      ['commit', false],
    ]
    for (const [kind, isGood] of kinds) {
      const wire = encodeMessage(proposal)
      wire[0] = ['proposal', 'prepare', 'commit'].indexOf(kind) + 1
      assert.equal(decodeMessage(wire).ok, isGood, kind)
    }
    const nestedPrepare = encodeMessage(proposal)
    nestedPrepare[SIGNED + 8] = 2
    assert.equal(decodeMessage(nestedPrepare).ok, false)
    const roundChange = encodeMessage({
      kind: 'roundChange',
      signed: h.roundChange(0, 2, { round: 1, blockId: block(1) }),
      prepares: [h.prepare(0, 1, block(1))],
    })
    assert.equal(decodeMessage(roundChange).ok, true)
    const nestedCommit = roundChange.slice()
    nestedCommit[SIGNED + 8] = 3
    assert.equal(decodeMessage(nestedCommit).ok, false)
    assert.equal(decodeMessage(encodeMessage(prepareMessage)).ok, true)
  })

  it('T05 refuses trailing and missing bytes', () => {
    const wire = encodeMessage({ kind: 'commit', signed: commitOf(1) })
    assert.equal(decodeMessage(new Uint8Array([...wire, 0])).ok, false)
    for (let length = 0; length < wire.length; length++) {
      assert.equal(decodeMessage(wire.subarray(0, length)).ok, false)
    }
  })

  it('refuses an author that no set can have', () => {
    const wire = encodeMessage({ kind: 'commit', signed: commitOf(MAX_VALIDATORS - 1) })
    assert.equal(decodeMessage(wire).ok, true)
    const beyond = encodeMessage({ kind: 'commit', signed: commitOf(MAX_VALIDATORS) })
    assert.equal(decodeMessage(beyond).ok, false)
  })
})

function commitOf(validator: number): Signed<'commit'> {
  const statement: StatementOf<'commit'> = { kind: 'commit', height: 1, round: 1, blockId: block(1) }
  return signed<'commit'>(statement, validator)
}

/** A message with one vote in each list, rewritten to hold that one `count` times among the round changes. */
function spliced(wire: Uint8Array, count: number): Uint8Array {
  const SIGNED = 116
  const head = wire.slice(0, SIGNED + 8)
  const roundChange = wire.slice(SIGNED + 8, 2 * SIGNED + 8)
  new DataView(head.buffer).setUint32(SIGNED + 4, SIGNED + 8 + count * SIGNED, true)
  const list = Array.from({ length: count }, () => [...roundChange]).flat()
  return new Uint8Array([...head, ...list, ...wire.slice(2 * SIGNED + 8)])
}
