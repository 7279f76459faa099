/**
 * Trustees of tests by name, and the key material that must come out of their ceremony: computed from their seeds alone, to be
 * compared with what the chain says (T23).
 */
import { toHex, unwrap } from '../../../base/index.ts'
import { encodePoint, GENERATOR, multiplySecret, sha256 } from '../../../crypto/index.ts'
import {
  ceremonyKeys,
  coefficientPoints,
  combinedCoefficients,
  decodePublicPolynomial,
} from '../../../election/index.ts'
import type { Ceremony, ElectionDraft, ElectionRecord, Party } from '../../../ledger/index.ts'
import {
  ceremonyPolynomial,
  ceremonySeed,
  type ElectionPlace,
  mandatoryPrivateKey,
  trusteePublicKey,
} from '../../../node/trustee-secrets.ts'

/** The seed of a trustee; that of a validator's daemon by the validator's name. */
export function seedOf(name: string): Uint8Array {
  return sha256(`trustee seed of ${name}`)
}

/** A trustee as drafts name it. */
export function trusteeNamed(name: string): Party {
  return { name, publicKey: trusteePublicKey(seedOf(name)) }
}

/** The part of a draft that names these trustees. */
export function heldBy(
  threshold: number,
  trustees: readonly string[],
  mandatory: readonly string[] = [],
): Pick<ElectionDraft, 'mandatoryTrustees' | 'trustees' | 'trusteeThreshold'> {
  return {
    mandatoryTrustees: mandatory.map(trusteeNamed),
    trustees: trustees.map(trusteeNamed),
    trusteeThreshold: threshold,
  }
}

/** What a ceremony makes, as far as it follows from seeds: points in hexadecimal, by member. */
export interface KeyMaterial {
  readonly members: readonly string[]
  /** Verification and encryption key. */
  readonly certificates: readonly string[]
  readonly coefficients: readonly (readonly string[])[]
  readonly mandatoryKeys: readonly string[]
  /** The key share of each member. */
  readonly keys: readonly string[]
  readonly electionKey: string
}

const pointOf = (secret: bigint): string => toHex(encodePoint(multiplySecret(GENERATOR, secret)))

/** What seeds, by name, determine for one attempt with these members. */
export function materialFromSeeds(
  networkId: Uint8Array,
  draft: ElectionDraft,
  attempt = 1,
  members: readonly string[] = draft.trustees.map(({ name }) => name),
  seed: (name: string) => Uint8Array = seedOf,
): KeyMaterial {
  const place: ElectionPlace = { networkId, uuid: draft.uuid }
  const keys = members.map((name) => ceremonyKeys(ceremonySeed(seed(name), place, attempt)))
  const points = members.map((name) =>
    coefficientPoints(ceremonyPolynomial(seed(name), place, attempt, draft.trusteeThreshold)),
  )
  const singles = draft.mandatoryTrustees.map(({ name }) => mandatoryPrivateKey(seed(name), place, attempt))
  const combined = combinedCoefficients(points)
  const all = singles.map((secret) => multiplySecret(GENERATOR, secret))
  return {
    members,
    certificates: keys.map(({ signing, decryption }) => pointOf(signing) + pointOf(decryption)),
    coefficients: points.map((list) => list.map((point) => toHex(encodePoint(point)))),
    mandatoryKeys: singles.map(pointOf),
    keys: members.map((_, i) => {
      const x = BigInt(i + 1)
      const key = combined.reduceRight((sum, point) => sum.multiplyUnsafe(x).add(point))
      return toHex(encodePoint(key))
    }),
    electionKey: toHex(encodePoint(all.reduce((sum, point) => sum.add(point), combined[0]!))),
  }
}

/** The same as the chain has it, of an election that is frozen or further. */
export function materialOnChain(record: ElectionRecord, ceremony: Ceremony): KeyMaterial {
  const { draft } = record
  const first = (bytes: Uint8Array | undefined, length: number): string =>
    toHex((bytes ?? new Uint8Array(0)).subarray(0, length))
  return {
    members: ceremony.members.map(
      ({ place }) => draft.trustees[place - draft.mandatoryTrustees.length]?.name ?? '',
    ),
    certificates: ceremony.members.map(({ certificate }) => first(certificate, 64)),
    coefficients: ceremony.members.map(({ dealing }) =>
      dealing === undefined
        ? []
        : unwrap(decodePublicPolynomial(dealing.polynomial)).coefficients.map((point) =>
            toHex(encodePoint(point)),
          ),
    ),
    mandatoryKeys: ceremony.mandatory.map(({ key }) => first(key, 32)),
    keys: ceremony.members.map(({ key }) => first(key, 32)),
    electionKey: first(record.electionKey, 32),
  }
}
