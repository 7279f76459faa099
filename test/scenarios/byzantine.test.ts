/**
 * T30: every kind of adversary of the simulator as validator 4 of four whole nodes, one scenario each. What all of them must leave
 * alone: one block a height, one state, no correct validator that contradicts itself, and a chain that goes on.
 */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { decodeMessage, type StatementKind } from '../../consensus/index.ts'
import type { ElectionRecord } from '../../ledger/index.ts'
import { decodeEnvelope } from '../../network/index.ts'
import { type Logger, SILENT } from '../../node/index.ts'
import { ADVERSARIES } from '../simulator/adversaries/index.ts'
import { createDice } from '../simulator/dice.ts'
import type { AdversaryKind, Reaches } from '../simulator/types.ts'
import { aContradictionChecker } from '../support/contradictions.ts'
import { withFaults } from '../support/faulty-transport.ts'
import {
  aNodeNetwork,
  anOpenElection,
  castThrough,
  leastHeight,
  type NodeNetwork,
  nameOf,
} from '../support/node-network.ts'
import { startPuppet } from '../support/puppets.ts'

const VICTIMS = [0, 1, 2]
const PUPPET = 3
const MAX_DELAY_MS = 40

interface Siege {
  readonly network: NodeNetwork
  /** Different blocks that became final, by height. */
  readonly final: ReadonlyMap<number, ReadonlySet<string>>
  /** Validators that were found to contradict themselves. */
  readonly accused: ReadonlySet<unknown>
  /** Lets so many more blocks become final at all correct validators, within a minute for each three. */
  blocks(count: number): Promise<void>
  /** Ends it: whatever happened, this must hold. */
  end(): Promise<void>
}

interface SiegeOptions {
  /** Loses most statements of this kind, towards the first two validators. */
  readonly deafTo?: StatementKind
  /** Partitions. */
  readonly reaches?: Reaches
}

/** Three correct validators, watched. */
async function aSiege({ deafTo, reaches }: SiegeOptions = {}): Promise<Siege> {
  const accused = new Set<unknown>()
  const logger: Logger = {
    ...SILENT,
    error: (message, fields) => {
      if (message === 'a validator contradicted itself') accused.add(fields?.validator)
    },
    child: () => logger,
  }
  const checker = aContradictionChecker()
  const final = new Map<number, Set<string>>()
  const dice = createDice('the network')
  const network = aNodeNetwork(4, logger, ({ from, to, topic, payload }, nowMs) => {
    if (reaches?.(from, to, nowMs) === false) return undefined
    const isDeaf = deafTo !== undefined && topic === 'consensus' && (to === nameOf(0) || to === nameOf(1))
    if (isDeaf && isOfKind(payload, deafTo) && dice.chance(0.7)) return undefined
    return dice.between(1, MAX_DELAY_MS)
  })
  for (const index of VICTIMS) {
    const transport = withFaults(network.hub.transport(nameOf(index)), {
      onPublish: async (topic, payload) => {
        if (topic === 'consensus') checker.hear(payload)
      },
    })
    const { node } = await network.start(index, { transport })
    node.chain.onCommit(({ height, state }) => {
      final.set(height, (final.get(height) ?? new Set()).add(toHex(state.head.id)))
    })
  }
  const correct = (): readonly number[] => VICTIMS.map((index) => network.height(index))
  const blocks = async (count: number): Promise<void> => {
    const until = Math.min(...correct()) + count
    await network.runUntil(() => Math.min(...correct()) >= until, count * 20_000, `${count} more blocks`)
  }
  return {
    network,
    final,
    accused,
    blocks,
    end: async () => {
      await blocks(1)
      for (const [height, ids] of final) assert.equal(ids.size, 1, `one block of height ${height}`)
      assert.deepEqual(checker.contradictions, [])
      for (const index of VICTIMS) assert.deepEqual(network.running.get(index)?.failures, [])
      for (const validator of accused) assert.equal(validator, PUPPET, 'nobody else is accused')
      await network.stopAll()
    },
  }
}

function isOfKind(payload: Uint8Array, kind: StatementKind): boolean {
  const envelope = decodeEnvelope(payload)
  const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
  return message.ok && message.value.kind === kind
}

function kindOf(name: string): AdversaryKind {
  const kind = ADVERSARIES[name]
  assert.ok(kind, `there is a kind ${name}`)
  return kind
}

