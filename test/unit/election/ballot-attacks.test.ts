/** T01 to T08 of the threat table, performed. */
import { strict as assert } from 'node:assert'
import { ed25519 } from '@noble/curves/ed25519.js'
import { toBase64, toHex, unwrap } from '../../../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  hashToScalar,
  modOrder,
  multiply,
  ORDER,
  type Point,
  pointsToHex,
  randomScalar,
} from '../../../crypto/index.ts'
import { ballotText, intervalText } from '../../../election/answer-proofs.ts'
import { proveDisjunction } from '../../../election/disjunction.ts'
import {
  type Ballot,
  ballotId,
  ballotJson,
  type Election,
  type EncryptedAnswer,
  type Proof,
  parseBallot,
  verifyBallot,
} from '../../../election/index.ts'
import {
  aBallot,
  anElection,
  aQuestion,
  aVoter,
  replaced,
  seeded,
  signedBy,
  TORSION_POINTS,
  withAnswer,
  withTorsion,
} from '../../support/election/builders.ts'
import { cheatingBallot } from '../../support/election/cheating-voter.ts'
import { isDisjunction, zeroOrOne } from '../../support/election/naive-verifier.ts'

const random = seeded('attacks')
const election = anElection()
const alice = aVoter(election, 'alice')
const mallory = aVoter(election, 'mallory')
const ballot = aBallot(election, alice, [
  [0, 1],
  [0, 1, 1, 0],
])
/** One answer, yes or no: the smallest ballot that can be wrong. */
const yesOrNo = anElection({ questions: [aQuestion({ answers: ['Yes'], min: 0, max: 1 })] })

const codeOf = (cast: Ballot, board: Election = election): string => {
  const verdict = verifyBallot(board, cast)
  return verdict.ok ? 'accepted' : verdict.error.code
}

