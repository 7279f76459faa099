/** What members of a ceremony publish: keys, certificates, polynomials, and what becomes of them. */
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { concat, toBigEndian } from '../../../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  IDENTITY,
  modOrder,
  multiply,
  ORDER,
  type Point,
} from '../../../crypto/index.ts'
import { commitmentAt } from '../../../election/ceremony/coefficients.ts'
import { certificateText, coefficientsText } from '../../../election/ceremony/messages.ts'
import {
  ceremonyKeys,
  coefficientBytes,
  coefficientPoints,
  combinedCoefficients,
  createCertificate,
  createMemberKey,
  createPublicPolynomial,
  type PublicPolynomial,
  polynomialAt,
  type TrusteeCertificate,
  type TrusteePublicKey,
  thresholdParameters,
  trusteeSeedOf,
  verifyCertificate,
  verifyMemberKey,
  verifyPublicPolynomial,
  verifyTrustees,
} from '../../../election/index.ts'
import { MAX_THRESHOLD_COEFFICIENTS, MAX_TRUSTEES } from '../../../election/limits.ts'
import { signMessage } from '../../../election/schnorr.ts'
import { replaced, seeded } from '../../support/election/builders.ts'
import { ceremonyMembers } from '../../support/election/ceremony.ts'

const FALSE_PROOF = { challenge: 1n, response: 2n }
const random = seeded('ceremony tests')
const members = ceremonyMembers(3, 2, random)
const { context, keys, certificates, secrets, polynomials } = members

describe("a member's seed", () => {
  it('is 22 base58 characters out of 64 bytes, of which every one matters', () => {
    const bytes = random(64)
    const seed = trusteeSeedOf(bytes)
    assert.match(seed, /^[1-9A-HJ-NP-Za-km-z]{22}$/)
    for (let at = 0; at < 64; at++) {
      const changed = Uint8Array.from(bytes)
      changed[at]! ^= 1
      assert.notEqual(trusteeSeedOf(changed), seed, `byte ${at}`)
    }
    assert.equal(trusteeSeedOf(new Uint8Array(64)), '1'.repeat(22))
    assert.equal(trusteeSeedOf(toBigEndian(57n + 58n, 64)), `z2${'1'.repeat(20)}`)
    for (const length of [0, 32, 63, 65]) assert.throws(() => trusteeSeedOf(random(length)), /64 bytes/)
  })

  it('determines the keys by SHA-256 with a prefix, modulo q', () => {
    const number = (text: string): bigint =>
      BigInt(`0x${createHash('sha256').update(text).digest('hex')}`) % ORDER
    const seed = 'iNMnCMhj7XynNiLjXe1CGf'
    assert.deepEqual(ceremonyKeys(seed), {
      signing: number(`sk|${seed}`),
      decryption: number(`dk|${seed}`),
    })
  })
})

