/**
 * Evidence of equivocation [R18]: two different statements of one validator for one (kind, height, round), each with its
 * signature. It convicts without any knowledge of the height's history, because an honest validator signs one a slot.
 */
import { ContainerType } from '@chainsafe/ssz'
import { type Codec, codec, ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { verifySigned } from './authenticate.ts'
import { fromWireSigned, SIGNED_BYTES, signedSchema, toWireSigned, type WireSigned } from './message.ts'
import { isSameStatement, statementFlaw } from './statement.ts'
import type { Evidence, Signed, ValidatorSet } from './types.ts'

/** Bytes of every evidence. */
export const EVIDENCE_BYTES: number = 2 * SIGNED_BYTES

interface WireEvidence {
  readonly first: WireSigned
  readonly second: WireSigned
}

const evidenceCodec: Codec<WireEvidence> = codec(
  new ContainerType({ first: signedSchema, second: signedSchema }),
  EVIDENCE_BYTES,
)

/** The SSZ encoding of evidence whose statements are well-formed. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  return evidenceCodec.encode({ first: toWireSigned(evidence.first), second: toWireSigned(evidence.second) })
}

/** The evidence of its encoding, or `malformed`. Never throws; nothing is verified yet. */
export function decodeEvidence(bytes: Uint8Array): Result<Evidence, Refusal<'malformed'>> {
  const decoded = evidenceCodec.decode(bytes)
  if (!decoded.ok) return decoded
  const first = fromWireSigned(decoded.value.first)
  if (!first.ok) return first
  const second = fromWireSigned(decoded.value.second)
  return second.ok ? ok({ first: first.value, second: second.value }) : second
}

/** Whether two signed statements contradict each other: same author and slot, different content. */
export function isEquivocation(first: Signed, second: Signed): boolean {
  const a = first.statement
  const b = second.statement
  const isSameSlot = a.kind === b.kind && a.height === b.height && a.round === b.round
  return first.validator === second.validator && isSameSlot && !isSameStatement(a, b)
}

/** Whether the evidence convicts a validator of this set. */
export function verifyEvidence(
  evidence: Evidence,
  validators: ValidatorSet,
  networkId: Uint8Array,
): Result<void, Refusal<'not-equivocation' | 'unknown-validator' | 'bad-signature'>> {
  for (const { statement } of [evidence.first, evidence.second]) {
    const flaw = statementFlaw(statement)
    if (flaw !== undefined) return refuse('not-equivocation', flaw)
  }
  if (!isEquivocation(evidence.first, evidence.second)) {
    return refuse('not-equivocation', 'not two different statements of one validator for one slot')
  }
  const first = verifySigned(evidence.first, validators, networkId)
  return first.ok ? verifySigned(evidence.second, validators, networkId) : first
}