describe('T01 weak Fiat-Shamir', () => {
  /** A verifier that binds key and credential but not the ciphertext: Helios before 2012 in Belenios' clothes. */
  const weakText = (s0: string): string => `prove|${s0}|`
  const key = yesOrNo.publicKey
  const voter = aVoter(yesOrNo, 'mallory')
  const s0 = ballotText(yesOrNo.fingerprint, toHex(voter.publicCredential))

  /**
   * Commitments first: A_j = g^a_j, B_j = y^a_j g^b_j. Their hash h is then known before the plaintext m is chosen, as a root of
   * b_0 / m + b_1 / (m - 1) = h, and the challenges c_0 = b_0 / m, c_1 = b_1 / (m - 1) add up to h.
   */
  function forge(): {
    alpha: Point
    beta: Point
    proofs: readonly Proof[]
    plaintext: bigint
    randomness: bigint
  } {
    const { Fn } = ed25519.Point
    for (;;) {
      const [a0, a1, b0, b1, r] = Array.from({ length: 5 }, () => randomScalar(random)) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ]
      const commitment = (a: bigint, b: bigint): readonly Point[] => [
        multiply(GENERATOR, a),
        multiply(yesOrNo.publicKey, a).add(multiply(GENERATOR, b)),
      ]
      const h = hashToScalar(
        weakText(s0) + pointsToHex([...commitment(a0, b0), ...commitment(a1, b1)]).join(','),
      )
      const p = modOrder(h + b0 + b1)
      let root: bigint
      try {
        root = Fn.sqrt(modOrder(p * p - 4n * h * b0))
      } catch {
        continue
      }
      const m = modOrder((p + root) * Fn.inv(modOrder(2n * h)))
      const c0 = modOrder(b0 * Fn.inv(m))
      const c1 = modOrder(b1 * Fn.inv(modOrder(m - 1n)))
      return {
        alpha: multiply(GENERATOR, r),
        beta: multiply(yesOrNo.publicKey, r).add(multiply(GENERATOR, m)),
        proofs: [
          { challenge: c0, response: modOrder(a0 - r * c0) },
          { challenge: c1, response: modOrder(a1 - r * c1) },
        ],
        plaintext: m,
        randomness: r,
      }
    }
  }

  it('a forged 0/1 proof of another plaintext passes a verifier that does not hash the ciphertext, and fails here', () => {
    const { alpha, beta, proofs, plaintext } = forge()
    assert.ok(plaintext > 1n)
    assert.equal(isDisjunction(weakText(s0), key, zeroOrOne(alpha, beta), proofs), true)
    const [alphaText, betaText] = pointsToHex([alpha, beta])
    const text = intervalText(s0, `${alphaText},${betaText}`)
    assert.equal(isDisjunction(text, key, zeroOrOne(alpha, beta), proofs), false)
    const answer: EncryptedAnswer = {
      choices: [{ alpha: encodePoint(alpha), beta: encodePoint(beta) }],
      individualProofs: [proofs],
      overallProof: proofs,
    }
    const cast = signedBy({ ...aBallot(yesOrNo, voter), answers: [answer] }, voter.secret)
    assert.equal(codeOf(cast, yesOrNo), 'individual-proof')
  })

  it('every part of the statement is hashed: a proof fails when any of them changes', () => {
    const r = randomScalar(random)
    const alpha = multiply(GENERATOR, r)
    const beta = multiply(yesOrNo.publicKey, r)
    const witnesses = [0, 1].map((value) => ({ randomness: r, plaintext: 0, value }))
    const text = intervalText(s0, pointsToHex([alpha, beta]).join(','))
    const { proofs } = proveDisjunction(text, yesOrNo.publicKey, witnesses, 0, random)
    const statements = zeroOrOne(alpha, beta)
    assert.ok(isDisjunction(text, key, statements, proofs))
    assert.ok(!isDisjunction(`${text}x`, key, statements, proofs), 'text')
    assert.ok(!isDisjunction(text, GENERATOR, statements, proofs), 'key')
    assert.ok(!isDisjunction(text, key, zeroOrOne(beta, beta), proofs), 'alpha')
    assert.ok(!isDisjunction(text, key, zeroOrOne(alpha, alpha), proofs), 'beta')
    assert.ok(!isDisjunction(text, key, [...statements].reverse(), proofs), 'values')
    assert.ok(!isDisjunction(text, key, statements.slice(1), proofs.slice(1)), 'number of branches')
  })
})

describe('T02 proofs under another key or election', () => {
  it('fail in an election of other bytes, even re-signed for it', () => {
    const other = anElection({ description: 'Another one.' })
    assert.equal(other.uuid, election.uuid)
    assert.ok(other.publicKey.equals(election.publicKey))
    assert.equal(codeOf(ballot, other), 'wrong-election')
    const moved = signedBy({ ...ballot, electionHash: other.hash }, alice.secret)
    assert.equal(codeOf(moved, other), 'individual-proof')
  })

  it('fail under another key, even where everything else is claimed to be the same', () => {
    const claimed = { ...election, publicKey: multiply(GENERATOR, 7n) }
    assert.equal(codeOf(ballot, claimed), 'individual-proof')
    assert.equal(codeOf(ballot), 'accepted')
  })
})

