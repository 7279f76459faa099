/** The compact forms of what a ceremony's members send: one a value, and nothing in them can be changed unnoticed. */
import { strict as assert } from 'node:assert'
import { concat, type Result, toBigEndian, toHex, unwrap } from '../../../base/index.ts'
import { modOrder, ORDER } from '../../../crypto/index.ts'
import {
  combinedCoefficients,
  createComplaint,
  createMemberKey,
  decodeComplaint,
  decodeMemberKey,
  decodePublicPolynomial,
  decodeShare,
  decodeTrusteeCertificate,
  encodeComplaint,
  encodeMemberKey,
  encodePublicPolynomial,
  encodeShare,
  encodeTrusteeCertificate,
  judgeComplaint,
  openShare,
  polynomialAt,
  verifyCertificate,
  verifyMemberKey,
  verifyPublicPolynomial,
} from '../../../election/index.ts'
import { MAX_SHARE_BYTES, MAX_TRUSTEES } from '../../../election/limits.ts'
import { seeded, TORSION_POINTS, withTorsion } from '../../support/election/builders.ts'
import { ceremonyMembers, honestShare, sharePlace } from '../../support/election/ceremony.ts'
import { channelText, sealedTo, secretText } from '../../support/election/cheating-dealer.ts'

const random = seeded('ceremony bytes')
const members = ceremonyMembers(2, 2, random)
const { context, keys, certificates, secrets, polynomials } = members
const place = sharePlace(members, 1, 2)
const share = honestShare(members, 1, 2, random)
const memberShare = modOrder(secrets.reduce((sum, secret) => sum + polynomialAt(secret, 2), 0n))
const combined = combinedCoefficients(polynomials.map(({ coefficients }) => coefficients))

type Answer = Result<unknown, { readonly code: string; readonly detail: string }>

/** One kind of compact form. */
interface Form {
  readonly bytes: Uint8Array
  readonly length: number
  readonly malformed: string
  /** Offsets of points and of scalars. */
  readonly points: readonly number[]
  readonly scalars: readonly number[]
  /** Decodes and encodes again. */
  recoded(bytes: Uint8Array): Result<Uint8Array, { readonly code: string; readonly detail: string }>
  /** Decodes and verifies. */
  accepts(bytes: Uint8Array): boolean
}

function form<T>(
  description: Pick<Form, 'bytes' | 'length' | 'malformed' | 'points' | 'scalars'>,
  decode: (bytes: Uint8Array) => Result<T, { readonly code: string; readonly detail: string }>,
  encode: (value: T) => Uint8Array,
  verify: (value: T) => boolean,
): Form {
  return {
    ...description,
    recoded: (bytes) => {
      const value = decode(bytes)
      return value.ok ? { ok: true, value: encode(value.value) } : value
    },
    accepts: (bytes) => {
      const value = decode(bytes)
      return value.ok && verify(value.value)
    },
  }
}

const FORMS: Readonly<Record<string, Form>> = {
  certificate: form(
    {
      bytes: encodeTrusteeCertificate(certificates[1]!),
      length: 128,
      malformed: 'certificate-malformed',
      points: [0, 32],
      scalars: [64, 96],
    },
    decodeTrusteeCertificate,
    encodeTrusteeCertificate,
    (certificate) => verifyCertificate(context, 2, certificate),
  ),
  polynomial: form(
    {
      bytes: encodePublicPolynomial(polynomials[1]!),
      length: 192,
      malformed: 'polynomial-malformed',
      points: [128, 160],
      scalars: [0, 32, 64, 96],
    },
    decodePublicPolynomial,
    encodePublicPolynomial,
    (polynomial) => verifyPublicPolynomial({ context, certificates, index: 2 }, polynomial).ok,
  ),
  share: form(
    {
      bytes: encodeShare(share),
      length: 64 + share.data.length,
      malformed: 'share-malformed',
      points: [0, 32],
      scalars: [],
    },
    decodeShare,
    encodeShare,
    (value) => openShare(place, value, keys[1]!.decryption).ok,
  ),
  complaint: form(
    {
      bytes: encodeComplaint(createComplaint(keys[1]!.decryption, share, random)),
      length: 96,
      malformed: 'complaint-malformed',
      points: [0],
      scalars: [32, 64],
    },
    decodeComplaint,
    encodeComplaint,
    (complaint) => judgeComplaint(place, share, complaint) !== 'proof-invalid',
  ),
  "member's key": form(
    {
      bytes: encodeMemberKey(createMemberKey(keys[1]!.signing, memberShare, random)),
      length: 160,
      malformed: 'member-key-malformed',
      points: [0],
      scalars: [32, 64, 96, 128],
    },
    decodeMemberKey,
    encodeMemberKey,
    (key) => verifyMemberKey({ certificate: certificates[1]!, index: 2, combined }, key).ok,
  ),
}

