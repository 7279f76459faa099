/** Shares that dealers send, right and wrong, and complaints about them, true and false. */
import { strict as assert } from 'node:assert'
import { concat, toHex, unwrap, utf8 } from '../../../base/index.ts'
import {
  GENERATOR,
  hashToScalar,
  IDENTITY,
  modOrder,
  multiply,
  multiplySecret,
  ORDER,
  type Point,
  pointToHex,
  type Random,
  randomScalar,
  sha256,
} from '../../../crypto/index.ts'
import { openMessage, sendMessage } from '../../../election/ceremony/channel.ts'
import { coefficientsText } from '../../../election/ceremony/messages.ts'
import { shareWithin } from '../../../election/ceremony/share.ts'
import {
  type Complaint,
  coefficientPoints,
  createComplaint,
  createShare,
  decodeShare,
  type EncryptedShare,
  judgeComplaint,
  openShare,
  polynomialAt,
} from '../../../election/index.ts'
import { seeded } from '../../support/election/builders.ts'
import { ceremonyMembers, honestShare, sharePlace } from '../../support/election/ceremony.ts'
import { channelText, sealedTo, secretText, signedText } from '../../support/election/cheating-dealer.ts'

const random: Random = seeded('ceremony shares')
const members = ceremonyMembers(3, 2, random)
const { keys, certificates, secrets } = members

/** Dealer 1 deals to member 2. */
const place = sharePlace(members, 1, 2)
const [dealer, recipient] = [keys[0]!, keys[1]!]
const recipientKey = certificates[1]!.encryption
const secret = polynomialAt(secrets[0]!, 2)
const good = honestShare(members, 1, 2, random)

const opened = (share: EncryptedShare): string => {
  const result = openShare(place, share, recipient.decryption)
  return result.ok ? 'ok' : result.error.code
}
/** What comes of the recipient's own complaint. */
const judged = (share: EncryptedShare): string =>
  judgeComplaint(place, share, createComplaint(recipient.decryption, share, random))

