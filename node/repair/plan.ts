/**
 * What a repair does about what it found: a pure function, so that every case can be read here. The aim is that nothing signed is ever
 * contradicted, and after that, that the validator votes again as soon as possible.
 *
 * - The record lost, the journal sound: the journal implies the record exactly (`signed-slots.ts`).
 * - The journal lost: what this validator had prepared, and so what its next round change would have to carry, is forgotten. It must sign
 *   nothing more at the heights where it may have voted: a barrier. It signs at its own head + 1 only, and the block before is
 *   durable before that height begins; so no statement is above the database's height + 1, nor above a height that a sound guard names.
 * - Both lost: nothing on this disk says whether the database is the one that was signed on, or was fetched anew since. A statement
 *   at h + 1 was signed on a block h that a quorum had committed to, each of them with block h - 1 in its database. Any quorum of other
 *   validators shares an honest one with those [R1]: so some height that they show now is at least h - 1, and two above the
 *   highest that they show is enough. Hence two above our own database, which has to be as far as theirs.
 * - The database damaged: LevelDB saves what it can, and what does not add up then is set aside and fetched from the network. Its height
 *   says nothing any more about what was signed.
 *
 * A barrier costs that the others must finalise its heights without this validator: it follows them as an observer. Where the others are
 * fewer than a quorum that would be for ever, so the operator has to say that they have no block above ours.
 */
import type { SignedSlot } from '../../storage/index.ts'
import { compareSlots } from '../../storage/index.ts'
import type { Findings } from './findings.ts'
import { barrierAt } from './signed-slots.ts'

export interface PlanOptions {
  /** The others make a quorum without this validator. */
  readonly canOthersGoOn: boolean
  /** The operator vouches that no node has a block above this database. */
  readonly isAlone: boolean
  /** The operator knows that statements up to this height may have been signed. */
  readonly signedUpTo: number | undefined
}

export type RepairStep =
  | { readonly act: 'write-record'; readonly recorded: SignedSlot }
  /** Both guards anew: nothing is signed up to this height, or where a record stands above it, only what the record allows. */
  | {
      readonly act: 'bar'
      readonly height: number
      readonly recorded: SignedSlot
      readonly isSilent: boolean
    }
  | { readonly act: 'mend-database' }

/** The steps, in an order in which each crash in between leaves a home that is refused or safe; or why nothing can be done. */
export type Plan =
  | { readonly ok: true; readonly steps: readonly RepairStep[] }
  | {
      readonly ok: false
      readonly code: 'height-unknown' | 'others-too-few' | 'not-alone'
      readonly detail: string
    }

/** The plan for a validator's home. */
export function planRepair(findings: Findings, options: PlanOptions): Plan {
  const { database, journal, lastSigned } = findings
  const mend: readonly RepairStep[] = database.is === 'damaged' ? [{ act: 'mend-database' }] : []
  const isJournalSound = journal.is === 'sound' && !isOutOfDate(findings)
  if (options.signedUpTo === undefined) {
    if (isNewHome(findings)) return { ok: true, steps: [] }
    if (isJournalSound && lastSigned.is === 'sound') return { ok: true, steps: mend }
    if (isJournalSound && journal.implies !== undefined)
      return { ok: true, steps: [{ act: 'write-record', recorded: journal.implies }, ...mend] }
  }
  const bar = planBarrier(findings, options)
  return bar.ok ? { ok: true, steps: [...bar.steps, ...mend] } : bar
}

function planBarrier(findings: Findings, { canOthersGoOn, isAlone, signedUpTo }: PlanOptions): Plan {
  const height = isAlone ? heightOf(findings) : barrierHeight(findings, signedUpTo)
  if (isAlone && canOthersGoOn) return NOT_ALONE
  if (height === undefined) return UNKNOWN
  if (!canOthersGoOn && !isAlone) return TOO_FEW
  const { lastSigned } = findings
  const known = lastSigned.is === 'sound' ? lastSigned.recorded : undefined
  const barrier = barrierAt(height)
  const recorded = known !== undefined && compareSlots(known.slot, barrier.slot) > 0 ? known : barrier
  return { ok: true, steps: [{ act: 'bar', height, recorded, isSilent: recorded === barrier }] }
}

/** The highest height that may carry a statement of ours; undefined where that cannot be known here. */
function barrierHeight(findings: Findings, signedUpTo: number | undefined): number | undefined {
  const { journal, lastSigned } = findings
  const ofJournal =
    'height' in journal && journal.height !== undefined && journal.height > 0 ? journal.height : undefined
  const ofRecord = lastSigned.is === 'sound' ? (lastSigned.recorded?.slot.height ?? 0) : undefined
  const head = heightOf(findings)
  // A journal below the head says nothing about the heights since.
  const isJournalOfNow = ofJournal !== undefined && ofJournal >= (head ?? 0)
  const isKnown = isJournalOfNow || ofRecord !== undefined || signedUpTo !== undefined
  if (!isKnown && (head === undefined || head === 0)) return undefined
  const margin = isKnown ? 1 : 2
  return Math.max(ofJournal ?? 0, ofRecord ?? 0, signedUpTo ?? 0, head === undefined ? 0 : head + margin)
}

function heightOf({ database }: Findings): number | undefined {
  return database.is === 'sound' ? database.height : undefined
}

/** Nothing was ever started here: see `openGuards`. */
function isNewHome({ database, journal, lastSigned }: Findings): boolean {
  const isJournalNew = journal.is === 'missing' || (journal.is === 'sound' && journal.height === 0)
  const isRecordNew =
    lastSigned.is === 'missing' || (lastSigned.is === 'sound' && lastSigned.recorded === undefined)
  return database.is === 'sound' && database.height === 0 && isJournalNew && isRecordNew
}

/**
 * Whether a sound journal is not the one that was signed with, but that of an older backup: a journal is begun at a height before
 * anything is signed there. Where the record is lost, too, one below the head says less than the database (the node may also have
 * observed since); with a record, such a journal is simply begun anew.
 */
function isOutOfDate({ database, journal, lastSigned }: Findings): boolean {
  if (journal.is !== 'sound') return false
  if (lastSigned.is === 'sound') return (lastSigned.recorded?.slot.height ?? 0) > journal.height
  return database.is === 'sound' && journal.height < database.height
}

const UNKNOWN: Plan = {
  ok: false,
  code: 'height-unknown',
  detail:
    'journal, last-signed record and database are all lost or damaged, so nothing here says what this validator signed: look up the highest height that psephos status shows at a quorum of the other validators, add two, and give it as --signed-up-to HEIGHT',
}
const NOT_ALONE: Plan = {
  ok: false,
  code: 'not-alone',
  detail:
    'the other validators make a quorum without this one, and may be about to finalise what it voted for: repair without --alone, and they will finalise the height',
}
const TOO_FEW: Plan = {
  ok: false,
  code: 'others-too-few',
  detail:
    'what this validator knew about the height under way is lost, so it must not vote there any more, and the other validators are fewer than a quorum: the network would wait for ever. If no other node has a block above the height of this database, say so: --alone',
}
