/** What a trustee owes an election in its present state: a function of the record, the ceremony and the trustee's key. */
import {
  awaitedPlaces,
  type Ceremony,
  type CeremonyStep,
  type ElectionRecord,
  neededOwners,
  ownerOf,
  trusteePlace,
} from '../../ledger/index.ts'

/** An election as a quorum finalised it. */
export interface Standing {
  readonly record: ElectionRecord
  readonly ceremony: Ceremony
}

export type DutyKind = 'key' | 'certificate' | 'commitment' | 'dealing' | 'share' | 'decryption'

/** One thing to do. */
export interface Duty {
  readonly kind: DutyKind
  /** The trustee's place in the draft. */
  readonly place: number
}

const DUTY_OF: Readonly<Record<Exclude<CeremonyStep, 'done'>, DutyKind>> = {
  certificates: 'certificate',
  commitments: 'commitment',
  dealings: 'dealing',
  /** To check what was dealt, and to publish a key share or to complain. */
  keys: 'share',
}

/** What the trustee with this key owes an election; undefined where it owes nothing. */
export function dutyOf({ record, ceremony }: Standing, publicKey: Uint8Array): Duty | undefined {
  const { draft, phase } = record
  if (phase !== 'draft' && phase !== 'decrypting') return undefined
  const place = trusteePlace(draft, publicKey)
  if (place === undefined) return undefined
  if (phase === 'draft') {
    if (ceremony.step === 'done' || !awaitedPlaces(ceremony).includes(place)) return undefined
    const isKey = ceremony.step === 'dealings' && place < draft.mandatoryTrustees.length
    return { kind: isKey ? 'key' : DUTY_OF[ceremony.step], place }
  }
  // The only tally that exists in the state is the one of all finalised ballots, computed at the closing (T22).
  const owner = ownerOf(draft, ceremony, place)
  return owner !== undefined && neededOwners(record, ceremony).includes(owner)
    ? { kind: 'decryption', place }
    : undefined
}
