/**
 * What a trustee's seed determines, pinned and computed a second time with `node:crypto` and no code of the product: a seed that was
 * backed up must yield the same keys in every later version, or the elections that need it are lost. After an intended change of
 * version, write the vectors again with `PSEPHOS_WRITE_VECTORS=1 npx mocha test/vectors/trustee-secrets.test.ts` and read the diff.
 */
import { strict as assert } from 'node:assert'
import { hkdfSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { toHex } from '../../base/index.ts'
import {
  ceremonyPolynomial,
  ceremonySeed,
  mandatoryPrivateKey,
  trusteePublicKey,
  trusteeSigningKey,
} from '../../node/trustee-secrets.ts'
import { privateKeyOf } from '../support/parties.ts'

const FILE = new URL('./node/trustee-secrets.json', import.meta.url)
const SEED = privateKeyOf('a trustee')
const PLACE = { networkId: privateKeyOf('a network'), uuid: 'aaaaaaaaaaaaaa' }
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

type Vectors = Readonly<Record<string, string>>

function computed(): Vectors {
  return {
    'signing key': toHex(trusteeSigningKey(SEED)),
    'public key': toHex(trusteePublicKey(SEED)),
    'mandatory key, attempt 1': String(mandatoryPrivateKey(SEED, PLACE, 1)),
    'mandatory key, attempt 12': String(mandatoryPrivateKey(SEED, PLACE, 12)),
    'ceremony seed, attempt 1': ceremonySeed(SEED, PLACE, 1),
    'ceremony seed, attempt 12': ceremonySeed(SEED, PLACE, 12),
    'polynomial, attempt 1': ceremonyPolynomial(SEED, PLACE, 1, 2).join(),
    'polynomial, attempt 12': ceremonyPolynomial(SEED, PLACE, 12, 3).join(),
  }
}

const derive = (domain: string, length: number): string =>
  Buffer.from(hkdfSync('sha256', SEED, '', domain, length)).toString('hex')
const scalar = (domain: string): bigint => (BigInt(`0x${derive(domain, 64)}`) % (ORDER - 1n)) + 1n
const where = `${toHex(PLACE.networkId)}|${PLACE.uuid}`

function lowDigits(hex: string): string {
  let text = ''
  for (let rest = BigInt(`0x${hex}`), i = 0; i < 22; i++, rest /= 58n) text += BASE58[Number(rest % 58n)]
  return text
}

/** The same after the words of the module, by another library. */
function again(): Vectors {
  const seed = (attempt: number): string =>
    lowDigits(derive(`psephos/trustee/ceremony/1|${where}|${attempt}`, 64))
  const polynomial = (attempt: number, threshold: number): string =>
    Array.from({ length: threshold }, (_, k) =>
      scalar(`psephos/trustee/polynomial/1|${where}|${attempt}|${k}`),
    ).join()
  return {
    'signing key': derive('psephos/trustee/signing/1', 32),
    'mandatory key, attempt 1': String(scalar(`psephos/trustee/single/1|${where}|1`)),
    'mandatory key, attempt 12': String(scalar(`psephos/trustee/single/1|${where}|12`)),
    'ceremony seed, attempt 1': seed(1),
    'ceremony seed, attempt 12': seed(12),
    'polynomial, attempt 1': polynomial(1, 2),
    'polynomial, attempt 12': polynomial(12, 3),
  }
}

describe("a trustee's secrets", () => {
  it('T23 follow from its seed as they did before', () => {
    if (process.env.PSEPHOS_WRITE_VECTORS === '1')
      writeFileSync(FILE, `${JSON.stringify(computed(), undefined, 2)}\n`)
    assert.deepEqual(computed(), JSON.parse(readFileSync(FILE, 'utf8')))
  })

  it('follow from its seed by HKDF (RFC 5869), as another library has it', () => {
    const { 'public key': _, ...others } = computed()
    assert.deepEqual(others, again())
  })

  it('have nothing in common between networks, elections, attempts and coefficients', () => {
    const places = [
      PLACE,
      { ...PLACE, uuid: 'aaaaaaaaaaaaab' },
      { ...PLACE, networkId: privateKeyOf('another network') },
    ]
    const all = places.flatMap((place) =>
      [1, 2, 11].flatMap((attempt) => [
        String(mandatoryPrivateKey(SEED, place, attempt)),
        ceremonySeed(SEED, place, attempt),
        ...ceremonyPolynomial(SEED, place, attempt, 3).map(String),
      ]),
    )
    assert.equal(new Set(all).size, all.length)
  })
})
