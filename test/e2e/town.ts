/** A network of real processes for end-to-end tests, and its offices: administrator, registrar, voters, a client. */
import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { unwrap } from '../../base/index.ts'
import { type Client, createClient, type Trust } from '../../client/index.ts'
import { networkIdOf, parseGenesis } from '../../ledger/index.ts'
import { createLibp2pTransport, type Transport } from '../../network/index.ts'
import type { Diagnostics } from '../../node/index.ts'
import { type NodeProcess, psephosJson, startNode, until } from './processes.ts'

/** Homes, keys and a client of a network; whether its nodes run is another matter. */
export interface Offices {
  readonly directory: string
  readonly genesis: string
  readonly trust: Trust
  readonly administratorKey: string
  /** Of two registrars; both must sign a roll. */
  readonly registrarKeys: readonly [string, string]
  readonly homes: readonly string[]
  /** Of the nodes, in the order of their homes. */
  readonly addresses: readonly string[]
  readonly client: Client
  readonly transport: Transport
}

/** A running network. */
export interface Town extends Offices {
  /** Running nodes by their place; a killed one is taken out. */
  readonly nodes: Map<number, NodeProcess>
  start(place: number): Promise<void>
  kill(place: number): Promise<void>
  /** Stops client and nodes; fails where a node does not end in order. */
  close(): Promise<void>
}

/** Makes a network with `psephos testnet` (with more options where it needs them) and a client of it; nothing runs yet. */
export async function someOffices(
  directory: string,
  validators: number,
  options: readonly string[] = [],
): Promise<Offices> {
  const made = await psephosJson<{
    genesis: string
    administrator: string
    registrars: string[]
    nodes: { home: string; address: string }[]
  }>(['testnet', directory, '--validators', String(validators), '--registrars', '2', ...options])
  const file = new Uint8Array(readFileSync(made.genesis))
  const trust = { genesis: unwrap(parseGenesis(file)), networkId: networkIdOf(file) }
  const transport = await createLibp2pTransport({
    networkId: trust.networkId,
    listen: [],
    bootstrap: [],
    gossip: false,
  })
  await transport.start()
  const addresses = made.nodes.map(({ address }) => address)
  const client = createClient(
    { trust, peers: addresses },
    {
      transport,
      random: (length) => new Uint8Array(randomBytes(length)),
      now: Date.now,
      sleep: (ms) => wait(ms).then(() => undefined),
    },
  )
  return {
    directory,
    genesis: made.genesis,
    trust,
    administratorKey: made.administrator,
    registrarKeys: [made.registrars[0] ?? '', made.registrars[1] ?? ''],
    homes: made.nodes.map(({ home }) => home),
    addresses,
    client,
    transport,
  }
}

/** Makes a network, starts its nodes and waits until all have finalised a block. */
export async function aTown(directory: string, validators: number): Promise<Town> {
  const offices = await someOffices(directory, validators)
  const { homes, transport } = offices
  const nodes = new Map<number, NodeProcess>()
  const town: Town = {
    ...offices,
    nodes,
    start: async (place) => {
      nodes.set(place, await startNode(homes[place] ?? ''))
    },
    kill: async (place) => {
      await nodes.get(place)?.kill()
      nodes.delete(place)
    },
    close: async () => {
      await transport.stop()
      const codes = await Promise.all([...nodes.values()].map((node) => node.stop()))
      nodes.clear()
      assert.ok(
        codes.every((code) => code === 0),
        `nodes ended with ${codes.join(', ')}`,
      )
    },
  }
  await Promise.all(homes.map((_, place) => town.start(place)))
  for (const home of homes)
    await until(
      `${home} finalises`,
      async () => ((await statusOf(home)).height > 0 ? true : undefined),
      60_000,
    )
  return town
}

/** `psephos status --json` of a node. */
export function statusOf(home: string): Promise<Diagnostics> {
  return psephosJson<Diagnostics>(['status', '--home', home])
}

/** A trustee that is no validator: its home, and the card by which drafts name it. */
export interface TrusteeHome {
  readonly home: string
  readonly card: { readonly name: string; readonly publicKey: string }
}

/** Makes the home of a trustee in the town's network; its keys lie as the options say. */
export async function aTrusteeHome(
  town: Offices,
  name: string,
  options: readonly string[] = ['--unencrypted'],
): Promise<TrusteeHome> {
  const home = join(town.directory, name)
  const init = ['trustee', 'init', '--home', home, '--name', name, '--genesis', town.genesis, ...options]
  const { card } = await psephosJson<Pick<TrusteeHome, 'card'>>(init)
  return { home, card }
}

/** The fields that tests change. */
export interface DraftFile {
  readonly name: string
  readonly questions: readonly object[]
  readonly opensAt: string
  readonly closesAt: string
}

/** An election's draft as a file; times are written as people write them. */
export const DRAFT: DraftFile = {
  name: 'The bridge',
  questions: [{ question: 'Shall it be built?', answers: ['Yes', 'No'], blank: false, min: 1, max: 1 }],
  opensAt: '+15s',
  closesAt: '+1h',
}

/** What the offices of a town made for one election. */
export interface Prepared {
  readonly uuid: string
  readonly credentials: readonly string[]
  readonly letters: readonly string[]
  readonly roll: string
}

/** Drafts an election with the commands. */
export async function draft(town: Offices, file: object = DRAFT): Promise<string> {
  const path = join(town.directory, 'draft.json')
  writeFileSync(path, JSON.stringify(file))
  const args = ['election', 'draft', path, '--key', town.administratorKey, '--home', town.homes[0] ?? '']
  return (await psephosJson<{ election: string }>(args)).election
}

/** Drafts an election, makes credentials, publishes the roll with the commands, and waits until it is open. */
export async function anOpenElection(town: Offices, voters: number, file: object = DRAFT): Promise<Prepared> {
  const uuid = await draft(town, file)
  const prepared = await aRoll(town, uuid, voters)
  unwrap(await town.client.waitFor(uuid, ({ phase }) => phase === 'open', 60_000))
  return prepared
}

/** Makes credentials and publishes the roll of a drafted election with the commands; both registrars sign it. */
export async function aRoll(town: Offices, uuid: string, voters: number): Promise<Prepared> {
  const list = join(town.directory, 'voters.csv')
  const out = join(town.directory, `letters-${uuid}`)
  writeFileSync(list, Array.from({ length: voters }, (_, i) => `voter ${i + 1}\n`).join(''))
  const generate = ['credentials', 'generate', '--voters', list, '--election', uuid, '--out', out]
  const { roll } = await psephosJson<{ roll: string }>(generate)
  const sign = (command: string, key: string): Promise<{ accepted: boolean; signatures: number }> =>
    psephosJson(['roll', command, uuid, roll, '--key', key, '--home', town.homes[0] ?? ''])
  const [first, second] = town.registrarKeys
  const published = await sign('publish', first)
  assert.deepEqual([published.accepted, published.signatures], [false, 1], 'one of two has signed')
  assert.equal((await sign('sign', second)).accepted, true)
  const letters = readdirSync(join(out, 'voters'))
    .sort()
    .map((name) => join(out, 'voters', name))
  const credentials = letters.map((path) => readFileSync(path, 'utf8').trim())
  return { uuid, credentials, letters, roll }
}
