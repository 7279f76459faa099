/**
 * Everything secret that a trustee has, out of one seed of 32 bytes. What belongs to one election is derived for its network and
 * uuid, and what belongs to one attempt at its ceremony for that attempt too, so that no key serves twice; and a trustee that
 * lost everything but its seed has lost nothing, because the rest follows from the seed and the finalised chain (T23).
 */
import { toHex } from '../base/index.ts'
import { deriveBytes, deriveScalar, PRIVATE_KEY_BYTES, publicKeyOf } from '../crypto/index.ts'
import { trusteeSeedOf } from '../election/index.ts'

/** Bytes of a trustee's seed. */
export const TRUSTEE_SEED_BYTES = 32

/** The Ed25519 private key that signs the trustee's transactions. */
export function trusteeSigningKey(seed: Uint8Array): Uint8Array {
  return deriveBytes(seed, 'psephos/trustee/signing/1', PRIVATE_KEY_BYTES)
}

/** The Ed25519 key by which drafts name the trustee. */
export function trusteePublicKey(seed: Uint8Array): Uint8Array {
  return publicKeyOf(trusteeSigningKey(seed))
}

/** One election of one network. */
export interface ElectionPlace {
  readonly networkId: Uint8Array
  readonly uuid: string
}

const placeText = ({ networkId, uuid }: ElectionPlace): string => `${toHex(networkId)}|${uuid}`

/** The private key of a mandatory trustee (a Belenios `Single` key), of one attempt. */
export function mandatoryPrivateKey(seed: Uint8Array, place: ElectionPlace, attempt: number): bigint {
  return deriveScalar(seed, `psephos/trustee/single/1|${placeText(place)}|${attempt}`)
}

/** The 22-character Belenios seed (specification 4.6.1) of one attempt at a ceremony. */
export function ceremonySeed(seed: Uint8Array, place: ElectionPlace, attempt: number): string {
  return trusteeSeedOf(deriveBytes(seed, `psephos/trustee/ceremony/1|${placeText(place)}|${attempt}`, 64))
}

/** The secret polynomial of one attempt: its `threshold` coefficients, the constant one first. */
export function ceremonyPolynomial(
  seed: Uint8Array,
  place: ElectionPlace,
  attempt: number,
  threshold: number,
): readonly bigint[] {
  const domain = `psephos/trustee/polynomial/1|${placeText(place)}|${attempt}`
  return Array.from({ length: threshold }, (_, k) => deriveScalar(seed, `${domain}|${k}`))
}
