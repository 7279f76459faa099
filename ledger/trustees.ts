/**
 * Who holds an election's key: places in the draft, names for people, owner numbers in the Belenios structure, and that
 * structure itself, out of what the trustees have published.
 *
 * A *place* counts the draft's mandatory trustees and then its others, from 0, and never changes. An *owner* (Belenios' word)
 * counts the trustees structure from 1: mandatory ones as `Single` items, then the members of the ceremony that succeeded as
 * one `Pedersen` item. Whoever was left out of the ceremony has a place and no owner number.
 */
import { assert, equalBytes, toHex, unwrap } from '../base/index.ts'
import { type Point, pointToHex } from '../crypto/index.ts'
import {
  canCombine,
  decodeMemberKey,
  decodePublicPolynomial,
  decodeTrusteeCertificate,
  decodeTrusteeKey,
  electionKey,
  type PublicPolynomial,
  type TrusteeCertificate,
  type TrusteeKind,
  thresholdParameters,
  verificationKeys,
} from '../election/index.ts'
import type { Ceremony, CeremonyMember, ElectionDraft, ElectionRecord, Party } from './types.ts'

/** All trustees of a draft, by place. */
export function allTrustees({ mandatoryTrustees, trustees }: ElectionDraft): readonly Party[] {
  return [...mandatoryTrustees, ...trustees]
}

/** A trustee's place, or undefined. */
export function trusteePlace(draft: ElectionDraft, publicKey: Uint8Array): number | undefined {
  const place = allTrustees(draft).findIndex((trustee) => equalBytes(trustee.publicKey, publicKey))
  return place < 0 ? undefined : place
}

/** How to name a trustee in a refusal: number, name and key (T19). */
export function trusteeName(draft: ElectionDraft, place: number): string {
  const trustee = allTrustees(draft)[place]
  assert(trustee !== undefined, 'a place is that of a trustee')
  return `trustee ${place + 1} (${trustee.name}, ${toHex(trustee.publicKey)})`
}

/** The owner number of a place, from 1; undefined for whoever was left out. */
export function ownerOf(draft: ElectionDraft, ceremony: Ceremony, place: number): number | undefined {
  if (place < draft.mandatoryTrustees.length) return place + 1
  const member = ceremony.members.findIndex((one) => one.place === place)
  return member < 0 ? undefined : draft.mandatoryTrustees.length + member + 1
}

/** The place of an owner number; the number must be one of the structure's. */
export function placeOfOwner(draft: ElectionDraft, ceremony: Ceremony, owner: number): number {
  const mandatory = draft.mandatoryTrustees.length
  if (owner <= mandatory) return owner - 1
  const member = ceremony.members[owner - mandatory - 1]
  assert(member !== undefined, 'an owner number is one of the structure')
  return member.place
}

/** Whether everything that the trustees must publish before the opening is there. */
export function areTrusteesReady({ step }: Ceremony): boolean {
  return step === 'done'
}

/** Decoded certificates, by the bytes that later versions of a ceremony share. Only speed depends on it. */
const certificates = new WeakMap<Uint8Array, TrusteeCertificate>()

/** The certificate that a member has published; it was verified when it was accepted. */
export function certificateOf({ certificate: bytes }: CeremonyMember): TrusteeCertificate {
  assert(bytes !== undefined, 'every member has a certificate from the second step on')
  let certificate = certificates.get(bytes)
  if (certificate === undefined) {
    certificate = unwrap(decodeTrusteeCertificate(bytes))
    certificates.set(bytes, certificate)
  }
  return certificate
}

/** Decoded polynomials, by the dealing that later versions of a ceremony share. Only speed depends on it. */
const polynomials = new WeakMap<NonNullable<CeremonyMember['dealing']>, PublicPolynomial>()

/** The polynomial that a member has dealt; it was verified when it was accepted. */
export function polynomialOf({ dealing }: CeremonyMember): PublicPolynomial {
  assert(dealing !== undefined, 'every member has dealt')
  let polynomial = polynomials.get(dealing)
  if (polynomial === undefined) {
    polynomial = unwrap(decodePublicPolynomial(dealing.polynomial))
    polynomials.set(dealing, polynomial)
  }
  return polynomial
}

const structures = new WeakMap<Ceremony, readonly TrusteeKind[]>()

