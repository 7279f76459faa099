import { strict as assert } from 'node:assert'
import { toBase64, unwrap } from '../../../base/index.ts'
import { ORDER, sha256 } from '../../../crypto/index.ts'
import {
  type Ballot,
  ballotId,
  ballotJson,
  createBallot,
  decodeBallot,
  encodeBallot,
  parseBallot,
  tracker,
  verifyBallot,
} from '../../../election/index.ts'
import { MAX_BALLOT_BYTES, MAX_BALLOT_JSON } from '../../../election/limits.ts'
import {
  aBallot,
  anElection,
  aQuestion,
  aVoter,
  replaced,
  SIX_CIPHERTEXTS,
  seeded,
  signedBy,
  withAnswer,
} from '../../support/election/builders.ts'

const election = anElection()
const voter = aVoter(election)
const ballot = aBallot(election, voter)
const json = ballotJson(ballot)

const malformed = (text: string): boolean => {
  const parsed = parseBallot(text)
  return !parsed.ok && parsed.error.code === 'ballot-malformed'
}
const refusal = (damaged: Ballot): string => {
  const verdict = verifyBallot(election, damaged)
  return verdict.ok ? 'accepted' : `${verdict.error.code} ${JSON.stringify(verdict.error.place)}`
}

describe('ballots', () => {
  it('are accepted for every answer that the questions allow', () => {
    const answers = [
      [
        [0, 0],
        [1, 0, 0, 0],
      ],
      [
        [1, 0],
        [0, 1, 0, 0],
      ],
      [
        [0, 1],
        [0, 1, 0, 1],
      ],
    ]
    for (const answer of answers)
      assert.equal(verifyBallot(election, aBallot(election, voter, answer)).ok, true, JSON.stringify(answer))
  })

  it('are not made of answers that break the rules', () => {
    const bad: readonly (readonly [RegExp, readonly (readonly number[])[]])[] = [
      [/1 answers to 2/, [[0, 0]]],
      [
        /question 1: 3 numbers/,
        [
          [0, 0, 0],
          [1, 0, 0, 0],
        ],
      ],
      [
        /question 2: 3 numbers for 4 choices, blank first/,
        [
          [0, 0],
          [1, 0, 0],
        ],
      ],
      [
        /question 1: every choice/,
        [
          [2, 0],
          [1, 0, 0, 0],
        ],
      ],
      [
        /question 1: every choice/,
        [
          [-1, 1],
          [1, 0, 0, 0],
        ],
      ],
      [
        /question 1: every choice/,
        [
          [0.5, 0.5],
          [1, 0, 0, 0],
        ],
      ],
      [
        /question 1: 2 chosen, allowed are 0 to 1/,
        [
          [1, 1],
          [1, 0, 0, 0],
        ],
      ],
      [
        /question 2: 0 chosen, allowed are 1 to 2/,
        [
          [0, 0],
          [0, 0, 0, 0],
        ],
      ],
      [
        /question 2: 3 chosen/,
        [
          [0, 0],
          [0, 1, 1, 1],
        ],
      ],
      [
        /question 2: a blank vote has no other choice/,
        [
          [0, 0],
          [1, 1, 0, 0],
        ],
      ],
    ]
    for (const [reason, answers] of bad) {
      const created = createBallot(election, voter.secret, answers, seeded('bad'))
      assert.ok(!created.ok)
      assert.match(created.error.detail, reason)
    }
  })

  it('follow from their randomness, which is used afresh', () => {
    assert.equal(ballotJson(aBallot(election, voter)), json)
    assert.notEqual(ballotJson(aBallot(election, voter, undefined, 'other')), json)
  })

  it('have the tracker that Belenios gives them', () => {
    assert.deepEqual(ballotId(ballot), sha256(json))
    assert.equal(ballotId(ballot), ballotId(ballot))
    assert.equal(tracker(ballotId(ballot)), toBase64(sha256(json)))
    assert.match(tracker(ballotId(ballot)), /^[A-Za-z0-9+/]{43}$/)
  })

  it('survive both forms', () => {
    assert.equal(ballotJson(unwrap(parseBallot(json))), json)
    const compact = encodeBallot(ballot)
    assert.equal(ballotJson(unwrap(decodeBallot(compact))), json)
    assert.deepEqual(encodeBallot(unwrap(parseBallot(json))), compact)
  })

  it('T35 have one length in compact form and draw the same bytes, whatever the choice', () => {
    const answers = [
      [
        [0, 0],
        [1, 0, 0, 0],
      ],
      [
        [1, 0],
        [0, 1, 0, 0],
      ],
      [
        [0, 1],
        [0, 1, 1, 0],
      ],
    ]
    const lengths = new Set<number>()
    const draws = new Set<string>()
    for (const [index, answer] of answers.entries())
      for (let i = 0; i < 3; i++) {
        const drawn: number[] = []
        const source = seeded(`${index} ${i}`)
        const counted = (length: number): Uint8Array => {
          drawn.push(length)
          return source(length)
        }
        lengths.add(encodeBallot(unwrap(createBallot(election, voter.secret, answer, counted))).length)
        draws.add(drawn.join())
      }
    assert.equal(lengths.size, 1)
    assert.equal(draws.size, 1)
  })

  it('of 50 options are created, carried and accepted', function () {
    this.timeout(60_000)
    const answers = Array.from({ length: 50 }, (_, index) => `Option ${index + 1}`)
    const large = anElection({ questions: [aQuestion({ answers, blank: true, min: 1, max: 50 })] })
    const chosen = [0, ...answers.map((_, index) => index % 2)]
    const cast = aBallot(large, aVoter(large), [chosen])
    assert.ok(verifyBallot(large, cast).ok)
    assert.ok(encodeBallot(cast).length < MAX_BALLOT_BYTES)
    assert.ok(ballotJson(cast).length < MAX_BALLOT_JSON)
    assert.ok(parseBallot(ballotJson(cast)).ok)
    assert.ok(decodeBallot(encodeBallot(cast)).ok)
  })

  it('with answers of other types are refused by name', () => {
    const other = json.replace(/"answers":\[\{/, '"answers":[{"choices":{"alpha":"","beta":""},"proof":{}},{')
    const parsed = parseBallot(other)
    assert.ok(!parsed.ok)
    assert.equal(parsed.error.code, 'question-type-unsupported')
    assert.match(parsed.error.detail, /NonHomomorphic/)
    const lists = parseBallot(json.replace('"overall_proof"', '"list_proofs":[],"overall_proof"'))
    assert.ok(!lists.ok && lists.error.code === 'question-type-unsupported')
  })
})

describe('the two forms of a ballot', () => {
  it('T05 take one JSON', () => {
    const first = ballot.answers[0]!.overallProof[0]!.challenge
    const others = {
      'a space before': ` ${json}`,
      'trailing bytes': `${json}\n`,
      'spaces inside': json.replace('"credential":', '"credential": '),
      'a scalar + q': json.replace(`"${first}"`, `"${first + ORDER}"`),
      'a scalar with a leading zero': json.replace(`"${first}"`, `"0${first}"`),
      'a scalar as a number': json.replace(`"${first}"`, `${first}`),
      'a point in upper case': json.replace(/"alpha":"[0-9a-f]+"/, (alpha) =>
        alpha.toUpperCase().replace('ALPHA', 'alpha'),
      ),
      'a doubled field': json.replace('"election_uuid":', '"election_uuid":"x","election_uuid":'),
      'an unknown field': json.replace('{"choices"', '{"extra":1,"choices"'),
      'reordered fields': json.replace(/("alpha":"[0-9a-f]+"),("beta":"[0-9a-f]+")/, '$2,$1'),
      'another hash in the signature': json.replace(
        /"hash":"./,
        (hash) => `${hash.slice(0, -1)}${hash.endsWith('A') ? 'B' : 'A'}`,
      ),
      'padded base64': json.replace(/("election_hash":"[^"]+)"/, '$1="'),
      'an escaped letter': json.replace('"credential"', '"\\u0063redential"'),
      'no signature': `${json.slice(0, json.indexOf(',"signature"'))}}`,
      'a blank proof of null': json.replace(/"blank_proof":\[[^\]]*\]/, '"blank_proof":null'),
      'more than the limit': `${json}${' '.repeat(MAX_BALLOT_JSON)}`,
      nothing: '',
    }
    for (const [what, text] of Object.entries(others)) {
      assert.notEqual(text, json, what)
      assert.ok(malformed(text), what)
    }
  })

  it('T05 take one compact form', () => {
    const bytes = encodeBallot(ballot)
    const refused = (changed: Uint8Array): boolean => {
      const decoded = decodeBallot(changed)
      return !decoded.ok && decoded.error.code === 'ballot-malformed'
    }
    assert.ok(refused(Uint8Array.from([...bytes, 0])), 'a trailing byte')
    assert.ok(refused(bytes.subarray(0, -1)), 'a byte less')
    assert.ok(refused(new Uint8Array(0)), 'nothing')
    assert.ok(refused(new Uint8Array(MAX_BALLOT_BYTES + 1)), 'too much')
    // The first offset of the outermost container: 4 + 32 + 32 + 4 + 64 bytes.
    assert.equal(bytes[0], 136)
    const moved = Uint8Array.from(bytes)
    moved[0] = 137
    assert.ok(refused(moved), 'an offset that leaves a gap')
  })

  it('T05 take scalars below q only, in every place', () => {
    const proof = { challenge: ORDER, response: 1n }
    const [first, second] = ballot.answers
    const places: readonly Ballot[] = [
      { ...ballot, signature: proof },
      withAnswer(ballot, 0, { overallProof: [proof, first!.overallProof[1]!] }),
      withAnswer(ballot, 1, { blankProof: [second!.blankProof![0]!, proof] }),
      withAnswer(ballot, 0, {
        individualProofs: replaced(first!.individualProofs, 1, [first!.individualProofs[1]![0]!, proof]),
      }),
    ]
    for (const damaged of places) {
      assert.ok(!decodeBallot(encodeBallot(damaged)).ok)
      assert.ok(malformed(ballotJson(damaged)))
    }
  })
})

describe('the verification of a ballot', () => {
  it('looks at the election first', () => {
    assert.equal(refusal({ ...ballot, uuid: 'WnyhTPYF4WmyKH' }), 'wrong-election {}')
    assert.equal(refusal({ ...ballot, electionHash: sha256('x') }), 'wrong-election {}')
  })

  it('looks at the shape before it computes anything', () => {
    const [first, second] = ballot.answers
    const { choices, individualProofs, overallProof } = first!
    const proof = overallProof[0]!
    const individual = '{"question":0,"proof":"individual"}'
    const cases: readonly (readonly [string, Ballot])[] = [
      ['{}', { ...ballot, answers: [first!] }],
      ['{}', { ...ballot, answers: [first!, second!, second!] }],
      ['{}', { ...ballot, answers: [] }],
      ['{"question":0}', withAnswer(ballot, 0, { choices: choices.slice(1) })],
      ['{"question":0}', withAnswer(ballot, 0, { choices: [...choices, choices[0]!] })],
      [individual, withAnswer(ballot, 0, { individualProofs: individualProofs.slice(1) })],
      [individual, withAnswer(ballot, 0, { individualProofs: [[proof], [proof, proof]] })],
      [
        individual,
        withAnswer(ballot, 0, {
          individualProofs: [
            [proof, proof, proof],
            [proof, proof],
          ],
        }),
      ],
      ['{"question":0,"proof":"overall"}', withAnswer(ballot, 0, { overallProof: [proof] })],
      ['{"question":0,"proof":"overall"}', withAnswer(ballot, 0, { overallProof: [...overallProof, proof] })],
      ['{"question":0,"proof":"blank"}', withAnswer(ballot, 0, { blankProof: [proof, proof] })],
      ['{"question":1,"proof":"blank"}', withAnswer(ballot, 1, { blankProof: [proof] })],
      ['{"question":0}', { ...ballot, answers: [second!, first!] }],
    ]
    for (const [place, damaged] of cases) assert.equal(refusal(damaged), `wrong-shape ${place}`)
    const { blankProof: _, ...withoutBlank } = second!
    assert.equal(
      refusal({ ...ballot, answers: [first!, withoutBlank] }),
      'wrong-shape {"question":1,"proof":"blank"}',
    )
  })

  it('looks at the signature before the proofs', () => {
    const { challenge, response } = ballot.signature
    const place = '{"proof":"signature"}'
    for (const signature of [
      { challenge, response: (response + 1n) % ORDER },
      { challenge: (challenge + 1n) % ORDER, response },
      { challenge: 0n, response: 0n },
    ])
      assert.equal(refusal({ ...ballot, signature }), `bad-signature ${place}`)
    const other = withAnswer(ballot, 0, { overallProof: [...ballot.answers[0]!.overallProof].reverse() })
    assert.equal(refusal(other), `bad-signature ${place}`)
  })

  it('finds a flipped digit in every number of every proof, and says where', () => {
    const bump = <T extends { readonly challenge: bigint; readonly response: bigint }>(
      proof: T,
      field: 'challenge' | 'response',
    ): T => ({ ...proof, [field]: (proof[field] + 1n) % ORDER })
    for (const field of ['challenge', 'response'] as const)
      for (const [question, answer] of ballot.answers.entries()) {
        for (const [choice, proofs] of answer.individualProofs.entries()) {
          const damaged = withAnswer(ballot, question, {
            individualProofs: replaced(
              answer.individualProofs,
              choice,
              replaced(proofs, 1, bump(proofs[1]!, field)),
            ),
          })
          assert.equal(
            refusal(signedBy(damaged, voter.secret)),
            `individual-proof ${JSON.stringify({ question, choice, proof: 'individual' })}`,
          )
        }
        for (const kind of ['overall', 'blank'] as const) {
          const proofs = kind === 'overall' ? answer.overallProof : answer.blankProof
          if (proofs === undefined) continue
          const changed = replaced(proofs, proofs.length - 1, bump(proofs[proofs.length - 1]!, field))
          const damaged = withAnswer(ballot, question, { [`${kind}Proof`]: changed })
          assert.equal(
            refusal(signedBy(damaged, voter.secret)),
            `${kind}-proof ${JSON.stringify({ question, proof: kind })}`,
          )
        }
      }
  }).timeout(30_000)

  it('takes re-signed ballots: the damage above is found by the proofs, not by the signature', () => {
    assert.equal(refusal(signedBy(ballot, voter.secret)), 'accepted')
  })

  it('covers questions that need an exact number, and single answers', () => {
    for (const question of [
      aQuestion({ answers: ['Yes'], min: 0, max: 1 }),
      aQuestion({ answers: ['Yes'], min: 1, max: 1 }),
      aQuestion({ answers: ['Yes'], blank: true, min: 1, max: 1 }),
      aQuestion({ answers: ['A', 'B', 'C'], min: 2, max: 2 }),
      aQuestion({ answers: ['A', 'B', 'C'], min: 0, max: 3, blank: true }),
      aQuestion({ answers: ['A', 'B'], min: 0, max: 0 }),
    ]) {
      const small = anElection({ questions: [question] })
      assert.ok(verifyBallot(small, aBallot(small)).ok, JSON.stringify(question))
    }
  })

  it('is of six ciphertexts in these tests', () => {
    assert.equal(SIX_CIPHERTEXTS.length, 2)
    assert.equal(
      ballot.answers.reduce((sum, { choices }) => sum + choices.length, 0),
      6,
    )
  })
})
