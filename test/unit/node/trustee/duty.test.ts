/** What a trustee owes an election, in each step of the ceremony and in each phase. */
import { strict as assert } from 'node:assert'
import { createTrusteeKey, encodeTrusteeKey } from '../../../../election/index.ts'
import { electionCeremony, type Transaction } from '../../../../ledger/index.ts'
import { dutyOf } from '../../../../node/trustee/duty.ts'
import { aCeremonyRun } from '../../../support/ceremony-builders.ts'
import {
  aChain,
  aDecryption,
  aDraft,
  aPreparation,
  aRoll,
  closeElection,
  extend,
  keyOf,
  recordOf,
  seededRandom,
  signed,
  type TestChain,
  thresholdTrustees,
  trusteeScalar,
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
  const key = createTrusteeKey(trusteeScalar(uuid, 'validator 1'), seededRandom('key'))
  const body = {
    kind: 'trusteeKey',
    uuid,
    trustee: keyOf('validator 1'),
    key: encodeTrusteeKey(key),
  } as const
  const single = signed(chain.networkId, body, 'validator 1')
  return { chain, single, run: aCeremonyRun(chain.networkId, DRAFT), registrars: [...chunks, ...signatures] }
}

function closed(): TestChain {
  const { chain, single, run, registrars } = drafted()
  extend(chain, [single, ...run.all, ...registrars])
  extend(chain, [], opensAt)
  closeElection(chain, uuid)
  return chain
}

describe("a trustee's duty", () => {
  it('is one part in each step of the ceremony, for each member that has not published it', () => {
    const { chain, single, run } = drafted()
    const members = (kind: string): object =>
      Object.fromEntries(['trustee 1', 'trustee 2', 'trustee 3'].map((name) => [name, kind]))
    assert.deepEqual(duties(chain), { 'validator 1': 'key', ...members('certificate') })
    extend(chain, [single])
    assert.deepEqual(duties(chain), members('certificate'))
    const steps: readonly (readonly [readonly Transaction[], string])[] = [
      [run.certificates, 'commitment'],
      [run.commitments, 'dealing'],
      [run.dealings, 'share'],
    ]
    for (const [[first, ...others], next] of steps) {
      const { 'trustee 1': _, ...rest } = duties(chain)
      extend(chain, [first!])
      assert.deepEqual(duties(chain), rest, 'nothing twice')
      extend(chain, others)
      assert.deepEqual(duties(chain), members(next))
    }
    extend(chain, run.keys)
    assert.deepEqual(duties(chain), {}, 'the registrars are awaited, no trustee')
  })

  it('T22 is none from the frozen election to the closing, and a decryption after it', () => {
    const { chain, single, run, registrars } = drafted()
    extend(chain, [single, ...run.all, ...registrars])
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
    const { chain, single, run, registrars } = drafted()
    extend(chain, [single, ...run.certificates.slice(1)])
    const { deadline } = electionCeremony(chain.state, uuid)!
    extend(chain, [], deadline)
    assert.deepEqual(duties(chain), { 'trustee 2': 'certificate', 'trustee 3': 'certificate' })
    const again = aCeremonyRun(chain.networkId, DRAFT, 2, ['trustee 1'])
    extend(chain, [...again.all, ...registrars])
    extend(chain, [], opensAt)
    closeElection(chain, uuid)
    assert.deepEqual(Object.keys(duties(chain)), ['validator 1', 'trustee 2', 'trustee 3'])
  })

  it('is none in an election that was abandoned', () => {
    const { chain, run } = drafted()
    extend(chain, run.certificates)
    extend(chain, [], opensAt)
    assert.deepEqual([recordOf(chain, uuid).phase, duties(chain)], ['abandoned', {}])
  })

  it('is that of mandatory trustees alone where there are no others', () => {
    const draft = aDraft(thresholdTrustees(0, 0, ['validator 1', 'validator 2']))
    const chain = aChain()
    const { draft: first } = aPreparation(chain.networkId, draft, aRoll(1))
    extend(chain, [first])
    assert.deepEqual(duties(chain), { 'validator 1': 'key' })
    const standing = { record: recordOf(chain, uuid), ceremony: electionCeremony(chain.state, uuid)! }
    assert.deepEqual(dutyOf(standing, keyOf('validator 2')), { kind: 'key', place: 1 })
  })
})
