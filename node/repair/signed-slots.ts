/**
 * Which statement a validator may have signed last, as slots of the last-signed record: read off a journal, or as a barrier above
 * everything that it can have signed.
 */
import { assert } from '../../base/index.ts'
import {
  createState,
  MAX_ROUND,
  type Statement,
  statementBytes,
  step,
  type Timing,
  type ValidatorSet,
} from '../../consensus/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { compareSlots, type SignedSlot } from '../../storage/index.ts'
import { slotOf } from '../consensus-message.ts'
import { decodeRecord, isSilent } from '../journal-record.ts'

/** Whose statements these are. */
export interface Signatory {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  readonly timing: Timing
  /** Index of the validator. */
  readonly self: number
}

/** The slot that forbids everything up to and with a height: the last one of that height, with the hash of nothing. */
export function barrierAt(height: number): SignedSlot {
  assert(Number.isSafeInteger(height) && height >= 0, 'a barrier is at a height')
  return { slot: { height, round: MAX_ROUND, step: 3 }, hash: new Uint8Array(32) }
}

/**
 * The last-signed record that a sound journal implies, exactly: its inputs up to the one that led to a statement were durable before the
 * statement was signed, so that stepping them again asks for every statement that was signed, and beside those only for such as were
 * about to be.
 * Below the journal's height nothing is signed any more. Undefined where a record is none that a runner writes.
 */
export function signedAccordingTo(
  journal: { readonly height: number; readonly records: readonly Uint8Array[] },
  { networkId, validators, timing, self }: Signatory,
): SignedSlot | undefined {
  const { height, records } = journal
  if (height === 0) return undefined
  if (isSilent(records)) return barrierAt(height)
  let state = createState({ height, validators, timing, self })
  let highest: SignedSlot = barrierAt(height - 1)
  const take = (statement: Statement): void => {
    const slot = slotOf(statement)
    if (compareSlots(slot, highest.slot) <= 0) return
    highest = { slot, hash: sha256(statementBytes(networkId, statement)) }
  }
  for (const bytes of records) {
    const record = decodeRecord(bytes)
    if (!record.ok) return undefined
    const { input } = record.value
    if (input.type === 'message' && input.message.signed.validator === self)
      take(input.message.signed.statement)
    const next = step(state, input)
    state = next.state
    for (const effect of next.effects) if (effect.type === 'sign') take(effect.draft.statement)
  }
  return highest
}