/** The Belenios structure of trustees who are ready; an unreadable part is a broken invariant (an `assert`). */
export function trusteesOf(draft: ElectionDraft, ceremony: Ceremony): readonly TrusteeKind[] {
  const known = structures.get(ceremony)
  if (known !== undefined) return known
  const singles = ceremony.mandatory.map(({ key }): TrusteeKind => {
    assert(key !== undefined, 'every mandatory trustee has published a key')
    return { kind: 'single', key: unwrap(decodeTrusteeKey(key)) }
  })
  const structure = ceremony.members.length === 0 ? singles : [...singles, thresholdItem(draft, ceremony)]
  structures.set(ceremony, structure)
  return structure
}

function thresholdItem({ trusteeThreshold }: ElectionDraft, { members }: Ceremony): TrusteeKind {
  const parts = members.map((member) => {
    const { key } = member
    assert(key !== undefined, 'every member went through the ceremony')
    return {
      certificate: certificateOf(member),
      polynomial: polynomialOf(member),
      key: unwrap(decodeMemberKey(key)),
    }
  })
  const context = { size: members.length, threshold: trusteeThreshold }
  return { kind: 'pedersen', parameters: thresholdParameters(context, parts) }
}

/**
 * What would make the structure of trustees who are ready useless though each part of it is good: keys that cancel out, or that two
 * trustees share. Only trustees who collude get there. Undefined where there is nothing.
 */
export function structureFault(draft: ElectionDraft, ceremony: Ceremony): string | undefined {
  const trustees = trusteesOf(draft, ceremony)
  const owners = new Map<string, number>()
  // All members of an item with threshold 1 have the same key: any of them decrypts alone.
  const isAlone = draft.trusteeThreshold === 1
  for (const [i, key] of verificationKeys(trustees).entries()) {
    const place = placeOfOwner(draft, ceremony, i + 1)
    const twin = owners.get(pointToHex(key))
    if (twin === undefined) owners.set(pointToHex(key), place)
    else if (!isAlone || twin < draft.mandatoryTrustees.length) {
      const all = allTrustees(draft)
      return `${all[twin]?.name ?? ''} and ${all[place]?.name ?? ''} have the same key`
    }
  }
  return electionKey(trustees).is0() ? "the trustees' keys cancel each other out" : undefined
}

/** The key that a partial decryption of this owner must verify under. */
export function verificationKeyOf(draft: ElectionDraft, ceremony: Ceremony, owner: number): Point {
  const key = verificationKeys(trusteesOf(draft, ceremony))[owner - 1]
  assert(key !== undefined, 'an owner number is one of the structure')
  return key
}

/** Whom a tally waits for, by place: every one of these mandatory trustees, and `needed` more of these members, whichever. */
export interface MissingDecryptions {
  readonly mandatory: readonly number[]
  /** Empty where enough of them have decrypted. */
  readonly members: readonly number[]
  readonly needed: number
}

/** Whose partial decryptions a record still lacks, and how many of them. */
export function missingDecryptions(
  { draft, decryptions }: ElectionRecord,
  ceremony: Ceremony,
): MissingDecryptions {
  const given = new Set(decryptions.map(({ owner }) => placeOfOwner(draft, ceremony, owner)))
  const places = ceremony.members.map(({ place }) => place)
  const needed = Math.max(0, draft.trusteeThreshold - places.filter((place) => given.has(place)).length)
  return {
    mandatory: draft.mandatoryTrustees.flatMap((_, place) => (given.has(place) ? [] : [place])),
    members: needed === 0 ? [] : places.filter((place) => !given.has(place)),
    needed,
  }
}

/** The owner numbers whose partial decryptions would still be of use, ascending: all others are not needed any more. */
export function neededOwners(record: ElectionRecord, ceremony: Ceremony): readonly number[] {
  const { mandatory, members } = missingDecryptions(record, ceremony)
  return [...mandatory, ...members].flatMap((place) => ownerOf(record.draft, ceremony, place) ?? [])
}

/** Whether the partial decryptions that are there suffice. */
export function areDecryptionsComplete(record: ElectionRecord, ceremony: Ceremony): boolean {
  return canCombine(trusteesOf(record.draft, ceremony), new Set(record.decryptions.map(({ owner }) => owner)))
}
