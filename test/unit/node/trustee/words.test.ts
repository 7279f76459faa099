import { strict as assert } from 'node:assert'
import type { CertifiedElection } from '../../../../client/index.ts'
import { createUuid } from '../../../../election/index.ts'
import { type ElectionDraft, electionCeremony } from '../../../../ledger/index.ts'
import { whyNoResult } from '../../../../node/cli/election-read.ts'
import { describe as describeElection, summary } from '../../../../node/cli/election-show.ts'
import { waitingElectionsOf } from '../../../../node/diagnostics.ts'
import {
  ceremonyText,
  ceremonyView,
  missingNames,
  partText,
  roleText,
  thresholdText,
  trusteeViews,
  waitingText,
} from '../../../../node/index.ts'
import { MAX_WAITING_ELECTIONS } from '../../../../node/limits.ts'
import { anAttempt, certificateBy } from '../../../support/ceremony-builders.ts'
import { aCopyOf, passDeadline, playStep, playTo } from '../../../support/ceremony-stage.ts'
import {
  aChain,
  aDecryption,
  aDraft,
  anOpenElection,
  aPreparation,
  aRoll,
  closeElection,
  extend,
  recordOf,
  seededRandom,
  type TestChain,
  thresholdTrustees,
} from '../../../support/ledger-builders.ts'

/** Two of three trustees, and one that is mandatory. */
const TRUSTEES = thresholdTrustees(3, 2, ['validator 1'])

function aDraftedChain(draft: ElectionDraft = aDraft(TRUSTEES)): TestChain {
  const chain = aChain()
  extend(chain, [aPreparation(chain.networkId, draft, aRoll(1)).draft])
  return chain
}

function readOf(chain: TestChain, uuid = aDraft().uuid): CertifiedElection {
  const ceremony = electionCeremony(chain.state, uuid)
  assert.ok(ceremony)
  const { height, time } = chain.state.head
  return { record: recordOf(chain, uuid), ceremony, height, time }
}

const iso = (ms: number): string => new Date(ms).toISOString()
const rows = (read: CertifiedElection): readonly (readonly string[])[] =>
  trusteeViews(read).map(({ name }, place) => [name, roleText(read, place), partText(read, place)])

