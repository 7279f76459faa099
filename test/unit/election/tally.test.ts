import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { IDENTITY } from '../../../crypto/index.ts'
import { parsePartialDecryption } from '../../../election/decryption.ts'
import {
  addBallots,
  addToTally,
  canCombine,
  computeResult,
  createPartialDecryption,
  createTrusteeKey,
  decodePartialDecryption,
  decodeTally,
  type Election,
  type EncryptedTally,
  electionKey,
  emptyTally,
  encodePartialDecryption,
  encodeTally,
  type PartialDecryption,
  partialDecryptionJson,
  sizedTallyJson,
  type TrusteeKind,
  tallyJson,
  verificationKeys,
  verifyPartialDecryption,
} from '../../../election/index.ts'
import { MAX_TOTAL_WEIGHT } from '../../../election/limits.ts'
import { resultJson } from '../../../election/result.ts'
import { differingCiphertexts, parseSizedTally, parseTally } from '../../../election/tally.ts'
import {
  aBallot,
  anElection,
  aVoter,
  replaced,
  SIX_CIPHERTEXTS,
  seeded,
  TORSION_POINTS,
  withTorsion,
} from '../../support/election/builders.ts'
import { aCeremony } from '../../support/election/ceremony.ts'
import { aWholeElection } from '../../support/election/whole-election.ts'

const equalTallies = (a: EncryptedTally, b: EncryptedTally): boolean =>
  differingCiphertexts(a, b).length === 0
const whole = aWholeElection({ weights: [1n, 5n, 1000n] })
const { election, tally, trusteeKeys, trustees, decryptions } = whole
const [first, second] = verificationKeys(trustees)
const firstDecryption = decryptions[0]!

