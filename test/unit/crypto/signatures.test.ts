import { strict as assert } from 'node:assert'
import { createPublicKey, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, fromHex, utf8 } from '../../../base/index.ts'
import {
  createSigner,
  IDENTITY,
  isStrictPublicKey,
  isStrictSignature,
  modOrder,
  ORDER,
  type Point,
  publicKeyOf,
  randomScalar,
  sign,
  verifySignature,
} from '../../../crypto/index.ts'
import { REMEMBERED_KEYS } from '../../../crypto/limits.ts'
import { OPENSSL } from '../../../crypto/openssl.ts'
import { verifyEquation } from '../../../crypto/signatures.ts'
import { seeded, TORSION_POINTS } from '../../support/election/builders.ts'

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(' ', '')) ?? assert.fail('hexadecimal')

/** RFC 8032 section 7.1: secret key, public key, message, signature. */
const RFC_8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const

/** OpenSSL's answer, through `node:crypto`. */
function openssl(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const der = concat(hex('302a300506032b6570032100'), publicKey)
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
    return verify(null, message, key, signature)
  } catch {
    return false
  }
}

/** noble's answer in its strict mode. */
function noble(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  return ed25519.verify(signature, message, publicKey, { zip215: false })
}

interface Case {
  readonly name: string
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly publicKey: Uint8Array
}

