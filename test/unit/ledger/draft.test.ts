import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import { type Question, questionsJson } from '../../../election/index.ts'
import { draftBytes } from '../../../ledger/draft-ssz.ts'
import { checkDraft, type ElectionDraft, type Party, parseDraft } from '../../../ledger/index.ts'
import {
  MAX_ANSWERS,
  MAX_CHOICES,
  MAX_COEFFICIENTS,
  MAX_DESCRIPTION_BYTES,
  MAX_DRAFT_BYTES,
  MAX_NAME_LENGTH,
  MAX_QUESTIONS,
  MAX_REGISTRARS,
  MAX_TEXT_BYTES,
  MAX_TRUSTEES,
  MAX_UUID_LENGTH,
} from '../../../ledger/limits.ts'
import { aDraft, aTrustee, keyOf, QUESTIONS, thresholdTrustees } from '../../support/ledger-builders.ts'

const base = QUESTIONS[0]!
const question = (changes: Partial<Question>): Partial<ElectionDraft> => ({
  questions: [{ ...base, ...changes }],
})
const answers = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `answer ${i}`)
const keys = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, i) => keyOf(`party ${i}`))
const parties = (count: number, noun = 'party'): readonly Party[] =>
  Array.from({ length: count }, (_, i) => aTrustee(`${noun} ${i}`))
const partyJson = ({ name, publicKey }: Party) => ({ name, publicKey: toHex(publicKey) })

function jsonOf(draft: ElectionDraft): Record<string, unknown> {
  return {
    ...draft,
    questions: JSON.parse(questionsJson(draft.questions)),
    registrars: draft.registrars.map(toHex),
    mandatoryTrustees: draft.mandatoryTrustees.map(partyJson),
    trustees: draft.trustees.map(partyJson),
  }
}

