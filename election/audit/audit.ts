/**
 * The audit of an archive (specification 3.5): everything that can be verified without a secret, and every failing check
 * with its place.
 *
 * It is stricter than the official tool, whose `election verify` (releases 3.0 to 3.3.0) lets forged, copied, dropped and late
 * ballots pass and does not count them. A growing archive is good as far as it goes; what is not there yet is said in the
 * details of its checks.
 *
 * What no audit of one archive can see, because the archive without it is a good archive too:
 * - the timestamp of the header, which no hash covers;
 * - a ballot left out that does not count (a later one of its credential replaced it), or the order of ballots of
 *   different credentials; before the tally also any ballot left out;
 * - a voter who did not vote and whose credential or weight on the roll was changed;
 * - before the first ballot, anything about the election and its roll.
 * All of them change the head of the board. That is why its heads are certified by validators as it grows, and
 * why two copies are compared (`compareArchives`).
 */
import type { AuditReport } from '../types.ts'
import { verifyBallots } from '../verify-ballot.ts'
import { auditBallots, type Progress, type Verify } from './ballots.ts'
import { openBoard } from './board.ts'
import { CHECK_IDS, createFindings, type Findings } from './findings.ts'
import { auditOutcome } from './outcome.ts'
import { auditSetup } from './setup.ts'

/**
 * Verifies an archive, complete or still growing, and reports every failing check with its place. `verify` is the seam for
 * verification that happens elsewhere or was done before; it must answer as `verifyBallots` does.
 */
export function auditArchive(
  bytes: Uint8Array,
  onProgress?: Progress,
  verify: Verify = verifyBallots,
): AuditReport {
  const findings = createFindings()
  const board = openBoard(bytes, findings)
  if (board === undefined) return damaged(findings)
  const setup = auditSetup(board, findings)
  const counted = auditBallots(board, setup, findings, { onProgress, verify })
  const result = auditOutcome(board, setup, counted, findings)
  board.reportUnused()
  const checks = findings.checks()
  return {
    ok: checks.every(({ ok }) => ok),
    election: setup.election?.uuid ?? '',
    name: setup.election?.name ?? '',
    ballots: board.events.filter(({ event }) => event.type === 'Ballot').length,
    counted: counted?.count ?? 0,
    ...(result === undefined ? {} : { result }),
    questions: setup.election?.questions ?? [],
    checks,
  }
}

/** Nothing can be said about what is not an archive: no other check has passed. */
function damaged(findings: Findings): AuditReport {
  for (const id of CHECK_IDS) if (id !== 'A01') findings.unchecked(id, 'the archive cannot be read')
  return {
    ok: false,
    election: '',
    name: '',
    ballots: 0,
    counted: 0,
    questions: [],
    checks: findings.checks(),
  }
}
