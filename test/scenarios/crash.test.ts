/** Power cuts between any two effects of a validator (T31). */
import { strict as assert } from 'node:assert'
import type { Transport } from '../../network/index.ts'
import { aContradictionChecker, type ContradictionChecker } from '../support/contradictions.ts'
import { aCrashingDisk, aVolatileJournal, type CrashingDisk } from '../support/crashing-disk.ts'
import { aDisk, aNodeNetwork, leastHeight, type NodeNetwork, nameOf } from '../support/node-network.ts'

/** Proposes at height 1: it has most to contradict. */
const VICTIM = 1
/** With one more away nothing becomes final without the victim: at its return the height is still open. */
const OTHERS = [0, 2]

/** A transport of the victim that tells the checker everything sent, and sends nothing after the power cut. */
function overheard(network: NodeNetwork, checker: ContradictionChecker, crash: CrashingDisk): Transport {
  const transport = network.hub.transport(nameOf(VICTIM))
  return {
    self: transport.self,
    addresses: () => transport.addresses(),
    start: () => transport.start(),
    stop: () => transport.stop(),
    peers: () => (crash.isDead() ? [] : transport.peers()),
    dial: (address, signal) => transport.dial(address, signal),
    subscribe: (topic, handler) => transport.subscribe(topic, handler),
    publish: async (topic, payload) => {
      await crash.moment()
      if (topic === 'consensus') checker.hear(payload)
      await transport.publish(topic, payload)
    },
    handle: (protocol, handler) => transport.handle(protocol, handler),
    request: (peer, protocol, request, signal) => transport.request(peer, protocol, request, signal),
    penalise: (peer, points, reason) => transport.penalise(peer, points, reason),
  }
}

interface Outcome {
  readonly checker: ContradictionChecker
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
  await network.stopAll()
  const { spokeTooEarly, moments, isDead } = first
  return { checker, spokeTooEarly, moments: moments(), wasCut: isDead() }
}

describe('T31 a validator whose power is cut', function () {
  this.timeout(120_000)

  it('T31 never contradicts itself, at whichever moment of a height the cut comes', async () => {
    const uncut = await cutAt(Number.POSITIVE_INFINITY)
    assert.ok(uncut.moments > 40, 'a height has many moments')
    assert.deepEqual(uncut.spokeTooEarly, [])
    for (let moment = 0; moment < 36; moment++) {
      const { checker, spokeTooEarly, wasCut } = await cutAt(moment)
      assert.ok(wasCut, `moment ${moment} comes`)
      assert.deepEqual(checker.contradictions, [], `cut at moment ${moment}`)
      assert.deepEqual(spokeTooEarly, [], `cut at moment ${moment}`)
    }
  })

  for (const lost of ['journal', 'last-signed record'] as const) {
    it(`T31 does not contradict itself when it has lost its ${lost}: each guard is enough`, async () => {
      for (let moment = 8; moment < 30; moment += 2) {
        const { checker } = await cutAt(moment, lost)
        assert.deepEqual(checker.contradictions, [], `cut at moment ${moment}`)
      }
    })
  }

  it('T31 would be convicted by this test without both', async () => {
    const found: string[] = []
    for (let moment = 8; moment < 24 && found.length === 0; moment++) {
      found.push(...(await cutAt(moment, 'both')).checker.contradictions)
    }
    assert.notDeepEqual(found, [])
  })
})