describe('T03 copied ballots', () => {
  it("another voter's ciphertexts are refused under one's own credential", () => {
    assert.equal(codeOf({ ...ballot, credential: mallory.publicCredential }), 'bad-signature')
    assert.equal(codeOf(signedBy(ballot, mallory.secret)), 'individual-proof')
  })

  it('permuted copies are refused, under either credential', () => {
    const [first, second] = ballot.answers
    const swapped = withAnswer(ballot, 0, {
      choices: [...first!.choices].reverse(),
      individualProofs: [...first!.individualProofs].reverse(),
    })
    assert.equal(codeOf(signedBy(swapped, mallory.secret)), 'individual-proof')
    // Each 0/1 proof still holds for its ciphertext; the overall proof binds the order.
    assert.equal(codeOf(signedBy(swapped, alice.secret)), 'overall-proof')
    const order = [1, 0, 3, 2]
    const permuted = withAnswer(ballot, 1, {
      choices: order.map((index) => second!.choices[index]!),
      individualProofs: order.map((index) => second!.individualProofs[index]!),
    })
    assert.equal(codeOf(signedBy(permuted, alice.secret)), 'overall-proof')
  })

  it('a single copied ciphertext among own ones is refused', () => {
    const own = aBallot(election, mallory)
    const mixed = withAnswer(own, 0, {
      choices: replaced(own.answers[0]!.choices, 0, ballot.answers[0]!.choices[0]!),
      individualProofs: replaced(
        own.answers[0]!.individualProofs,
        0,
        ballot.answers[0]!.individualProofs[0]!,
      ),
    })
    assert.equal(codeOf(signedBy(mixed, mallory.secret)), 'individual-proof')
  })

  it('a re-randomised copy is refused: its proofs are for the old ciphertexts', () => {
    const shift = randomScalar(random)
    const choices = ballot.answers[0]!.choices.map(({ alpha, beta }) => {
      const read = (bytes: Uint8Array): Point => ed25519.Point.fromBytes(Uint8Array.from(bytes).reverse())
      return {
        alpha: encodePoint(read(alpha).add(multiply(GENERATOR, shift))),
        beta: encodePoint(read(beta).add(multiply(election.publicKey, shift))),
      }
    })
    assert.equal(codeOf(signedBy(withAnswer(ballot, 0, { choices }), mallory.secret)), 'individual-proof')
  })
})

describe('T04 clashing trackers', () => {
  it('two voters whose devices use the same randomness for the same choice get different ids', () => {
    const answers = [
      [0, 1],
      [1, 0, 0, 0],
    ]
    const [a, b] = [alice, mallory].map((voter) => aBallot(election, voter, answers, 'same')) as [
      Ballot,
      Ballot,
    ]
    assert.deepEqual(a.answers[0]!.choices, b.answers[0]!.choices)
    assert.notEqual(toBase64(ballotId(a)), toBase64(ballotId(b)))
  })

  it('the id changes with the credential, the election and the signature alone', () => {
    const ids = [
      ballot,
      { ...ballot, credential: mallory.publicCredential },
      { ...ballot, electionHash: ballotId(ballot) },
      { ...ballot, signature: { ...ballot.signature, response: 1n } },
    ].map((changed) => toBase64(ballotId(changed)))
    assert.equal(new Set(ids).size, 4)
  })
})

describe('T05 second encodings of a ballot', () => {
  it('a point that is not canonical is refused wherever it stands', () => {
    // The neutral element with a sign, and y = p + 1.
    for (const text of [`80${'00'.repeat(30)}01`, `7f${'ff'.repeat(30)}ee`]) {
      const bytes = Uint8Array.from(Buffer.from(text, 'hex'))
      const { choices } = ballot.answers[0]!
      const places = [
        withAnswer(ballot, 0, { choices: replaced(choices, 1, { ...choices[1]!, alpha: bytes }) }),
        withAnswer(ballot, 0, { choices: replaced(choices, 1, { ...choices[1]!, beta: bytes }) }),
      ]
      for (const damaged of places) assert.equal(codeOf(signedBy(damaged, alice.secret)), 'point-malformed')
      assert.equal(codeOf({ ...ballot, credential: bytes }), 'point-malformed')
    }
  })

  it('a response + q makes another text, and no ballot', () => {
    const { response } = ballot.signature
    const text = ballotJson(ballot).replace(`"${response}"`, `"${response + ORDER}"`)
    assert.ok(!parseBallot(text).ok)
    assert.equal(ballotJson(unwrap(parseBallot(ballotJson(ballot)))), ballotJson(ballot))
  })
})

