/** What a trustee owes an election, in each step of the ceremony and in each phase. */
import { strict as assert } from 'node:assert'
import { electionCeremony, type Transaction } from '../../../../ledger/index.ts'
import { dutyOf } from '../../../../node/trustee/duty.ts'
import { aCeremonyRun } from '../../../support/ceremony-builders.ts'
import { passDeadline } from '../../../support/ceremony-stage.ts'
import {
  aChain,
  aDecryption,
  aDraft,
  aPreparation,
  aRoll,
  closeElection,
  extend,
  keyOf,
  mandatoryCommitmentBy,
  mandatoryKeyBy,
  recordOf,
  type TestChain,
  thresholdTrustees,
} from '../../../support/ledger-builders.ts'

const DRAFT = aDraft(thresholdTrustees(3, 2, ['validator 1']))
const { uuid, opensAt } = DRAFT
const NAMES = ['validator 1', 'trustee 1', 'trustee 2', 'trustee 3', 'somebody else']

/** Who owes what, by name; nothing is left out. */
function duties(chain: TestChain): Readonly<Record<string, string>> {
  const standing = { record: recordOf(chain, uuid), ceremony: electionCeremony(chain.state, uuid)! }
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const duty = dutyOf(standing, keyOf(name))
      return duty === undefined ? [] : [[name, duty.kind]]
    }),
  )
}

/** A chain with the draft, and the transactions of its parties. */
function drafted() {
  const chain = aChain()
  const { draft, chunks, signatures } = aPreparation(chain.networkId, DRAFT, aRoll(2))
  extend(chain, [draft])
  return { chain, steps: stepsOf(chain, 1), registrars: [...chunks, ...signatures] }
}

/** What is published in each step of an attempt, the mandatory trustee's part last. */
function stepsOf(chain: TestChain, attempt: number, without: readonly string[] = []) {
  const { networkId } = chain
  const run = aCeremonyRun(networkId, DRAFT, attempt, without)
  const options = { attempt }
  return [
    run.certificates,
    [...run.commitments, mandatoryCommitmentBy(networkId, DRAFT, 'validator 1', options)],
    [...run.dealings, mandatoryKeyBy(networkId, DRAFT, 'validator 1', options)],
    run.keys,
  ] as const satisfies readonly (readonly Transaction[])[]
}

function closed(): TestChain {
  const { chain, steps, registrars } = drafted()
  extend(chain, [...steps.flat(), ...registrars])
  extend(chain, [], opensAt)
  closeElection(chain, uuid)
  return chain
}

describe("a trustee's duty", () => {
  it('is one part in each step of the ceremony, for each member that has not published it', () => {
    const { chain, steps } = drafted()
    const members = (kind: string): object =>
      Object.fromEntries(['trustee 1', 'trustee 2', 'trustee 3'].map((name) => [name, kind]))
    const owed = [
      members('certificate'),
      { 'validator 1': 'commitment', ...members('commitment') },
      { 'validator 1': 'key', ...members('dealing') },
      members('share'),
    ]
    for (const [i, [first, ...others]] of steps.entries()) {
      assert.deepEqual(duties(chain), owed[i])
      const { 'trustee 1': _, ...rest } = duties(chain)
      extend(chain, [first!])
      assert.deepEqual(duties(chain), rest, 'nothing twice')
      extend(chain, others)
    }
    assert.deepEqual(duties(chain), {}, 'the registrars are awaited, no trustee')
  })

  it('T22 is none from the frozen election to the closing, and a decryption after it', () => {
    const { chain, steps, registrars } = drafted()
    extend(chain, [...steps.flat(), ...registrars])
    assert.deepEqual([recordOf(chain, uuid).phase, duties(chain)], ['frozen', {}])
    extend(chain, [], opensAt)
    assert.deepEqual([recordOf(chain, uuid).phase, duties(chain)], ['open', {}])
    closeElection(chain, uuid)
    assert.deepEqual(duties(chain), {
      'validator 1': 'decryption',
      'trustee 1': 'decryption',
      'trustee 2': 'decryption',
      'trustee 3': 'decryption',
    })
  })

  it('T22 is none for who has decrypted, and none for members once a threshold of them has', () => {
    const chain = closed()
    extend(chain, [aDecryption(chain, uuid, 'trustee 3')])
    assert.deepEqual(Object.keys(duties(chain)), ['validator 1', 'trustee 1', 'trustee 2'])
    extend(chain, [aDecryption(chain, uuid, 'trustee 1')])
    assert.deepEqual(duties(chain), { 'validator 1': 'decryption' })
    extend(chain, [aDecryption(chain, uuid, 'validator 1')])
    assert.deepEqual([recordOf(chain, uuid).phase, duties(chain)], ['tallied', {}])
  })

  it('is that of the members for a member even when the mandatory trustee came first', () => {
    const chain = closed()
    extend(chain, [aDecryption(chain, uuid, 'validator 1')])
    assert.deepEqual(Object.keys(duties(chain)), ['trustee 1', 'trustee 2', 'trustee 3'])
  })

  it('is none for who was left out, in the ceremony and at the tally', () => {
    const { chain, steps, registrars } = drafted()
    extend(chain, steps[0].slice(1))
    passDeadline({ chain, draft: DRAFT })
    assert.deepEqual(duties(chain), { 'trustee 2': 'certificate', 'trustee 3': 'certificate' })
    extend(chain, [...stepsOf(chain, 2, ['trustee 1']).flat(), ...registrars])
    extend(chain, [], opensAt)
    closeElection(chain, uuid)
    assert.deepEqual(Object.keys(duties(chain)), ['validator 1', 'trustee 2', 'trustee 3'])
  })

  it('is none in an election that was abandoned', () => {
    const { chain, steps } = drafted()
    extend(chain, steps[0])
    extend(chain, [], opensAt)
    assert.deepEqual([recordOf(chain, uuid).phase, duties(chain)], ['abandoned', {}])
  })

  it('is that of mandatory trustees alone where there are no others', () => {
    const draft = aDraft(thresholdTrustees(0, 0, ['validator 1', 'validator 2']))
    const chain = aChain()
    const { draft: first } = aPreparation(chain.networkId, draft, aRoll(1))
    extend(chain, [first])
    const second = () =>
      dutyOf(
        { record: recordOf(chain, uuid), ceremony: electionCeremony(chain.state, uuid)! },
        keyOf('validator 2'),
      )
    assert.deepEqual(duties(chain), { 'validator 1': 'commitment' })
    assert.deepEqual(second(), { kind: 'commitment', place: 1 })
    const names = ['validator 1', 'validator 2']
    extend(
      chain,
      names.map((name) => mandatoryCommitmentBy(chain.networkId, draft, name)),
    )
    assert.deepEqual(duties(chain), { 'validator 1': 'key' })
    assert.deepEqual(second(), { kind: 'key', place: 1 })
    extend(
      chain,
      names.map((name) => mandatoryKeyBy(chain.networkId, draft, name)),
    )
    assert.deepEqual([duties(chain), second()], [{}, undefined])
  })
})