describe('a draft', () => {
  it('is accepted when everything is in order', () => {
    assert.ok(checkDraft(aDraft()).ok)
    assert.ok(checkDraft(aDraft({ description: '', administratorName: 'Ada', closesAt: 2e12 })).ok)
    assert.ok(checkDraft(aDraft(question({ blank: true, min: 0, max: 2 }))).ok)
  })

  const faults: readonly (readonly [string, Partial<ElectionDraft>, RegExp])[] = [
    ['a uuid that is too short', { uuid: 'abc' }, /uuid/],
    ['a uuid outside base58', { uuid: 'O0Il'.repeat(5) }, /uuid/],
    ['no name', { name: '' }, /name is empty/],
    ['half a surrogate pair', { name: 'a\ud800' }, /the name must be a text/],
    ['a control character', { description: 'a\u0007' }, /control characters/],
    ['no question', { questions: [] }, /0 questions/],
    ['a question without answers', question({ answers: [], min: 0, max: 0 }), /0 answers/],
    ['a negative min', question({ min: -1 }), /min and max/],
    ['min above max', question({ min: 2, max: 1 }), /min and max/],
    ['max above the number of answers', question({ max: 3 }), /max is above/],
    ['a max that is no whole number', question({ max: 1.5 }), /min and max/],
    ['no registrar', { registrars: [], registrarThreshold: 0 }, /0 registrars/],
    ['a registrar twice', { registrars: [keyOf('a'), keyOf('a')] }, /registrar is named twice/],
    ['no trustee', { mandatoryTrustees: [] }, /0 trustees, allowed are 1 to 256/],
    [
      'the key of a trustee twice',
      { mandatoryTrustees: [aTrustee('a'), { ...aTrustee('a'), name: 'b' }] },
      /trustee is named twice/,
    ],
    [
      'one key among the mandatory trustees and the others',
      { ...thresholdTrustees(2, 1, ['other']), mandatoryTrustees: [{ ...aTrustee('trustee 2'), name: 'b' }] },
      /trustee is named twice/,
    ],
    [
      'the name of a trustee twice',
      { mandatoryTrustees: [aTrustee('a'), { ...aTrustee('b'), name: 'a' }] },
      /two trustees have the same name/,
    ],
    [
      'one name among the mandatory trustees and the others',
      { ...thresholdTrustees(2, 1), mandatoryTrustees: [{ ...aTrustee('b'), name: 'trustee 2' }] },
      /two trustees have the same name/,
    ],
    ['a trustee without a name', { mandatoryTrustees: [aTrustee('')] }, /a trustee's name/],
    ['control characters in a name', { mandatoryTrustees: [aTrustee('a\u0000b')] }, /a trustee's name/],
    ['half a surrogate pair in a name', { mandatoryTrustees: [aTrustee('a\ud800')] }, /a trustee's name/],
    [
      'a key that is too short',
      { mandatoryTrustees: [{ name: 'a', publicKey: new Uint8Array(31) }] },
      /32 bytes/,
    ],
    ['a trustee threshold of nobody', thresholdTrustees(3, 0), /trusteeThreshold is 0; .* 1 to 3/],
    ['a trustee threshold above the trustees', thresholdTrustees(3, 4), /trusteeThreshold is 4; .* 1 to 3/],
    ['half a trustee as threshold', thresholdTrustees(3, 1.5), /trusteeThreshold is 1.5/],
    [
      'a threshold where all trustees are mandatory',
      { trusteeThreshold: 1 },
      /all 2 trustees are mandatory; it must be 0/,
    ],
    [
      'a threshold that counts mandatory trustees',
      thresholdTrustees(2, 3, ['other']),
      /trusteeThreshold is 3; .* 1 to 2/,
    ],
    ['a threshold of nobody', { registrarThreshold: 0 }, /registrarThreshold/],
    ['a threshold above the registrars', { registrarThreshold: 4 }, /registrarThreshold/],
    ['closing at its opening', { opensAt: 5, closesAt: 5 }, /closesAt must be after/],
    ['closing before its opening', { opensAt: 5, closesAt: 4 }, /closesAt must be after/],
    ['a time that is no whole number', { opensAt: 0.5 }, /milliseconds/],
  ]
  for (const [what, changes, detail] of faults)
    it(`is refused with ${what}`, () => {
      const checked = checkDraft(aDraft(changes))
      assert.ok(!checked.ok)
      assert.equal(checked.error.code, 'draft-invalid')
      assert.match(checked.error.detail, detail)
    })

  it('takes as much of everything as the limits say, and not one more', () => {
    const perQuestion = Math.ceil(MAX_CHOICES / MAX_QUESTIONS)
    const atLimit = (make: (more: number) => Partial<ElectionDraft>): void => {
      const inside = checkDraft(aDraft(make(0)))
      assert.ok(inside.ok, inside.ok ? '' : inside.error.detail)
      assert.equal(checkDraft(aDraft(make(1))).ok, false)
    }
    atLimit((more) => ({ uuid: 'a'.repeat(MAX_UUID_LENGTH + more) }))
    atLimit((more) => ({ name: 'n'.repeat(MAX_TEXT_BYTES + more) }))
    atLimit((more) => ({ name: 'ü'.repeat(MAX_TEXT_BYTES / 2 + more) }))
    atLimit((more) => ({ administratorName: 'n'.repeat(MAX_TEXT_BYTES + more) }))
    atLimit((more) => ({ description: 'd'.repeat(MAX_DESCRIPTION_BYTES + more) }))
    atLimit((more) => question({ question: 'q'.repeat(MAX_TEXT_BYTES + more) }))
    atLimit((more) => question({ answers: ['a'.repeat(MAX_TEXT_BYTES + more), 'b'] }))
    atLimit((more) => question({ answers: answers(MAX_ANSWERS + more) }))
    atLimit((more) => ({ questions: new Array<Question>(MAX_QUESTIONS + more).fill(base) }))
    atLimit((more) => ({
      questions: Array.from({ length: MAX_QUESTIONS }, (_, i) => ({
        ...base,
        answers: answers(perQuestion + (i === 0 ? more : 0)),
      })),
    }))
    const texts = (bytes: number): readonly string[] =>
      Array.from({ length: 200 }, (_, i) => 'a'.repeat(bytes / 200 + (i === 0 ? bytes % 200 : 0)))
    const room = MAX_DRAFT_BYTES - draftBytes(aDraft(question({ answers: new Array(200).fill('') })))
    atLimit((more) => question({ answers: texts(room + more) }))
    atLimit((more) => ({ registrars: keys(MAX_REGISTRARS + more) }))
    atLimit((more) => ({ mandatoryTrustees: parties(MAX_TRUSTEES + more) }))
    atLimit((more) => ({
      mandatoryTrustees: [],
      trustees: parties(MAX_TRUSTEES + more),
      trusteeThreshold: 1,
    }))
    atLimit((more) => ({
      mandatoryTrustees: parties(100 + more, 'mandatory'),
      trustees: parties(MAX_TRUSTEES - 100),
      trusteeThreshold: 1,
    }))
    atLimit((more) => ({ mandatoryTrustees: [aTrustee('n'.repeat(MAX_NAME_LENGTH + more))] }))
    atLimit((more) => ({ mandatoryTrustees: [aTrustee('\u2602'.repeat(MAX_NAME_LENGTH + more))] }))
    for (const size of [MAX_TRUSTEES, 128])
      atLimit((more) => ({
        mandatoryTrustees: [],
        trustees: parties(size),
        trusteeThreshold: MAX_COEFFICIENTS / size + more,
      }))
    assert.ok(checkDraft(aDraft(thresholdTrustees(129, 127))).ok)
    assert.equal(checkDraft(aDraft(thresholdTrustees(129, 128))).ok, false)
  })
})

describe('a draft in JSON', () => {
  it('is read with Belenios questions and keys in hexadecimal', () => {
    const draft = aDraft({ administratorName: 'Ada', ...thresholdTrustees(3, 2, ['court']) })
    assert.deepEqual(unwrap(parseDraft(jsonOf(draft))), draft)
    assert.deepEqual(unwrap(parseDraft(jsonOf(aDraft()))), aDraft())
  })

  const good = jsonOf(aDraft())
  const faults: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown field', { ...good, colour: 'red' }, /unknown key "colour"/],
    ['a missing field', { ...good, opensAt: undefined }, /"opensAt" must be a number/],
    ['a field of another type', { ...good, name: 5 }, /"name" must be a text/],
    ['closing before opening', { ...good, closesAt: 5 }, /closesAt must be after/],
    ['questions of an unknown kind', { ...good, questions: [{ type: 'Lists', value: {} }] }, /Lists/],
    ['keys that are none', { ...good, registrars: ['xyz'] }, /a list of keys/],
    ['keys that are no list', { ...good, registrars: 'xyz' }, /a list of keys/],
    ['trustees that are no list', { ...good, trustees: 'xyz' }, /must be lists of \{"name", "publicKey"\}/],
    ['trustees that are keys', { ...good, trustees: [toHex(keyOf('a'))] }, /must be lists of/],
    ['a trustee without a key', { ...good, mandatoryTrustees: [{ name: 'a' }] }, /must be lists of/],
    [
      'a trustee with something else',
      { ...good, mandatoryTrustees: [{ ...partyJson(aTrustee('a')), x: 1 }] },
      /must be lists of/,
    ],
    [
      'a trustee whose name is none',
      { ...good, trustees: [{ name: 5, publicKey: toHex(keyOf('a')) }] },
      /must be lists of/,
    ],
    ['no threshold', { ...good, trusteeThreshold: undefined }, /"trusteeThreshold" must be a number/],
    ['a list instead of an object', [good], /a JSON object/],
    ['nothing', null, /a JSON object/],
  ]
  for (const [what, json, detail] of faults)
    it(`is refused with ${what}`, () => {
      const parsed = parseDraft(json)
      assert.ok(!parsed.ok)
      assert.equal(parsed.error.code, 'draft-invalid')
      assert.match(parsed.error.detail, detail)
    })
})