describe('the encrypted tally', () => {
  const [a, b] = whole.ballots
  const none = emptyTally(SIX_CIPHERTEXTS)

  it('does not depend on the order of ballots', () => {
    const one = addToTally(addToTally(none, a!, 3n), b!, 7n)
    const other = addToTally(addToTally(none, b!, 7n), a!, 3n)
    assert.ok(equalTallies(one, other))
    assert.equal(tallyJson(one), tallyJson(other))
  })

  it('loses a ballot that is taken out with its weight negated', () => {
    for (const weight of [1n, 5n, 2n ** 40n]) {
      const with_ = addToTally(addToTally(none, a!, 2n), b!, weight)
      assert.ok(equalTallies(addToTally(with_, b!, -weight), addToTally(none, a!, 2n)))
    }
    assert.equal(tallyJson(addToTally(addToTally(none, a!, 9n), a!, -9n)), tallyJson(none))
  })

  it('counts a ballot as often as its weight', () => {
    const thrice = [1, 2, 3].reduce((sum) => addToTally(sum, a!, 1n), none)
    assert.ok(equalTallies(thrice, addToTally(none, a!, 3n)))
    assert.ok(!equalTallies(thrice, addToTally(none, a!, 4n)))
  })

  it('is the same of many ballots at once as of one after the other', () => {
    const weighted = [1n, 1n, -1n, 0n, 5n, 2n ** 40n, -(2n ** 33n)].map((weight, i) => ({
      ballot: whole.ballots[i % whole.ballots.length]!,
      weight,
    }))
    const alone = weighted.reduce((sum, { ballot, weight }) => addToTally(sum, ballot, weight), none)
    assert.ok(equalTallies(addBallots(none, weighted), alone))
    assert.equal(addBallots(alone, []), alone)
  })

  it('takes no ballot of another shape, nor one whose points are not on the curve', () => {
    const [answer, other] = a!.answers
    const bad = { alpha: new Uint8Array(32).fill(0xff), beta: answer!.choices[0]!.beta }
    for (const [answers, why] of [
      [[], /shape/],
      [[{ ...answer!, choices: answer!.choices.slice(1) }, other!], /shape/],
      [[{ ...answer!, choices: answer!.choices.with(0, bad) }, other!], /on the curve/],
    ] as const)
      assert.throws(() => addToTally(none, { ...a!, answers }, 1n), why)
  })

  it('of no ballots is neutral everywhere and decrypts to zeros', () => {
    assert.ok(
      none.ciphertexts.flat().every(({ alpha, beta }) => alpha.equals(IDENTITY) && beta.equals(IDENTITY)),
    )
    const owned = trusteeKeys.map((key, index) => ({
      owner: index + 1,
      decryption: createPartialDecryption(election, none, key, seeded('none')),
    }))
    for (const { owner, decryption } of owned)
      assert.ok(
        verifyPartialDecryption(election, none, verificationKeys(trustees)[owner - 1]!, decryption).ok,
      )
    assert.equal(resultJson(unwrap(computeResult(trustees, none, owned, 0n))), '{"result":[[0,0],[0,0,0,0]]}')
  })

  it('survives both of its forms', () => {
    assert.ok(equalTallies(unwrap(decodeTally(SIX_CIPHERTEXTS, encodeTally(tally))), tally))
    assert.ok(equalTallies(unwrap(parseTally(tallyJson(tally))), tally))
    assert.ok(equalTallies(unwrap(decodeTally(SIX_CIPHERTEXTS, encodeTally(none))), none))
  })

  it('T06 is refused with a point outside the subgroup, in both forms', () => {
    const bytes = encodeTally(tally)
    for (const torsion of TORSION_POINTS.slice(1)) {
      const changed = Uint8Array.from(bytes)
      changed.set(withTorsion(bytes.slice(32, 64), torsion), 32)
      assert.equal(decodeTally(SIX_CIPHERTEXTS, changed).ok, false)
      const hex = (part: Uint8Array): string => Buffer.from(part).toString('hex')
      const json = tallyJson(tally).replace(hex(bytes.slice(32, 64)), hex(changed.slice(32, 64)))
      assert.equal(parseTally(json).ok, false)
    }
    assert.equal(decodeTally(SIX_CIPHERTEXTS, bytes.slice(1)).ok, false)
    assert.equal(decodeTally(SIX_CIPHERTEXTS.slice(1), bytes).ok, false)
  })

  it('has its count as a number and its weight as a string from 2^30 on', () => {
    const hash = new Uint8Array(32)
    const text = (weight: bigint): string => sizedTallyJson(2, weight, hash)
    assert.ok(text(2n ** 30n - 1n).startsWith('{"num_tallied":2,"total_weight":1073741823,'))
    assert.ok(text(2n ** 30n).startsWith('{"num_tallied":2,"total_weight":"1073741824",'))
    for (const weight of [0n, 1n, 2n ** 30n - 1n, 2n ** 30n, MAX_TOTAL_WEIGHT])
      assert.equal(unwrap(parseSizedTally(text(weight))).total_weight, weight)
    assert.equal(parseSizedTally(text(MAX_TOTAL_WEIGHT + 1n)).ok, false)
    for (const [from, to] of [
      [':1,', ':"1",'],
      [':1,', ':1.0,'],
      [':1,', ':-0,'],
      [':1,', ':1e0,'],
      [':1,', ':01,'],
    ])
      assert.equal(parseSizedTally(text(1n).replace(`weight"${from}`, `weight"${to}`)).ok, false, to)
    assert.equal(parseSizedTally(text(2n ** 30n).replace('"1073741824"', '1073741824')).ok, false)
  })
})

