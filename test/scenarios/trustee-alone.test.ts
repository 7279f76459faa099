/** Trustees without validators: the code of `psephos trustee run` as clients of whole nodes, over a network and a clock in memory. */
import { strict as assert } from 'node:assert'
import { createClient } from '../../client/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { type Ceremony, electionCeremony, type Party } from '../../ledger/index.ts'
import { SILENT, sleep, type Timer, trusteePublicKey, trusteeViews } from '../../node/index.ts'
import { createClientBoard } from '../../node/trustee/client-board.ts'
import { Trustee } from '../../node/trustee/trustee.ts'
import { aDraft, aPreparation, aRoll, seededRandom } from '../support/ledger-builders.ts'
import { aRunningNetwork, castThrough, type NodeNetwork, nameOf } from '../support/node-network.ts'

const POLL_MS = 1000
const VALIDATORS = 4

const seedOf = (name: string): Uint8Array => sha256(`trustee seed of ${name}`)
const partyOf = (name: string): Party => ({ name, publicKey: trusteePublicKey(seedOf(name)) })

/** A running trustee of a test. */
interface Alone {
  readonly failures: readonly unknown[]
  stop(): Promise<void>
}

let starts = 0

/** Starts a trustee that asks all validators, each time beginning with another one. */
async function startAlone(network: NodeNetwork, name: string): Promise<Alone> {
  const { clock, genesis, networkId } = network
  const transport = network.hub.transport(name)
  await transport.start()
  const random = seededRandom(`${name}, start ${starts++}`)
  const peers = Array.from({ length: VALIDATORS }, (_, index) => `/memory/${nameOf(index)}`)
  const client = createClient(
    { trust: { genesis, networkId }, peers, rotates: true },
    { transport, random, now: () => clock.now(), sleep: (ms, signal) => sleep(clock, ms, signal) },
  )
  const failures: unknown[] = []
  const { publicKey } = partyOf(name)
  const board = createClientBoard(publicKey, { client, clock, onPeers: () => {} })
  const trustee = new Trustee(
    { networkId, seed: seedOf(name) },
    { clock, random, board, logger: SILENT, onFailure: (error) => failures.push(error) },
  )
  let timer: Timer
  const wind = (): void => {
    timer = clock.setTimer(POLL_MS, () => {
      trustee.look()
      wind()
    })
  }
  trustee.start()
  wind()
  return {
    failures,
    stop: async () => {
      timer.cancel()
      await trustee.stop()
      await transport.stop()
    },
  }
}

/** Drafts an election with these trustees, one of them mandatory, and publishes its roll. */
async function anElection(network: NodeNetwork, names: readonly string[]): Promise<string> {
  const now = network.clock.now()
  const [mandatory = '', ...others] = names
  const draft = aDraft({
    mandatoryTrustees: [partyOf(mandatory)],
    trustees: others.map(partyOf),
    trusteeThreshold: 2,
    opensAt: now + 60_000,
    closesAt: now + 90_000,
  })
  const { uuid } = draft
  const preparation = aPreparation(network.networkId, draft, aRoll(2))
  assert.equal(await network.submit(0, preparation.draft), 'accepted')
  await network.runUntil(() => network.record(0, uuid) !== undefined, 20_000, 'the draft')
  for (const chunk of preparation.chunks) assert.equal(await network.submit(0, chunk), 'accepted')
  await network.runUntil(() => network.record(0, uuid)?.rolls.length === 1, 20_000, 'the roll')
  for (const signature of preparation.signatures) assert.equal(await network.submit(0, signature), 'accepted')
  return uuid
}

describe('trustees that run alone', function () {
  this.timeout(120_000)

  it('T20 T23 go through a ceremony and decrypt, restarted, cut off from some peers, and without one of them', async () => {
    const network = await aRunningNetwork(VALIDATORS)
    const ceremony = (): Ceremony => {
      const state = network.running.get(0)?.node.chain.state()
      return (state && electionCeremony(state, uuid)) ?? assert.fail('no ceremony')
    }
    const names = ['Registry', 'City', 'Bar', 'Paper']
    const running = new Map<string, Alone>()
    for (const name of names) running.set(name, await startAlone(network, name))
    for (let index = 0; index < VALIDATORS; index++) network.hub.cut('Paper', nameOf(index))
    for (const index of [0, 1]) network.hub.cut('City', nameOf(index))
    const uuid = await anElection(network, names)

    await network.runUntil(
      () => ceremony().attempt === 2,
      60_000,
      'the ceremony without the one that is cut off',
    )
    assert.deepEqual(
      ceremony().faults.map(({ kind, place }) => [kind, place]),
      [['no-certificate', 3]],
    )
    await network.runUntil(() => ceremony().step === 'dealings', 60_000, 'the commitments')
    await running.get('Bar')?.stop()
    running.set('Bar', await startAlone(network, 'Bar'))
    const record = () => network.record(0, uuid)
    await network.runUntil(() => record()?.phase === 'frozen', 60_000, 'the key')
    assert.equal(ceremony().attempt, 2, 'a restart costs no attempt')

    for (let index = 0; index < VALIDATORS; index++) network.hub.heal('Paper', nameOf(index))
    await network.runUntil(() => record()?.phase === 'open', 90_000, 'the opening')
    await castThrough(network, 0, uuid, 0, [[1, 0]])
    await castThrough(network, 1, uuid, 1, [[0, 1]])
    await network.runUntil(() => record()?.phase === 'tallied', 90_000, 'the result')
    assert.deepEqual(record()?.result, [[1n, 1n]])
    const views = trusteeViews({ record: record() ?? assert.fail('no record'), ceremony: ceremony() })
    assert.deepEqual(
      views.map(({ name, role, hasDecrypted }) => [name, role, hasDecrypted]),
      [
        ['Registry', 'mandatory', true],
        ['City', 'member', true],
        ['Bar', 'member', true],
        ['Paper', 'left-out', false],
      ],
    )
    for (const one of running.values()) {
      await one.stop()
      assert.deepEqual(one.failures, [])
    }
    await network.stopAll()
  })
})
