/**
 * Evidence, searched: whatever two statements agreement can hand out, the ledger convicts by them exactly where agreement does;
 * and evidence that was tampered with convicts nobody.
 */
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { toHex } from '../../base/index.ts'
import {
  type Evidence,
  MAX_HEIGHT,
  MAX_ROUND,
  type Signed,
  type Statement,
  statementBytes,
  type ValidatorSet,
  verifyEvidence,
} from '../../consensus/index.ts'
import { sha256, sign } from '../../crypto/index.ts'
import { signedStatements } from '../../ledger/evidence-ssz.ts'
import {
  buildBlock,
  checkTransaction,
  convictions,
  decodeTransaction,
  encodeTransaction,
  STATEMENT_CONTENT_BYTES,
  type Transaction,
  verifyTransaction,
} from '../../ledger/index.ts'
import { evidenceTransaction } from '../../node/evidence.ts'
import { evidenceAgainst } from '../support/evidence-builders.ts'
import { aChain, inputsOf, keyOf, privateKeyOf } from '../support/ledger-builders.ts'

const NAMES = ['validator 1', 'validator 2'] as const
const VALIDATORS: ValidatorSet = { keys: NAMES.map(keyOf) }

const BLOCK_ID = fc.constantFrom('00', '01', 'ff').map((byte) => byte.repeat(32))
/** From round 2 on, so that every statement fits every slot. */
const SLOT = {
  height: fc.constantFrom(0, 1, 2, MAX_HEIGHT),
  round: fc.constantFrom(2, 3, MAX_ROUND),
}
const STATEMENT: fc.Arbitrary<Statement> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('proposal' as const, 'prepare' as const, 'commit' as const),
    ...SLOT,
    blockId: BLOCK_ID,
  }),
  fc.record(
    {
      kind: fc.constant('roundChange' as const),
      ...SLOT,
      prepared: fc.record({ round: fc.constantFrom(0, 1), blockId: BLOCK_ID }),
    },
    { requiredKeys: ['kind', 'height', 'round'] },
  ),
)

describe('evidence from agreement', () => {
  const { state, networkId } = aChain()
  const signedBy = (statement: Statement, validator: number, signer: number): Signed => ({
    statement,
    validator,
    signature: sign(statementBytes(networkId, statement), privateKeyOf(NAMES[signer]!)),
  })

  it('T30 convicts on the chain exactly where it convicts in agreement', () => {
    let convicted = 0
    const author = fc.nat(9).map((chance) => (chance === 0 ? 1 : 0))
    const pair = fc.oneof(
      fc.tuple(STATEMENT, STATEMENT),
      fc
        .tuple(STATEMENT, STATEMENT)
        .map(([a, b]) => [a, { ...b, height: a.height, round: a.round }] as const),
    )
    fc.assert(
      fc.property(pair, author, author, ([one, other], signer, another) => {
        const evidence: Evidence = { first: signedBy(one, 0, signer), second: signedBy(other, 0, another) }
        const inAgreement = verifyEvidence(evidence, VALIDATORS, networkId)
        const onChain = convicts(evidence)
        assert.equal(onChain, inAgreement.ok)
        if (onChain) convicted++
      }),
      { numRuns: 300 },
    )
    assert.ok(convicted > 20, `${convicted} convicted`)
  })

  /** Whether the next block would take it. */
  function convicts(evidence: Evidence): boolean {
    const [one, other] = [evidence.first, evidence.second].map(({ statement }) =>
      toHex(statementBytes(networkId, statement).slice(-STATEMENT_CONTENT_BYTES)),
    )
    // These have no encoding; the unit tests show how they are refused.
    if (one === other) return false
    const transaction = evidenceTransaction(evidence, VALIDATORS, networkId)
    const decoded = decodeTransaction(encodeTransaction(transaction))
    assert.ok(decoded.ok)
    assert.deepEqual(decoded.value, transaction)
    const { execution } = buildBlock(state, [transaction], state.head.time + 1, inputsOf(aChain(), []))
    return convictions(execution.state).length === 1
  }

  it('T30 keeps the very bytes that were signed', () => {
    fc.assert(
      fc.property(STATEMENT, BLOCK_ID, (one, blockId) => {
        fc.pre(one.kind !== 'roundChange' && one.blockId !== blockId)
        const other = { ...one, blockId } as Statement
        const evidence = { first: signedBy(one, 1, 1), second: signedBy(other, 1, 1) }
        const transaction = evidenceTransaction(evidence, VALIDATORS, networkId)
        assert.deepEqual(
          signedStatements(networkId, transaction).map(toHex),
          [one, other].map((statement) => toHex(statementBytes(networkId, statement))).toSorted(),
        )
        const reversed = { first: evidence.second, second: evidence.first }
        assert.deepEqual(evidenceTransaction(reversed, VALIDATORS, networkId), transaction)
      }),
      { numRuns: 50 },
    )
  })
})

describe('evidence that was tampered with', () => {
  const { state, networkId } = aChain()
  const bytes = encodeTransaction(evidenceAgainst(networkId, NAMES[1]))
  const isTaken = (transaction: Transaction): boolean =>
    checkTransaction(state, transaction, state.head.time + 1).ok && verifyTransaction(state, transaction).ok

  it('T30 is never accepted, whichever bit is another one', () => {
    const decoded = decodeTransaction(bytes)
    assert.ok(decoded.ok && isTaken(decoded.value), 'untouched it is')
    for (let at = 0; at < bytes.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const other = decodeTransaction(bytes.with(at, bytes[at]! ^ (1 << bit)))
        assert.ok(!other.ok || !isTaken(other.value), `byte ${at}, bit ${bit}`)
      }
  })

  it('T30 is never accepted, whatever is put in place of a part', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 64 }), (at, part) => {
        const other = bytes.slice()
        other.set(part.slice(0, bytes.length - at), at)
        fc.pre(toHex(other) !== toHex(bytes))
        const decoded = decodeTransaction(other)
        assert.ok(!decoded.ok || !isTaken(decoded.value))
      }),
      { numRuns: 200 },
    )
  })

  it('T15 T30 is never accepted in another network', () => {
    const elsewhere = { ...state, networkId: sha256('another network') }
    const decoded = decodeTransaction(bytes)
    assert.ok(decoded.ok && !verifyTransaction(elsewhere, decoded.value).ok)
  })
})
