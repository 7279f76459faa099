/** Dishonest trustees among honest ones (T17 to T20): in elections in which the others are enough, and in others in which they are not. */
import { strict as assert } from 'node:assert'
import { createUuid } from '../../election/index.ts'
import type { ElectionDraft } from '../../ledger/index.ts'
import type { Handed } from '../../node/trustee/board.ts'
import { seededRandom } from '../support/ledger-builders.ts'
import { aRunningNetwork, castThrough, type NodeNetwork, nameOf } from '../support/node-network.ts'
import { badDealer } from '../support/trustees/adversaries/bad-dealer.ts'
import { brokenCommitment } from '../support/trustees/adversaries/broken-commitment.ts'
import { falseAccuser } from '../support/trustees/adversaries/false-accuser.ts'
import { garbledDealer } from '../support/trustees/adversaries/garbled-dealer.ts'
import { keyCopier } from '../support/trustees/adversaries/key-copier.ts'
import { lateDecryptor } from '../support/trustees/adversaries/late-decryptor.ts'
import { mandatoryCopier } from '../support/trustees/adversaries/mandatory-copier.ts'
import { rushingDealer } from '../support/trustees/adversaries/rushing-dealer.ts'
import { silentIn } from '../support/trustees/adversaries/silent.ts'
import { wrongDecryptor } from '../support/trustees/adversaries/wrong-decryptor.ts'
import { heldBy, materialFromSeeds, materialOnChain } from '../support/trustees/material.ts'
import {
  attachTrustee,
  ceremonyIn,
  draftIn,
  outcomeIn,
  signRollIn,
  untilPhase,
} from '../support/trustees/on-network.ts'
import type { Adversary } from '../support/trustees/tampering.ts'

const V1 = nameOf(0)
const V2 = nameOf(1)
/** A daemon, an honest trustee beside it, and the other one. */
const NAMES = [V1, 'bob', 'mallory']
const OPENS_AFTER_MS = 9000
/** Longer than anything a ceremony waits for. */
const LIMIT_MS = 30_000

/** A network in which two honest trustees and mallory wait for elections. */
async function aScene(adversary: Adversary): Promise<NodeNetwork> {
  const network = await aRunningNetwork(1)
  attachTrustee(network, 0, 'bob')
  attachTrustee(network, 0, 'mallory', { adversary })
  return network
}

/** An election whose key these three hold, `threshold` of whom are needed; it waits for nobody else. */
async function anElection(
  network: NodeNetwork,
  threshold: number,
  opensAfterMs = OPENS_AFTER_MS,
): Promise<ElectionDraft> {
  const uuid = createUuid(seededRandom(`election for ${threshold}`))
  const opensAt = network.clock.now() + opensAfterMs
  const changes = { ...heldBy(threshold, NAMES), closesAt: opensAt + 3000, uuid }
  const draft = await draftIn(network, opensAfterMs, changes)
  await signRollIn(network, draft)
  return draft
}

/** The adversaries that the ceremony catches. */
const CAUGHT: readonly (readonly [string, Adversary, string, string])[] = [
  ['T18 deals one member a wrong share', badDealer(0), `bad-share ${V1}`, `mallory dealt ${V1} a bad share`],
  ['T18 deals one member a share that does not decrypt', garbledDealer(1), 'bad-share bob', 'a bad share'],
  ['T18 complains of a good share', falseAccuser(1), 'false-complaint bob', 'complained falsely of bob'],
  ['T17 reveals other coefficients than it committed to', brokenCommitment, 'no-dealing', 'opens its commit'],
  ['T17 waits for all others and then chooses', rushingDealer('choose'), 'no-dealing', 'opens its commit'],
  ['T20 publishes no certificate', silentIn('ceremonyCertificate'), 'no-certificate', 'no certificate'],
  ['T20 publishes no commitment', silentIn('ceremonyCommitment'), 'no-commitment', 'no commitment'],
  ['T20 publishes no dealing', silentIn('ceremonyDealing'), 'no-dealing', 'no dealing'],
  ['T20 publishes no key share', silentIn('ceremonyKey'), 'no-key', 'neither published its key share nor'],
]