const refusedAs = (answer: Answer): string => (answer.ok ? 'ok' : answer.error.code)

for (const [name, { bytes, length, malformed, points, scalars, recoded, accepts }] of Object.entries(FORMS))
  describe(`the compact form of a ${name}`, () => {
    it('has its length, and is written as it was read', () => {
      assert.equal(bytes.length, length)
      assert.deepEqual(unwrap(recoded(bytes)), bytes)
      assert.equal(accepts(bytes), true)
    })

    it('is refused cut or lengthened by a byte', () => {
      for (const changed of [bytes.slice(1), bytes.slice(0, -1), concat(bytes, Uint8Array.of(0))])
        assert.equal(accepts(changed), false)
      assert.equal(refusedAs(recoded(new Uint8Array(0))), malformed)
    })

    it('T06 is refused with a point of small order added to any of its points', () => {
      for (const at of points)
        for (const torsion of TORSION_POINTS.slice(1)) {
          const changed = Uint8Array.from(bytes)
          changed.set(withTorsion(bytes.slice(at, at + 32), torsion), at)
          assert.equal(refusedAs(recoded(changed)), malformed)
        }
    })

    it('T05 is refused with a scalar that is not reduced, or a point that is none', () => {
      for (const at of scalars) {
        const changed = Uint8Array.from(bytes)
        const scalar = BigInt(`0x${toHex(bytes.slice(at, at + 32))}`)
        changed.set(toBigEndian(scalar + ORDER, 32), at)
        assert.equal(refusedAs(recoded(changed)), malformed)
      }
      for (const at of points) {
        const changed = Uint8Array.from(bytes).fill(0xff, at, at + 32)
        assert.equal(refusedAs(recoded(changed)), malformed)
      }
    })

    it('is refused with any of its bytes changed', () => {
      for (let at = 0; at < bytes.length; at++) {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= 1 << (at % 8)
        assert.equal(accepts(changed), false, `byte ${at}`)
      }
    })
  })

describe('the compact form of a share', () => {
  it('has room for a tag at least, and at most 512 bytes', () => {
    const { bytes } = FORMS.share!
    const ofLength = (length: number): string =>
      refusedAs(decodeShare(concat(bytes, new Uint8Array(MAX_SHARE_BYTES)).slice(0, length)))
    assert.equal(ofLength(71), 'share-malformed')
    assert.equal(ofLength(72), 'ok')
    assert.equal(ofLength(MAX_SHARE_BYTES), 'ok')
    assert.equal(ofLength(MAX_SHARE_BYTES + 1), 'share-malformed')
  })

  it('has at most 483 bytes when it is right', () => {
    const largest = String(ORDER - 1n)
    const key = certificates[1]!.encryption
    const message = channelText(key, secretText(ORDER - 1n))
    const text = JSON.stringify({ message, signature: { challenge: largest, response: largest } })
    assert.equal(encodeShare(sealedTo(key, text, random)).length, 483)
  })
})

describe('the compact form of a polynomial', () => {
  it('has at least one coefficient and at most as many as there can be trustees', () => {
    const { bytes } = FORMS.polynomial!
    const coefficient = bytes.slice(128, 160)
    const withCount = (count: number): string =>
      refusedAs(
        decodePublicPolynomial(
          concat(bytes.slice(0, 128), ...Array.from({ length: count }, () => coefficient)),
        ),
      )
    assert.equal(withCount(0), 'polynomial-malformed')
    assert.equal(withCount(1), 'ok')
    assert.equal(withCount(MAX_TRUSTEES), 'ok')
    assert.equal(withCount(MAX_TRUSTEES + 1), 'polynomial-malformed')
  })
})
