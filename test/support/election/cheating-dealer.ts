/**
 * A dealer that encrypts whatever it likes to a member of a ceremony. Written from the specification (4.6.1, 4.6.3) with the AES of
 * Node, apart from the product's own `send`.
 */
import { createCipheriv, createHash } from 'node:crypto'
import { concat, utf8 } from '../../../base/index.ts'
import {
  GENERATOR,
  multiplySecret,
  type Point,
  pointToHex,
  type Random,
  randomScalar,
} from '../../../crypto/index.ts'
import type { EncryptedShare } from '../../../election/index.ts'
import { signMessage } from '../../../election/schnorr.ts'

/** Anything, encrypted to an encryption key as a message would be. */
export function sealedTo(recipient: Point, content: Uint8Array | string, random: Random): EncryptedShare {
  const hash = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest())
  const r = randomScalar(random)
  const point = multiplySecret(GENERATOR, randomScalar(random))
  const alpha = multiplySecret(GENERATOR, r)
  const key = hash(`key|${pointToHex(point)}`)
  const nonce = hash(`iv|${pointToHex(alpha)}`).subarray(0, 13)
  const cipher = createCipheriv('aes-256-ccm', key, nonce, { authTagLength: 8 })
  const data = cipher.update(typeof content === 'string' ? utf8(content) : content)
  cipher.final()
  return {
    alpha,
    beta: multiplySecret(recipient, r).add(point),
    data: concat(new Uint8Array(data), new Uint8Array(cipher.getAuthTag())),
  }
}

/** The JSON of a signed message, whatever the message. */
export function signedText(signing: bigint, message: string, random: Random): string {
  const { challenge, response } = signMessage(signing, message, random)
  return JSON.stringify({
    message,
    signature: { challenge: String(challenge), response: String(response) },
  })
}

/** The JSON of a message to a recipient. */
export function channelText(recipient: Point, message: string): string {
  return JSON.stringify({ recipient: pointToHex(recipient), message })
}

/** The JSON of a share. */
export function secretText(secret: bigint): string {
  return JSON.stringify({ secret: String(secret) })
}
