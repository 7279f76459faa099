/** T23 Daemons that are killed and started again in the middle of a key ceremony. */
import { strict as assert } from 'node:assert'
import { proposerOf } from '../../consensus/index.ts'
import { type CeremonyStep, type ElectionDraft, electionCeremony } from '../../ledger/index.ts'
import { type MortalNodes, mortalNodes } from '../support/mortal-nodes.ts'
import { aNodeNetwork, leastHeight, type NodeNetwork, nameOf } from '../support/node-network.ts'
import { heldBy, materialFromSeeds, materialOnChain } from '../support/trustees/material.ts'
import {
  aDraftFor,
  anyNode,
  ceremonyIn,
  outcomeIn,
  signRollIn,
  submitDraft,
  untilPhase,
} from '../support/trustees/on-network.ts'

const STEPS = ['certificates', 'commitments', 'dealings', 'keys'] as const
const ALL = [0, 1, 2, 3]

/** When in a step: as soon as the node has the block that begins it, or when it has handed in its own part and told nobody. */
type Moment = 'begins' | 'handed in'

/** Who is killed in a step, given the height of the next block. */
type Victims = (height: number) => readonly number[]

/** Drafts an election, kills the victims once in each step of its ceremony, and starts them again: at once, or long after the deadline. */
async function killInEachStep(
  network: NodeNetwork,
  nodes: MortalNodes,
  draft: ElectionDraft,
  victimsAt: Victims,
  moments: readonly Moment[],
  isLongAway = false,
): Promise<readonly string[]> {
  const killed: string[] = []
  const dead: number[] = []
  let deadline = 0
  /** In which step the next blow falls, and when. */
  let step: CeremonyStep | undefined
  let moment: Moment | undefined
  const strike = (index: number, now: Moment): void => {
    const node = network.running.get(index)?.node
    if (node === undefined || step === undefined || now !== moment) return
    const state = node.chain.state()
    const victims = victimsAt(state.head.height + 1)
    const ceremony = electionCeremony(state, draft.uuid)
    if (ceremony?.step !== step || !victims.includes(index)) return
    deadline = ceremony.deadline
    for (const victim of victims) {
      nodes.kill(victim)
      dead.push(victim)
      killed.push(`${step}: ${nameOf(victim)}`)
    }
    step = undefined
  }
  const watch = (index: number): void => {
    const { node } = network.running.get(index)!
    node.chain.onCommit(() => strike(index, 'begins'))
    node.pool.onAdded(({ isOurs }) => {
      if (isOurs) strike(index, 'handed in')
    })
  }
  for (const index of ALL) watch(index)
  for (const [i, next] of STEPS.entries()) {
    step = next
    moment = moments[i]
    if (i === 0) await submitDraft(network, draft)
    await network.runUntil(() => dead.length > 0, 20_000, `a kill in step ${next}`)
    if (isLongAway) await network.run(deadline + 10_000 - network.clock.now())
    for (const index of dead.splice(0)) {
      await nodes.start(index)
      watch(index)
    }
  }
  return killed
}

/** The roles of the daemons: three hold shares, the fourth a key of its own. */
const TRUSTEES = heldBy(2, [nameOf(0), nameOf(1), nameOf(2)], [nameOf(3)])
const isMember = (index: number): boolean => index < 3
const proposerAfter = (height: number): number => {
  const round0 = proposerOf(height, 0, 4)
  return isMember(round0) ? round0 : proposerOf(height, 1, 4)
}

describe('T23 daemons that are killed in the middle of a ceremony and start again', function () {
  this.timeout(120_000)

  const begins: readonly Moment[] = ['begins', 'handed in', 'begins', 'handed in']
  const handedIn: readonly Moment[] = ['handed in', 'begins', 'handed in', 'begins']
  const roles: readonly (readonly [string, Victims, readonly (readonly Moment[])[]])[] = [
    ['the trustee that proposes next', (height) => [proposerAfter(height)], [begins]],
    ['a trustee that does not propose', (height) => [(proposerAfter(height) + 1) % 3], [handedIn]],
    ['all of them at once', () => ALL, [begins, handedIn]],
    // It hands in its commitment and its key, and nothing in the other steps.
    ['the mandatory trustee', () => [3], [['begins', 'handed in', 'handed in', 'begins']]],
  ]
  for (const [who, victims, orders] of roles) {
    for (const moments of orders) {
      const first = moments[0] === 'begins' ? 'the block that begins it' : 'it has handed in its part'
      it(`T23 bring it to the same keys: ${who}, killed in each step, in the first after ${first}`, async () => {
        const network = aNodeNetwork(4)
        const nodes = mortalNodes(network)
        for (const index of ALL) await nodes.start(index)
        await network.runUntil(() => leastHeight(network) > 0, 10_000, 'the first block')
        const draft = aDraftFor(network, 60_000, TRUSTEES)
        const killed = await killInEachStep(network, nodes, draft, victims, moments)
        assert.deepEqual([...new Set(killed.map((one) => one.split(':')[0]))], [...STEPS])
        await network.runUntil(() => ceremonyIn(network, draft.uuid)?.step === 'done', 30_000, 'the keys')
        await signRollIn(network, draft)
        await untilPhase(network, draft, 'frozen')
        const { phase, ...outcome } = outcomeIn(network, draft)
        assert.deepEqual(outcome, { attempt: 1, members: [nameOf(0), nameOf(1), nameOf(2)], faults: [] })
        const record = network.record(anyNode(network), draft.uuid)!
        assert.deepEqual(
          materialOnChain(record, ceremonyIn(network, draft.uuid)!),
          materialFromSeeds(network.networkId, draft),
        )
        for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
        await network.stopAll()
      })
    }
  }

  it('T20 T23 blame nobody when all of them stand still in each step until long after its deadline', async () => {
    const network = aNodeNetwork(4)
    const nodes = mortalNodes(network)
    for (const index of ALL) await nodes.start(index)
    await network.runUntil(() => leastHeight(network) > 0, 10_000, 'the first block')
    const draft = aDraftFor(network, 240_000, TRUSTEES)
    const killed = await killInEachStep(network, nodes, draft, () => ALL, begins, true)
    assert.equal(killed.length, STEPS.length * ALL.length)
    await network.runUntil(() => ceremonyIn(network, draft.uuid)?.step === 'done', 30_000, 'the keys')
    await signRollIn(network, draft)
    await untilPhase(network, draft, 'tallied', 120_000)
    const members = [nameOf(0), nameOf(1), nameOf(2)]
    assert.deepEqual(outcomeIn(network, draft), { phase: 'tallied', attempt: 1, members, faults: [] })
    for (const { failures } of network.running.values()) assert.deepEqual(failures, [])
    await network.stopAll()
  })
})
