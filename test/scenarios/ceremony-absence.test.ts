/** T24 Trustees whose daemons were away: they go on from what is finalised, and say nothing about what is past. */
import { strict as assert } from 'node:assert'
import { decodeTransaction } from '../../ledger/index.ts'
import { decodeTransactionBatch, type Transport } from '../../network/index.ts'
import { sleep } from '../../node/index.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { aRunningNetwork, type NodeNetwork, nameOf } from '../support/node-network.ts'
import { heldBy, materialFromSeeds, materialOnChain } from '../support/trustees/material.ts'
import { ceremonyIn, draftIn, outcomeIn, signRollIn, untilPhase } from '../support/trustees/on-network.ts'

const [V1, V2, V3, V4] = [nameOf(0), nameOf(1), nameOf(2), nameOf(3)]
/** Three hold shares, any two of which suffice, and the fourth a key of its own. */
const MIXED = heldBy(2, [V1, V2, V3], [V4])

/** A transport whose answers take their time, and the kinds of transactions that are gossiped over it. */
function overheard(network: NodeNetwork, index: number): { transport: Transport; kinds: string[] } {
  const kinds: string[] = []
  const quick = withFaults(network.hub.transport(nameOf(index)), {
    onPublish: async (topic, payload) => {
      if (topic !== 'transactions') return
      const batch = decodeTransactionBatch(payload)
      assert.ok(batch.ok)
      for (const { bytes } of batch.value) {
        const transaction = decodeTransaction(bytes)
        if (transaction.ok) kinds.push(transaction.value.kind)
      }
    },
  })
  const request: Transport['request'] = async function* (...call) {
    await sleep(network.clock, 200)
    yield* quick.request(...call)
  }
  return { transport: { ...quick, request }, kinds }
}

describe('T24 a trustee whose daemon was away', function () {
  this.timeout(120_000)

  it('T24 takes part as soon as it has caught up, if its step is still open', async () => {
    const network = await aRunningNetwork(4)
    await network.stop(2)
    const draft = await draftIn(network, 30_000, MIXED)
    await network.run(3000)
    assert.equal(ceremonyIn(network, draft.uuid)?.step, 'certificates')
    const { transport, kinds } = overheard(network, 2)
    await network.start(2, { transport })
    await network.runUntil(() => ceremonyIn(network, draft.uuid)?.step === 'dealings', 10_000, 'dealings')
    await network.stop(2)
    await network.run(3000)
    await network.start(2)
    await signRollIn(network, draft)
    await untilPhase(network, draft, 'frozen')
    const record = network.record(0, draft.uuid)!
    assert.deepEqual(
      materialOnChain(record, ceremonyIn(network, draft.uuid, 0)!),
      materialFromSeeds(network.networkId, draft),
    )
    assert.deepEqual(kinds.slice(0, 2), ['ceremonyCertificate', 'ceremonyCommitment'])
    await network.stopAll()
  })

  it('T24 says nothing about steps that are past: the others have left it out', async () => {
    const network = await aRunningNetwork(4)
    const draft = await draftIn(network, 36_000, MIXED)
    const hasCertified = (): boolean => ceremonyIn(network, draft.uuid)?.step === 'commitments'
    await network.runUntil(hasCertified, 10_000, 'the certificates')
    await network.stop(2)
    await network.runUntil(() => ceremonyIn(network, draft.uuid)?.step === 'done', 30_000, 'the keys of two')
    const { transport, kinds } = overheard(network, 2)
    await network.start(2, { transport })
    await signRollIn(network, draft)
    await untilPhase(network, draft, 'decrypting')
    await network.runUntil(() => network.record(2, draft.uuid)?.phase === 'tallied', 10_000, 'the result')
    assert.deepEqual(outcomeIn(network, draft, 2).faults, [`1: ${V3} no-commitment`])
    assert.deepEqual(kinds, [])
    await network.stopAll()
  })
})
