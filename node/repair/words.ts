/** What a repair found and what it does, in words for an operator. */
import { MAX_ROUND } from '../../consensus/index.ts'
import type { SignedSlot } from '../../storage/index.ts'
import type { RepairStep } from './plan.ts'
import type { Repair } from './repair.ts'

const STEPS = ['round change', 'proposal', 'prepare', 'commit']

/** One line for each thing that was looked at. */
export function findingsText({ database, journal, lastSigned }: Repair['findings']): readonly string[] {
  const lines: string[] = []
  if (database.is === 'damaged') lines.push(`database: damaged: ${database.what}`)
  else
    lines.push(
      database.height === 0
        ? 'database: empty'
        : `database: sound, a whole chain of height ${database.height}`,
    )
  if (journal !== undefined) lines.push(`journal: ${journalText(journal)}`)
  if (lastSigned !== undefined) lines.push(`last-signed record: ${lastSignedText(lastSigned)}`)
  return lines
}

function journalText(journal: NonNullable<Repair['findings']['journal']>): string {
  switch (journal.is) {
    case 'sound':
      return `sound, of height ${journal.height}`
    case 'full':
      return `full, of height ${journal.height}`
    case 'missing':
      return 'missing'
    case 'damaged': {
      const height = journal.height === undefined ? '' : ` (of height ${journal.height})`
      return `damaged${height}: ${journal.what}`
    }
  }
}

function lastSignedText(record: NonNullable<Repair['findings']['lastSigned']>): string {
  switch (record.is) {
    case 'sound':
      return record.recorded === undefined
        ? 'sound, nothing was signed'
        : `sound, ${slotText(record.recorded)}`
    case 'missing':
      return 'missing'
    case 'damaged':
      return `damaged: ${record.what}`
  }
}

/** One line for each step. */
export function stepText(step: RepairStep): string {
  switch (step.act) {
    case 'write-record':
      return `write the last-signed record that follows from the journal: ${slotText(step.recorded)}`
    case 'bar':
      return step.isSilent
        ? `sign nothing up to height ${step.height}: a last-signed record and a journal that say so; the other validators finalise these heights, and this one follows them`
        : `begin the journal anew and go on: the last-signed record stays, ${slotText(step.recorded)}`
    case 'mend-database':
      return 'have LevelDB save what it can of the database, and check the chain in it; if that does not add up, set it aside, so that the node fetches the chain anew'
  }
}

function slotText({ slot: { height, round, step } }: SignedSlot): string {
  return round === MAX_ROUND
    ? `nothing more is signed up to height ${height}`
    : `the last statement is a ${STEPS[step] ?? `step ${step}`} of height ${height}, round ${round}`
}
