/**
 * The checks of an audit, numbered and named, and what was found for each. A number is never given to another check.
 */
import { MAX_AUDIT_PLACES } from '../limits.ts'
import type { AuditCheck } from '../types.ts'

/** Every check in the order in which it is reported. */
export const AUDIT_CHECKS = {
  A01: 'the archive is a plain tar with a good header',
  A02: 'every file is named by the hash of its content',
  A03: 'every event is well formed',
  A04: 'the events form one chain',
  A05: 'the events come in the right order',
  A06: 'every data file is referred to once, by a later event',
  A07: 'the election is well formed',
  A08: 'the roll is sorted and its credentials are good',
  A09: "the trustees' keys and proofs are good",
  A10: "the election key is the product of the trustees' keys",
  A11: 'every ballot is well formed and made for this election',
  A12: "every ballot's credential is on the roll",
  A13: 'no ballot is cast twice',
  A14: "every ballot's signature and proofs are good",
  A15: 'the encrypted tally follows from the ballots',
  A16: "every partial decryption is a trustee's only one and its proofs are good",
  A17: 'enough trustees have decrypted',
  A18: 'the result follows from the tally and the decryptions',
} as const

/** The number of a check. */
export type CheckId = keyof typeof AUDIT_CHECKS

/** The numbers of all checks, in order. */
export const CHECK_IDS: readonly CheckId[] = Object.keys(AUDIT_CHECKS) as CheckId[]

/** Collects what the parts of an audit find. */
export interface Findings {
  /** A failure, with its place. */
  fail(id: CheckId, detail: string): void
  /** A check that needs what another failing check did not give: it has not passed. */
  unchecked(id: CheckId, why: string): void
  /** Something worth saying about a check that has not failed. */
  note(id: CheckId, detail: string): void
  /** Every check in order; a failing one once for each place, up to a limit that the last one states. */
  checks(): readonly AuditCheck[]
}

/** Findings without any finding: every check is good. */
export function createFindings(): Findings {
  const failures = new Map<CheckId, { readonly details: string[]; count: number }>()
  const notes = new Map<CheckId, readonly string[]>()
  const fail = (id: CheckId, detail: string): void => {
    const known = failures.get(id) ?? { details: [], count: 0 }
    failures.set(id, known)
    known.count += 1
    if (known.details.length < MAX_AUDIT_PLACES) known.details.push(detail)
  }
  const checksOf = (id: CheckId): readonly AuditCheck[] => {
    const name = AUDIT_CHECKS[id]
    const failed = failures.get(id)
    const note = notes.get(id)?.join('; ')
    if (failed === undefined) return [{ id, name, ok: true, ...(note === undefined ? {} : { detail: note }) }]
    const more = failed.count - failed.details.length
    const details = more === 0 ? failed.details : [...failed.details, `and ${more} more`]
    return details.map((detail) => ({ id, name, ok: false, detail }))
  }
  return {
    fail,
    unchecked: (id, why) => fail(id, `not checked: ${why}`),
    note: (id, detail) => notes.set(id, [...(notes.get(id) ?? []), detail]),
    checks: () => CHECK_IDS.flatMap(checksOf),
  }
}