describe('T19 a partial decryption', () => {
  const refusal = (
    decryption: PartialDecryption,
    key = first!,
    of = tally,
    by: Election = election,
  ): unknown => {
    const verdict = verifyPartialDecryption(by, of, key, decryption)
    return verdict.ok ? 'ok' : { code: verdict.error.code, place: verdict.error.place }
  }

  it('is accepted when it is right', () => {
    assert.equal(refusal(firstDecryption), 'ok')
  })

  it('is refused with the place of any factor that is another point', () => {
    for (const [question, row] of firstDecryption.factors.entries())
      for (const choice of row.keys()) {
        const wrong = decryptions[1]!.factors[question]![choice]!
        const factors = replaced(firstDecryption.factors, question, replaced(row, choice, wrong))
        assert.deepEqual(refusal({ ...firstDecryption, factors }), {
          code: 'decryption-proof',
          place: { question, choice, proof: 'decryption' },
        })
      }
  })

  it('is refused with the place of any proof that is changed', () => {
    for (const [question, row] of firstDecryption.proofs.entries())
      for (const [choice, proof] of row.entries())
        for (const change of [{ challenge: proof.challenge ^ 1n }, { response: proof.response ^ 1n }]) {
          const proofs = replaced(
            firstDecryption.proofs,
            question,
            replaced(row, choice, { ...proof, ...change }),
          )
          assert.deepEqual(refusal({ ...firstDecryption, proofs }), {
            code: 'decryption-proof',
            place: { question, choice, proof: 'decryption' },
          })
        }
  })

  it('T02 is refused under another key, election or tally', () => {
    const at = { code: 'decryption-proof', place: { question: 0, choice: 0, proof: 'decryption' } }
    assert.deepEqual(refusal(firstDecryption, second), at)
    assert.deepEqual(refusal(firstDecryption, first, addToTally(tally, whole.ballots[0]!, 1n)), at)
    const other = anElection({ questions: SIX_CIPHERTEXTS, publicKey: election.publicKey })
    assert.deepEqual(refusal(firstDecryption, first, tally, other), at)
  })

  it('T06 is refused with a factor outside the subgroup or off the curve', () => {
    const [row] = firstDecryption.factors
    for (const torsion of TORSION_POINTS.slice(1)) {
      const factors = replaced(firstDecryption.factors, 0, replaced(row!, 1, withTorsion(row![1]!, torsion)))
      assert.deepEqual(refusal({ ...firstDecryption, factors }), {
        code: 'point-outside-subgroup',
        place: { question: 0, choice: 1 },
      })
    }
    const factors = replaced(firstDecryption.factors, 0, replaced(row!, 1, new Uint8Array(32).fill(255)))
    assert.deepEqual(refusal({ ...firstDecryption, factors }), {
      code: 'point-malformed',
      place: { question: 0, choice: 1 },
    })
  })

  it('is refused in another shape', () => {
    const { factors, proofs } = firstDecryption
    for (const wrong of [
      { factors: factors.slice(1), proofs },
      { factors, proofs: proofs.slice(1) },
      { factors: [...factors, []], proofs: [...proofs, []] },
      { factors: replaced(factors, 0, factors[0]!.slice(1)), proofs },
      { factors: [], proofs: [] },
    ])
      assert.deepEqual(refusal(wrong), { code: 'wrong-shape', place: {} })
  })

  it('survives both of its forms and has one of each', () => {
    const bytes = encodePartialDecryption(firstDecryption)
    assert.deepEqual(unwrap(decodePartialDecryption(bytes)), firstDecryption)
    const json = partialDecryptionJson(firstDecryption)
    assert.deepEqual(unwrap(parsePartialDecryption(json)), firstDecryption)
    assert.equal(parsePartialDecryption(json.replace(':', ': ')).ok, false)
    const { challenge } = firstDecryption.proofs[0]![0]!
    const withOrder = json.replace(`"${challenge}"`, `"${challenge + (1n << 253n)}"`)
    assert.equal(parsePartialDecryption(withOrder).ok, false)
    for (let at = 0; at < bytes.length; at += 97) {
      const changed = Uint8Array.from(bytes)
      changed[at]! ^= 0x80
      const decoded = decodePartialDecryption(changed)
      if (decoded.ok) assert.deepEqual(encodePartialDecryption(decoded.value), changed)
    }
    assert.equal(decodePartialDecryption(Uint8Array.from([...bytes, 0])).ok, false)
    assert.equal(decodePartialDecryption(new Uint8Array(0)).ok, false)
  })
})

