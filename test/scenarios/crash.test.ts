/** Power cuts between any two effects of a validator (T31). */
import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../base/index.ts'
import { decodeMessage } from '../../consensus/index.ts'
import { blockId, convictions, decodeBlock } from '../../ledger/index.ts'
import { decodeEnvelope, type Transport } from '../../network/index.ts'
import { openChainStore } from '../../storage/index.ts'
import { aContradictionChecker, type ContradictionChecker } from '../support/contradictions.ts'
import { aCrashingDisk, aVolatileJournal, type CrashingDisk } from '../support/crashing-disk.ts'
import { withFaults } from '../support/faulty-transport.ts'
import {
  aDisk,
  aNodeNetwork,
  type Disk,
  leastHeight,
  type NodeNetwork,
  nameOf,
} from '../support/node-network.ts'

/** Proposes at height 1: it has most to contradict. */
const VICTIM = 1
/** With one more away nothing becomes final without the victim: at its return the height is still open. */
const OTHERS = [0, 2]

/** A transport of the victim that tells the checker everything sent, and sends nothing after the power cut. */
function overheard(network: NodeNetwork, checker: ContradictionChecker, crash: CrashingDisk): Transport {
  return withFaults(network.hub.transport(nameOf(VICTIM)), {
    isAlone: () => crash.isDead(),
    onPublish: async (topic, payload) => {
      await crash.moment()
      if (topic === 'consensus') checker.hear(payload)
    },
  })
}

interface Outcome {
  readonly checker: ContradictionChecker
  /** How many validators the others' chain says have contradicted themselves. */
  readonly convicted: number
  readonly spokeTooEarly: readonly string[]
  readonly moments: number
  readonly wasCut: boolean
}

/** What of the disk does not survive. The chain's database always does. */
type Lost = 'nothing' | 'journal' | 'last-signed record' | 'both'

/** Cuts the victim's power at a moment, starts it again later, and lets the network finalise more. */
async function cutAt(moment: number, lost: Lost = 'nothing'): Promise<Outcome> {
  const network = aNodeNetwork(4)
  const checker = aContradictionChecker()
  const journal = aVolatileJournal()
  const below = aDisk()
  const first = aCrashingDisk(below, journal, moment)
  const transport = overheard(network, checker, first)
  for (const index of OTHERS) await network.start(index)
  void network.start(VICTIM, { ...first.disk, transport })
  await network.run(4500)
  if (first.isDead()) {
    await transport.stop()
    // Time has passed: a block built anew would be another one.
    await network.run(250)
    const isLost = (part: Lost): boolean => lost === part || lost === 'both'
    const again = aCrashingDisk(
      isLost('last-signed record') ? { ...below, lastSigned: aDisk().lastSigned } : below,
      isLost('journal') ? aVolatileJournal() : journal,
      Number.POSITIVE_INFINITY,
    )
    const { failures } = await network.start(VICTIM, {
      ...again.disk,
      transport: overheard(network, checker, again),
    })
    const height = leastHeight(network)
    await network.runUntil(() => leastHeight(network) > height + 1, 40_000, 'going on together')
    assert.deepEqual(failures, [])
    assert.deepEqual(again.spokeTooEarly, [])
  }
  const { node } = network.running.get(OTHERS[0]!)!
  const convicted = convictions(node.chain.state()).length
  await network.stopAll()
  const { spokeTooEarly, moments, isDead } = first
  return { checker, convicted, spokeTooEarly, moments: moments(), wasCut: isDead() }
}

describe('T31 a validator whose power is cut', function () {
  this.timeout(120_000)

  it('T31 never contradicts itself, at whichever moment of a height the cut comes', async () => {
    const uncut = await cutAt(Number.POSITIVE_INFINITY)
    assert.ok(uncut.moments > 40, 'a height has many moments')
    assert.deepEqual(uncut.spokeTooEarly, [])
    for (let moment = 0; moment < 36; moment++) {
      const { checker, convicted, spokeTooEarly, wasCut } = await cutAt(moment)
      assert.ok(wasCut, `moment ${moment} comes`)
      assert.deepEqual(checker.contradictions, [], `cut at moment ${moment}`)
      assert.equal(convicted, 0, `cut at moment ${moment}`)
      assert.deepEqual(spokeTooEarly, [], `cut at moment ${moment}`)
    }
  })

  for (const lost of ['journal', 'last-signed record'] as const) {
    it(`T31 does not contradict itself when it has lost its ${lost}: each guard is enough`, async () => {
      for (let moment = 8; moment < 30; moment += 2) {
        const { checker, convicted } = await cutAt(moment, lost)
        assert.deepEqual(checker.contradictions, [], `cut at moment ${moment}`)
        assert.equal(convicted, 0, `cut at moment ${moment}`)
      }
    })
  }

  it('T31 would be convicted without both, by this test and on the chain', async () => {
    const found: string[] = []
    let convicted = 0
    for (let moment = 8; moment < 24 && convicted === 0; moment++) {
      const outcome = await cutAt(moment, 'both')
      found.push(...outcome.checker.contradictions)
      convicted += outcome.convicted
    }
    assert.notDeepEqual(found, [])
    assert.equal(convicted, 1)
  })
})

/** The id of the block that a payload proposes for height 1. */
function proposedIn(payload: Uint8Array): string | undefined {
  const envelope = decodeEnvelope(payload)
  const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
  if (!message.ok || message.value.kind !== 'proposal') return undefined
  const { height, blockId: id } = message.value.signed.statement
  return height === 1 ? id : undefined
}

async function firstBlockId({ database }: Disk, networkId: Uint8Array): Promise<string> {
  const stored = await (await openChainStore(database, networkId)).block(1)
  assert.ok(stored)
  return toHex(blockId(unwrap(decodeBlock(stored.block)).header))
}

describe('a validator alone whose power is cut', function () {
  this.timeout(120_000)

  it('finalises the block that it had proposed, and none other', async () => {
    let cuts = 0
    for (let moment = 0; moment < 30; moment++) {
      const network = aNodeNetwork(1)
      const [journal, below] = [aVolatileJournal(), aDisk()]
      const crash = aCrashingDisk(below, journal, moment)
      const proposed: string[] = []
      const transport = withFaults(network.hub.transport(nameOf(0)), {
        onPublish: async (_topic, payload) => {
          await crash.moment()
          const id = proposedIn(payload)
          if (id !== undefined) proposed.push(id)
        },
      })
      void network.start(0, { ...crash.disk, transport })
      await network.run(1500)
      await transport.stop()
      if (crash.isDead()) cuts++
      const again = aCrashingDisk(below, journal, Number.POSITIVE_INFINITY)
      const { node, failures } = await network.start(0, again.disk)
      await network.runUntil(() => node.chain.height() > 0, 10_000, 'a block')
      const first = await firstBlockId(below, network.networkId)
      if (proposed[0] !== undefined) assert.equal(first, proposed[0], `cut at moment ${moment}`)
      assert.deepEqual(failures, [])
      await network.stopAll()
    }
    assert.ok(cuts > 15, 'the power was cut')
  })
})
