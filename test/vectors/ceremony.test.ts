/**
 * The bytes of a threshold key ceremony, pinned in `ceremony/bytes.json` (write it again with
 * `PSEPHOS_WRITE_VECTORS=1 npx mocha test/vectors/ceremony.test.ts`), and a ceremony that the official tool ran, with the seeds of
 * its members, in `ceremony/tool.json`: what it encrypted is opened here without the tool.
 */
import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { toHex, unwrap } from '../../base/index.ts'
import { encryptCcm, modOrder } from '../../crypto/index.ts'
import {
  ceremonyKeys,
  coefficientBytes,
  combinedCoefficients,
  createCertificate,
  createComplaint,
  createMemberKey,
  createPublicPolynomial,
  createShare,
  decodeShare,
  encodeComplaint,
  encodeMemberKey,
  encodePublicPolynomial,
  encodeTrusteeCertificate,
  judgeComplaint,
  openShare,
  polynomialAt,
  thresholdParameters,
  trusteeSeedOf,
  trusteesJson,
  verifyCertificate,
  verifyMemberKey,
  verifyPublicPolynomial,
} from '../../election/index.ts'
import { seeded } from '../support/election/builders.ts'
import { parseCertificate, parseOutput, parsePolynomial } from '../support/election/tool-messages.ts'

const FILE = new URL('./ceremony/bytes.json', import.meta.url)
const TOOL = new URL('./ceremony/tool.json', import.meta.url)

/** One member of two, threshold two: everything that the first one sends, and the second one's complaint. */
function computed(): Readonly<Record<string, string>> {
  const random = seeded('vectors of a ceremony')
  const context = { size: 2, threshold: 2 }
  const seeds = [trusteeSeedOf(random(64)), trusteeSeedOf(random(64))] as const
  const keys = seeds.map(ceremonyKeys)
  const certificates = keys.map((own, i) => createCertificate(context, i + 1, own, random))
  const secret = [1234567890n, modOrder(-987654321n)]
  const polynomial = createPublicPolynomial({ context, certificates, index: 1 }, keys[0]!, secret, random)
  const share = createShare(keys[0]!, certificates[1]!.encryption, polynomialAt(secret, 2), random)
  const complaint = createComplaint(keys[1]!.decryption, unwrap(decodeShare(share)), random)
  return {
    'seed 1': seeds[0],
    'signing key 1': String(keys[0]!.signing),
    'decryption key 1': String(keys[0]!.decryption),
    certificate: toHex(encodeTrusteeCertificate(certificates[0]!)),
    coefficients: toHex(coefficientBytes(polynomial.coefficients)),
    polynomial: toHex(encodePublicPolynomial(polynomial)),
    share: toHex(share),
    complaint: toHex(encodeComplaint(complaint)),
    'member key': toHex(encodeMemberKey(createMemberKey(keys[0]!.signing, 99n, random))),
    'aes-256-ccm': toHex(encryptCcm(random(32), random(13), random(40))),
  }
}

describe('the bytes of a ceremony', () => {
  const vectors = computed()
  if (process.env.PSEPHOS_WRITE_VECTORS === '1') writeFileSync(FILE, `${JSON.stringify(vectors, null, 2)}\n`)
  const pinned = JSON.parse(readFileSync(FILE, 'utf8')) as Readonly<Record<string, string>>

  it('are all pinned, and nothing else is', () => {
    assert.deepEqual(Object.keys(vectors), Object.keys(pinned))
  })
  for (const [name, bytes] of Object.entries(pinned))
    it(`are those pinned: ${name}`, () => {
      assert.equal(vectors[name], bytes)
    })
})

describe('a ceremony of three that the official tool ran', () => {
  const tool = JSON.parse(readFileSync(TOOL, 'utf8')) as Readonly<
    Record<'seeds' | 'certificates' | 'polynomials' | 'outputs', readonly string[]>
  > & { readonly parameters: string }
  const context = { size: 3, threshold: 2 }
  const keys = tool.seeds.map(ceremonyKeys)
  const certificates = tool.certificates.map(parseCertificate)
  const dealt = tool.polynomials.map(parsePolynomial)
  const memberKeys = tool.outputs.map((json) => parseOutput(json).key)
  const combined = combinedCoefficients(dealt.map(({ published }) => published.coefficients))

  it('has certificates, polynomials and keys that verify', () => {
    for (const [i, certificate] of certificates.entries()) {
      const index = i + 1
      assert.equal(verifyCertificate(context, index, certificate), true)
      assert.equal(verifyPublicPolynomial({ context, certificates, index }, dealt[i]!.published).ok, true)
      assert.equal(verifyMemberKey({ certificate, index, combined }, memberKeys[i]!).ok, true)
    }
  })

  it('has shares that their recipients open, and that add up to their keys', () => {
    for (const [j, { decryption, signing }] of keys.entries()) {
      const shares = dealt.map(({ shares: sent, published }, i) => {
        const place = {
          dealer: certificates[i]!,
          recipient: certificates[j]!,
          index: j + 1,
          coefficients: published.coefficients,
        }
        const complaint = createComplaint(decryption, sent[j]!, seeded('complaint'))
        assert.equal(judgeComplaint(place, sent[j]!, complaint), 'complainer')
        return unwrap(openShare(place, sent[j]!, decryption))
      })
      const sum = modOrder(shares.reduce((total, share) => total + share, 0n))
      const key = createMemberKey(signing, sum, seeded('key'))
      assert.ok(key.publicKey.equals(memberKeys[j]!.publicKey))
    }
  })

  it('has parameters that we make of the same parts, byte for byte', () => {
    const parameters = thresholdParameters(
      context,
      certificates.map((certificate, i) => ({
        certificate,
        polynomial: dealt[i]!.published,
        key: memberKeys[i]!,
      })),
    )
    assert.equal(trusteesJson([{ kind: 'pedersen', parameters }]), `[["Pedersen",${tool.parameters}]]`)
  })
})