describe('the result', () => {
  it('is what the voters chose, by weight, blank votes apart', () => {
    const counted = aWholeElection({
      weights: [1n, 10n, 100n, 1000n],
      votes: [
        {
          voter: 0,
          answers: [
            [1, 0],
            [0, 1, 1, 0],
          ],
        },
        {
          voter: 1,
          answers: [
            [0, 1],
            [1, 0, 0, 0],
          ],
        },
        {
          voter: 2,
          answers: [
            [0, 0],
            [0, 0, 0, 1],
          ],
        },
        {
          voter: 0,
          answers: [
            [0, 1],
            [0, 1, 0, 0],
          ],
        },
      ],
    })
    assert.deepEqual(counted.result, [
      [0n, 11n],
      [10n, 1n, 0n, 100n],
    ])
  })

  it('needs every single trustee, and says who is missing', () => {
    const result = computeResult(trustees, tally, [{ owner: 2, decryption: decryptions[1]! }], 10n)
    assert.equal(canCombine(trustees, new Set([2])), false)
    assert.equal(canCombine(trustees, new Set([1, 2])), true)
    assert.equal(result.ok ? '' : result.error.code, 'not-enough-decryptions')
    assert.match(result.ok ? '' : result.error.detail, /item 1 \(trustee 1\): 0 of 1/)
  })

  it('is not found below what was cast, and no bound above the limit is tried', () => {
    const owned = decryptions.map((decryption, index) => ({ owner: index + 1, decryption }))
    const code = (bound: bigint): string => {
      const result = computeResult(trustees, tally, owned, bound)
      return result.ok ? 'ok' : result.error.code
    }
    assert.equal(code(whole.totalWeight), 'ok')
    assert.equal(code(whole.totalWeight - 1n), 'logarithm-not-found')
    assert.equal(code(MAX_TOTAL_WEIGHT + 1n), 'logarithm-not-found')
  })

  it('T20 is the same for every threshold of a ceremony, together with the mandatory trustees', () => {
    const random = seeded('threshold')
    const ceremony = aCeremony(4, 2, random)
    const items: readonly TrusteeKind[] = [
      { kind: 'single', key: createTrusteeKey(77n, random) },
      { kind: 'pedersen', parameters: ceremony.parameters },
    ]
    const keys = [77n, ...ceremony.shares]
    const y = verificationKeys(items)
    const one = anElection({ questions: [SIX_CIPHERTEXTS[0]!], publicKey: electionKey(items) })
    const sum = addToTally(emptyTally(one.questions), aBallot(one, aVoter(one), [[0, 1]]), 3n)
    const all = keys.map((key, index) => ({
      owner: index + 1,
      decryption: createPartialDecryption(one, sum, key, random),
    }))
    for (const { owner, decryption } of all)
      assert.ok(verifyPartialDecryption(one, sum, y[owner - 1]!, decryption).ok)
    const of = (...owners: readonly number[]): unknown => {
      const result = computeResult(
        items,
        sum,
        owners.map((owner) => all[owner - 1]!),
        3n,
      )
      return result.ok ? resultJson(result.value) : result.error.code
    }
    for (let a = 2; a <= 5; a++)
      for (let b = a + 1; b <= 5; b++) {
        assert.equal(canCombine(items, new Set([1, a, b])), true)
        assert.equal(of(b, 1, a), '{"result":[[0,3]]}')
        assert.equal(of(a, b), 'not-enough-decryptions')
      }
    assert.equal(of(1, 2, 3, 4, 5), '{"result":[[0,3]]}')
    assert.equal(of(1, 5), 'not-enough-decryptions')
    assert.equal(canCombine(items, new Set([1, 5])), false)
  })
})
