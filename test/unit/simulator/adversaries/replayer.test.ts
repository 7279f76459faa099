import { strict as assert } from 'node:assert'
import { toHex } from '../../../../base/index.ts'
import { decodeEnvelope } from '../../../../network/index.ts'
import { replayer } from '../../../simulator/adversaries/replayer.ts'
import { write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import { aStage, proposalOf, saying, seatOf, voteOf } from './stage.ts'

describe('the replayer', function () {
  this.timeout(30_000)

  it("says its own and others' messages again, the same under another envelope", async () => {
    const stage = aStage()
    const { hands } = stage.hands(3)
    const adversary = replayer.conspire(createDice('run'))()
    const block = stage.block([0])
    const heard = [proposalOf(stage, 0, block), voteOf(stage, 'commit', 1, block)].map((said) => write(said))
    for (const message of heard) assert.ok(adversary.hear?.(seatOf(0), message, hands))
    const own = voteOf(stage, 'prepare', 3, block)
    assert.deepEqual(
      (await saying(adversary, own, hands)).map(({ to }) => to),
      [hands.others],
    )
    const said = [...heard, write(own)].map(({ payload }) => messageOf(payload))
    const again = new Set<string>()
    for (let ticks = 0; ticks < 50; ticks++) {
      for (const { payload } of (await adversary.tick?.(hands)) ?? []) {
        again.add(messageOf(payload))
        assert.ok(!heard.some((first) => toHex(first.payload) === toHex(payload)), 'gossip takes it for new')
      }
    }
    assert.deepEqual(again, new Set(said))
  })

  it('remembers old messages for ever, and not more than it may', async () => {
    const stage = aStage()
    const { hands } = stage.hands(3)
    const adversary = replayer.conspire(createDice('run'))()
    const batch = (number: number): { topic: 'transactions'; payload: Uint8Array } => ({
      topic: 'transactions',
      payload: Uint8Array.of(number >> 8, number & 255),
    })
    for (let number = 0; number < 2000; number++) adversary.hear?.(seatOf(0), batch(number), hands)
    const again = new Set<number>()
    for (let ticks = 0; ticks < 2000; ticks++) {
      for (const { payload } of (await adversary.tick?.(hands)) ?? [])
        again.add(payload[0]! * 256 + payload[1]!)
    }
    assert.ok(again.size <= 256 && again.size > 200)
    assert.ok(Math.min(...again) < 1000, 'old ones are among them')
  })
})

function messageOf(payload: Uint8Array): string {
  const envelope = decodeEnvelope(payload)
  assert.ok(envelope.ok)
  return toHex(envelope.value.message)
}
