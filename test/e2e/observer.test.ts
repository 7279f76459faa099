/** `psephos start --observe` as anybody would use it: real processes, a genesis file, and the address of one node. */
import { strict as assert } from 'node:assert'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { unwrap } from '../../base/index.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { expectRefusal, type NodeProcess, psephosJson, requireBuild, startNode, until } from './processes.ts'
import { anOpenElection, aTown, statusOf, type Town } from './town.ts'

const FINALITY_MS = 60_000

/** Waits until a node has all that another has finalised by now. */
async function reaches(home: string, other: string): Promise<void> {
  const { height } = await statusOf(other)
  await until(
    `${home} reaches height ${height}`,
    async () => {
      const mine = await statusOf(home)
      return mine.height >= height && !mine.isCatchingUp ? true : undefined
    },
    FINALITY_MS,
  )
}

async function aFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : assert.fail()
}

async function addressOf(home: string): Promise<string> {
  return (await statusOf(home)).addresses[0] ?? assert.fail(`${home} has an address`)
}

describe('a node without a vote', function () {
  this.timeout(300_000)
  before(requireBuild)

  it('T28 follows and serves everything from a genesis file and one address', () =>
    inTemporaryDirectory(async (directory) => {
      const town = await aTown(join(directory, 'town'), 4)
      try {
        const election = await anOpenElection(town, 2)
        const { uuid, credentials } = election
        unwrap(await town.client.vote(uuid, credentials[0] ?? '', [[1, 0]], FINALITY_MS))
        const home = join(directory, 'observer')
        const observer = await firstStart(town, home)
        await serves(town, home, uuid, join(directory, 'archive.bel'))
        await outlivesItsPeer(town, home, election.credentials[1] ?? '', uuid)
        const again = await secondStart(town, home, observer)
        await refusals(town, home, directory)
        assert.equal(await again.stop(), 0)
      } finally {
        await town.close()
      }
    }))

  it("runs in a validator's home, and leaves its key and its guards alone", () =>
    inTemporaryDirectory(async (directory) => {
      const town = await aTown(join(directory, 'town'), 4)
      try {
        const home = town.homes[3] ?? ''
        assert.equal(await town.nodes.get(3)?.stop(), 0)
        town.nodes.delete(3)
        const guards = ['journal', 'last-signed'].map((name) => join(home, 'data', name))
        const before = guards.map((path) => readFileSync(path))
        town.nodes.set(3, await startNode(home, ['--observe']))
        await reaches(home, town.homes[0] ?? '')
        const { role, isTrustee, height } = await statusOf(home)
        assert.deepEqual([role, isTrustee], ['observer', false])
        const follows = async () => ((await statusOf(home)).height > height + 2 ? true : undefined)
        await until('it follows', follows, FINALITY_MS)
        const { validators } = await statusOf(town.homes[0] ?? '')
        assert.ok((validators[3]?.lastHeard?.height ?? 0) < height, 'nobody hears it')
        assert.deepEqual(
          guards.map((path) => readFileSync(path)),
          before,
        )
        assert.equal(await town.nodes.get(3)?.stop(), 0)
        await town.start(3)
        await reaches(home, town.homes[0] ?? '')
        assert.equal((await statusOf(home)).role, 'validator')
      } finally {
        await town.close()
      }
    }))
})

async function firstStart(town: Town, home: string): Promise<NodeProcess> {
  const peer = await addressOf(town.homes[0] ?? '')
  const listen = `/ip4/127.0.0.1/tcp/${await aFreePort()}`
  const options = ['--observe', '--genesis', town.genesis, '--peer', peer, '--listen', listen]
  const observer = await startNode(home, options)
  await reaches(home, town.homes[1] ?? '')
  assert.equal(statSync(home).mode & 0o777, 0o700)
  assert.deepEqual(readFileSync(join(home, 'genesis.json')), readFileSync(town.genesis))
  for (const name of ['keys/validator.key', 'keys/trustee.seed', 'data/journal', 'data/last-signed'])
    assert.equal(existsSync(join(home, name)), false, name)
  const status = await statusOf(home)
  assert.deepEqual([status.role, status.isTrustee, status.name], ['observer', false, 'observer'])
  await until(
    'the proofs are verified',
    async () => {
      const { height, proofsVerifiedTo } = await statusOf(home)
      return height === proofsVerifiedTo ? true : undefined
    },
    FINALITY_MS,
  )
  return observer
}

/** A client that knows only the observer gets everything from it. */
async function serves(town: Town, home: string, uuid: string, out: string): Promise<void> {
  const only = ['--genesis', town.genesis, '--peer', await addressOf(home)]
  const exported = await psephosJson<{ ballots: number }>(['export', uuid, '--out', out, ...only])
  assert.equal(exported.ballots, 1)
  const audit = await psephosJson<{ ok: boolean; ballots: number }>(['audit', out])
  assert.deepEqual([audit.ok, audit.ballots], [true, 1])
}

/** The addresses of the other validators are in the genesis file. */
async function outlivesItsPeer(town: Town, home: string, credential: string, uuid: string): Promise<void> {
  await town.kill(0)
  unwrap(await town.client.vote(uuid, credential, [[0, 1]], FINALITY_MS))
  await reaches(home, town.homes[1] ?? '')
}

async function secondStart(town: Town, home: string, observer: NodeProcess): Promise<NodeProcess> {
  const address = await addressOf(home)
  await observer.kill()
  const again = await startNode(home, ['--observe'])
  await reaches(home, town.homes[1] ?? '')
  assert.equal(await addressOf(home), address, 'the same key and the same port')
  return again
}

async function refusals(town: Town, home: string, directory: string): Promise<void> {
  const start = ['start', '--log-level', 'silent', '--home']
  const observe = (...words: string[]): string[] => [...start, ...words, '--observe']
  const other = join(directory, 'other')
  await psephosJson(['testnet', other])
  const genesis = join(other, 'genesis.json')
  await expectRefusal(observe(join(directory, 'nothing')), 'home-missing', /--genesis FILE/)
  await expectRefusal(observe(home, '--genesis', genesis), 'wrong-network', /another --home/)
  await expectRefusal(observe(home, '--name', 'other'), 'usage', /node\.json/)
  await expectRefusal([...start, home, '--genesis', genesis], 'usage', /--genesis is for --observe/)
  const full = join(directory, 'full')
  mkdirSync(full)
  writeFileSync(join(full, 'letter.txt'), 'not a home')
  await expectRefusal(observe(full, '--genesis', town.genesis), 'home-exists', /no psephos home/)
  const lost = join(directory, 'lost')
  const peer = ['--peer', '/ip4/127.0.0.1/tcp/7000']
  await expectRefusal(observe(lost, '--genesis', town.genesis, ...peer), 'malformed', /\/p2p\/PEER/)
  assert.equal(existsSync(lost), false, 'nothing is made where an option is wrong')
}
