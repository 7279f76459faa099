/** The limits of ballots, rolls and elections: at the limit and one past it. */
import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { encodePoint, GENERATOR, ORDER } from '../../../crypto/index.ts'
import {
  type Ballot,
  ballotJson,
  decodeBallot,
  type EncryptedAnswer,
  encodeBallot,
  parseBallot,
  parseElection,
  parsePublicCredentials,
} from '../../../election/index.ts'
import {
  MAX_BALLOT_BYTES,
  MAX_BALLOT_JSON,
  MAX_CHOICES,
  MAX_DESCRIPTION_LENGTH,
  MAX_ELECTION_JSON,
  MAX_QUESTIONS,
  MAX_ROLL_ENTRIES,
  MAX_ROLL_JSON,
  MAX_UUID_LENGTH,
} from '../../../election/limits.ts'
import { anElection, aQuestion } from '../../support/election/builders.ts'

const point = encodePoint(GENERATOR)
const widest = { challenge: ORDER - 1n, response: ORDER - 1n }
const anAnswer = (choices: number, blank = true): EncryptedAnswer => ({
  choices: Array.from({ length: choices }, () => ({ alpha: point, beta: point })),
  individualProofs: Array.from({ length: choices }, () => [widest, widest]),
  overallProof: Array.from({ length: choices + 1 }, () => widest),
  ...(blank ? { blankProof: [widest, widest] } : {}),
})
/** A ballot of right form whose proofs hold nothing: the largest that its choices allow. */
const aLargeBallot = (answers: readonly EncryptedAnswer[]): Ballot => ({
  uuid: '1'.repeat(MAX_UUID_LENGTH),
  electionHash: new Uint8Array(32),
  credential: point,
  answers,
  signature: widest,
})
const survives = (ballot: Ballot): boolean => {
  const json = ballotJson(ballot)
  const bytes = encodeBallot(ballot)
  assert.ok(json.length <= MAX_BALLOT_JSON, `${json.length} characters`)
  assert.ok(bytes.length <= MAX_BALLOT_BYTES, `${bytes.length} bytes`)
  assert.equal(ballotJson(unwrap(decodeBallot(bytes))), json)
  return ballotJson(unwrap(parseBallot(json))) === json
}
const isRefused = (ballot: Ballot): boolean => {
  // The compact form of what exceeds its lists cannot even be written by some encoders; ours writes it and refuses to read.
  return !parseBallot(ballotJson(ballot)).ok && !decodeBallot(encodeBallot(ballot)).ok
}

describe('the limits of ballots', () => {
  it('let the largest ballots through: all choices in one question, or in as many as possible', () => {
    assert.ok(survives(aLargeBallot([anAnswer(MAX_CHOICES)])))
    const each = MAX_CHOICES / MAX_QUESTIONS
    assert.ok(survives(aLargeBallot(Array.from({ length: MAX_QUESTIONS }, () => anAnswer(each)))))
  })

  it('stop one choice, one question or one character more', () => {
    assert.ok(isRefused(aLargeBallot([anAnswer(MAX_CHOICES + 1)])))
    assert.ok(isRefused(aLargeBallot(Array.from({ length: MAX_QUESTIONS + 1 }, () => anAnswer(1)))))
    const long = { ...aLargeBallot([anAnswer(1)]), uuid: '1'.repeat(MAX_UUID_LENGTH + 1) }
    assert.ok(isRefused(long))
  })
})

describe('the limits of the roll', () => {
  const detailOf = (json: string): string => {
    const parsed = parsePublicCredentials(json)
    assert.ok(!parsed.ok)
    return parsed.error.detail
  }

  it('count its lines before any point is looked at', function () {
    this.timeout(30_000)
    const lines = (count: number): string => `[${'"x",'.repeat(count - 1)}"x"]`
    assert.match(detailOf(lines(MAX_ROLL_ENTRIES)), /line 1 is not/)
    assert.match(detailOf(lines(MAX_ROLL_ENTRIES + 1)), /array of 0 to/)
  })

  it('count its characters before they are parsed', () => {
    assert.doesNotMatch(detailOf(' '.repeat(MAX_ROLL_JSON)), /characters/)
    assert.match(detailOf(' '.repeat(MAX_ROLL_JSON + 1)), /characters/)
  })
})

describe('the limits of elections', () => {
  it('hold for the description and for the whole', () => {
    const described = (length: number): string =>
      anElection({ questions: [aQuestion()] }).json.replace('A small one.', 'd'.repeat(length))
    assert.ok(parseElection(described(MAX_DESCRIPTION_LENGTH)).ok)
    assert.ok(!parseElection(described(MAX_DESCRIPTION_LENGTH + 1)).ok)
    const refused = parseElection(' '.repeat(MAX_ELECTION_JSON + 1))
    assert.ok(!refused.ok)
    assert.match(refused.error.detail, /characters/)
  })
})
