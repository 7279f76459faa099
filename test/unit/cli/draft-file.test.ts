import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { readDraft, readTime } from '../../../node/cli/draft-file.ts'
import { aGenesis, keyOf } from '../../support/ledger-builders.ts'

const NOW = Date.UTC(2027, 4, 1, 12)
const genesis = aGenesis({ validators: 3, registrars: 3 })
const read = (json: unknown) => readDraft(json, { genesis, now: NOW, newUuid: () => 'aaaaaaaaaaaaaa' })

const FILE = {
  name: 'Council',
  questions: [{ question: 'Who?', answers: ['Ada', 'Bo'], blank: true, min: 1, max: 1 }],
  opensAt: '+10m',
  closesAt: '2027-05-01T18:00:00+02:00',
}

describe('the file of a draft', () => {
  it('has defaults for everything that may be left out', () => {
    const draft = unwrap(read(FILE))
    assert.equal(draft.uuid, 'aaaaaaaaaaaaaa')
    assert.equal(draft.description, '')
    assert.equal(draft.opensAt, NOW + 600_000)
    assert.equal(draft.closesAt, Date.UTC(2027, 4, 1, 16))
    assert.equal(draft.registrarThreshold, 2, 'more than half of three')
    assert.deepEqual(
      draft.registrars,
      [1, 2, 3].map((i) => keyOf(`registrar ${i}`)),
    )
    assert.deepEqual(
      draft.trustees,
      [1, 2, 3].map((i) => keyOf(`validator ${i}`)),
    )
  })

  it('names registrars and trustees as the genesis file does', () => {
    const draft = unwrap(
      read({
        ...FILE,
        registrars: ['registrar 2'],
        trustees: ['validator 3', 'validator 1'],
        administrator: 'Ada',
        credentialAuthority: 'Bo',
        uuid: 'bbbbbbbbbbbbbb',
      }),
    )
    assert.deepEqual(draft.registrars, [keyOf('registrar 2')])
    assert.deepEqual(draft.trustees, [keyOf('validator 3'), keyOf('validator 1')])
    assert.equal(draft.registrarThreshold, 1)
    assert.equal(draft.administratorName, 'Ada')
    assert.equal(draft.credentialAuthorityName, 'Bo')
    assert.equal(draft.uuid, 'bbbbbbbbbbbbbb')
  })

  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ['an unknown field', { ...FILE, colour: 'red' }, /unknown field "colour"; known are .*closesAt/],
    ['no questions', { ...FILE, questions: undefined }, /"questions"/],
    ['an empty list of questions', { ...FILE, questions: [] }, /question/],
    ['a question of another type', { ...FILE, questions: [{ type: 'Lists', value: {} }] }, /Lists/],
    ['a closing before the opening', { ...FILE, closesAt: '+5m' }, /closesAt must be after opensAt/],
    ['a closing at the opening', { ...FILE, closesAt: '+10m' }, /closesAt must be after opensAt/],
    ['an opening in the past', { ...FILE, opensAt: '2020-01-01T00:00:00Z' }, /lies in the past/],
    ['a time without a zone', { ...FILE, opensAt: '2027-05-01T18:00:00' }, /"opensAt": .* is not a time/],
    ['a number as a time', { ...FILE, opensAt: 12 }, /"opensAt"/],
    ['an unknown registrar', { ...FILE, registrars: ['Eve'] }, /has no "Eve"; it has registrar 1/],
    ['an unknown trustee', { ...FILE, trustees: ['Eve'] }, /"trustees": .* has no "Eve"/],
    ['a trustee named twice', { ...FILE, trustees: ['validator 1', 'validator 1'] }, /twice/],
    ['a threshold above the registrars', { ...FILE, registrarThreshold: 4 }, /registrarThreshold/],
    ['a threshold of none', { ...FILE, registrarThreshold: 0 }, /registrarThreshold/],
    ['a uuid that is too short', { ...FILE, uuid: 'short' }, /uuid/],
    ['min above max', { ...FILE, questions: [{ ...FILE.questions[0], min: 2 }] }, /min|max/],
    ['a list', [FILE], /object/],
    ['nothing', null, /object/],
  ]
  for (const [what, json, message] of refused) {
    it(`is refused with ${what}`, () => {
      const draft = read(json)
      assert.ok(!draft.ok)
      assert.equal(draft.error.code, 'draft-invalid')
      assert.match(draft.error.detail, message)
    })
  }

  it('takes times relative to now in seconds, minutes, hours and days', () => {
    for (const [text, ms] of [
      ['+30s', 30_000],
      ['+10m', 600_000],
      ['+2h', 7_200_000],
      ['+3d', 259_200_000],
    ] as const)
      assert.equal(unwrap(readTime('opensAt', text, NOW)), NOW + ms)
    for (const text of ['10m', '+10', '+10y', '+-1m', '', '2027-13-01T00:00:00Z', 'tomorrow'])
      assert.ok(!readTime('opensAt', text, NOW).ok, text)
  })
})
