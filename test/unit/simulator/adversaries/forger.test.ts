import { strict as assert } from 'node:assert'
import { toHex } from '../../../../base/index.ts'
import { authenticate, decodeCertificate, verifyCertificate } from '../../../../consensus/index.ts'
import { decodeTransaction } from '../../../../ledger/index.ts'
import { decodeCertifiedBlock, decodeTransactionBatch } from '../../../../network/index.ts'
import { forger } from '../../../simulator/adversaries/forger.ts'
import { firstRoundOf, mutated } from '../../../simulator/adversaries/forgeries.ts'
import { read, write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import type { Gossiped, Sending } from '../../../simulator/types.ts'
import { aStage, N, proposalOf, type Stage, saying, seatOf, voteOf } from './stage.ts'

/** Everything forged in many ticks by one that has heard a round. */
async function forgeries(stage: Stage): Promise<{ heard: readonly Gossiped[]; forged: readonly Sending[] }> {
  const { hands } = stage.hands(3)
  const adversary = forger.conspire(createDice('run'))()
  const block = stage.block([0])
  const heard = [
    proposalOf(stage, 0, block),
    ...[0, 1].flatMap((one) => [voteOf(stage, 'prepare', one, block), voteOf(stage, 'commit', one, block)]),
  ].map((said) => write(said))
  for (const message of heard) adversary.hear?.(seatOf(0), message, hands)
  const forged: Sending[] = []
  for (let ticks = 0; ticks < 400; ticks++) forged.push(...((await adversary.tick?.(hands)) ?? []))
  return { heard, forged }
}

describe('the forger', function () {
  this.timeout(30_000)

  it('forges in every way, each time for few, and passes on what its puppet says', async () => {
    const stage = aStage()
    const { forged } = await forgeries(stage)
    const kinds = new Map<string, number>()
    const keys = stage.hands(3).hands.validatorKeys
    for (const sending of forged) {
      const message = read(sending)?.message
      const what =
        message === undefined
          ? sending.topic
          : `${message.kind}, ${authenticate(message, { keys }, stage.chain.networkId).ok ? 'authentic' : 'false'}`
      kinds.set(what, (kinds.get(what) ?? 0) + 1)
    }
    for (const what of ['prepare, false', 'commit, false', 'roundChange, false', 'proposal, false']) {
      assert.ok((kinds.get(what) ?? 0) > 0, what)
    }
    assert.ok((kinds.get('blocks') ?? 0) > 0 && (kinds.get('transactions') ?? 0) > 0)
    assert.ok(forged.filter(({ to }) => to.length > 2).length < forged.length / 3)
    const own = voteOf(stage, 'prepare', 3, stage.block([]))
    const [first] = await saying(forger.conspire(createDice('x'))(), own, stage.hands(3).hands)
    assert.deepEqual(first?.payload, write(own).payload)
  })

  it('makes no certificate that a quorum signed', async () => {
    const stage = aStage()
    const { forged } = await forgeries(stage)
    const { validatorKeys: keys, networkId } = stage.hands(3).hands
    const refusals = new Set<string>()
    for (const { topic, payload } of forged) {
      const certified = topic === 'blocks' ? decodeCertifiedBlock(payload) : undefined
      const certificate = certified?.ok ? decodeCertificate(certified.value.certificate) : undefined
      if (!certificate?.ok) continue
      const verified = verifyCertificate(certificate.value, { keys }, networkId)
      assert.ok(!verified.ok)
      refusals.add(verified.error.code)
    }
    assert.deepEqual(refusals, new Set(['no-quorum', 'not-ascending', 'bad-signature']))
  })

  it('offers ballots that decode', async () => {
    const { forged } = await forgeries(aStage())
    const batch = forged.find(({ topic }) => topic === 'transactions')
    const decoded = decodeTransactionBatch(batch!.payload)
    assert.ok(decoded.ok && decodeTransaction(decoded.value[0]!.bytes).ok)
  })

  it('mutates what it heard in many ways', () => {
    const message: Gossiped = { topic: 'blocks', payload: new Uint8Array(100).fill(5) }
    const lengths = new Set<number>()
    const texts = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const { payload } = mutated(message, createDice(`mutation ${seed}`))
      lengths.add(Math.sign(payload.length - 100))
      texts.add(toHex(payload))
    }
    assert.deepEqual([...lengths].sort(), [-1, 0, 1])
    assert.ok(texts.size > 150)
  })

  it('knows in which round a validator proposes [R2]', () => {
    for (let validator = 0; validator < N; validator++) {
      const round = firstRoundOf(10, validator, N)
      assert.ok(round >= 1 && round <= N)
      assert.equal((10 + round) % N, validator)
    }
  })
})
