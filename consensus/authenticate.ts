/**
 * From a message to one the core may take: every author is a validator and every signature, nested ones included, is good.
 * Cheap checks come first. Whether the justification is one (quorums of distinct authors, the right block) is the core's
 * question [R6] [R14]; here nothing depends on the state of a height.
 */
import { ok, type Refusal, type Result, refuse } from '../base/index.ts'
import { SIGNATURE_BYTES, verifySignature } from '../crypto/index.ts'
import { statementBytes, statementFlaw } from './statement.ts'
import type { AuthenticMessage, Message, Signed, StatementKind, ValidatorSet } from './types.ts'

/**
 * The message, once all of its signatures are verified. `inconsistent`: parts that do not belong together (kinds, heights,
 * more nested votes than validators); `unknown-validator`: an author that is no index of the set; `bad-signature`.
 */
export function authenticate(
  message: Message,
  validators: ValidatorSet,
  networkId: Uint8Array,
): Result<AuthenticMessage, Refusal<'unknown-validator' | 'bad-signature' | 'inconsistent'>> {
  const flaw = messageFlaw(message, validators.keys.length)
  if (flaw !== undefined) return refuse('inconsistent', flaw)
  for (const signed of signaturesOf(message)) {
    const checked = verifySigned(signed, validators, networkId)
    if (!checked.ok) return checked
  }
  return ok(message as AuthenticMessage)
}

/** Whether the author is in the set and the signature over this well-formed statement is the author's. */
export function verifySigned(
  signed: Signed,
  validators: ValidatorSet,
  networkId: Uint8Array,
): Result<void, Refusal<'unknown-validator' | 'bad-signature'>> {
  const { statement, validator, signature } = signed
  const key = validators.keys[validator]
  if (key === undefined)
    return refuse('unknown-validator', `no validator ${validator} in a set of ${validators.keys.length}`)
  if (signature.length !== SIGNATURE_BYTES)
    return refuse('bad-signature', `a signature has ${SIGNATURE_BYTES} bytes`)
  if (!verifySignature(statementBytes(networkId, statement), signature, key)) {
    return refuse('bad-signature', `not validator ${validator}'s signature under this ${statement.kind}`)
  }
  return ok(undefined)
}

/** Every signed statement in a message: its own, then those that justify it. */
export function signaturesOf(message: Message): readonly Signed[] {
  switch (message.kind) {
    case 'proposal':
      return [message.signed, ...message.roundChanges, ...message.prepares]
    case 'roundChange':
      return [message.signed, ...message.prepares]
    case 'prepare':
    case 'commit':
      return [message.signed]
  }
}

function messageFlaw(message: Message, n: number): string | undefined {
  const { height } = message.signed.statement
  if (message.signed.statement.kind !== message.kind) return 'the message and its statement differ in kind'
  const flaw = statementFlaw(message.signed.statement)
  if (flaw !== undefined) return flaw
  if (message.kind === 'proposal') {
    const nested = nestedFlaw('roundChange', message.roundChanges, height, n)
    if (nested !== undefined) return nested
  }
  if (message.kind === 'proposal' || message.kind === 'roundChange') {
    return nestedFlaw('prepare', message.prepares, height, n)
  }
  return undefined
}

function nestedFlaw(
  kind: StatementKind,
  list: readonly Signed[],
  height: number,
  n: number,
): string | undefined {
  // Before any signature is verified: nobody makes us verify more of them than there are validators.
  if (list.length > n) return `more nested ${kind}s than validators`
  for (const { statement } of list) {
    if (statement.kind !== kind) return `not a ${kind} in the list of them`
    if (statement.height !== height) return `a nested ${kind} of another height`
    const flaw = statementFlaw(statement)
    if (flaw !== undefined) return flaw
  }
  return undefined
}