describe('a dishonest trustee in the key ceremony', function () {
  this.timeout(120_000)

  for (const [what, adversary, fault, reason] of CAUGHT) {
    it(`${what}, is left out by name, and the others go on if they are enough`, async () => {
      const network = await aScene(adversary)
      const [enough, tooFew] = [await anElection(network, 2), await anElection(network, 3)]
      await untilPhase(network, tooFew, 'abandoned', LIMIT_MS)
      const record = network.record(0, tooFew.uuid)!
      assert.ok(record.reason?.includes('needs 3 of 3 trustees and 2 remain: mallory'), record.reason)
      assert.ok(record.reason?.includes(reason), record.reason)
      const faults = [`1: mallory ${fault}`]
      assert.deepEqual(outcomeIn(network, tooFew).faults, faults)
      await untilPhase(network, enough, 'frozen', LIMIT_MS)
      const outcome = { phase: 'frozen', attempt: 2, members: [V1, 'bob'], faults }
      assert.deepEqual(outcomeIn(network, enough), outcome)
      for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
      await network.stopAll()
    })
  }

  it('T17 cannot change the key by waiting for all others: it reveals what it committed to', async () => {
    const told: Handed[] = []
    const network = await aScene(rushingDealer('reveal', told))
    const draft = await anElection(network, 2)
    await untilPhase(network, draft, 'frozen', LIMIT_MS)
    assert.deepEqual(
      materialOnChain(network.record(0, draft.uuid)!, ceremonyIn(network, draft.uuid)!),
      materialFromSeeds(network.networkId, draft),
    )
    assert.deepEqual(
      told.map(({ code }) => code),
      ['accepted'],
    )
    await network.stopAll()
  })

  it('T18 cannot push another out by certifying its encryption key first, and is left out by name itself', async () => {
    const { copier, victim } = keyCopier()
    const network = await aRunningNetwork(1)
    attachTrustee(network, 0, 'bob', { adversary: victim })
    attachTrustee(network, 0, 'mallory', { adversary: copier })
    const draft = await anElection(network, 2, 36_000)
    const step = (): string | undefined => ceremonyIn(network, draft.uuid)?.step
    await network.runUntil(() => step() === 'commitments', LIMIT_MS, 'the certificates')
    const { certificates } = materialOnChain(network.record(0, draft.uuid)!, ceremonyIn(network, draft.uuid)!)
    const [, bobs, mallorys] = certificates.map((keys) => keys.slice(64))
    assert.equal(mallorys, bobs, 'it was copied')
    await untilPhase(network, draft, 'frozen', LIMIT_MS)
    const faults = ['1: mallory no-commitment']
    assert.deepEqual(outcomeIn(network, draft), { phase: 'frozen', attempt: 2, members: [V1, 'bob'], faults })
    await network.stopAll()
  })

  for (const copied of ['key', 'commitment and key'] as const)
    it(`T17 gains nothing as a mandatory trustee that copies another's ${copied}, and the other is not blamed`, async () => {
      const told: Handed[] = []
      const network = await aRunningNetwork(1)
      attachTrustee(network, 0, 'mallory', { adversary: mandatoryCopier(0, copied, told) })
      const draft = await draftIn(network, 20_000, heldBy(0, [], [V1, 'mallory']))
      await signRollIn(network, draft)
      await untilPhase(network, draft, 'abandoned', LIMIT_MS)
      assert.ok(told.length > 0)
      for (const { code, detail } of told) {
        assert.equal(code, 'key-invalid')
        assert.match(detail, /^of trustee 2 \(mallory, .*not the key that it committed to$/)
      }
      assert.match(network.record(0, draft.uuid)?.reason ?? '', /\(dealings\) for mallory$/)
      assert.deepEqual(outcomeIn(network, draft).faults, [])
      await network.stopAll()
    })

  it('T18 finds each of two culprits, one after the other', async () => {
    const network = await aRunningNetwork(2)
    attachTrustee(network, 0, 'mallory', { adversary: falseAccuser(0) })
    attachTrustee(network, 1, 'trudy', { adversary: badDealer(1) })
    const draft = await draftIn(network, OPENS_AFTER_MS, heldBy(2, [V1, V2, 'mallory', 'trudy']))
    await signRollIn(network, draft)
    await untilPhase(network, draft, 'frozen', LIMIT_MS)
    const { attempt, members, faults } = outcomeIn(network, draft)
    assert.deepEqual([attempt, members], [3, [V1, V2]])
    assert.deepEqual(faults.map((fault) => fault.slice(3)).toSorted(), [
      `mallory false-complaint ${V1}`,
      `trudy bad-share ${V2}`,
    ])
    await network.stopAll()
  })
})

describe('a dishonest trustee at the tally', function () {
  this.timeout(120_000)

  it('T19 decrypts wrongly, is refused by name, and the tally goes on with any threshold of right ones', async () => {
    const told: Handed[] = []
    const network = await aScene(wrongDecryptor(told))
    const [enough, tooFew] = [await anElection(network, 2), await anElection(network, 3)]
    await untilPhase(network, enough, 'open', LIMIT_MS)
    await castThrough(network, 0, enough.uuid, 0, [[1, 0]])
    await untilPhase(network, enough, 'tallied', LIMIT_MS)
    assert.deepEqual(network.record(0, enough.uuid)?.result, [[1n, 0n]])
    await network.run(12_000)
    assert.ok(told.length >= 2)
    for (const { code, detail } of told) {
      assert.equal(code, 'decryption-invalid')
      assert.match(detail, /^of trustee 3 \(mallory, /)
    }
    const { phase, decryptions } = network.record(0, tooFew.uuid)!
    assert.deepEqual([phase, decryptions.map(({ owner }) => owner).toSorted()], ['decrypting', [1, 2]])
    await network.stopAll()
  })

  it('T20 decrypts when nobody needs it any more, and changes nothing', async () => {
    const told: Handed[] = []
    const network = await aScene(lateDecryptor(told))
    const enough = await anElection(network, 2)
    await untilPhase(network, enough, 'tallied', LIMIT_MS)
    const before = network.record(0, enough.uuid)
    await network.run(3000)
    assert.deepEqual(
      told.map(({ code }) => code),
      ['wrong-phase'],
    )
    assert.deepEqual(network.record(0, enough.uuid), before)
    await network.stopAll()
  })
})
