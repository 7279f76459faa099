import { strict as assert } from 'node:assert'
import { GENERATOR, IDENTITY, pointToHex } from '../../../crypto/index.ts'
import {
  choiceCount,
  createElection,
  createUuid,
  isUuid,
  parseElection,
  parseQuestions,
  questionsJson,
} from '../../../election/index.ts'
import { MAX_CHOICES, MAX_QUESTIONS, MAX_TEXT_LENGTH } from '../../../election/limits.ts'
import {
  anElection,
  aQuestion,
  SIX_CIPHERTEXTS,
  seeded,
  TORSION_POINTS,
} from '../../support/election/builders.ts'

const question = (change: object = {}): object => ({
  answers: ['A', 'B'],
  min: 0,
  max: 1,
  question: 'Q',
  ...change,
})
const codeOf = (questions: unknown): string | undefined => {
  const parsed = parseQuestions(questions)
  return parsed.ok ? undefined : parsed.error.code
}
const refusalOf = (json: string): string | undefined => {
  const parsed = parseElection(json)
  return parsed.ok ? undefined : parsed.error.code
}

describe('questions', () => {
  it('are read in Belenios form and written again', () => {
    const parsed = parseQuestions([question(), question({ blank: true, min: 1 })])
    assert.ok(parsed.ok)
    assert.deepEqual(parsed.value.map(choiceCount), [2, 3])
    assert.equal(
      questionsJson(parsed.value),
      '[{"answers":["A","B"],"min":0,"max":1,"question":"Q"},{"answers":["A","B"],"blank":true,"min":1,"max":1,"question":"Q"}]',
    )
  })

  it('may say blank: false, which means the same as saying nothing', () => {
    const parsed = parseQuestions([question({ blank: false })])
    assert.ok(parsed.ok && parsed.value[0]?.blank === false)
  })

  it('of other types are refused by name', () => {
    for (const type of ['Lists', 'NonHomomorphic']) {
      const parsed = parseQuestions([question(), { type, value: { answers: [['A']], question: 'Q' } }])
      assert.ok(!parsed.ok)
      assert.equal(parsed.error.code, 'question-type-unsupported')
      assert.match(parsed.error.detail, new RegExp(`question 2 .*${type}`))
    }
    assert.equal(codeOf([{ type: 'Other' }]), 'question-type-unsupported')
  })

  it('that nobody could answer are refused', () => {
    for (const change of [{ min: 2, max: 1 }, { max: 3 }, { min: -1 }, { answers: [], max: 0 }, { min: 0.5 }])
      assert.equal(codeOf([question(change)]), 'questions-invalid', JSON.stringify(change))
    assert.equal(codeOf([]), 'questions-invalid')
    for (const edge of [
      { min: 2, max: 2 },
      { min: 0, max: 0 },
      { min: 0, max: 2 },
    ])
      assert.equal(codeOf([question(edge)]), undefined, JSON.stringify(edge))
  })

  it('of the wrong form are refused', () => {
    for (const bad of [
      undefined,
      null,
      1,
      'x',
      {},
      [null],
      [[]],
      [question({ extra: 1 })],
      [question({ blank: 1 })],
    ])
      assert.equal(codeOf(bad), 'questions-invalid', JSON.stringify(bad))
    assert.equal(codeOf([{ answers: ['A'], min: 0, max: 1 }]), 'questions-invalid')
    assert.equal(codeOf([question({ answers: ['A', 1] })]), 'questions-invalid')
    assert.equal(codeOf([question({ question: '\ud800' })]), 'questions-invalid')
  })

  it('hold the limits of number, choices and length: at the limit and one past it', () => {
    const answers = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `${i}`)
    const many = (count: number): readonly object[] => Array.from({ length: count }, () => question())
    assert.equal(codeOf(many(MAX_QUESTIONS)), undefined)
    assert.equal(codeOf(many(MAX_QUESTIONS + 1)), 'questions-invalid')
    assert.equal(codeOf([question({ answers: answers(MAX_CHOICES) })]), undefined)
    assert.equal(codeOf([question({ answers: answers(MAX_CHOICES + 1) })]), 'questions-invalid')
    assert.equal(codeOf([question({ answers: answers(MAX_CHOICES), blank: true })]), 'questions-invalid')
    assert.equal(codeOf([question({ answers: answers(MAX_CHOICES - 1) }), question()]), 'questions-invalid')
    assert.equal(codeOf([question({ question: 'q'.repeat(MAX_TEXT_LENGTH) })]), undefined)
    assert.equal(codeOf([question({ question: 'q'.repeat(MAX_TEXT_LENGTH + 1) })]), 'questions-invalid')
  })
})

