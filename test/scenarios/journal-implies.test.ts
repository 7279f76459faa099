/** The last-signed record that a journal implies, against the one that a node keeps. */
import { strict as assert } from 'node:assert'
import { sha256 } from '../../crypto/index.ts'
import { type Signatory, signedAccordingTo } from '../../node/repair/signed-slots.ts'
import { compareSlots, type LastSigned, type SignedSlot } from '../../storage/index.ts'
import { withFaults } from '../support/faulty-transport.ts'
import { aNodeNetwork, leastHeight, type NodeNetwork, nameOf } from '../support/node-network.ts'

const N = 4
/** Nobody hears anything for a while, again and again, so that rounds go by. */
const DEAF_OF_MS = [9000, 5000] as const

function signatory({ genesis, networkId }: NodeNetwork, self: number): Signatory {
  const validators = { keys: genesis.validators.map(({ publicKey }) => publicKey) }
  return { networkId, validators, timing: genesis.parameters, self }
}

/** Tells what is signed, as the record has it by then. */
function overheard(record: LastSigned, onSigned: (signed: SignedSlot) => void): LastSigned {
  return {
    sign: (slot, bytes, sign) =>
      record.sign(slot, bytes, (own) => {
        onSigned({ slot, hash: sha256(own) })
        return sign(own)
      }),
    last: () => record.last(),
    mayHaveSigned: (slot, bytes) => record.mayHaveSigned(slot, bytes),
    close: () => record.close(),
  }
}

describe('the last-signed record out of the journal', function () {
  this.timeout(120_000)

  it('T31 is the one that is kept, or the one that is about to be, whenever a node signs', async () => {
    const network = aNodeNetwork(N)
    const steps = new Set<number>()
    for (let index = 0; index < N; index++) {
      const { journal, lastSigned } = network.disks[index]!
      const check = (signed: SignedSlot): void => {
        const content = { height: journal.height(), records: journal.records() }
        assert.equal(signed.slot.height, content.height)
        const implied = signedAccordingTo(content, signatory(network, index))
        assert.ok(implied !== undefined && compareSlots(implied.slot, signed.slot) >= 0)
        // It is above only where the next statement is about to be signed, too.
        if (compareSlots(implied.slot, signed.slot) > 0) return
        assert.deepEqual(implied, signed)
        steps.add(signed.slot.step)
      }
      const isLost = (): boolean => network.clock.now() % DEAF_OF_MS[0] < DEAF_OF_MS[1]
      const transport = withFaults(network.hub.transport(nameOf(index)), { isLost })
      await network.start(index, { transport, lastSigned: overheard(lastSigned, check) })
    }
    const failures = (): readonly unknown[] => [...network.running.values()].flatMap((node) => node.failures)
    await network.runUntil(() => failures().length > 0 || leastHeight(network) >= 8, 300_000, 'eight blocks')
    assert.deepEqual(failures(), [])
    await network.stopAll()
    assert.deepEqual([...steps].sort(), [0, 1, 2, 3], 'statements of every kind')
  })
})