describe('what an election waits for, in words', () => {
  it('names step, deadline and those who have not done their part of the ceremony', () => {
    const chain = aDraftedChain()
    const { draft } = recordOf(chain, aDraft().uuid)
    const first = readOf(chain)
    assert.equal(
      waitingText(first),
      `the key ceremony is at step 1 of 4 (certificates), waits for trustee 1, trustee 2, trustee 3 until ${iso(first.ceremony.deadline)}`,
    )
    const at = anAttempt(chain.networkId, draft)
    extend(chain, [certificateBy(at, 'trustee 2'), certificateBy(at, 'trustee 3')])
    const read = readOf(chain)
    assert.match(ceremonyText(read), /step 1 of 4 \(certificates\), waits for trustee 1 until /)
    assert.deepEqual(missingNames(read), ['trustee 1'])
    assert.deepEqual(rows(read), [
      ['validator 1', 'mandatory', ''],
      ['trustee 1', '1st of the ceremony', 'certificate awaited'],
      ['trustee 2', '2nd of the ceremony', 'certificate published'],
      ['trustee 3', '3rd of the ceremony', 'certificate published'],
    ])
    assert.match(whyNoResult(read), /opens at .*; the key ceremony is at step 1 of 4/)
  })

  it('names mandatory trustees in the steps in which they have a part, and that they are waited for until the opening', () => {
    const draft = aDraft(TRUSTEES)
    const stage = { chain: aDraftedChain(draft), draft }
    const mandatoryPart = (): string => partText(readOf(stage.chain), 0)
    const opening = `validator 1 (mandatory) until the opening at ${iso(draft.opensAt)}`
    for (const [step, part] of [
      ['commitments', 'commitment'],
      ['dealings', 'key'],
    ] as const) {
      playTo(stage, step)
      const { deadline } = readOf(stage.chain).ceremony
      assert.equal(mandatoryPart(), `${part} awaited`)
      const others = `trustee 1, trustee 2, trustee 3 until ${iso(deadline)}`
      const ending = new RegExp(
        `\\(${step}\\), waits for ${others}, and for ${opening.replace(/[()]/g, '\\$&')}$`,
      )
      assert.match(waitingText(readOf(stage.chain)) ?? '', ending)
      const other = aCopyOf(stage)
      playStep(other, ['trustee 1', 'trustee 2', 'trustee 3'])
      assert.equal(partText(readOf(other.chain), 0), `${part} published`)
      assert.match(waitingText(readOf(other.chain)) ?? '', new RegExp(`waits for ${others}$`))
      const late = aCopyOf(stage)
      playStep(late, ['validator 1'])
      assert.ok(waitingText(readOf(late.chain))?.endsWith(`waits for ${opening}`))
      assert.deepEqual(missingNames(readOf(late.chain)), ['validator 1'])
      assert.equal(ceremonyView(readOf(late.chain)).deadline, undefined, 'it cannot be left out')
    }
    playTo(stage, 'keys')
    assert.equal(mandatoryPart(), 'key published')
    assert.deepEqual(missingNames(readOf(stage.chain)), ['trustee 1', 'trustee 2', 'trustee 3'])
  })

  it('says who was left out, in which attempt and why, and goes on with the others', () => {
    const chain = aDraftedChain()
    const { draft } = recordOf(chain, aDraft().uuid)
    const at = anAttempt(chain.networkId, draft)
    extend(chain, [certificateBy(at, 'trustee 2'), certificateBy(at, 'trustee 3')])
    passDeadline({ chain, draft })
    const read = readOf(chain)
    assert.equal(
      waitingText(read),
      `the key ceremony (attempt 2) is at step 1 of 4 (certificates), waits for trustee 2, trustee 3 until ${iso(read.ceremony.deadline)}`,
    )
    assert.deepEqual(rows(read), [
      ['validator 1', 'mandatory', ''],
      ['trustee 1', 'left out: trustee 1 published no certificate (attempt 1)', ''],
      ['trustee 2', '1st of the ceremony', 'certificate awaited'],
      ['trustee 3', '2nd of the ceremony', 'certificate awaited'],
    ])
    assert.deepEqual(ceremonyView(read), {
      attempt: 2,
      step: 'certificates',
      deadline: iso(read.ceremony.deadline),
      faults: [
        {
          trustee: 'trustee 1',
          kind: 'no-certificate',
          attempt: 1,
          text: 'trustee 1 published no certificate',
        },
      ],
    })
    const shown = summary(read, chain.genesis) as { readonly trustees: readonly object[] }
    assert.deepEqual(shown.trustees[1], {
      name: 'trustee 1',
      publicKey: trusteeViews(read)[1]!.publicKey,
      role: 'left-out',
      awaited: false,
      hasDecrypted: false,
    })
    assert.match(
      describeElection(read, chain.genesis),
      /trustee 1 +left out: trustee 1 published no certificate/,
    )
  })

  it('waits for nobody once the key is there', () => {
    const chain = aDraftedChain()
    const { draft } = recordOf(chain, aDraft().uuid)
    extend(chain, aPreparation(chain.networkId, draft, aRoll(1)).keys)
    const read = readOf(chain)
    assert.equal(waitingText(read), undefined)
    assert.deepEqual(missingNames(read), [])
    assert.deepEqual(ceremonyView(read), { attempt: 1, step: 'done', faults: [] })
    assert.equal(ceremonyText(read), 'the key ceremony is done')
    assert.equal(thresholdText(read), 'all of validator 1, and any 2 of 3 others')
    assert.deepEqual(
      rows(read).map(([, , part]) => part),
      ['key published', 'key share published', 'key share published', 'key share published'],
    )
    assert.deepEqual(waitingElectionsOf(chain.state), [])
  })

  it('says how many of whom are missing while it is decrypted, mandatory trustees first', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain, { draft: TRUSTEES, voters: 1 })
    closeElection(chain, uuid)
    const words = (): string | undefined => waitingText(readOf(chain))
    assert.equal(
      words(),
      'waits for the partial decryption of validator 1 (mandatory), and for 2 more of: trustee 1, trustee 2, trustee 3',
    )
    extend(chain, [aDecryption(chain, uuid, 'trustee 2')])
    assert.match(words() ?? '', /, and for 1 more of: trustee 1, trustee 3$/)
    const other = { ...chain, image: new Map(chain.image), blocks: [...chain.blocks] }
    extend(chain, [aDecryption(chain, uuid, 'trustee 3')])
    assert.equal(words(), 'waits for the partial decryption of validator 1 (mandatory)')
    assert.deepEqual(rows(readOf(chain)), [
      ['validator 1', 'mandatory', 'partial decryption awaited'],
      ['trustee 1', '1st of the ceremony', 'not needed'],
      ['trustee 2', '2nd of the ceremony', 'has decrypted'],
      ['trustee 3', '3rd of the ceremony', 'has decrypted'],
    ])
    extend(other, [aDecryption(other, uuid, 'validator 1')])
    const text = 'waits for 1 more partial decryption of: trustee 1, trustee 3'
    assert.equal(waitingText(readOf(other)), text)
    assert.equal(
      whyNoResult(readOf(other)),
      `election ${uuid} is closed and ${text}; ask again when they have decrypted`,
    )
    assert.deepEqual(waitingElectionsOf(other.state), [
      { uuid, name: 'The bridge', phase: 'decrypting', waiting: text, missing: ['trustee 1', 'trustee 3'] },
    ])
    extend(other, [aDecryption(other, uuid, 'trustee 1')])
    assert.equal(waitingText(readOf(other)), undefined)
  })

  it('names eight trustees in a sentence and counts the rest', () => {
    const chain = aDraftedChain(aDraft(thresholdTrustees(23, 1)))
    const read = readOf(chain)
    assert.match(waitingText(read) ?? '', /waits for trustee 1, .*, trustee 8 and 15 more until /)
    assert.equal(missingNames(read).length, 23)
    assert.deepEqual(
      [10, 11, 12, 20, 21, 22].map((place) => roleText(read, place).split(' ')[0]),
      ['11th', '12th', '13th', '21st', '22nd', '23rd'],
    )
  })

  it('knows elections whose trustees are all mandatory', () => {
    const chain = aDraftedChain(aDraft())
    const read = readOf(chain)
    const until = `validator 1, validator 2 (mandatory) until the opening at ${iso(aDraft().opensAt)}`
    assert.equal(waitingText(read), `the key ceremony is at step 1 of 2 (commitments), waits for ${until}`)
    assert.deepEqual(ceremonyView(read), { attempt: 1, step: 'commitments', faults: [] })
    assert.equal(thresholdText(read), 'all of validator 1, validator 2')
    assert.doesNotMatch(describeElection(read, chain.genesis), /^ceremony/m)
  })

  it('is reported by a node for a bounded number of elections, those that are being decrypted first', () => {
    const chain = aChain()
    const draftOf = (i: number): ElectionDraft =>
      aDraft({
        uuid: createUuid(seededRandom(`election ${i}`)),
        opensAt: aDraft().opensAt + 60_000,
        closesAt: aDraft().closesAt + 60_000,
      })
    const add = (i: number): unknown =>
      extend(chain, [aPreparation(chain.networkId, draftOf(i), aRoll(1)).draft])
    for (let i = 1; i < MAX_WAITING_ELECTIONS; i++) add(i)
    const uuid = anOpenElection(chain, { draft: TRUSTEES, voters: 1 })
    assert.equal(waitingElectionsOf(chain.state).length, MAX_WAITING_ELECTIONS - 1)
    closeElection(chain, uuid)
    const all = waitingElectionsOf(chain.state)
    assert.equal(all.length, MAX_WAITING_ELECTIONS)
    assert.equal(all[0]?.uuid, uuid)
    add(MAX_WAITING_ELECTIONS)
    assert.deepEqual(waitingElectionsOf(chain.state), all)
  })
})
