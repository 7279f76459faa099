/**
 * A07 to A10: what was fixed before the first ballot (specification 4.10): the election, the roll and the trustees.
 */
import { toHex } from '../../base/index.ts'
import { parseElection } from '../election.ts'
import { parseSetup } from '../events.ts'
import { parsePublicCredentials } from '../roll.ts'
import { electionKey, parseTrustees, trusteesProblems } from '../trustees.ts'
import type { Election, TrusteeKind } from '../types.ts'
import type { Board } from './board.ts'
import type { CheckId, Findings } from './findings.ts'

/** The parts of a Setup that could be read. */
export interface SetupParts {
  readonly election?: Election
  /** Weights by credential in hexadecimal. */
  readonly weights?: ReadonlyMap<string, bigint>
  /** Only trustees that verify. */
  readonly trustees?: readonly TrusteeKind[]
}

/** Reads and verifies what the Setup event refers to. */
export function auditSetup(board: Board, findings: Findings): SetupParts {
  const placed = board.events.find(({ event }) => event.type === 'Setup')
  const json =
    placed?.event.payload === undefined ? undefined : board.take(placed.event.payload, placed, 'payload')
  const setup = parseSetup(json ?? '')
  if (placed === undefined || !setup.ok) {
    findings.fail('A07', `the setup: ${setup.ok || json === undefined ? 'missing' : setup.error.detail}`)
    for (const id of ['A08', 'A09', 'A10'] as const) findings.unchecked(id, 'no setup')
    return {}
  }
  const file = (hash: Uint8Array, what: string, id: CheckId): string | undefined => {
    const text = board.take(hash, placed, what)
    if (text === undefined) findings.fail(id, `${placed.place}: ${what} is missing`)
    return text
  }
  const election = readElection(file(setup.value.election, 'the election', 'A07'), findings)
  const weights = readRoll(file(setup.value.credentials, 'the roll', 'A08'), findings)
  const trustees = readTrustees(file(setup.value.trustees, 'the trustees', 'A09'), findings)
  if (trustees === undefined || election === undefined)
    findings.unchecked('A10', 'the trustees or the election cannot be used')
  else if (!electionKey(trustees).equals(election.publicKey))
    findings.fail('A10', "the election's public_key is another one")
  return {
    ...(election === undefined ? {} : { election }),
    ...(weights === undefined ? {} : { weights }),
    ...(trustees === undefined ? {} : { trustees }),
  }
}

function readElection(json: string | undefined, findings: Findings): Election | undefined {
  if (json === undefined) return undefined
  const election = parseElection(json)
  if (election.ok) return election.value
  findings.fail('A07', `the election: ${election.error.code}: ${election.error.detail}`)
  return undefined
}

function readRoll(json: string | undefined, findings: Findings): ReadonlyMap<string, bigint> | undefined {
  if (json === undefined) return undefined
  const roll = parsePublicCredentials(json)
  if (roll.ok) return new Map(roll.value.entries.map(({ credential, weight }) => [toHex(credential), weight]))
  findings.fail('A08', `${roll.error.code}: ${roll.error.detail}`)
  return undefined
}

function readTrustees(json: string | undefined, findings: Findings): readonly TrusteeKind[] | undefined {
  if (json === undefined) return undefined
  const trustees = parseTrustees(json)
  if (!trustees.ok) {
    findings.fail('A09', `the trustees: ${trustees.error.detail}`)
    return undefined
  }
  const problems = trusteesProblems(trustees.value)
  for (const problem of problems) findings.fail('A09', problem)
  return problems.length === 0 ? trustees.value : undefined
}
