import { strict as assert } from 'node:assert'
import { concat, toHex, unwrap, utf8 } from '../../../base/index.ts'
import { sha256, verifySignature } from '../../../crypto/index.ts'
import { ballotId } from '../../../election/index.ts'
import {
  decodeTransaction,
  encodeTransaction,
  splitRoll,
  type Transaction,
  transactionId,
} from '../../../ledger/index.ts'
import { CHUNK_ENTRIES, MAX_TRANSACTION_BYTES } from '../../../ledger/limits.ts'
import { signTransaction } from '../../../ledger/sign.ts'
import { signingBytes } from '../../../ledger/transaction-ssz.ts'
import { aCeremonyRun, anAttempt, complaintBy } from '../../support/ceremony-builders.ts'
import { evidenceAgainst } from '../../support/evidence-builders.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  keyOf,
  privateKeyOf,
  thresholdTrustees,
} from '../../support/ledger-builders.ts'

/** One transaction of each kind, as a node would see them. */
function oneOfEach(): readonly Transaction[] {
  const chain = aChain()
  const uuid = anOpenElection(chain)
  const ballot = cast(aBallot(beleniosOf(chain, uuid), 0))
  extend(chain, [ballot])
  closeElection(chain, uuid)
  const draft = aDraft({ administratorName: 'Ada', credentialAuthorityName: 'Zoë ☂' })
  const { draft: first, keys, chunks, signatures } = aPreparation(chain.networkId, draft, aRoll(3))
  const ceremony = aDraft(thresholdTrustees(2, 1))
  const at = anAttempt(chain.networkId, ceremony)
  const { certificates, commitments, dealings, keys: shares } = aCeremonyRun(chain.networkId, ceremony)
  return [
    first,
    keys.find(({ kind }) => kind === 'trusteeKey')!,
    chunks[0]!,
    signatures[0]!,
    ballot,
    aDecryption(chain, uuid, 'validator 1'),
    ...[certificates[0]!, commitments[0]!, dealings[0]!, shares[0]!],
    complaintBy(at, 'trustee 1', dealings[1]!, 'trustee 2'),
    evidenceAgainst(chain.networkId, 'validator 1'),
  ]
}

describe('a transaction', () => {
  const all = oneOfEach()
  const networkId = sha256('network')

  it('of every kind is read back as it was written', () => {
    assert.deepEqual(
      all.map(({ kind }) => kind),
      [
        ...['draft', 'trusteeKey', 'rollChunk', 'rollSignature', 'ballot', 'partialDecryption'],
        ...[
          'ceremonyCertificate',
          'ceremonyCommitment',
          'ceremonyDealing',
          'ceremonyKey',
          'ceremonyComplaint',
          'evidence',
        ],
      ],
    )
    for (const transaction of all)
      assert.deepEqual(unwrap(decodeTransaction(encodeTransaction(transaction))), transaction)
  })

  it('has one encoding only: shorter and longer bytes are refused', () => {
    for (const transaction of all) {
      const bytes = encodeTransaction(transaction)
      for (const other of [bytes.slice(0, -1), concat(bytes, Uint8Array.of(0)), bytes.slice(1)]) {
        const decoded = decodeTransaction(other)
        if (decoded.ok) assert.notDeepEqual(decoded.value, transaction)
        else assert.equal(decoded.error.code, 'malformed')
      }
    }
  })

  it('is refused where the kind is unknown, the bytes are too many or a text is not UTF-8', () => {
    for (const first of [0, 13, 255])
      assert.equal(decodeTransaction(Uint8Array.of(first, ...new Uint8Array(100))).ok, false)
    assert.equal(decodeTransaction(new Uint8Array()).ok, false)
    const long = decodeTransaction(new Uint8Array(MAX_TRANSACTION_BYTES + 1).fill(5))
    assert.ok(!long.ok && /at most/.test(long.error.detail))
    const bytes = encodeTransaction(all[3]!)
    const uuid = utf8(aDraft().uuid)
    const at = bytes.length - uuid.length
    assert.deepEqual(bytes.slice(at), uuid)
    const decoded = decodeTransaction(bytes.with(at, 0xff))
    assert.ok(!decoded.ok && /UTF-8/.test(decoded.error.detail))
  })

  it('has an id: of a ballot its Belenios id, of the others the tagged hash of its bytes', () => {
    const ballot = all[4]!
    assert.ok(ballot.kind === 'ballot')
    assert.equal(toHex(transactionId(ballot)), toHex(ballotId(ballot.ballot)))
    for (const transaction of all.filter(({ kind }) => kind !== 'ballot'))
      assert.equal(
        toHex(transactionId(transaction)),
        toHex(sha256(concat(utf8('psephos/transaction-id/1'), encodeTransaction(transaction)))),
      )
  })

  it('is signed under domain tag, network id, kind and body', () => {
    for (const transaction of all) {
      if (!('signature' in transaction)) continue
      const bytes = signingBytes(networkId, transaction)
      const body = encodeTransaction(transaction).slice(65)
      const kind = encodeTransaction(transaction).slice(0, 1)
      assert.equal(toHex(bytes), toHex(concat(utf8('psephos/transaction/1'), networkId, kind, body)))
    }
  })

  it('is signed only with the key of its author', () => {
    const draft = all[0]!
    assert.ok(draft.kind === 'draft')
    const again = signTransaction(networkId, draft, privateKeyOf('administrator 1'))
    assert.ok(again.kind === 'draft')
    assert.ok(verifySignature(signingBytes(networkId, draft), again.signature, keyOf('administrator 1')))
    assert.throws(() => signTransaction(networkId, draft, privateKeyOf('registrar 1')), /author/)
  })
})

describe('a roll that is split', () => {
  it('has full chunks, the last one what is left, in the order of the Belenios list', () => {
    const entries = Array.from({ length: CHUNK_ENTRIES + 1 }, (_, i) => ({
      credential: sha256(`credential ${i}`),
      weight: 1n,
    }))
    const chunks = splitRoll(aDraft().uuid, keyOf('registrar 1'), entries, false)
    assert.deepEqual(
      chunks.map((chunk) => chunk.kind === 'rollChunk' && [chunk.index, chunk.count, chunk.entries.length]),
      [
        [0, 2, CHUNK_ENTRIES],
        [1, 2, 1],
      ],
    )
    const reversed = splitRoll(aDraft().uuid, keyOf('registrar 1'), entries.toReversed(), false)
    assert.deepEqual(reversed, chunks)
  })
})
