import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { unwrap } from '../../base/index.ts'
import { GENERATOR, IDENTITY, modOrder, multiply, ORDER } from '../../crypto/index.ts'
import {
  combinedCoefficients,
  createComplaint,
  createMemberKey,
  createShare,
  decodeComplaint,
  decodeMemberKey,
  decodePublicPolynomial,
  decodeShare,
  decodeTrusteeCertificate,
  electionKey,
  encodeComplaint,
  encodeMemberKey,
  encodePublicPolynomial,
  encodeShare,
  encodeTrusteeCertificate,
  judgeComplaint,
  openShare,
  polynomialAt,
  thresholdParameters,
  verifyCertificate,
  verifyMemberKey,
  verifyPublicPolynomial,
  verifyTrustees,
} from '../../election/index.ts'
import { seeded } from '../support/election/builders.ts'
import { ceremonyMembers, honestShare, type Members, sharePlace } from '../support/election/ceremony.ts'
import { channelText, sealedTo, signedText } from '../support/election/cheating-dealer.ts'

/** The value at 0 of the polynomial through the points (indexes[i], values[i]). */
function interpolated(indexes: readonly number[], values: readonly bigint[]): bigint {
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n
      ? 1n
      : (power((base * base) % ORDER, exponent / 2n) * (exponent % 2n === 1n ? base : 1n)) % ORDER
  return indexes.reduce((sum, j, i) => {
    const others = indexes.filter((other) => other !== j).map(BigInt)
    const above = others.reduce((product, other) => product * other, 1n)
    const below = others.reduce((product, other) => product * (other - BigInt(j)), 1n)
    return modOrder(sum + values[i]! * above * power(modOrder(below), ORDER - 2n))
  }, 0n)
}

/** The members' decryption keys: every share sent, encoded, decoded and opened. */
function dealt(members: Members, seed: string): readonly bigint[] {
  const random = seeded(`shares ${seed}`)
  return members.keys.map(({ decryption }, j) => {
    const shares = members.keys.map((_, i) => {
      const bytes = encodeShare(honestShare(members, i + 1, j + 1, random))
      return unwrap(openShare(sharePlace(members, i + 1, j + 1), unwrap(decodeShare(bytes)), decryption))
    })
    return modOrder(shares.reduce((sum, share) => sum + share, 0n))
  })
}

function checkCeremony(size: number, threshold: number, seed: string): void {
  const members = ceremonyMembers(size, threshold, seeded(seed))
  const { context, keys, certificates, secrets, polynomials } = members
  for (const [i, certificate] of certificates.entries()) {
    const decoded = unwrap(decodeTrusteeCertificate(encodeTrusteeCertificate(certificate)))
    assert.ok(verifyCertificate(context, i + 1, decoded))
    const polynomial = unwrap(decodePublicPolynomial(encodePublicPolynomial(polynomials[i]!)))
    assert.ok(verifyPublicPolynomial({ context, certificates, index: i + 1 }, polynomial).ok)
  }
  const combined = combinedCoefficients(polynomials.map(({ coefficients }) => coefficients))
  const shares = dealt(members, seed)
  const random = seeded(`keys ${seed}`)
  const all = keys.map(({ signing }, i) => {
    const bytes = encodeMemberKey(createMemberKey(signing, shares[i]!, random))
    const key = unwrap(decodeMemberKey(bytes))
    assert.ok(verifyMemberKey({ certificate: certificates[i]!, index: i + 1, combined }, key).ok)
    return { certificate: certificates[i]!, polynomial: polynomials[i]!, key }
  })
  const trustees = [{ kind: 'pedersen', parameters: thresholdParameters(context, all) }] as const
  assert.deepEqual(verifyTrustees(trustees), { ok: true, value: undefined })
  const key = modOrder(secrets.reduce((sum, [constant]) => sum + constant!, 0n))
  assert.ok(electionKey(trustees).equals(multiply(GENERATOR, key)))
  assert.ok(combined[0]!.equals(multiply(GENERATOR, key)))
  for (let chosen = 0; chosen < 2 ** size; chosen++) {
    const indexes = shares.map((_, i) => i + 1).filter((j) => (chosen >> (j - 1)) & 1)
    const found = interpolated(
      indexes,
      indexes.map((j) => shares[j - 1]!),
    )
    assert.equal(found === key, indexes.length >= threshold, `members ${indexes}`)
  }
}

