import assert from 'node:assert/strict'
import * as network from '../../../network/index.ts'
import { MAX_CEREMONY_BYTES } from '../../../network/limits.ts'

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill)
const HASH = bytes(32)
const HEAD: network.CertifiedHead = { header: bytes(10), certificate: bytes(10) }

/** What a limit admits, and what is one past it. */
const LIMITS: readonly (readonly [
  string,
  (past: number) => Uint8Array,
  (bytes: Uint8Array) => { ok: boolean },
])[] = [
  [
    'a transaction',
    (past) => network.encodeTransactionBatch([{ bytes: bytes(network.MAX_TRANSACTION_BYTES + past) }]),
    network.decodeTransactionBatch,
  ],
  [
    'the transactions of a batch',
    (past) =>
      network.encodeTransactionBatch(Array(network.MAX_BATCH_TRANSACTIONS + past).fill({ bytes: bytes(0) })),
    network.decodeTransactionBatch,
  ],
  [
    'ids',
    (past) => network.encodeIds(Array(network.MAX_IDS_PER_REQUEST + past).fill(HASH)),
    network.decodeIds,
  ],
  [
    'a block',
    (past) => network.encodeEnvelope({ message: bytes(1), block: bytes(network.MAX_BLOCK_BYTES + past) }),
    network.decodeEnvelope,
  ],
  [
    'a consensus message',
    (past) => network.encodeEnvelope({ message: bytes(network.MAX_CONSENSUS_MESSAGE_BYTES + past) }),
    network.decodeEnvelope,
  ],
  [
    'a certificate',
    (past) =>
      network.encodeCertifiedBlock({
        block: bytes(1),
        certificate: bytes(network.MAX_CERTIFICATE_BYTES + past),
      }),
    network.decodeCertifiedBlock,
  ],
  [
    'a Merkle branch',
    (past) =>
      network.encodeElectionAnswer({
        head: HEAD,
        record: { record: bytes(1), index: 0, branch: Array(network.MAX_BRANCH_HASHES + past).fill(HASH) },
      }),
    network.decodeElectionAnswer,
  ],
  [
    'a ceremony',
    (past) =>
      network.encodeElectionAnswer({
        head: HEAD,
        record: { record: bytes(1), index: 0, branch: [] },
        ceremony: bytes(MAX_CEREMONY_BYTES + past),
      }),
    network.decodeElectionAnswer,
  ],
  [
    'a header',
    (past) =>
      network.encodeElectionAnswer({ head: { ...HEAD, header: bytes(network.MAX_HEADER_BYTES + past) } }),
    network.decodeElectionAnswer,
  ],
  ['a uuid', (past) => network.encodeUuid('x'.repeat(network.MAX_UUID_BYTES + past)), network.decodeUuid],
]

describe('limits of messages', () => {
  for (const [what, encode, decode] of LIMITS) {
    it(`T32 admit ${what} at the limit and not one past it`, () => {
      assert.equal(decode(encode(0)).ok, true)
      assert.throws(() => encode(1), { name: 'AssertionFailure' })
    })
  }

  it('T32 refuse a list one past its limit that somebody else encoded', () => {
    const { length } = network.encodeIds(Array(network.MAX_IDS_PER_REQUEST).fill(HASH))
    assert.equal(network.decodeIds(bytes(length)).ok, true)
    assert.equal(network.decodeIds(bytes(length + 32)).ok, false)
  })

  it('T32 refuse a batch with one more transaction that somebody else encoded', () => {
    // SSZ: offsets of all, and of each the offsets of its two parts, which point behind them.
    const batchOf = (count: number): Uint8Array => {
      const words = new DataView(new ArrayBuffer(12 * count))
      for (let i = 0; i < count; i++) {
        words.setUint32(4 * i, 4 * count + 8 * i, true)
        words.setUint32(4 * count + 8 * i, 8, true)
        words.setUint32(4 * count + 8 * i + 4, 8, true)
      }
      return new Uint8Array(words.buffer)
    }
    assert.equal(network.decodeTransactionBatch(batchOf(network.MAX_BATCH_TRANSACTIONS)).ok, true)
    assert.equal(network.decodeTransactionBatch(batchOf(network.MAX_BATCH_TRANSACTIONS + 1)).ok, false)
  })

  it('T32 bound the whole batch, not its transactions alone', () => {
    const half = bytes(network.MAX_TRANSACTION_BYTES)
    const whole = network.encodeTransactionBatch([{ bytes: half }, { bytes: half }])
    assert.equal(whole.length <= network.MAX_BATCH_BYTES, true)
    assert.throws(
      () => network.encodeTransactionBatch([{ bytes: half }, { bytes: half }, { bytes: bytes(32 * 1024) }]),
      { name: 'AssertionFailure' },
    )
  })

  it('cut texts that are for people, between characters', () => {
    const long = `${'a'.repeat(network.MAX_DETAIL_BYTES - 1)}é`
    const decoded = network.decodeOutcomes(network.encodeOutcomes([{ code: 'busy', detail: long }]))
    const detail = 'a'.repeat(network.MAX_DETAIL_BYTES - 1)
    assert.deepEqual(decoded, { ok: true, value: [{ code: 'busy', detail }] })
  })
})

