import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { encodePoint, GENERATOR, ORDER } from '../../../crypto/index.ts'
import { parsePartialDecryption } from '../../../election/decryption.ts'
import { parseOwned } from '../../../election/events.ts'
import {
  createTrusteeKey,
  decodePartialDecryption,
  encodePartialDecryption,
  ownedDecryptionJson,
  type PartialDecryption,
  parseTrustees,
  partialDecryptionJson,
  resultJson,
  type TrusteeKind,
  tallyJson,
  trusteesJson,
} from '../../../election/index.ts'
import {
  MAX_CHOICES,
  MAX_DECRYPTION_BYTES,
  MAX_QUESTIONS,
  MAX_THRESHOLD_COEFFICIENTS,
  MAX_TOTAL_WEIGHT,
  MAX_TRUSTEES,
  MAX_TRUSTEES_JSON,
} from '../../../election/limits.ts'
import { parseResult } from '../../../election/result.ts'
import { parseTally } from '../../../election/tally.ts'
import { thresholdProblems } from '../../../election/threshold.ts'
import { seeded } from '../../support/election/builders.ts'
import { aCeremony } from '../../support/election/ceremony.ts'

const table = <T>(questions: number, choices: number, value: T): readonly (readonly T[])[] =>
  Array.from({ length: questions }, () => Array.from({ length: choices }, () => value))
const proof = { challenge: ORDER - 1n, response: ORDER - 1n }
const decryption = (questions: number, choices: number): PartialDecryption => ({
  factors: table(questions, choices, encodePoint(GENERATOR)),
  proofs: table(questions, choices, proof),
})

describe('the limits of tallies', () => {
  it('have room for a decryption of the largest ballots, in both forms', () => {
    for (const [questions, choices] of [
      [1, MAX_CHOICES],
      [MAX_QUESTIONS, MAX_CHOICES / MAX_QUESTIONS],
    ] as const) {
      const largest = decryption(questions, choices)
      const bytes = encodePartialDecryption(largest)
      assert.ok(bytes.length <= MAX_DECRYPTION_BYTES)
      assert.deepEqual(unwrap(decodePartialDecryption(bytes)), largest)
      assert.deepEqual(unwrap(parsePartialDecryption(partialDecryptionJson(largest))), largest)
    }
  })

  it('refuse a decryption of one question or choice more', () => {
    for (const [questions, choices] of [
      [1, MAX_CHOICES + 1],
      [MAX_QUESTIONS + 1, 1],
    ] as const) {
      assert.equal(parsePartialDecryption(partialDecryptionJson(decryption(questions, choices))).ok, false)
      assert.equal(decodePartialDecryption(encodePartialDecryption(decryption(questions, choices))).ok, false)
    }
    assert.equal(decodePartialDecryption(new Uint8Array(MAX_DECRYPTION_BYTES + 1)).ok, false)
  })

  it('have room for a tally of the largest ballots, and for no question more', () => {
    const tally = (questions: number, choices: number): string =>
      tallyJson({ ciphertexts: table(questions, choices, { alpha: GENERATOR, beta: GENERATOR }) })
    assert.equal(parseTally(tally(MAX_QUESTIONS, MAX_CHOICES / MAX_QUESTIONS)).ok, true)
    assert.equal(parseTally(tally(MAX_QUESTIONS + 1, 1)).ok, false)
    assert.equal(parseTally(tally(1, MAX_CHOICES + 1)).ok, false)
  })

  it('have room for the largest counts, and for none above', () => {
    const counts = (count: bigint): string => resultJson(table(1, MAX_CHOICES, count))
    assert.equal(parseResult(counts(MAX_TOTAL_WEIGHT)).ok, true)
    assert.equal(parseResult(counts(MAX_TOTAL_WEIGHT + 1n)).ok, false)
  })

  it('have room for so many trustees, and for none more', () => {
    const key = createTrusteeKey(1n, seeded('limit'))
    const trustees = (count: number): string =>
      trusteesJson(Array.from({ length: count }, (): TrusteeKind => ({ kind: 'single', key })))
    assert.equal(parseTrustees(trustees(MAX_TRUSTEES)).ok, true)
    assert.equal(parseTrustees(trustees(MAX_TRUSTEES + 1)).ok, false)
    assert.equal(parseTrustees(' '.repeat(MAX_TRUSTEES_JSON + 1)).ok, false)
    const hash = new Uint8Array(32)
    assert.equal(parseOwned(ownedDecryptionJson(MAX_TRUSTEES ** 2, hash)).ok, true)
    assert.equal(parseOwned(ownedDecryptionJson(MAX_TRUSTEES ** 2 + 1, hash)).ok, false)
  })

  it('bound the coefficients that are verified', () => {
    const { parameters } = aCeremony(1, 1, seeded('limit'))
    const empty = { message: '{}', signature: proof }
    const many = (threshold: number): string =>
      thresholdProblems({
        threshold,
        certificates: Array.from({ length: MAX_TRUSTEES }, () => empty),
        coefficients: Array.from({ length: MAX_TRUSTEES }, () => empty),
        signatures: Array.from({ length: MAX_TRUSTEES }, () => proof),
        verificationKeys: Array.from({ length: MAX_TRUSTEES }, () => parameters.verificationKeys[0]!),
      }).join('\n')
    const most = MAX_THRESHOLD_COEFFICIENTS / MAX_TRUSTEES
    assert.doesNotMatch(many(most), /at most/)
    assert.match(many(most), /member 256: certificate/)
    assert.match(many(most + 1), /^16640 coefficients, at most 16384$/)
  })

  it('fit the largest threshold parameters into the JSON of trustees', () => {
    // 256 members with 64 coefficients each, by the lengths of their texts: no ceremony of that size is run here.
    const member = JSON.stringify(
      JSON.stringify({ coefexps: Array.from({ length: 64 }, () => '0'.repeat(64)) }),
    ).length
    const certificate = 2 * JSON.stringify({ message: '0'.repeat(300), signature: '0'.repeat(200) }).length
    const key = 600
    assert.ok(MAX_TRUSTEES * (member + certificate + key + 400) <= MAX_TRUSTEES_JSON)
  })
})