describe('a ceremony', () => {
  for (const size of [1, 2, 3, 4, 5])
    it(`T16 T20 of ${size}: any threshold of them has the key and fewer have not, for every threshold`, () => {
      for (let threshold = 1; threshold <= size; threshold++)
        fc.assert(
          fc.property(fc.string({ maxLength: 8 }), (seed) => checkCeremony(size, threshold, seed)),
          { numRuns: size > 3 ? 1 : 2 },
        )
    })
})

describe('whatever a dealer sends', () => {
  const members = ceremonyMembers(2, 2, seeded('judged'))
  const place = sharePlace(members, 1, 2)
  const [dealer, { decryption }] = [members.keys[0]!, members.keys[1]!]
  const recipient = members.certificates[1]!.encryption
  const random = seeded('judged shares')
  const right = polynomialAt(members.secrets[0]!, 2)

  it('T18 the recipient and the judge of its complaint agree', () => {
    const good = createShare(dealer, recipient, right, random)
    const sealed = (text: string): Uint8Array =>
      encodeShare(
        sealedTo(recipient, signedText(dealer.signing, channelText(recipient, text), random), random),
      )
    const share = fc.oneof(
      fc.constant(good),
      fc
        .record({ at: fc.nat(good.length - 1), byte: fc.nat(255) })
        .map(({ at, byte }) => Uint8Array.from(good.with(at, byte))),
      fc
        .uint8Array({ minLength: 8, maxLength: 440 })
        .map((data) => encodeShare({ alpha: GENERATOR, beta: IDENTITY, data })),
      fc.bigInt({ min: 0n, max: ORDER }).map((secret) => sealed(JSON.stringify({ secret: String(secret) }))),
      fc.json().map((text) => sealed(text).slice(0, 512)),
      fc.constant(right).map((secret) => sealed(JSON.stringify({ secret: String(secret) }))),
    )
    let goodOnes = 0
    fc.assert(
      fc.property(share, (bytes) => {
        const decoded = decodeShare(bytes)
        if (!decoded.ok) return
        const opened = openShare(place, decoded.value, decryption)
        const complaint = createComplaint(decryption, decoded.value, random)
        const received = unwrap(decodeComplaint(encodeComplaint(complaint)))
        assert.equal(judgeComplaint(place, decoded.value, received), opened.ok ? 'complainer' : 'dealer')
        if (opened.ok) {
          assert.equal(opened.value, right)
          goodOnes += 1
        }
      }),
      { numRuns: 100 },
    )
    assert.ok(goodOnes > 0)
  })

  it('bytes are decoded or refused, and have one encoding', () => {
    const near = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
      fc
        .record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) })
        .map(({ at, byte }) => Uint8Array.from(bytes.with(at, byte)))
    const share = unwrap(decodeShare(createShare(dealer, recipient, right, random)))
    const forms = [
      [
        encodeTrusteeCertificate(members.certificates[0]!),
        decodeTrusteeCertificate,
        encodeTrusteeCertificate,
      ],
      [encodePublicPolynomial(members.polynomials[0]!), decodePublicPolynomial, encodePublicPolynomial],
      [encodeShare(share), decodeShare, encodeShare],
      [encodeComplaint(createComplaint(decryption, share, random)), decodeComplaint, encodeComplaint],
      [encodeMemberKey(createMemberKey(dealer.signing, right, random)), decodeMemberKey, encodeMemberKey],
    ] as const
    for (const [good, decode, encode] of forms)
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), near(good)), (bytes) => {
          const decoded = decode(bytes)
          if (decoded.ok) assert.deepEqual(encode(decoded.value as never), Uint8Array.from(bytes))
        }),
        { numRuns: 60 },
      )
  })
})