const order8 = TORSION_POINTS[1]!
const order2 = TORSION_POINTS[4]!
const message = utf8('Send 100 votes to Alice')
const littleEndian = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(32)
  for (let i = 0; i < 32; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 255n)
  return bytes
}
const challengeOf = (r: Uint8Array, a: Uint8Array, m: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(sha512(concat(r, a, m)).reverse()).toString('hex')}`) % ORDER

/**
 * A signature by someone who knows a in A = [a]B + T and r in R = [r]B + U for any T, U of small order and any bytes that write
 * them: S = r + k a. `want` says of the challenge k and message whether to take it (messages are tried in turn).
 */
function crafted(
  name: string,
  parts: {
    readonly a?: bigint
    readonly r?: bigint
    readonly t?: Point
    readonly u?: Point
    readonly publicKey?: Uint8Array
    readonly rBytes?: Uint8Array
    readonly addToS?: bigint
    readonly want?: (k: bigint) => boolean
  },
): Case {
  const { a = 0n, r = 0n, t = IDENTITY, u = IDENTITY, addToS = 0n, want = () => true } = parts
  const times = (scalar: bigint): Point =>
    scalar === 0n ? ed25519.Point.ZERO : ed25519.Point.BASE.multiply(scalar)
  const publicKey = parts.publicKey ?? times(a).add(t).toBytes()
  const rBytes = parts.rBytes ?? times(r).add(u).toBytes()
  for (let i = 0; ; i++) {
    const text = concat(message, Uint8Array.of(i))
    const k = challengeOf(rBytes, publicKey, text)
    if (!want(k)) continue
    const s = modOrder(r + k * a) + addToS
    return { name, message: text, signature: concat(rBytes, littleEndian(s)), publicKey }
  }
}

const random = seeded('edge cases')
const a = randomScalar(random)
const r = randomScalar(random)
/** y = 1 + p: another writing of the neutral element; and it with a sign. */
const NEUTRAL_AGAIN = littleEndian(2n ** 255n - 18n)
const NEUTRAL_SIGNED = littleEndian(2n ** 255n + 1n)

/** The classes of ed25519-speccheck's twelve cases (in its order), made here from known exponents. */
const EDGE_CASES: readonly Case[] = [
  crafted('0: S = 0, A and R of small order', { t: order8, u: order8.negate(), want: (k) => k % 8n === 1n }),
  crafted('1: A of small order, R mixed', { r, t: order8, u: order8.negate(), want: (k) => k % 8n === 1n }),
  crafted('2: A mixed, R of small order', { a, t: order8, u: order8.negate(), want: (k) => k % 8n === 1n }),
  crafted('3: A and R mixed, both equations hold', {
    a,
    r,
    t: order8,
    u: order8.negate(),
    want: (k) => k % 8n === 1n,
  }),
  crafted('4: A and R mixed, only the cofactored equation holds', {
    a,
    r,
    t: order8,
    u: order8,
    want: (k) => k % 8n === 1n,
  }),
  crafted('5: A mixed, R in the subgroup, only the cofactored equation holds', {
    a,
    r,
    t: order8,
    want: (k) => k % 8n !== 0n,
  }),
  crafted('6: S + q', { a, r, addToS: ORDER }),
  crafted('7: S + 8q', { a, r, addToS: 8n * ORDER }),
  crafted('8: A mixed, R written with y >= p', {
    a,
    t: order2,
    rBytes: NEUTRAL_AGAIN,
    want: (k) => k % 2n === 0n,
  }),
  crafted('9: R the neutral element with a sign', { a, rBytes: NEUTRAL_SIGNED }),
  crafted('10: A written with y >= p', { r, publicKey: NEUTRAL_AGAIN }),
  crafted('11: A the neutral element with a sign', { r, publicKey: NEUTRAL_SIGNED }),
  crafted('A in the subgroup, R mixed: only the cofactored equation holds', { a, r, u: order8 }),
  crafted('A in the subgroup, R of small order: only the cofactored equation holds', { a, u: order2 }),
  crafted('A in the subgroup, R the neutral element', { a }),
  crafted('A the neutral element', { r }),
  crafted('A of order 2', { r, t: order2, want: (k) => k % 2n === 0n }),
]

const GOOD: readonly Case[] = RFC_8032.map(([, publicKey, text, signature], index) => ({
  name: `RFC 8032 ${index}`,
  message: hex(text),
  signature: hex(signature),
  publicKey: hex(publicKey),
}))

describe('signatures', () => {
  it('are those of RFC 8032', () => {
    for (const [secret, publicKey, text, signature] of RFC_8032) {
      assert.deepEqual(publicKeyOf(hex(secret)), hex(publicKey))
      assert.deepEqual(sign(hex(text), hex(secret)), hex(signature))
      assert.ok(verifySignature(hex(text), hex(signature), hex(publicKey)))
    }
  })

  it('do not hold for another message, key, R or S', () => {
    const [first, second] = GOOD as readonly [Case, Case]
    assert.ok(!verifySignature(utf8('x'), first.signature, first.publicKey))
    assert.ok(!verifySignature(first.message, first.signature, second.publicKey))
    for (let i = 0; i < 64; i++) {
      const damaged = Uint8Array.from(first.signature)
      damaged[i]! ^= 1
      assert.ok(!verifySignature(first.message, damaged, first.publicKey), `byte ${i}`)
    }
  })

  it('of other lengths are refused, never thrown at', () => {
    const [{ message: text, signature, publicKey }] = GOOD as readonly [Case]
    assert.ok(!verifySignature(text, signature.subarray(1), publicKey))
    assert.ok(!verifySignature(text, concat(signature, Uint8Array.of(0)), publicKey))
    assert.ok(!verifySignature(text, signature, publicKey.subarray(1)))
    assert.ok(!verifySignature(text, signature, new Uint8Array(0)))
  })

  for (const edge of EDGE_CASES)
    it(`T05 are refused at the edges of the rule: ${edge.name}`, () => {
      assert.equal(verifySignature(edge.message, edge.signature, edge.publicKey), false)
    })

  it('T05 have one answer with OpenSSL behind the pre-check', () => {
    for (const { name, message: text, signature, publicKey } of [...GOOD, ...EDGE_CASES])
      assert.equal(
        isStrictSignature(signature, publicKey) && openssl(text, signature, publicKey),
        verifySignature(text, signature, publicKey),
        name,
      )
  })

  it('T05 have one answer in a browser, where there is no OpenSSL', () => {
    assert.ok(OPENSSL !== undefined, 'Node.js has it, so both ways are compared here')
    for (const { name, message: text, signature, publicKey } of [...GOOD, ...EDGE_CASES])
      assert.equal(
        isStrictSignature(signature, publicKey) && verifyEquation(text, signature, publicKey),
        verifySignature(text, signature, publicKey),
        name,
      )
  })

  it('of a signer are those of its key', () => {
    const privateKey = hex(RFC_8032[1][0])
    const signer = createSigner(privateKey)
    privateKey.fill(0)
    assert.deepEqual(signer.publicKey, hex(RFC_8032[1][1]))
    assert.deepEqual(signer.sign(hex(RFC_8032[1][2])), hex(RFC_8032[1][3]))
    assert.deepEqual(signer.sign(utf8('another')), sign(utf8('another'), hex(RFC_8032[1][0])))
    assert.equal(JSON.stringify(signer).includes(RFC_8032[1][0]), false)
  })

  it('T05 are taken by noble whenever the rule takes them', () => {
    for (const { name, message: text, signature, publicKey } of [...GOOD, ...EDGE_CASES])
      if (verifySignature(text, signature, publicKey)) assert.ok(noble(text, signature, publicKey), name)
  })

  it('need the pre-check: without it OpenSSL and noble take edge cases, and not the same ones', () => {
    const takenBy = (verifier: typeof noble): readonly string[] =>
      EDGE_CASES.filter((edge) => verifier(edge.message, edge.signature, edge.publicKey)).map(
        ({ name }) => name,
      )
    const byOpenssl = takenBy(openssl)
    const byNoble = takenBy(noble)
    assert.ok(byOpenssl.some((name) => !byNoble.includes(name)))
    assert.ok(byNoble.some((name) => !byOpenssl.includes(name)))
  })

  it('have the same answer however many keys were seen before', () => {
    const [{ message: text, signature, publicKey }] = GOOD as readonly [Case]
    assert.ok(verifySignature(text, signature, publicKey))
    for (let i = 0; i <= REMEMBERED_KEYS; i++)
      isStrictPublicKey(sha512(Uint8Array.of(i, i >> 8)).subarray(0, 32))
    assert.ok(verifySignature(text, signature, publicKey))
    assert.ok(!verifySignature(utf8('x'), signature, publicKey))
  })

  it('are made only by keys of the subgroup', () => {
    const key = publicKeyOf(hex(RFC_8032[0][0]))
    assert.ok(isStrictPublicKey(key))
    for (const [index, torsion] of TORSION_POINTS.entries()) {
      const mixed = ed25519.Point.fromBytes(key).add(torsion).toBytes()
      assert.equal(isStrictPublicKey(mixed), index === 0)
      assert.equal(isStrictPublicKey(torsion.toBytes()), false)
    }
    assert.equal(isStrictPublicKey(NEUTRAL_AGAIN), false)
    assert.equal(isStrictPublicKey(key.subarray(1)), false)
  })
})
