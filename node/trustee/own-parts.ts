/**
 * Whether what is finalised in a trustee's name follows from its seed. Only a program that signs with the same seed and then does
 * otherwise gets there; whatever would be made after that fits nothing, and its shares do not open.
 */
import { assert, concat, equalBytes } from '../../base/index.ts'
import { encodePoint, GENERATOR, multiplySecret } from '../../crypto/index.ts'
import { ceremonyKeys, coefficientBytes, coefficientPoints } from '../../election/index.ts'
import { commitmentTo, memberNumber } from '../../ledger/index.ts'
import {
  ceremonyPolynomial,
  ceremonySeed,
  mandatoryPrivateKey,
  trusteePublicKey,
} from '../trustee-secrets.ts'
import type { Duty, Standing } from './duty.ts'

/** Whose parts. */
export interface Owner {
  readonly networkId: Uint8Array
  readonly seed: Uint8Array
}

/** Compares the key of a mandatory trustee, or the certificate and the commitment of a member, as far as they are there. */
export function isOurs({ networkId, seed }: Owner, { place }: Duty, { record, ceremony }: Standing): boolean {
  const { uuid, mandatoryTrustees, trusteeThreshold } = record.draft
  const at = { networkId, uuid }
  if (place < mandatoryTrustees.length)
    return beginsWithKeys(ceremony.mandatoryKeys[place], [mandatoryPrivateKey(seed, at)])
  const { attempt, members } = ceremony
  const member = members[memberNumber(ceremony, place) ?? -1]
  assert(member !== undefined, "a duty in a ceremony is a member's")
  const { signing, decryption } = ceremonyKeys(ceremonySeed(seed, at, attempt))
  if (!beginsWithKeys(member.certificate, [signing, decryption])) return false
  if (member.commitment === undefined) return true
  const polynomial = ceremonyPolynomial(seed, at, attempt, trusteeThreshold)
  const act = { ...at, attempt, trustee: trusteePublicKey(seed) }
  return equalBytes(member.commitment, commitmentTo(act, coefficientBytes(coefficientPoints(polynomial))))
}

/** Whether bytes, if there are any, begin with the public keys of these private ones. */
function beginsWithKeys(bytes: Uint8Array | undefined, privateKeys: readonly bigint[]): boolean {
  if (bytes === undefined) return true
  const keys = concat(...privateKeys.map((key) => encodePoint(multiplySecret(GENERATOR, key))))
  return equalBytes(bytes.subarray(0, keys.length), keys)
}
