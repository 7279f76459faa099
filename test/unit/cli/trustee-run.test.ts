import { strict as assert } from 'node:assert'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { genesisFile } from '../../../ledger/index.ts'
import { createLibp2pTransport } from '../../../network/index.ts'
import {
  createHome,
  openHome,
  SILENT,
  startTrustee,
  systemRandom,
  type TrusteeCard,
} from '../../../node/index.ts'
import { openLevelDatabase } from '../../../storage/index.ts'
import { aCopy, startPeer, type TestPeer, viewOf } from '../../support/certified-peers.ts'
import {
  aChain,
  aDraft,
  aGenesis,
  aPreparation,
  aRoll,
  aTrustee,
  extend,
  type TestChain,
} from '../../support/ledger-builders.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'
import { type CommandRun, runCommand } from './command-line.ts'

/** A trustee's home in a network none of whose validators runs. */
interface TestHome {
  readonly directory: string
  readonly home: string
  readonly card: TrusteeCard
  /** Addresses of the validators, with their peer ids. */
  readonly peers: readonly string[]
}

function withHome(validators: number, use: (home: TestHome) => Promise<void>): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const town = join(directory, 'town')
    const made = await runCommand(['testnet', town, '--validators', String(validators), '--json'])
    const { nodes } = JSON.parse(made.stdout) as { readonly nodes: readonly { readonly address: string }[] }
    const home = join(directory, 'notary')
    const genesis = join(town, 'genesis.json')
    const init = [
      'trustee',
      'init',
      '--home',
      home,
      '--name',
      'Notary',
      '--genesis',
      genesis,
      '--unencrypted',
    ]
    const { card } = JSON.parse((await runCommand([...init, '--json'])).stdout) as {
      readonly card: TrusteeCard
    }
    await use({ directory: town, home, card, peers: nodes.map(({ address }) => address) })
  })
}

/** Runs until standard input ends, which it does at once. */
const run = (home: string, ...more: readonly string[]): Promise<CommandRun> =>
  runCommand(['trustee', 'run', '--home', home, '--stop-with-stdin', '--log-level', 'silent', ...more])

function assertRefused(refused: CommandRun, message: RegExp, exitCode = 1): void {
  assert.equal(refused.exitCode, exitCode, refused.stdout)
  assert.match(refused.stderr, message)
  assert.equal(refused.stderr.trimEnd().split('\n').length, 1)
}

describe('psephos trustee run', () => {
  it('says when it is at work, although no peer answers yet, and stops in order', () =>
    withHome(4, async ({ home, card }) => {
      const text = await run(home)
      assert.equal(text.exitCode, 0, text.stderr)
      assert.equal(text.stdout, `The trustee Notary is at work: ${card.publicKey}\n`)
      const json = await run(home, '--json')
      assert.deepEqual(JSON.parse(json.stdout), {
        ok: true,
        ready: true,
        name: 'Notary',
        trustee: card.publicKey,
      })
      assert.doesNotMatch(json.stdout + json.stderr, new RegExp(seedIn(home)), 'T38')
    }))

  it('T24 refuses to take one peer alone at its word, however many addresses that peer has', () =>
    withHome(4, async ({ home, peers: [first = '', second = ''] }) => {
      const message = /^error: too-few-peers: .* from two peers, and only one is known; name more with --peer/
      assertRefused(await run(home, '--peer', first), message)
      const elsewhere = first.replace('127.0.0.1', '127.0.0.2')
      assertRefused(await run(home, '--peer', first, elsewhere), message)
      assert.equal((await run(home, '--peer', first, second)).exitCode, 0)
    }))

  it('has nobody else to ask where the network has one validator', () =>
    withHome(1, async ({ home }) => {
      assert.equal((await run(home)).exitCode, 0)
    }))

  it('refuses a home that is not that of a trustee, and one that is none', () =>
    withHome(1, async ({ directory, home }) => {
      assertRefused(await run(join(directory, 'nowhere')), /^error: home-missing: /)
      rmSync(join(home, 'keys', 'trustee.seed'))
      assertRefused(await run(home), /^error: key-missing: there is no .*trustee\.seed: this is not the home/)
    }))

  it('has its home for itself, against a second trustee and against a daemon, until it stops', () =>
    withHome(4, async ({ home, peers }) => {
      const options = { home: await openHome(home), peers, pollMs: 1000, logger: SILENT }
      const trustee = await startTrustee(options)
      assertRefused(await run(home), /^error: home-in-use: .*in use by another process/)
      assertRefused(
        await runCommand(['start', '--home', home, '--log-level', 'silent']),
        /^error: home-in-use: /,
      )
      await trustee.stop()
      await trustee.done
      const again = await startTrustee(options)
      await Promise.all([again.stop(), again.stop()])
      const lock = await openLevelDatabase(join(home, 'data', 'chain'))
      await lock.close()
    }))

  it('T38 leaves nothing in its home but the lock', () =>
    withHome(4, async ({ home }) => {
      await run(home)
      assert.ok(existsSync(join(home, 'data', 'chain')))
      for (const name of ['journal', 'last-signed']) assert.ok(!existsSync(join(home, 'data', name)))
    }))

  it('T24 ends with the evidence where validators have signed two chains', () =>
    inTemporaryDirectory(async (directory) => {
      const chain = aChain(aGenesis({ validators: 4 }))
      extend(chain, [])
      const twin = aCopy(chain)
      const draft = aDraft({ mandatoryTrustees: [], trustees: [aTrustee('Notary')], trusteeThreshold: 1 })
      const drafted = aPreparation(chain.networkId, draft, aRoll(1)).draft
      extend(chain, [drafted])
      extend(twin, [drafted], chain.state.head.time + 1)
      const home = join(directory, 'notary')
      await createHome(home, {
        genesisFile: genesisFile(chain.genesis),
        settings: { name: 'Notary', listen: [], peers: [], logLevel: 'silent' },
        keys: { network: systemRandom(32), trusteeSeed: systemRandom(32) },
      })
      const peers = await Promise.all([chain, twin].map((one) => aLibp2pPeer(one)))
      try {
        const addresses = peers.map(({ address }) => address)
        const ended = await runCommand(['trustee', 'run', '--home', home, '--peer', ...addresses])
        assertRefused(ended, /^error: fork: a quorum signed two blocks at height 2: .*believe neither$/m)
      } finally {
        await Promise.all(peers.map(({ transport }) => transport.stop()))
      }
    }))

  it('refuses a passphrase on the standard input whose end stops it, and a wrong poll', () =>
    withHome(1, async ({ home }) => {
      assertRefused(await run(home, '--passphrase-file', '-'), /^error: usage: .*--stop-with-stdin/, 2)
      for (const poll of ['0', '3601', '1.5'])
        assertRefused(await run(home, '--poll', poll), /whole number from 1 to 3600/, 2)
    }))
})

/** A peer on a real connection that tells what a chain says. */
async function aLibp2pPeer(chain: TestChain): Promise<TestPeer> {
  const { networkId } = chain
  const listen = ['/ip4/127.0.0.1/tcp/0']
  const transport = await createLibp2pTransport({ networkId, listen, bootstrap: [], gossip: false })
  const view = viewOf(chain)
  return startPeer(transport, () => view)
}

function seedIn(home: string): string {
  return readFileSync(join(home, 'keys', 'trustee.seed'), 'utf8').trim()
}
