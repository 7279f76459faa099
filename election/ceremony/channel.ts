/**
 * Messages between two members (specification 4.6.1, 4.6.3): `send(sk, recipient, message)` names the recipient, is signed, and
 * encrypted by El Gamal and AES-256-CCM. The key is SHA256("key|" + g^s), the nonce the first 13 bytes of SHA256("iv|" + g^r).
 *
 * The specification does not say that the nonce is cut, nor the parameters of CCM; they were found by opening what the official tool
 * made (a tag of 8 bytes). Whoever opens a message shows the shared secret alpha^dk, not dk, so that a judge can open it too.
 * Everything inside must be canonical JSON, and nothing inside can be trusted.
 */
import { fromUtf8, utf8 } from '../../base/index.ts'
import {
  CCM_NONCE_BYTES,
  decryptCcm,
  encryptCcm,
  GENERATOR,
  MAX_CCM_BYTES,
  multiplySecret,
  type Point,
  pointToHex,
  type Random,
  randomScalar,
  sha256,
} from '../../crypto/index.ts'
import { decodeJson, objectShape, pointShape, type Shape, textShape } from '../json.ts'
import { signMessage, verifyMessage } from '../schnorr.ts'
import { signedMessageShape } from './messages.ts'
import type { EncryptedMessage } from './types.ts'

/** `channel_msg` (4.6.3). */
const channelShape: Shape<{ readonly recipient: Point; readonly message: string }> = objectShape({
  recipient: pointShape,
  message: textShape(MAX_CCM_BYTES),
})

/** `send` (4.6.3): the message signed for and encrypted to the recipient's encryption key. At most some 60,000 characters. */
export function sendMessage(
  signing: bigint,
  recipient: Point,
  message: string,
  random: Random,
): EncryptedMessage {
  const channel = channelShape.write({ recipient, message })
  const signed = signedMessageShape.write({
    message: channel,
    signature: signMessage(signing, channel, random),
  })
  const r = randomScalar(random)
  const point = multiplySecret(GENERATOR, randomScalar(random))
  const alpha = multiplySecret(GENERATOR, r)
  const beta = multiplySecret(recipient, r).add(point)
  return { alpha, beta, data: encryptCcm(keyOf(point), nonceOf(alpha), utf8(signed)) }
}

/** The message, where it was sent with the key of `sender` to `recipient`; undefined where it was not. Never throws. */
export function openMessage(
  sender: Point,
  recipient: Point,
  { alpha, beta, data }: EncryptedMessage,
  sharedSecret: Point,
): string | undefined {
  const bytes = decryptCcm(keyOf(beta.subtract(sharedSecret)), nonceOf(alpha), data)
  const text = bytes === undefined ? undefined : fromUtf8(bytes)
  if (text === undefined) return undefined
  const signed = decodeJson(signedMessageShape, text, MAX_CCM_BYTES)
  if (!signed.ok || !verifyMessage(sender, signed.value.message, signed.value.signature)) return undefined
  const channel = decodeJson(channelShape, signed.value.message, MAX_CCM_BYTES)
  return channel.ok && channel.value.recipient.equals(recipient) ? channel.value.message : undefined
}

const keyOf = (point: Point): Uint8Array => sha256(`key|${pointToHex(point)}`)
const nonceOf = (alpha: Point): Uint8Array => sha256(`iv|${pointToHex(alpha)}`).subarray(0, CCM_NONCE_BYTES)
