import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import { isStrictPublicKey } from '../../../crypto/index.ts'
import { readDraft, readTime } from '../../../node/cli/draft-file.ts'
import { hexBytes } from '../../support/certified-peers.ts'
import { aGenesis, aTrustee, keyOf } from '../../support/ledger-builders.ts'

const NOW = Date.UTC(2027, 4, 1, 12)
const TRUSTEES = [1, 2, 3, 4].map((i) => aTrustee(`trustee ${i}`))
const genesis = aGenesis({ validators: 3, registrars: 3, trustees: TRUSTEES })
const read = (json: unknown, from = genesis) =>
  readDraft(json, { genesis: from, now: NOW, newUuid: () => 'aaaaaaaaaaaaaa' })

const NOTARY = { name: 'Notary', publicKey: toHex(keyOf('Notary')) }
/** One digit is another, and then it is the key of nobody: so it is for about half of all such mistakes. */
const MISTYPED = [...'0123456789abcdef']
  .map((digit) => ({ ...NOTARY, publicKey: digit + NOTARY.publicKey.slice(1) }))
  .find(({ publicKey }) => !isStrictPublicKey(hexBytes(publicKey)))

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
    assert.deepEqual(draft.trustees, TRUSTEES)
    assert.equal(draft.trusteeThreshold, 3, 'a quorum of four')
    assert.deepEqual(draft.mandatoryTrustees, [])
  })

  it('names registrars and trustees as the genesis file does', () => {
    const draft = unwrap(
      read({
        ...FILE,
        registrars: ['registrar 2'],
        trustees: ['trustee 3', toHex(keyOf('trustee 1'))],
        administrator: 'Ada',
        credentialAuthority: 'Bo',
        uuid: 'bbbbbbbbbbbbbb',
      }),
    )
    assert.deepEqual(draft.registrars, [keyOf('registrar 2')])
    assert.deepEqual(draft.trustees, [aTrustee('trustee 3'), aTrustee('trustee 1')])
    assert.equal(draft.trusteeThreshold, 2, 'both of two')
    assert.equal(draft.registrarThreshold, 1)
    assert.equal(draft.administratorName, 'Ada')
    assert.equal(draft.credentialAuthorityName, 'Bo')
    assert.equal(draft.uuid, 'bbbbbbbbbbbbbb')
  })

  it('takes cards of institutions that are not in the genesis file', () => {
    const draft = unwrap(
      read(
        { ...FILE, trustees: [NOTARY, 'trustee 2', 'trustee 1'], trusteeThreshold: 1 },
        aGenesis({ trustees: TRUSTEES }),
      ),
    )
    assert.deepEqual(draft.trustees, [aTrustee('Notary'), aTrustee('trustee 2'), aTrustee('trustee 1')])
    assert.equal(draft.trusteeThreshold, 1)
    const upper = { ...NOTARY, publicKey: NOTARY.publicKey.toUpperCase() }
    assert.deepEqual(unwrap(read({ ...FILE, trustees: [upper] })).trustees, [aTrustee('Notary')])
  })

  it('takes mandatory trustees out of those that are there by default', () => {
    const draft = unwrap(read({ ...FILE, mandatoryTrustees: ['trustee 2', NOTARY] }))
    assert.deepEqual(draft.mandatoryTrustees, [aTrustee('trustee 2'), aTrustee('Notary')])
    assert.deepEqual(draft.trustees, [aTrustee('trustee 1'), aTrustee('trustee 3'), aTrustee('trustee 4')])
    assert.equal(draft.trusteeThreshold, 2, 'a quorum of three')
  })

  it('may have mandatory trustees only, and then no threshold', () => {
    const names = TRUSTEES.map(({ name }) => name)
    for (const more of [{}, { trusteeThreshold: 0 }, { trustees: [] }]) {
      const draft = unwrap(read({ ...FILE, mandatoryTrustees: names, ...more }))
      assert.deepEqual(draft.mandatoryTrustees, TRUSTEES)
      assert.deepEqual([draft.trustees, draft.trusteeThreshold], [[], 0])
    }
  })

  it('must name its trustees where the genesis file has none', () => {
    const without = aGenesis({ registrars: 3 })
    const draft = read(FILE, without)
    assert.ok(!draft.ok)
    assert.match(draft.error.detail, /name at least one trustee, since the genesis file has none/)
    assert.deepEqual(unwrap(read({ ...FILE, trustees: [NOTARY] }, without)).trustees, [aTrustee('Notary')])
    const unknown = read({ ...FILE, trustees: ['Notary'] }, without)
    assert.match(
      unknown.ok ? '' : unknown.error.detail,
      /has no trustee "Notary"; it has none; .* by their card/,
    )
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
    [
      'an unknown trustee',
      { ...FILE, trustees: ['Eve'] },
      /"trustees": .* has no trustee "Eve"; it has trustee 1, /,
    ],
    [
      'an unknown mandatory trustee',
      { ...FILE, mandatoryTrustees: ['Eve'] },
      /"mandatoryTrustees": .* has no trustee "Eve"/,
    ],
    [
      'a trustee named twice',
      { ...FILE, trustees: ['trustee 1', 'trustee 1'] },
      /"trustees": "trustee 1" is named twice/,
    ],
    [
      'a trustee named as mandatory and otherwise',
      { ...FILE, trustees: ['trustee 1'], mandatoryTrustees: ['trustee 1'] },
      /"trustee 1" is named twice; mandatory trustees are not listed again/,
    ],
    [
      'two cards with one key',
      { ...FILE, trustees: [NOTARY, { ...NOTARY, name: 'Nobody' }] },
      /"Notary" and "Nobody" have the same key/,
    ],
    ['a card with a mistyped key', { ...FILE, trustees: [MISTYPED] }, /publicKey of "Notary" is not .* card/],
    ['a card with a short key', { ...FILE, trustees: [{ ...NOTARY, publicKey: '00' }] }, /64 hexadecimal/],
    [
      'a card with more fields',
      { ...FILE, trustees: [{ ...NOTARY, weight: 2 }] },
      /"trustees.0": unknown field "weight"/,
    ],
    [
      'a number as a trustee',
      { ...FILE, trustees: [7] },
      /"trustees.0": a trustee is a name in the genesis file, or a card/,
    ],
    ['a card without a name', { ...FILE, trustees: [{ ...NOTARY, name: '' }] }, /name must be a text/],
    ['nobody who holds the key', { ...FILE, trustees: [] }, /name at least one trustee/],
    [
      'a trustee threshold of none',
      { ...FILE, trusteeThreshold: 0 },
      /"trusteeThreshold" is 0; .* from 1 to 4/,
    ],
    [
      'a trustee threshold above all',
      { ...FILE, trusteeThreshold: 5 },
      /"trusteeThreshold" is 5; .* from 1 to 4/,
    ],
    ['half a trustee as threshold', { ...FILE, trusteeThreshold: 1.5 }, /"trusteeThreshold"/],
    [
      'a threshold although all trustees are mandatory',
      { ...FILE, mandatoryTrustees: [NOTARY], trustees: [], trusteeThreshold: 1 },
      /"trusteeThreshold" is 1, and all trustees are mandatory: leave it out/,
    ],
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