describe('a certificate', () => {
  const certificate = certificates[1]!

  it('verifies in its context and place, and in no other', () => {
    assert.equal(verifyCertificate(context, 2, certificate), true)
    for (const [size, threshold, index] of [
      [4, 2, 2],
      [3, 3, 2],
      [3, 1, 2],
      [3, 2, 1],
      [3, 2, 3],
    ] as const)
      assert.equal(verifyCertificate({ size, threshold }, index, certificate), false)
  })

  it('verifies in no place that there cannot be, although it is signed', () => {
    const good = (size: number, threshold: number, index: number): boolean =>
      verifyCertificate(
        { size, threshold },
        index,
        createCertificate({ size, threshold }, index, keys[0]!, random),
      )
    const most = MAX_THRESHOLD_COEFFICIENTS / MAX_TRUSTEES
    assert.equal(good(MAX_TRUSTEES, most, MAX_TRUSTEES), true)
    assert.equal(good(MAX_TRUSTEES, most + 1, 1), false)
    assert.equal(good(MAX_TRUSTEES + 1, 2, 1), false)
    for (const [size, threshold, index] of [
      [3, 4, 1],
      [3, 0, 1],
      [3, 2, 0],
      [3, 2, 4],
      [0, 0, 0],
      [3, 2, 1.5],
      [3, 1.5, 1],
      [Number.NaN, 1, 1],
    ] as const)
      assert.equal(good(size, threshold, index), false, `${size}, ${threshold}, ${index}`)
  })

  it('verifies with no other key and no other signature', () => {
    const other = certificates[0]!
    for (const change of [
      { verification: other.verification },
      { encryption: other.encryption },
      { signature: other.signature },
      { signature: FALSE_PROOF },
    ] satisfies readonly Partial<TrusteeCertificate>[])
      assert.equal(verifyCertificate(context, 2, { ...certificate, ...change }), false)
  })

  it('has no neutral key, although whoever has one can sign', () => {
    for (const change of [{ signing: 0n }, { decryption: 0n }])
      assert.equal(
        verifyCertificate(context, 1, createCertificate(context, 1, { ...keys[0]!, ...change }, random)),
        false,
      )
  })

  it('is signed in exactly the words of the specification', () => {
    const text = certificateText(context, 2, certificate)
    const hex = (point: Point): string => Buffer.from(encodePoint(point)).toString('hex')
    assert.equal(
      text,
      `{"context":{"group":"Ed25519","size":3,"threshold":2,"index":2},"verification":"${hex(certificate.verification)}","encryption":"${hex(certificate.encryption)}"}`,
    )
  })
})

