/**
 * Equivocation on the chain: who is convicted by what. Evidence convicts by itself, so it has no author and anyone may carry it.
 * The state keeps the first conviction of each validator and takes no other, so that nobody fills blocks with the rest. A
 * conviction changes nothing else: what follows from it is for people, and later for governance.
 */
import { equalBytes, ok, type Result, refuse, toHex } from '../base/index.ts'
import { verifySignature } from '../crypto/index.ts'
import { type Conviction, type Equivocation, encodeConviction, signedStatements } from './evidence-ssz.ts'
import { type ChangeLog, convictionKey } from './image.ts'
import { isRegistered, type State, withConvicted } from './state.ts'
import type { Rejection } from './types.ts'

/** All validators that contradicted themselves, by the first evidence of each, oldest first. */
export function convictions(state: State): readonly Conviction[] {
  return state.inside.convictions.list
}

/** The conviction of a validator, by its key. */
export function convictionOf(state: State, validator: Uint8Array): Conviction | undefined {
  return convictions(state).find((conviction) => equalBytes(conviction.validator, validator))
}

/** Whether the accused is a validator that is not convicted yet. */
export function checkEvidence(state: State, { validator }: Equivocation): Result<void, Rejection> {
  if (!isRegistered(state.genesis.validators, validator))
    return refuse('unknown-validator', `no validator has the key ${toHex(validator)}`)
  const before = convictionOf(state, validator)
  return before === undefined
    ? ok(undefined)
    : refuse('already-convicted', `the validator was convicted at height ${before.height}`)
}

/** Whether the accused signed both statements, in this network. */
export function verifyEvidence(networkId: Uint8Array, equivocation: Equivocation): Result<void, Rejection> {
  const { validator, first, second } = equivocation
  const [one, other] = signedStatements(networkId, equivocation)
  return verifySignature(one, first.signature, validator) &&
    verifySignature(other, second.signature, validator)
    ? ok(undefined)
    : refuse('bad-signature', 'the accused did not sign both statements in this network')
}

/** The state with the accused convicted by a checked and verified transaction of the next block; `id` is the transaction's. */
export function convict(
  state: State,
  { validator, slot }: Equivocation,
  id: Uint8Array,
  log: ChangeLog,
): State {
  const conviction: Conviction = { validator, slot, height: state.head.height + 1, evidence: id }
  log.put(convictionKey(convictions(state).length), encodeConviction(conviction))
  return withConvicted(state, conviction)
}
