/** Messages between trustees of a ceremony, as they are once decrypted: their encryption is right, whatever is in it. */
import { utf8 } from '../../../base/index.ts'
import {
  CCM_NONCE_BYTES,
  encryptCcm,
  GENERATOR,
  MAX_CCM_BYTES,
  multiplySecret,
  pointToHex,
  sha256,
} from '../../../crypto/index.ts'
import { openMessage } from '../../../election/ceremony/channel.ts'
import { shareWithin } from '../../../election/ceremony/share.ts'
import { type EncryptedShare, polynomialAt } from '../../../election/index.ts'
import { seeded } from '../../support/election/builders.ts'
import { ceremonyMembers, sharePlace } from '../../support/election/ceremony.ts'
import { channelText, secretText, signedText } from '../../support/election/cheating-dealer.ts'
import { ofText } from '../target.ts'
import type { Target } from '../types.ts'

/** What the first member deals to the second. */
export function ceremonyMessages(): readonly Target[] {
  const random = seeded('fuzz ceremony')
  const members = ceremonyMembers(3, 2, random)
  const place = sharePlace(members, 1, 2)
  const { dealer, recipient } = place
  const { decryption } = members.keys[1]!
  const { signing } = members.keys[0]!
  const secret = secretText(polynomialAt(members.secrets[0]!, 2))
  const signed = (message: string): string => signedText(signing, message, random)
  // One key for all, made as the specification has it (4.6.3), with s = 1 and r = 2.
  const alpha = multiplySecret(GENERATOR, 2n)
  const beta = multiplySecret(recipient.encryption, 2n).add(GENERATOR)
  const key = sha256(`key|${pointToHex(GENERATOR)}`)
  const nonce = sha256(`iv|${pointToHex(alpha)}`).subarray(0, CCM_NONCE_BYTES)
  const sealed = (content: string): EncryptedShare => {
    const bytes = utf8(content)
    // What is too long for AES-CCM cannot be sealed: it is sent as it is.
    return { alpha, beta, data: bytes.length > MAX_CCM_BYTES ? bytes : encryptCcm(key, nonce, bytes) }
  }
  const sharedSecret = multiplySecret(alpha, decryption)
  const inChannel = (message: string): string => channelText(recipient.encryption, message)
  return [
    ofText(
      {
        name: 'message of a member',
        covers: 'election/ceremony/channel.ts openMessage',
        samples: [signed(inChannel(secret)), signed(inChannel(''))],
      },
      (text) => openMessage(dealer.verification, recipient.encryption, sealed(text), sharedSecret),
    ),
    costly(
      ofText(
        {
          name: 'message of a member under its signature',
          covers: 'election/ceremony/channel.ts openMessage',
          samples: [inChannel(secret), inChannel('')],
        },
        (text) => openMessage(dealer.verification, recipient.encryption, sealed(signed(text)), sharedSecret),
      ),
    ),
    costly(
      ofText(
        {
          name: 'share under its signature',
          covers: 'election/ceremony/share.ts shareWithin',
          samples: [secret],
        },
        (text) => shareWithin(place, sealed(signed(inChannel(text))), sharedSecret),
      ),
    ),
  ]
}

const costly = (target: Target): Target => ({
  ...target,
  share: { of: 0.1, why: 'each input is signed anew; openMessage has all inputs in another target' },
})
