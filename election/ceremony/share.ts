/**
 * Shares (specification 4.6.4, 4.6.5): dealer i sends s_ij = f_i(j) to member j, who must find that g^(s_ij) is the product of
 * A_ik^(j^k). The same function says whether a share is right, with the same inputs, for the member who opens it and for those who
 * judge its complaint ({@link shareWithin}), so that they cannot disagree.
 *
 * The compact form is alpha, beta (32 bytes each) and the encrypted data; Belenios has a JSON of the same content.
 */
import { assert, concat, ok, type Refusal, type Result, refuse } from '../../base/index.ts'
import {
  CCM_TAG_BYTES,
  decodePoint,
  encodePoint,
  GENERATOR,
  multiplySecret,
  POINT_BYTES,
  type Point,
  type Random,
} from '../../crypto/index.ts'
import { decodeJson, objectShape, type Shape, scalarShape } from '../json.ts'
import { MAX_SHARE_BYTES } from '../limits.ts'
import { openMessage, sendMessage } from './channel.ts'
import { commitmentAt } from './coefficients.ts'
import type { CeremonyKeys, EncryptedShare, SharePlace } from './types.ts'

/** `share-undecryptable`: not a message of this dealer to this member. `share-wrong`: it is one, but does not fit the coefficients. */
export type ShareRefusal = Refusal<'share-undecryptable' | 'share-wrong'>

const MIN_SHARE_BYTES = 2 * POINT_BYTES + CCM_TAG_BYTES
/** Characters of `{"secret":"..."}` with the largest scalar. */
const MAX_SECRET_JSON = 89

/** `secret` (4.6.4). */
const secretShape: Shape<{ readonly secret: bigint }> = objectShape({ secret: scalarShape })

/** The encoded share of a member, whose encryption key `recipient` is. `secret`: the dealer's polynomial at its index. */
export function createShare(
  dealerKeys: CeremonyKeys,
  recipient: Point,
  secret: bigint,
  random: Random,
): Uint8Array {
  return encodeShare(sendMessage(dealerKeys.signing, recipient, secretShape.write({ secret }), random))
}

/** The share that a member received, opened with its decryption key. */
export function openShare(
  place: SharePlace,
  share: EncryptedShare,
  decryption: bigint,
): Result<bigint, ShareRefusal> {
  assert(
    multiplySecret(GENERATOR, decryption).equals(place.recipient.encryption),
    "a share is opened with its recipient's key",
  )
  return shareWithin(place, share, multiplySecret(share.alpha, decryption))
}

/** The share within an encrypted share, given alpha^dk; refused where it is not the right one. Never throws. */
export function shareWithin(
  { dealer, recipient, index, coefficients }: SharePlace,
  share: EncryptedShare,
  sharedSecret: Point,
): Result<bigint, ShareRefusal> {
  const message = openMessage(dealer.verification, recipient.encryption, share, sharedSecret)
  const content = message === undefined ? undefined : decodeJson(secretShape, message, MAX_SECRET_JSON)
  if (content?.ok !== true)
    return refuse(
      'share-undecryptable',
      'the share does not open to a message of its dealer to its recipient',
    )
  const { secret } = content.value
  return multiplySecret(GENERATOR, secret).equals(commitmentAt(coefficients, index))
    ? ok(secret)
    : refuse('share-wrong', "the share does not follow from the dealer's coefficients")
}

/** The compact form: alpha, beta, data. */
export function encodeShare({ alpha, beta, data }: EncryptedShare): Uint8Array {
  return concat(encodePoint(alpha), encodePoint(beta), data)
}

/** The share of its compact form; its points are checked, its data can be anything. */
export function decodeShare(bytes: Uint8Array): Result<EncryptedShare, Refusal<'share-malformed'>> {
  if (bytes.length < MIN_SHARE_BYTES || bytes.length > MAX_SHARE_BYTES)
    return refuse(
      'share-malformed',
      `a share has ${MIN_SHARE_BYTES} to ${MAX_SHARE_BYTES} bytes, not ${bytes.length}`,
    )
  const alpha = decodePoint(bytes.subarray(0, POINT_BYTES))
  if (!alpha.ok) return refuse('share-malformed', `alpha: ${alpha.error.detail}`)
  const beta = decodePoint(bytes.subarray(POINT_BYTES, 2 * POINT_BYTES))
  if (!beta.ok) return refuse('share-malformed', `beta: ${beta.error.detail}`)
  return ok({ alpha: alpha.value, beta: beta.value, data: bytes.slice(2 * POINT_BYTES) })
}
