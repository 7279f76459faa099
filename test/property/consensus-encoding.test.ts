import assert from 'node:assert/strict'
import fc from 'fast-check'
import { toHex } from '../../base/index.ts'
import {
  decodeCertificate,
  decodeEvidence,
  decodeMessage,
  decodeSigned,
  decodeStatement,
  encodeCertificate,
  encodeEvidence,
  encodeMessage,
  encodeSigned,
  encodeStatement,
  MAX_HEIGHT,
  MAX_ROUND,
  MAX_VALIDATORS,
  type Message,
  type Signed,
  type StatementKind,
  type StatementOf,
  statementBytes,
} from '../../consensus/index.ts'
import { NETWORK } from '../support/consensus/builders.ts'

/** Plain objects only, as decoders give them. */
function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>
}

const blockId = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex)
const height = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: MAX_HEIGHT }))
const round = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: MAX_ROUND }))

function vote<K extends 'proposal' | 'prepare' | 'commit'>(kind: K): fc.Arbitrary<Signed<K>> {
  return signedOf<K>(record({ kind: fc.constant(kind), height, round, blockId }) as never)
}
const roundChange = signedOf<'roundChange'>(
  fc
    .tuple(height, fc.integer({ min: 1, max: MAX_ROUND }), fc.option(fc.tuple(fc.nat(), blockId)))
    .map(([at, to, prepared]) => ({
      kind: 'roundChange',
      height: at,
      round: to,
      ...(prepared && { prepared: { round: prepared[0] % to, blockId: prepared[1] } }),
    })),
)

function signedOf<K extends StatementKind>(statement: fc.Arbitrary<StatementOf<K>>): fc.Arbitrary<Signed<K>> {
  return record({
    statement,
    validator: fc.integer({ min: 0, max: MAX_VALIDATORS - 1 }),
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  })
}

const message: fc.Arbitrary<Message> = fc.oneof(
  record({
    kind: fc.constant('proposal' as const),
    signed: vote('proposal'),
    roundChanges: fc.array(roundChange, { maxLength: 4 }),
    prepares: fc.array(vote('prepare'), { maxLength: 4 }),
  }),
  record({ kind: fc.constant('prepare' as const), signed: vote('prepare') }),
  record({ kind: fc.constant('commit' as const), signed: vote('commit') }),
  record({
    kind: fc.constant('roundChange' as const),
    signed: roundChange,
    prepares: fc.array(vote('prepare'), { maxLength: 4 }),
  }),
)

const certificate = record({
  height,
  round,
  blockId,
  signatures: fc.array(
    record({
      validator: fc.integer({ min: 0, max: 65535 }),
      signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    }),
    { maxLength: 6 },
  ),
})

/** A change of bytes: flip, insert, remove, cut or replace. */
const change = record({
  how: fc.constantFrom('flip', 'insert', 'remove', 'cut', 'set'),
  at: fc.nat(),
  value: fc.integer({ min: 0, max: 255 }),
})

function changed(
  bytes: Uint8Array,
  changes: readonly (typeof change extends fc.Arbitrary<infer C> ? C : never)[],
): Uint8Array {
  let result = [...bytes]
  for (const { how, at, value } of changes) {
    const place = result.length === 0 ? 0 : at % result.length
    if (how === 'flip') result[place] = (result[place] ?? 0) ^ (1 << (value % 8))
    if (how === 'set') result[place] = value
    if (how === 'insert') result.splice(place, 0, value)
    if (how === 'remove') result.splice(place, 1)
    if (how === 'cut') result = result.slice(0, place)
  }
  return new Uint8Array(result)
}

describe('encodings', () => {
  it('every message comes back from its bytes', () => {
    fc.assert(
      fc.property(message, (one) => {
        assert.deepEqual(decodeMessage(encodeMessage(one)), { ok: true, value: one })
        assert.deepEqual(decodeSigned(encodeSigned(one.signed)), { ok: true, value: one.signed })
      }),
    )
  })

  it('every statement comes back from its bytes, and different ones are signed under different bytes', () => {
    const statement = fc.oneof(vote('proposal'), vote('prepare'), vote('commit'), roundChange)
    fc.assert(
      fc.property(statement, statement, ({ statement: a }, { statement: b }) => {
        assert.deepEqual(decodeStatement(encodeStatement(a)), { ok: true, value: a })
        const isSame = toHex(encodeStatement(a)) === toHex(encodeStatement(b))
        assert.equal(toHex(statementBytes(NETWORK, a)) === toHex(statementBytes(NETWORK, b)), isSame)
      }),
    )
  })

  it('every certificate and all evidence come back from their bytes', () => {
    fc.assert(
      fc.property(certificate, vote('commit'), roundChange, (one, first, second) => {
        assert.deepEqual(decodeCertificate(encodeCertificate(one)), { ok: true, value: one })
        const evidence = { first, second }
        assert.deepEqual(decodeEvidence(encodeEvidence(evidence)), { ok: true, value: evidence })
      }),
    )
  })

  it('T05 T32 changed bytes are refused without an exception, or are the only encoding of what they say', () => {
    const changes = fc.array(change, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(message, certificate, changes, (one, other, how) => {
        const wire = changed(encodeMessage(one), how)
        const decoded = decodeMessage(wire)
        if (decoded.ok) assert.equal(toHex(encodeMessage(decoded.value)), toHex(wire))
        const single = changed(encodeSigned(one.signed), how)
        const said = decodeSigned(single)
        if (said.ok) assert.equal(toHex(encodeSigned(said.value)), toHex(single))
        const evidence = changed(encodeEvidence({ first: one.signed, second: one.signed }), how)
        const convicting = decodeEvidence(evidence)
        if (convicting.ok) assert.equal(toHex(encodeEvidence(convicting.value)), toHex(evidence))
        const certified = changed(encodeCertificate(other), how)
        const back = decodeCertificate(certified)
        if (back.ok) assert.equal(toHex(encodeCertificate(back.value)), toHex(certified))
      }),
      { numRuns: 500 },
    )
  })

  it('T32 arbitrary bytes are refused without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (wire) => {
        for (const decode of [
          decodeMessage,
          decodeSigned,
          decodeStatement,
          decodeCertificate,
          decodeEvidence,
        ]) {
          const result = decode(wire)
          assert.ok(result.ok || result.error.code === 'malformed')
        }
      }),
      { numRuns: 500 },
    )
  })
})