/** Lets an adversary take validator 4's place. */
async function beset({ network }: Siege, name: string, seed = 'run', uuid?: string): Promise<void> {
  const adversary = kindOf(name).conspire(createDice(`${name}, ${seed}`))()
  await startPuppet(network, {
    index: PUPPET,
    adversary,
    seed,
    ...(uuid === undefined ? {} : { uuid }),
  })
}

describe('T30 one faulty validator of four', function () {
  this.timeout(120_000)

  it('T30 equivocator: two camps agree on one block, and it is accused', async () => {
    const siege = await aSiege()
    await beset(siege, 'equivocator')
    await siege.blocks(12)
    assert.deepEqual(siege.accused, new Set([PUPPET]))
    await siege.end()
  })

  it('T30 withholder: who got its commit and who did not finalise the same', async () => {
    const siege = await aSiege({ deafTo: 'commit' })
    await beset(siege, 'withholder')
    await siege.blocks(10)
    await siege.end()
  })

  it('T30 late: votes at the edge of the timeouts divide nobody', async () => {
    const siege = await aSiege()
    await beset(siege, 'late')
    await siege.blocks(10)
    await siege.end()
  })

  it('T30 silent: its rounds go by', async () => {
    const siege = await aSiege()
    await beset(siege, 'silent')
    await siege.blocks(8)
    await siege.end()
  })

  for (const deafTo of ['prepare', 'commit'] as const) {
    it(`T30 round-change liar: what was prepared stays, although ${deafTo}s are lost`, async () => {
      const siege = await aSiege({ deafTo })
      await beset(siege, 'round-change-liar')
      await siege.blocks(10)
      await siege.end()
    })
  }

  it('T30 T32 flooder: the chain goes on', async () => {
    const siege = await aSiege()
    await beset(siege, 'flooder')
    await siege.blocks(10)
    await siege.end()
  })

  it('T30 forger: nothing forged is final, and everybody cuts it off', async () => {
    const siege = await aSiege()
    await beset(siege, 'forger')
    const { running } = siege.network
    // Two peers are left: the other correct ones.
    const isCutOff = (): boolean =>
      VICTIMS.every((index) => running.get(index)?.transport.peers().length === 2)
    await siege.network.runUntil(isCutOff, 180_000, 'everybody to have enough of it')
    await siege.blocks(3)
    await siege.end()
  })

  it('T30 T31 twins: two nodes with one key make no fork, and give themselves away', async () => {
    const create = kindOf('twins').conspire(createDice('twins'))
    const siege = await aSiege(create.reaches === undefined ? {} : { reaches: create.reaches })
    const twin = await startPuppet(siege.network, {
      index: PUPPET,
      adversary: create(),
      twin: 'validator 4 twin',
    })
    await startPuppet(siege.network, { index: PUPPET, adversary: create() })
    await siege.blocks(16)
    assert.deepEqual(siege.accused, new Set([PUPPET]))
    await twin.node.stop()
    await siege.end()
  })
})

describe('T30 one faulty validator of four during an election', function () {
  this.timeout(120_000)

  for (const name of ['replayer', 'invalid-blocks', 'censor']) {
    it(`T30 ${name}: every ballot is final once, the last of a voter counts, and the result is right`, async () => {
      const siege = await aSiege()
      const { network } = siege
      await network.start(PUPPET)
      await network.runUntil(() => leastHeight(network) > 0, 10_000, 'the first block')
      const { uuid } = await anOpenElection(network, 3)
      await network.stop(PUPPET)
      await beset(siege, name, 'run', uuid)
      const ballots = [
        [1, [1, 0]],
        [2, [0, 1]],
        [1, [0, 1]],
      ] as const
      for (const [through, [voter, answers]] of ballots.entries()) {
        await castThrough(network, through, uuid, voter, [answers], `ballot ${through}`)
        await siege.blocks(3)
      }
      const records = (): readonly (ElectionRecord | undefined)[] =>
        VICTIMS.map((index) => network.record(index, uuid))
      for (const record of records()) assert.deepEqual([record?.ballots, record?.voted], [3, 2])
      const isTallied = (): boolean => records().every((record) => record?.phase === 'tallied')
      await network.runUntil(isTallied, 120_000, 'the result')
      for (const record of records()) assert.deepEqual(record?.result, [[0n, 2n]])
      await siege.end()
    })
  }
})
