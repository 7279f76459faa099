/** Real clients against real nodes: votes, receipts, archives, and what the nodes write down meanwhile. */
import { strict as assert } from 'node:assert'
import { Writable } from 'node:stream'
import { compareBytes, toBase64, toHex } from '../../base/index.ts'
import { type Client, createClient, verifyReceipt } from '../../client/index.ts'
import { sha256 } from '../../crypto/index.ts'
import {
  auditArchive,
  compareArchives,
  createCredential,
  credentialSecret,
  publicCredential,
  type RollEntry,
} from '../../election/index.ts'
import { createLogger, sleep } from '../../node/index.ts'
import { privateKeyOf, seededRandom } from '../support/ledger-builders.ts'
import { anOpenElection, aRunningNetwork, type NodeNetwork, nameOf } from '../support/node-network.ts'

async function aClient(network: NodeNetwork, name: string): Promise<Client> {
  const transport = network.hub.transport(name)
  await transport.start()
  const { genesis, networkId, clock } = network
  return createClient(
    { trust: { genesis, networkId }, peers: [0, 1, 2, 3].map((index) => `/memory/${nameOf(index)}`) },
    {
      transport,
      random: seededRandom(name),
      now: () => clock.now(),
      sleep: (ms, signal) => sleep(clock, ms, signal),
    },
  )
}

/** Lets time pass until the client is done. */
async function done<T>(network: NodeNetwork, work: Promise<T>): Promise<T> {
  let isDone = false
  const ended = work.finally(() => {
    isDone = true
  })
  await network.runUntil(() => isDone, 120_000, 'the client')
  return ended
}

function accepted<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: { readonly detail: string } },
): T {
  assert.ok(result.ok, result.ok ? '' : result.error.detail)
  return result.value
}

const CREDENTIALS = [0, 1, 2].map((voter) => createCredential(seededRandom(`credential ${voter}`)))

function rollOf(uuid: string): readonly RollEntry[] {
  return CREDENTIALS.map((credential) => ({
    credential: publicCredential(credentialSecret(uuid, credential)),
    weight: 1n,
  })).sort((a, b) => compareBytes(a.credential, b.credential))
}

describe('clients and nodes', function () {
  this.timeout(120_000)

  it('vote, hold receipts, export half-way and at the end, and the audit finds nothing wrong', async () => {
    const lines: string[] = []
    const stream = new Writable({
      write: (chunk, _encoding, next) => {
        lines.push(String(chunk))
        next()
      },
    })
    const network = await aRunningNetwork(4, createLogger('debug', stream))
    const { uuid } = await anOpenElection(network, rollOf)
    const voter = await aClient(network, 'a voter')
    const first = accepted(await done(network, voter.vote(uuid, CREDENTIALS[0]!, [[1, 0]], 20_000)))
    const trust = { genesis: network.genesis, networkId: network.networkId }
    assert.equal(accepted(verifyReceipt(first.receipt.json, trust)).counts, true)
    const halfWay = accepted(await done(network, voter.export(uuid))).archive

    const other = await aClient(network, 'another voter')
    const second = accepted(await done(network, other.vote(uuid, CREDENTIALS[1]!, [[0, 1]], 20_000)))
    const again = accepted(await done(network, voter.vote(uuid, CREDENTIALS[0]!, [[0, 1]], 20_000)))
    assert.equal(new Set([first.tracker, second.tracker, again.tracker]).size, 3)
    const wrong = await done(
      network,
      voter.vote(uuid, createCredential(seededRandom('no voter')), [[1, 0]], 5000),
    )
    assert.equal(wrong.ok ? '' : wrong.error.code, 'unknown-credential')

    const isTallied = ({ phase }: { readonly phase: string }): boolean => phase === 'tallied'
    const { record } = accepted(await done(network, voter.waitFor(uuid, isTallied, 100_000)))
    assert.deepEqual(record.result, [[0n, 2n]])
    const { archive } = accepted(await done(network, other.export(uuid)))
    const report = network.running.get(0)!.node.diagnostics()
    assert.deepEqual(
      report.peers.map(({ id }) => id).sort(),
      [1, 2, 3].map((index) => nameOf(index)),
      'T38 a report that anyone can ask for names nodes, and no voter',
    )
    assert.equal(report.clients, 2)
    const audit = auditArchive(archive)
    assert.ok(audit.ok, JSON.stringify(audit.checks.filter(({ ok }) => !ok)))
    assert.deepEqual(accepted(compareArchives(halfWay, archive)), [])
    await network.stopAll()

    const log = lines.join('')
    assert.ok(log.includes('finalised'))
    const secrets = [
      ...CREDENTIALS,
      ...[0, 1, 2, 3].flatMap((index) => {
        const keys = [privateKeyOf(nameOf(index)), sha256(`trustee seed of ${nameOf(index)}`)]
        return keys.flatMap((key) => [toHex(key), toBase64(key)])
      }),
    ]
    for (const secret of secrets) assert.ok(!log.includes(secret), 'T38 no secret in the log')
    for (const tracker of [first.tracker, second.tracker, again.tracker]) {
      assert.ok(!log.includes(tracker), 'T38 no ballot in the log')
    }
    assert.ok(
      !log.includes('a voter') && !log.includes('another voter'),
      'T38 no voter connection in the log',
    )
  })
})