describe('a polynomial', () => {
  const place = { context, certificates, index: 2 }
  const polynomial = polynomials[1]!
  const problem = (changed: PublicPolynomial, at = place): string => {
    const result = verifyPublicPolynomial(at, changed)
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.detail}`
  }

  it('is evaluated modulo q, and its commitments in the exponent', () => {
    assert.equal(polynomialAt([5n, 7n, 11n], 3), 5n + 21n + 99n)
    assert.equal(polynomialAt([ORDER - 1n, 1n], 1), 0n)
    assert.equal(polynomialAt([], 4), 0n)
    const coefficients = [ORDER - 5n, 0n, 9n, ORDER - 1n]
    const points = coefficientPoints(coefficients)
    for (const index of [1, 2, 3, 100, MAX_TRUSTEES]) {
      const direct = coefficients.reduce((sum, a, k) => sum + a * BigInt(index) ** BigInt(k), 0n)
      assert.equal(polynomialAt(coefficients, index), modOrder(direct))
      assert.ok(commitmentAt(points, index).equals(multiply(GENERATOR, modOrder(direct))))
    }
    assert.deepEqual(coefficientBytes(points), concat(...points.map(encodePoint)))
  })

  it('verifies at its own place only', () => {
    for (const [i, own] of polynomials.entries())
      for (const index of [1, 2, 3])
        assert.equal(problem(own, { ...place, index }) === 'ok', index === i + 1, `${i + 1} at ${index}`)
    for (const index of [0, 4, -1, 0.5])
      assert.match(problem(polynomial, { ...place, index }), /^polynomial-invalid: no dealer/)
    assert.match(problem(polynomial, { ...place, certificates: certificates.slice(0, 2) }), /no dealer/)
  })

  it('T21 has threshold many coefficients', () => {
    for (const threshold of [1, 3]) {
      const other = ceremonyMembers(3, threshold, seeded('other'))
      assert.match(problem(other.polynomials[1]!), /coefficients for threshold 2/)
      const secret = [...secrets[1]!, 5n].slice(0, threshold)
      assert.throws(() => createPublicPolynomial(place, keys[1]!, secret, random), /threshold many/)
    }
    assert.throws(() => createPublicPolynomial(place, keys[1]!, [1n, 0n], random), /no coefficient is zero/)
  })

  it('has no neutral coefficient, although whoever chose it can sign', () => {
    const coefficients = [polynomial.coefficients[0]!, IDENTITY]
    const signature = signMessage(keys[1]!.signing, coefficientsText(coefficients), random)
    assert.match(problem({ ...polynomial, coefficients, signature }), /neutral/)
  })

  it("is refused with another member's coefficients or signature", () => {
    const other = polynomials[0]!
    const { coefficients, signature, certificatesSignature } = other
    assert.match(problem({ ...polynomial, coefficients }), /the coefficients' signature/)
    assert.match(problem({ ...polynomial, signature }), /the coefficients' signature/)
    assert.match(
      problem({ ...polynomial, certificatesSignature }),
      /the signature over certificates and coefficients/,
    )
    assert.match(problem({ ...polynomial, certificatesSignature: FALSE_PROOF }), /over certificates/)
    const resigned = signMessage(keys[1]!.signing, coefficientsText(coefficients), random)
    assert.match(problem({ ...polynomial, coefficients, signature: resigned }), /over certificates/)
  })

  it('T24 is refused where another certificate is shown than its dealer saw', () => {
    const fake = createCertificate(context, 3, keys[0]!, random)
    assert.equal(verifyCertificate(context, 3, fake), true)
    assert.match(
      problem(polynomial, { ...place, certificates: replaced(certificates, 2, fake) }),
      /the signature over certificates and coefficients/,
    )
  })
})

describe("a member's key", () => {
  const combined = combinedCoefficients(polynomials.map(({ coefficients }) => coefficients))
  const shareOf = (index: number): bigint =>
    modOrder(secrets.reduce((sum, secret) => sum + polynomialAt(secret, index), 0n))
  const memberKeys = keys.map(({ signing }, i) => createMemberKey(signing, shareOf(i + 1), random))
  const place = { certificate: certificates[0]!, index: 1, combined }
  const problem = (key: TrusteePublicKey, at = place): string => {
    const result = verifyMemberKey(at, key)
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.detail}`
  }

  it('verifies at its own place only', () => {
    for (const [i, key] of memberKeys.entries())
      for (const index of [1, 2, 3])
        assert.equal(
          problem(key, { ...place, certificate: certificates[index - 1]!, index }) === 'ok',
          index === i + 1,
        )
  })

  it('T16 is the one that follows from the coefficients, proven and signed by its member', () => {
    const key = memberKeys[0]!
    assert.match(problem(createMemberKey(keys[0]!.signing, shareOf(1) + 1n, random)), /does not follow/)
    assert.match(problem({ ...key, proof: FALSE_PROOF }), /proof of knowledge/)
    assert.match(problem({ ...key, proof: memberKeys[1]!.proof }), /proof of knowledge/)
    assert.match(problem({ ...key, signature: FALSE_PROOF }), /^member-key-invalid: the key's signature/)
    assert.match(problem(createMemberKey(keys[1]!.signing, shareOf(1), random)), /the key's signature/)
    assert.match(problem({ publicKey: key.publicKey, proof: key.proof }), /the key's signature/)
  })

  it('is not neutral, even where the coefficients say so', () => {
    const neutral = [IDENTITY, IDENTITY]
    const key = { ...memberKeys[0]!, publicKey: IDENTITY }
    assert.match(problem(key, { ...place, combined: neutral }), /neutral/)
    assert.throws(() => createMemberKey(keys[0]!.signing, 0n, random), /not zero/)
  })

  it('T16 is, with all the others and what they published, the verified threshold parameters', () => {
    const all = memberKeys.map((key, i) => ({
      certificate: certificates[i]!,
      polynomial: polynomials[i]!,
      key,
    }))
    const parameters = thresholdParameters(context, all)
    assert.deepEqual(verifyTrustees([{ kind: 'pedersen', parameters }]), { ok: true, value: undefined })
    assert.throws(() => thresholdParameters(context, all.slice(1)), /every member/)
  })

  it('comes from lists of coefficients of one length', () => {
    assert.throws(() => combinedCoefficients([[GENERATOR], []]), /threshold many/)
    assert.deepEqual(combinedCoefficients([]), [])
    assert.ok(combinedCoefficients([[GENERATOR], [GENERATOR]])[0]!.equals(multiply(GENERATOR, 2n)))
  })
})
