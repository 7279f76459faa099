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

/** Compares commitment and key of a mandatory trustee, or certificate and commitment of a member, as far as they are there. */
export function isOurs({ networkId, seed }: Owner, { place }: Duty, { record, ceremony }: Standing): boolean {
  const { uuid, trusteeThreshold } = record.draft
  const at = { networkId, uuid }
  const { attempt, members, mandatory } = ceremony
  const act = { ...at, attempt, trustee: trusteePublicKey(seed) }
  const single = mandatory[place]
  if (single !== undefined) {
    const key = mandatoryPrivateKey(seed, at, attempt)
    return opens(single.commitment, act, [key]) && beginsWithKeys(single.key, [key])
  }
  const member = members[memberNumber(ceremony, place) ?? -1]
  assert(member !== undefined, "a duty in a ceremony is a member's")
  const { signing, decryption } = ceremonyKeys(ceremonySeed(seed, at, attempt))
  if (!beginsWithKeys(member.certificate, [signing, decryption])) return false
  return opens(member.commitment, act, ceremonyPolynomial(seed, at, attempt, trusteeThreshold))
}

/** Whether a commitment, if there is one, is that to the public points of these secrets. */
function opens(
  commitment: Uint8Array | undefined,
  act: Parameters<typeof commitmentTo>[0],
  secrets: readonly bigint[],
): boolean {
  if (commitment === undefined) return true
  return equalBytes(commitment, commitmentTo(act, coefficientBytes(coefficientPoints(secrets))))
}

/** Whether bytes, if there are any, begin with the public keys of these private ones. */
function beginsWithKeys(bytes: Uint8Array | undefined, privateKeys: readonly bigint[]): boolean {
  if (bytes === undefined) return true
  const keys = concat(...privateKeys.map((key) => encodePoint(multiplySecret(GENERATOR, key))))
  return equalBytes(bytes.subarray(0, keys.length), keys)
}
