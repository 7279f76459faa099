/** T20 Trustees whose daemons die: the ceremony and the tally go on without them. */
import { strict as assert } from 'node:assert'
import { aCollectedLog } from '../support/collected-log.ts'
import { mortalNodes } from '../support/mortal-nodes.ts'
import { aNodeNetwork, aRunningNetwork, castThrough, leastHeight, nameOf } from '../support/node-network.ts'
import { heldBy } from '../support/trustees/material.ts'
import {
  aDraftFor,
  ceremonyIn,
  draftIn,
  outcomeIn,
  signRollIn,
  submitDraft,
  untilPhase,
} from '../support/trustees/on-network.ts'
import { secretsIn, secretsOf } from '../support/trustees/secrets.ts'

const [V1, V2, V3, V4] = [nameOf(0), nameOf(1), nameOf(2), nameOf(3)]
/** Three hold shares, any two of which suffice, and the fourth a key of its own. */
const MIXED = heldBy(2, [V1, V2, V3], [V4])

describe('T20 a trustee whose daemon dies for good', function () {
  this.timeout(120_000)

  for (const step of ['certificates', 'commitments', 'dealings', 'keys'] as const) {
    const fault = `no-${step.slice(0, -1)}`
    it(`T20 in the step of ${step} is left out by name at the deadline, and the others bring the election to its result`, async () => {
      const network = aNodeNetwork(4)
      const nodes = mortalNodes(network)
      for (const index of [0, 1, 2, 3]) await nodes.start(index)
      await network.runUntil(() => leastHeight(network) > 0, 10_000, 'the first block')
      const draft = aDraftFor(network, 36_000, MIXED)
      if (step === 'certificates') nodes.kill(1)
      else
        network.running.get(1)!.node.chain.onCommit(() => {
          if (ceremonyIn(network, draft.uuid, 1)?.step === step) nodes.kill(1)
        })
      await submitDraft(network, draft)
      await network.runUntil(() => outcomeIn(network, draft).attempt === 2, 20_000, 'the deadline')
      await signRollIn(network, draft)
      await untilPhase(network, draft, 'frozen')
      assert.deepEqual(outcomeIn(network, draft), {
        phase: 'frozen',
        attempt: 2,
        members: [V1, V3],
        faults: [`1: ${V2} ${fault}`],
      })
      await untilPhase(network, draft, 'tallied')
      assert.ok(!network.running.has(1))
      await network.stopAll()
    })
  }
})

describe('T20 a trustee whose daemon is lost after the ceremony', function () {
  this.timeout(120_000)

  it('T20 is not needed where three of four suffice; T38 and no log has a secret', async () => {
    const { logger, lines } = aCollectedLog()
    const network = await aRunningNetwork(4, logger)
    const closesAt = network.clock.now() + 12_000
    const draft = await draftIn(network, 6000, { ...heldBy(3, [V1, V2, V3, V4]), closesAt })
    await signRollIn(network, draft)
    await untilPhase(network, draft, 'frozen')
    await network.stop(2)
    await untilPhase(network, draft, 'open')
    await castThrough(network, 0, draft.uuid, 0, [[1, 0]])
    await untilPhase(network, draft, 'tallied')
    assert.deepEqual(network.record(0, draft.uuid)?.result, [[1n, 0n]])
    await network.stopAll()
    const log = lines.join('')
    for (const duty of ['certificate', 'commitment', 'dealing', 'share', 'decryption'])
      assert.ok(log.includes(`"duty":"${duty}"`), duty)
    const secrets = secretsOf(network.networkId, draft, [{ attempt: 1, members: [V1, V2, V3, V4] }])
    assert.deepEqual(secretsIn(log, secrets), [])
  })

  it('T20 is needed where it is mandatory: the tally waits for it, whoever else is away', async () => {
    const network = await aRunningNetwork(4)
    const draft = await draftIn(network, 6000, MIXED)
    await signRollIn(network, draft)
    await untilPhase(network, draft, 'frozen')
    await network.stop(3)
    await untilPhase(network, draft, 'decrypting')
    await network.run(8000)
    const { phase, decryptions } = network.record(0, draft.uuid)!
    assert.deepEqual([phase, decryptions.length], ['decrypting', 2])
    await network.stop(1)
    await network.start(3)
    await untilPhase(network, draft, 'tallied')
    await network.stopAll()
  })
})