describe('a share', () => {
  it('is opened by its recipient, whoever dealt it', () => {
    for (const from of [1, 2, 3])
      for (const to of [1, 2, 3]) {
        const result = openShare(
          sharePlace(members, from, to),
          honestShare(members, from, to, random),
          keys[to - 1]!.decryption,
        )
        assert.equal(unwrap(result), polynomialAt(secrets[from - 1]!, to))
      }
  })

  it('is the message of the specification, opened here and made here', () => {
    const made = sealedTo(
      recipientKey,
      signedText(dealer.signing, channelText(recipientKey, secretText(secret)), random),
      random,
    )
    assert.equal(opened(made), 'ok')
  })

  it('may be zero, when the polynomial is zero there', () => {
    const polynomial = [ORDER - 2n, 1n]
    const bytes = createShare(dealer, recipientKey, polynomialAt(polynomial, 2), random)
    const at = { ...place, coefficients: coefficientPoints(polynomial) }
    assert.equal(unwrap(openShare(at, unwrap(decodeShare(bytes)), recipient.decryption)), 0n)
  })

  it('is opened with the key of the certificate only: another one is a mistake of the caller', () => {
    assert.throws(() => openShare(place, good, dealer.decryption), /recipient's key/)
  })
})

describe('T18 a bad share is refused by its recipient, and every judge finds against the dealer', () => {
  const sealed = (content: string | Uint8Array): EncryptedShare => sealedTo(recipientKey, content, random)
  const signed = (message: string): EncryptedShare => sealed(signedText(dealer.signing, message, random))
  const sent = (message: string): EncryptedShare => signed(channelText(recipientKey, message))
  const right = secretText(secret)
  const channel = channelText(recipientKey, right)
  const whole = signedText(dealer.signing, channel, random)
  const quoted = JSON.stringify(channel)

  const wrong: Readonly<Record<string, EncryptedShare>> = {
    'off by one': sent(secretText(modOrder(secret + 1n))),
    'of another member': sent(secretText(polynomialAt(secrets[0]!, 3))),
    'of another dealer': sent(secretText(polynomialAt(secrets[1]!, 2))),
    zero: sent(secretText(0n)),
  }
  const undecryptable: Readonly<Record<string, EncryptedShare>> = {
    'encrypted to another member': honestShare(members, 1, 3, random),
    'signed for another member': signed(channelText(certificates[2]!.encryption, right)),
    'signed by another member': sealed(signedText(keys[2]!.signing, channel, random)),
    'signed by the recipient': sealed(signedText(recipient.signing, channel, random)),
    'dealt by another member': honestShare(members, 3, 2, random),
    'signed, but not as a message to anybody': signed(right),
    'the signed coefficients': signed(coefficientsText(place.coefficients)),
    unsigned: sealed(channel),
    'with a signature of something else': sealed(
      whole.replace(quoted, JSON.stringify(channelText(recipientKey, secretText(1n)))),
    ),
    'garbage in place of data': { ...good, data: random(good.data.length) },
    'no data': { ...good, data: new Uint8Array(0) },
    'less data than a tag': { ...good, data: good.data.subarray(0, 7) },
    'the longest data': sealed(new Uint8Array(65535).fill(0x5b)),
    'too much data': { ...good, data: new Uint8Array(65536 + 8) },
    'not UTF-8': sealed(concat(utf8(whole), Uint8Array.of(0xff))),
    'with a byte order mark': sealed(`\ufeff${whole}`),
    empty: sealed(''),
    null: sealed('null'),
    'nothing neutral': { alpha: IDENTITY, beta: IDENTITY, data: good.data },
    'with a neutral alpha': { ...good, alpha: IDENTITY },
    'with a neutral beta': { ...good, beta: IDENTITY },
    'with beta and alpha swapped': { ...good, alpha: good.beta, beta: good.alpha },
    'with another beta': { ...good, beta: good.beta.add(GENERATOR) },
    'signed message with a space': sealed(whole.replace('{"message"', '{ "message"')),
    'signed message with a line end': sealed(`${whole}\n`),
    'signed message with another field': sealed(whole.replace('{"message"', '{"x":1,"message"')),
    'signed message with fields in another order': sealed(
      `{"signature":${whole.slice(whole.indexOf('{"challenge"'), -1)},"message":${quoted}}`,
    ),
    'signed message with another escape': sealed(whole.replace('recipient', '\\u0072ecipient')),
    'signed message with a scalar not reduced': sealed(
      whole.replace(/"response":"(\d+)"/, (_, digits) => `"response":"${BigInt(digits) + ORDER}"`),
    ),
    'channel message with a space': signed(channel.replace('","message"', '", "message"')),
    'channel message with a field twice': signed(channel.replace('{', '{"message":"",')),
    'channel message in upper case': signed(
      channel.replace(/[0-9a-f]{64}/, (digits) => digits.toUpperCase()),
    ),
    'share as a number': sent(`{"secret":${secret}}`),
    'share with a leading zero': sent(`{"secret":"0${secret}"}`),
    'share with a sign': sent(`{"secret":"-${ORDER - secret}"}`),
    'share that is not reduced': sent(`{"secret":"${secret + ORDER}"}`),
    'share with a space': sent(`{"secret": "${secret}"}`),
    'share with another field': sent(`{"secret":"${secret}","x":1}`),
    'share with another name': sent(`{"Secret":"${secret}"}`),
    'share in an array': sent(`["${secret}"]`),
    'share of many characters': sent(`{"secret":"${'0'.repeat(2000)}"}`),
    'share with an emoji': sent(`{"secret":"${secret}"}\u{1f600}`),
  }

  for (const [name, share] of Object.entries(wrong))
    it(name, () => {
      assert.deepEqual([opened(share), judged(share)], ['share-wrong', 'dealer'])
    })
  for (const [name, share] of Object.entries(undecryptable))
    it(name, () => {
      assert.deepEqual([opened(share), judged(share)], ['share-undecryptable', 'dealer'])
    })

  it('a right one that does not fit what the dealer published', () => {
    const at = { ...place, coefficients: members.polynomials[2]!.coefficients }
    const complaint = createComplaint(recipient.decryption, good, random)
    assert.equal(judgeComplaint(at, good, complaint), 'dealer')
    const result = openShare(at, good, recipient.decryption)
    assert.equal(result.ok ? 'ok' : result.error.code, 'share-wrong')
  })
})

describe('a complaint', () => {
  const complaint = createComplaint(recipient.decryption, good, random)
  const verdict = (changed: Partial<Complaint>, share: EncryptedShare = good, at = place): string =>
    judgeComplaint(at, share, { ...complaint, ...changed })

  it('T18 about a good share is found against the complainer', () => {
    assert.equal(verdict({}), 'complainer')
  })

  it('T18 with another shared secret or proof says nothing', () => {
    const { sharedSecret, proof } = complaint
    for (const changed of [
      { sharedSecret: sharedSecret.add(GENERATOR) },
      { sharedSecret: IDENTITY },
      { sharedSecret: multiply(good.alpha, 5n) },
      { sharedSecret: good.beta },
      { proof: { ...proof, challenge: modOrder(proof.challenge + 1n) } },
      { proof: { ...proof, response: modOrder(proof.response + 1n) } },
      { proof: { challenge: 0n, response: 0n } },
    ])
      assert.equal(verdict(changed), 'proof-invalid')
  })

  it('T18 of whoever has not the decryption key says nothing', () => {
    for (const key of [keys[0]!.decryption, keys[2]!.decryption, recipient.signing])
      assert.equal(judgeComplaint(place, good, createComplaint(key, good, random)), 'proof-invalid')
  })

  it('is about one share of one recipient: about any other it says nothing', () => {
    const { alpha, beta, data } = good
    const others: readonly EncryptedShare[] = [
      honestShare(members, 1, 2, random),
      { alpha, beta, data: data.subarray(1) },
      { alpha, beta: beta.add(GENERATOR), data },
      { alpha: alpha.add(GENERATOR), beta, data },
    ]
    for (const share of others) assert.equal(verdict({}, share), 'proof-invalid')
    assert.equal(verdict({}, good, sharePlace(members, 1, 3)), 'proof-invalid')
  })

  it('T18 T01 cannot be proven by whoever knows the key, the exponent and how the challenge is made', () => {
    const { decryption } = recipient
    const prove = (exponent: bigint, w: bigint, v: bigint, response: (c: bigint) => bigint): string => {
      const sharedSecret = multiplySecret(good.alpha, exponent)
      const commitments = [multiplySecret(GENERATOR, w), multiplySecret(good.alpha, v)]
      const points = [recipientKey, good.alpha, good.beta, sharedSecret, ...commitments]
      const hash = toHex(sha256(good.data))
      const challenge = hashToScalar(
        `psephos/complaint/1|Ed25519|${hash}|${points.map(pointToHex).join(',')}`,
      )
      return verdict({ sharedSecret, proof: { challenge, response: modOrder(response(challenge)) } })
    }
    const [w, v, other] = [randomScalar(random), randomScalar(random), randomScalar(random)]
    assert.equal(
      prove(decryption, w, w, (c) => w - decryption * c),
      'complainer',
    )
    assert.equal(
      prove(other, w, w, (c) => w - decryption * c),
      'proof-invalid',
    )
    assert.equal(
      prove(other, w, w, (c) => w - other * c),
      'proof-invalid',
    )
    assert.equal(
      prove(other, w, v, (c) => w - decryption * c),
      'proof-invalid',
    )
    assert.equal(
      prove(other, w, v, (c) => v - other * c),
      'proof-invalid',
    )
  })

  it('opens, for everybody, that one share', () => {
    assert.equal(unwrap(shareWithin(place, good, complaint.sharedSecret)), secret)
    const other = honestShare(members, 3, 2, random)
    assert.equal(shareWithin(sharePlace(members, 3, 2), other, complaint.sharedSecret).ok, false)
  })

  it('T18 provoked by a share made out of another one opens that one too, so an attempt ends with a complaint', () => {
    // Dealer 3 knows nothing of what dealer 1 sent, but multiplies its alpha by a known power of g.
    const shift = randomScalar(random)
    const bait: EncryptedShare = {
      alpha: good.alpha.add(multiplySecret(GENERATOR, shift)),
      beta: good.beta,
      data: good.data,
    }
    const provoked = createComplaint(recipient.decryption, bait, random)
    const at = sharePlace(members, 3, 2)
    assert.equal(judgeComplaint(at, bait, provoked), 'dealer')
    const stolen: Point = provoked.sharedSecret.subtract(multiplySecret(recipientKey, shift))
    assert.equal(unwrap(shareWithin(place, good, stolen)), secret)
  })
})

describe('a message between members', () => {
  it('of any content is opened by its recipient only, as signed by its sender only', () => {
    for (const message of ['', '"\\\u007f\u0001 ü \u{1f600}', 'x'.repeat(60_000)]) {
      const encrypted = sendMessage(dealer.signing, recipientKey, message, random)
      const shared = multiplySecret(encrypted.alpha, recipient.decryption)
      const open = (sender: Point, to: Point, sharedSecret: Point): string | undefined =>
        openMessage(sender, to, encrypted, sharedSecret)
      assert.equal(open(certificates[0]!.verification, recipientKey, shared), message)
      assert.equal(open(certificates[1]!.verification, recipientKey, shared), undefined)
      assert.equal(open(certificates[0]!.verification, certificates[0]!.encryption, shared), undefined)
      assert.equal(open(certificates[0]!.verification, recipientKey, shared.add(GENERATOR)), undefined)
    }
  })

  it('is encrypted differently each time', () => {
    const [a, b] = [1, 2].map(() => sendMessage(dealer.signing, recipientKey, 'same', random))
    assert.ok(!a!.alpha.equals(b!.alpha) && !a!.beta.equals(b!.beta))
    assert.notDeepEqual(a!.data, b!.data)
  })
})