describe('decoding messages', () => {
  it('T05 refuses texts that are not UTF-8', () => {
    assert.equal(network.decodeUuid(Uint8Array.of(0xc3)).ok, false)
    assert.equal(network.decodeUuid(Uint8Array.of(0xc0, 0x80)).ok, false)
  })

  it('refuses an empty uuid', () => {
    assert.equal(network.decodeUuid(bytes(0)).ok, false)
  })

  it('refuses numbers above 2^53 - 1, which would not be exact', () => {
    const status = network.encodeStatus({ networkId: HASH, height: Number.MAX_SAFE_INTEGER, blockId: HASH })
    assert.equal(network.decodeStatus(status).ok, true)
    for (const high of [0x20, 0x40, 0xff]) {
      const changed = status.slice()
      changed.set([0, 0, 0, 0, 0, 0, high, 0], 32)
      assert.equal(network.decodeStatus(changed).ok, false, `${high}`)
      changed.fill(0xff, 32, 40)
      assert.equal(network.decodeStatus(changed).ok, false)
    }
  })

  it('refuses a request for no blocks or for too many, and asks for no more than allowed', () => {
    const request = (count: number): Uint8Array => {
      const encoded = network.encodeBlocksRequest({ from: 1, count: 1 })
      new DataView(encoded.buffer, encoded.byteOffset).setBigUint64(8, BigInt(count), true)
      return encoded
    }
    assert.equal(network.decodeBlocksRequest(request(network.MAX_BLOCKS_PER_REQUEST)).ok, true)
    assert.equal(network.decodeBlocksRequest(request(network.MAX_BLOCKS_PER_REQUEST + 1)).ok, false)
    assert.equal(network.decodeBlocksRequest(request(0)).ok, false)
    assert.deepEqual(network.decodeBlocksRequest(network.encodeBlocksRequest({ from: 1, count: 1e9 })), {
      ok: true,
      value: { from: 1, count: network.MAX_BLOCKS_PER_REQUEST },
    })
  })

  it('tells an absent field from an empty one, and refuses two of it', () => {
    const ballotId = bytes(32, 1)
    const without = network.encodeBallotRequest({ uuid: 'x' })
    const withOne = network.encodeBallotRequest({ uuid: 'x', ballotId })
    assert.deepEqual(network.decodeBallotRequest(without), { ok: true, value: { uuid: 'x' } })
    assert.deepEqual(network.decodeBallotRequest(withOne), { ok: true, value: { uuid: 'x', ballotId } })
    const withTwo = Uint8Array.from([...withOne, ...ballotId])
    // Three offsets of 4 bytes, the uuid, then the ballot ids; where the credentials begin moves.
    new DataView(withTwo.buffer).setUint32(8, 12 + 1 + 64, true)
    assert.equal(network.decodeBallotRequest(withTwo).ok, false)
    assert.deepEqual(network.decodeEnvelope(network.encodeEnvelope({ message: bytes(2), block: bytes(0) })), {
      ok: true,
      value: { message: bytes(2), block: bytes(0) },
    })
  })
})