describe('elections', () => {
  it('are created and read back, and their bytes are pinned', () => {
    const election = createElection({
      description: 'd',
      name: 'n',
      publicKey: GENERATOR,
      questions: SIX_CIPHERTEXTS.slice(0, 1),
      uuid: 'WnyhTPYF4WmyKH',
      administrator: 'a',
      credentialAuthority: 'c',
    })
    assert.equal(
      election.json,
      `{"version":1,"description":"d","name":"n","group":"Ed25519","public_key":"${pointToHex(GENERATOR)}","questions":` +
        '[{"answers":["Red","Blue"],"min":0,"max":1,"question":"Which colour?"}],"uuid":"WnyhTPYF4WmyKH","administrator":"a","credential_authority":"c"}',
    )
    const read = parseElection(election.json)
    assert.ok(read.ok)
    assert.deepEqual({ ...read.value, publicKey: 0 }, { ...election, publicKey: 0 })
    assert.ok(read.value.publicKey.equals(GENERATOR))
  })

  it('keep `blank: false` in their bytes where it is written', () => {
    const json = anElection({ questions: [aQuestion()] }).json.replace('"min"', '"blank":false,"min"')
    const read = parseElection(json)
    assert.ok(read.ok && read.value.json === json && !read.value.questions[0]!.blank)
  })

  it('T05 have one JSON', () => {
    const { json } = anElection()
    assert.equal(refusalOf(json), undefined)
    for (const other of [
      ` ${json}`,
      `${json} `,
      `${json}\n`,
      json.replace('"version":1', '"version":1.0'),
      json.replace('"version":1,', ''),
      json.replace('"version":1,', '"version":1,"version":1,'),
      json.replace('"name":"Favourites",', '') + json.slice(json.length),
      json.replace('Favourites', 'Favourit\\u0065s'),
      json.replace(/"uuid":"[^"]*"/, (uuid) => `${uuid},"extra":1`),
    ])
      assert.equal(refusalOf(other), 'election-malformed', other.slice(0, 60))
  })

  it('T07 have one group: another name, or parameters of one, are refused', () => {
    const { json } = anElection()
    const group = '"group":"Ed25519"'
    for (const other of [
      '"group":"BELENIOS-2048"',
      '"group":"RFC-3526-2048"',
      '"group":"ed25519"',
      '"group":{"g":"2","p":"23","q":"11"}',
    ])
      assert.equal(refusalOf(json.replace(group, other)), 'election-malformed', other)
    assert.equal(refusalOf(json.replace('"version":1', '"version":2')), 'election-malformed')
  })

  it('T06 have a key in the subgroup that is not neutral', () => {
    const election = anElection()
    const key = pointToHex(election.publicKey)
    for (const [index, torsion] of TORSION_POINTS.entries()) {
      const mixed = election.json.replace(key, pointToHex(election.publicKey.add(torsion)))
      assert.equal(refusalOf(mixed), index === 0 ? undefined : 'election-malformed')
    }
    assert.equal(refusalOf(election.json.replace(key, pointToHex(IDENTITY))), 'election-malformed')
    assert.equal(refusalOf(election.json.replace(key, key.toUpperCase())), 'election-malformed')
  })

  it('with questions of other types are refused by name', () => {
    const { json } = anElection({ questions: [aQuestion()] })
    const start = json.indexOf('"questions":')
    const end = json.indexOf(',"uuid"')
    const other = '"questions":[{"type":"Lists","value":{"answers":[["A","B"]],"question":"Q"}}]'
    assert.equal(refusalOf(json.slice(0, start) + other + json.slice(end)), 'question-type-unsupported')
    assert.equal(refusalOf(json.replace('"max":1', '"max":7')), 'questions-invalid')
    for (const nothing of ['', 'null', '1', '[]', '{}', '{"questions":1}'])
      assert.equal(refusalOf(nothing), 'election-malformed')
  })

  it('have identifiers of 14 or more base58 characters', () => {
    const uuid = createUuid(seeded('uuid'))
    assert.ok(isUuid(uuid) && uuid.length === 14)
    assert.notEqual(createUuid(seeded('other')), uuid)
    assert.ok(isUuid('1'.repeat(64)))
    for (const bad of [
      '',
      '1'.repeat(13),
      '1'.repeat(65),
      'WnyhTPYF4WmyK0',
      'WnyhTPYF4WmyKl',
      'WnyhTPYF4WmyKH\n',
    ])
      assert.ok(!isUuid(bad), bad)
  })
})
