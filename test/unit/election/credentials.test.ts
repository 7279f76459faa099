import { strict as assert } from 'node:assert'
import { toHex } from '../../../base/index.ts'
import { encodePoint, GENERATOR, IDENTITY, multiply, pointToHex } from '../../../crypto/index.ts'
import {
  compareCredentials,
  createCredential,
  credentialSecret,
  isCredential,
  parsePublicCredentials,
  publicCredential,
  publicCredentialsJson,
  type RollEntry,
} from '../../../election/index.ts'
import { MAX_TOTAL_WEIGHT } from '../../../election/limits.ts'
import { seeded, TORSION_POINTS, withTorsion } from '../../support/election/builders.ts'

const entry = (exponent: bigint, weight = 1n): RollEntry => ({
  credential: encodePoint(multiply(GENERATOR, exponent)),
  weight,
})
const refusalOf = (json: string): string | undefined => {
  const parsed = parsePublicCredentials(json)
  return parsed.ok ? undefined : parsed.error.code
}

describe('credentials', () => {
  it('have 22 base58 characters in four groups', () => {
    const credential = createCredential(seeded('credential'))
    assert.match(
      credential,
      /^[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}-[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}$/,
    )
    assert.ok(isCredential(credential))
    for (const bad of [
      '',
      credential.replaceAll('-', ''),
      `${credential} `,
      credential.replace(/.$/, '0'),
      `1${credential}`,
    ])
      assert.ok(!isCredential(bad), bad)
  })

  it('draw every character equally often', () => {
    // 58 does not divide 256: taking bytes modulo 58 would favour the first 24 characters by a quarter.
    const random = seeded('fair')
    const counts = new Map<string, number>()
    for (let i = 0; i < 2000; i++)
      for (const character of createCredential(random).replaceAll('-', ''))
        counts.set(character, (counts.get(character) ?? 0) + 1)
    const expected = (2000 * 22) / 58
    assert.equal(counts.size, 58)
    for (const [character, count] of counts)
      assert.ok(Math.abs(count - expected) < 6 * Math.sqrt(expected), `${character}: ${count}`)
  })

  it('give another secret in another election', () => {
    const credential = createCredential(seeded('credential'))
    assert.notEqual(
      credentialSecret('WnyhTPYF4WmyKH', credential),
      credentialSecret('odwGo8izwpBm4A', credential),
    )
    assert.throws(() => credentialSecret('WnyhTPYF4WmyKH', 'x'), /right form/)
  })
})

describe('the roll', () => {
  it('is sorted by the last digits first, with weights on every line or none', () => {
    const entries = Array.from({ length: 30 }, (_, i) => entry(BigInt(i + 2), BigInt(i + 1)))
    const json = publicCredentialsJson(entries, true)
    const parsed = parsePublicCredentials(json)
    assert.ok(parsed.ok && parsed.value.weighted)
    assert.deepEqual(
      [...parsed.value.entries].sort((a, b) => Number(a.weight - b.weight)),
      entries,
    )
    const reversed = parsed.value.entries.map(({ credential }) =>
      toHex(Uint8Array.from(credential).reverse()),
    )
    assert.deepEqual(reversed, [...reversed].sort())
  })

  it('without weights has weights of one', () => {
    const entries = [entry(5n), entry(6n)]
    const parsed = parsePublicCredentials(publicCredentialsJson(entries, false))
    assert.ok(parsed.ok && !parsed.value.weighted)
    assert.ok(parsed.value.entries.every(({ weight }) => weight === 1n))
    assert.throws(() => publicCredentialsJson([entry(5n, 2n)], false), /weights of 1/)
    assert.deepEqual(parsePublicCredentials('[]'), { ok: true, value: { entries: [], weighted: false } })
  })

  it('has one order and no credential twice', () => {
    const [first, second] = [entry(5n), entry(6n)]
      .sort((a, b) => compareCredentials(a.credential, b.credential))
      .map(({ credential }) => toHex(credential)) as [string, string]
    assert.equal(refusalOf(`["${first}","${second}"]`), undefined)
    assert.equal(refusalOf(`["${second}","${first}"]`), 'roll-unsorted')
    assert.equal(refusalOf(`["${first}","${first}"]`), 'roll-duplicate')
    assert.equal(refusalOf(`["${first},1","${first},2"]`), 'roll-duplicate')
  })

  it('has weights of at least one, written once, up to a total', () => {
    const text = toHex(entry(5n).credential)
    assert.equal(refusalOf(`["${text},1"]`), undefined)
    assert.equal(refusalOf(`["${text},${MAX_TOTAL_WEIGHT}"]`), undefined)
    assert.equal(refusalOf(`["${text},${MAX_TOTAL_WEIGHT + 1n}"]`), 'roll-weight')
    for (const bad of ['0', '01', '-1', '1.0', '', '1,id', '99999999999999'])
      assert.equal(refusalOf(`["${text},${bad}"]`), 'roll-malformed', bad)
    const lines = [entry(5n), entry(6n)]
      .sort((a, b) => compareCredentials(a.credential, b.credential))
      .map(({ credential }) => toHex(credential))
    assert.equal(refusalOf(`["${lines[0]},1","${lines[1]}"]`), 'roll-weight')
    assert.equal(refusalOf(`["${lines[0]}","${lines[1]},1"]`), 'roll-weight')
  })

  it('T06 has no credential outside the subgroup, and not the neutral element', () => {
    const { credential } = entry(5n)
    for (const [index, torsion] of TORSION_POINTS.entries())
      assert.equal(
        refusalOf(`["${toHex(withTorsion(credential, torsion))}"]`),
        index === 0 ? undefined : 'point-outside-subgroup',
      )
    assert.equal(refusalOf(`["${pointToHex(IDENTITY)}"]`), 'roll-malformed')
    assert.equal(refusalOf(`["${'0'.repeat(63)}2"]`), 'point-malformed')
  })

  it('T05 has one JSON', () => {
    const text = toHex(publicCredential(5n))
    for (const bad of [
      '',
      '{}',
      `["${text}",]`,
      `[ "${text}"]`,
      `["${text}"]\n`,
      `["${text.toUpperCase()}"]`,
      '[1]',
    ])
      assert.equal(refusalOf(bad), 'roll-malformed', bad)
  })
})