describe('T06 components of small order', () => {
  const { choices } = ballot.answers[1]!
  for (const [index, torsion] of TORSION_POINTS.entries()) {
    const expected = index === 0 ? 'accepted' : 'point-outside-subgroup'
    it(`component ${index} of 8 in alpha, beta and credential: ${expected}`, () => {
      for (const half of ['alpha', 'beta'] as const) {
        const mixed = { ...choices[2]!, [half]: withTorsion(choices[2]![half], torsion) }
        const damaged = withAnswer(ballot, 1, { choices: replaced(choices, 2, mixed) })
        assert.equal(codeOf(signedBy(damaged, alice.secret)), expected)
      }
      assert.equal(codeOf({ ...ballot, credential: withTorsion(ballot.credential, torsion) }), expected)
    })
  }

  it('proofs alone do not find them: with even challenges a component of order 2 passes every equation', () => {
    const voter = aVoter(yesOrNo, 'mallory')
    const s0 = ballotText(yesOrNo.fingerprint, toHex(voter.publicCredential))
    const order2 = TORSION_POINTS[4]!
    for (;;) {
      const r = randomScalar(random)
      const alpha = multiply(GENERATOR, r).add(order2)
      const beta = multiply(yesOrNo.publicKey, r)
      const text = intervalText(s0, pointsToHex([alpha, beta]).join(','))
      const witnesses = [0, 1].map((value) => ({ randomness: r, plaintext: 0, value }))
      const { proofs } = proveDisjunction(text, yesOrNo.publicKey, witnesses, 0, random)
      if (proofs.some(({ challenge }) => challenge % 2n === 1n)) continue
      assert.ok(isDisjunction(text, yesOrNo.publicKey, zeroOrOne(alpha, beta), proofs))
      const choice = { alpha: encodePoint(alpha), beta: encodePoint(beta) }
      const cast = withAnswer(aBallot(yesOrNo, voter), 0, { choices: [choice], individualProofs: [proofs] })
      assert.equal(codeOf(signedBy(cast, voter.secret), yesOrNo), 'point-outside-subgroup')
      break
    }
  })
})

describe('T08 votes that count more, less or too often', () => {
  const blank = [1, 0, 0, 0]
  const cast = (...answers: readonly (readonly number[])[]): string =>
    codeOf(cheatingBallot(election, mallory, answers, seeded('cheat')))

  it('the cheating voter can make an honest ballot', () => {
    assert.equal(cast([0, 1], [0, 1, 1, 0]), 'accepted')
  })

  it('2, -1 and other values are refused', () => {
    for (const value of [2, -1, 7, 1_000_000])
      assert.equal(cast([value, 0], blank), 'individual-proof', `${value}`)
  })

  it('2 and -1 are refused where their sum is allowed', () => {
    assert.equal(cast([2, -1], blank), 'individual-proof')
    assert.equal(cast([0, 1], [0, 2, 1, -1]), 'individual-proof')
    assert.equal(cast([0, 1], [2, -1, 0, 0]), 'individual-proof')
  })

  it('more than the maximum and less than the minimum are refused', () => {
    assert.equal(cast([1, 1], blank), 'overall-proof')
    assert.equal(cast([0, 0], [0, 1, 1, 1]), 'overall-proof')
    assert.equal(cast([0, 0], [0, 0, 0, 0]), 'overall-proof')
    const exact = anElection({ questions: [aQuestion({ answers: ['A', 'B', 'C'], min: 2, max: 2 })] })
    for (const answer of [
      [1, 0, 0],
      [1, 1, 1],
    ]) {
      const few = cheatingBallot(exact, aVoter(exact), [answer], seeded('exact'))
      assert.equal(codeOf(few, exact), 'overall-proof')
    }
  })

  it('a blank vote that also chooses is refused', () => {
    assert.equal(cast([0, 1], [1, 1, 0, 0]), 'blank-proof')
    assert.equal(cast([0, 1], [1, 1, 1, 1]), 'blank-proof')
  })
})
