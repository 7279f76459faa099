import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Result } from '../../base/index.ts'
import * as network from '../../network/index.ts'

const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })
const hash: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 32, maxLength: 32 })
const branch = fc.array(hash, { maxLength: 5 })
/** Records like literals: with the usual prototype. */
function plain<T, K extends keyof T = keyof T>(
  model: { [P in keyof T]: fc.Arbitrary<T[P]> },
  optional?: { readonly requiredKeys: K[] },
): fc.Arbitrary<Pick<T, K> & Partial<Omit<T, K>>> {
  return fc.record(model, { noNullPrototype: true, ...optional }) as never
}
const number = fc.maxSafeNat()
const word = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength })
const sentence = fc.string({ unit: 'grapheme', maxLength: 40 })
const head = plain({ header: bytes(100), certificate: bytes(100) })
const record = plain({ record: bytes(100), index: number, branch })
const optional: { requiredKeys: ['head'] } = { requiredKeys: ['head'] }

/** A kind of message as the properties see it. */
interface Kind<T> {
  readonly encode: (value: T) => Uint8Array
  readonly decode: (bytes: Uint8Array) => Result<T, { readonly code: 'malformed' }>
  readonly values: fc.Arbitrary<T>
}
const kind = <T>(
  encode: Kind<T>['encode'],
  decode: Kind<T>['decode'],
  values: fc.Arbitrary<NoInfer<T>>,
): Kind<unknown> => ({ encode, decode, values }) as Kind<unknown>

const KINDS: Readonly<Record<string, Kind<unknown>>> = {
  'a batch of transactions': kind(
    network.encodeTransactionBatch,
    network.decodeTransactionBatch,
    fc.array(
      fc.oneof(
        plain({ bytes: bytes(60) }),
        plain({ bytes: bytes(60), accelerator: fc.uint8Array({ minLength: 1, maxLength: 60 }) }),
      ),
      { maxLength: 6 },
    ),
  ),
  'a consensus envelope': kind(
    network.encodeEnvelope,
    network.decodeEnvelope,
    plain(
      { message: bytes(60), block: bytes(60), repeat: fc.integer({ min: 1 }) },
      { requiredKeys: ['message'] },
    ),
  ),
  'a certified block': kind(
    network.encodeCertifiedBlock,
    network.decodeCertifiedBlock,
    plain({ block: bytes(60), certificate: bytes(60) }),
  ),
  'a status': kind(
    network.encodeStatus,
    network.decodeStatus,
    plain({ networkId: hash, height: number, blockId: hash }),
  ),
  'a request for a statement': kind(
    network.encodeStatementRequest,
    network.decodeStatementRequest,
    plain({ validator: number }),
  ),
  'a request for blocks': kind(
    network.encodeBlocksRequest,
    network.decodeBlocksRequest,
    plain({ from: number, count: fc.integer({ min: 1, max: network.MAX_BLOCKS_PER_REQUEST }) }),
  ),
  'a list of ids': kind(network.encodeIds, network.decodeIds, fc.array(hash, { maxLength: 6 })),
  'a list of outcomes': kind(
    network.encodeOutcomes,
    network.decodeOutcomes,
    fc.array(plain({ code: word(20), detail: sentence }), { maxLength: 5 }),
  ),
  'a summary': kind(
    network.encodeSummary,
    network.decodeSummary,
    plain({ uuid: word(20), name: sentence, phase: word(20) }),
  ),
  'a uuid': kind(network.encodeUuid, network.decodeUuid, word(64)),
  'an answer about an election': kind(
    network.encodeElectionAnswer,
    network.decodeElectionAnswer,
    plain({ head, record, ceremony: bytes(100) }, optional),
  ),
  'a question about a ballot': kind(
    network.encodeBallotRequest,
    network.decodeBallotRequest,
    plain({ uuid: word(20), ballotId: hash, credential: hash }, { requiredKeys: ['uuid'] }),
  ),
  'an answer about a ballot': kind(
    network.encodeBallotAnswer,
    network.decodeBallotAnswer,
    plain(
      {
        head,
        record,
        onBoard: plain({ ballotId: hash, position: number, branch }),
        counting: plain({
          credential: hash,
          weight: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
          place: number,
          rollBranch: branch,
          ballotId: hash,
          countingBranch: branch,
        }),
      },
      optional,
    ),
  ),
}

/** Any way of damaging bytes: flip, cut, append, or something else altogether. */
const damage: fc.Arbitrary<(input: Uint8Array) => Uint8Array> = fc.oneof(
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => (input: Uint8Array) => {
    const copy = input.slice()
    if (copy.length > 0) copy[at % copy.length]! ^= mask
    return copy
  }),
  fc.nat().map((at) => (input: Uint8Array) => input.slice(0, at % (input.length + 1))),
  bytes(8).map((more) => (input: Uint8Array) => Uint8Array.from([...input, ...more])),
  bytes(200).map((other) => () => other),
)

describe('messages of the network', () => {
  for (const [name, { encode, decode, values }] of Object.entries(KINDS)) {
    it(`gives ${name} back as it was`, () => {
      fc.assert(
        fc.property(values, (value) => {
          assert.deepEqual(decode(encode(value)), { ok: true, value })
        }),
        { numRuns: 60 },
      )
    })

    it(`T32 never throws on the bytes of ${name}, and takes no second encoding`, () => {
      fc.assert(
        fc.property(values, damage, (value, change) => {
          const changed = change(encode(value))
          const decoded = decode(changed)
          if (decoded.ok) assert.deepEqual(encode(decoded.value), changed)
          else assert.equal(decoded.error.code, 'malformed')
        }),
        { numRuns: 200 },
      )
    })
  }
})
