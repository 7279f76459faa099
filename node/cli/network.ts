/** How commands reach a network: `--home DIR`, or `--genesis FILE` with `--peer MULTIADDR`s. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Client, createClient, type Trust } from '../../client/index.ts'
import { type Genesis, networkIdOf, parseGenesis } from '../../ledger/index.ts'
import { createLibp2pTransport, type Transport } from '../../network/index.ts'
import { openHome, type PublicHome, readHome, systemRandom } from '../index.ts'
import type { Context } from './context.ts'
import { CommandError, usageError } from './error.ts'
import { readInput } from './files.ts'
import { GENESIS_BYTES_MAX } from './limits.ts'
import { type PassphraseOptions, presentPassphrase } from './passphrase.ts'

/** The options of every command that talks to peers. The passphrase is for a home that has no file of its peer id. */
export interface NetworkOptions extends PassphraseOptions {
  readonly home?: string
  readonly genesis?: string
  readonly peer?: readonly string[]
}

/** A network to talk to. */
export interface Connection {
  readonly trust: Trust
  readonly client: Client
  readonly transport: Transport
}

/** The trust and the peers that the options name; the home's own node comes first, and alone in `ownPeers`. */
export async function networkOf(
  options: NetworkOptions,
  context?: Context,
): Promise<{
  readonly trust: Trust
  readonly peers: readonly string[]
  readonly ownPeers: readonly string[]
}> {
  const given = options.peer ?? []
  if (options.home !== undefined) {
    if (options.genesis !== undefined) throw usageError('give --home or --genesis, not both')
    const home = await readHome(options.home)
    const { genesis, networkId, settings } = home
    const ownPeers = await ownAddresses(home, options, context)
    const peers = given.length > 0 ? given : [...ownPeers, ...settings.peers, ...genesisPeers(genesis)]
    return { trust: { genesis, networkId }, peers, ownPeers }
  }
  if (options.genesis === undefined)
    throw usageError('name the network: --home DIR, or --genesis FILE with --peer MULTIADDR')
  const trust = await readTrust(options.genesis)
  return { trust, peers: given.length > 0 ? given : genesisPeers(trust.genesis), ownPeers: [] }
}

/** The trust that a genesis file gives. */
export async function readTrust(path: string): Promise<Trust> {
  const file = await readInput(path, GENESIS_BYTES_MAX)
  const genesis = parseGenesis(file)
  if (!genesis.ok) throw new CommandError(genesis.error.code, `${path}: ${genesis.error.detail}`)
  return { genesis: genesis.value, networkId: networkIdOf(file) }
}

/** Runs `use` with a connected client and closes everything afterwards. */
export async function withNetwork<T>(
  options: NetworkOptions,
  context: Context,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { trust, peers } = await networkOf(options, context)
  return withClient(trust, peers, context, use)
}

/** Like {@link withNetwork}, for a network that is known already. */
export async function withClient<T>(
  trust: Trust,
  peers: readonly string[],
  context: Context,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  if (peers.length === 0)
    throw new CommandError('no-peer', 'neither the genesis file nor --peer names an address to talk to')
  const signal = context.signal()
  const transport = await createLibp2pTransport({
    networkId: trust.networkId,
    listen: [],
    bootstrap: [],
    gossip: false,
  })
  await transport.start()
  try {
    const client = createClient(
      { trust, peers },
      {
        transport,
        random: systemRandom,
        now: () => Date.now(),
        sleep: (ms) => wait(ms, undefined, { signal }).catch(interrupted),
        onWarning: (warning) => context.output.warn(warning),
      },
    )
    return await use({ trust, client, transport })
  } finally {
    await transport.stop()
  }
}

/** Addresses at which a home's node is reached from this machine. A client opens no keys, unless the peer id is written nowhere else. */
async function ownAddresses(
  home: PublicHome,
  options: NetworkOptions,
  context: Context | undefined,
): Promise<readonly string[]> {
  const { directory, settings } = home
  const ask =
    context && presentPassphrase(options.passphraseFile, context, { of: `the keys in ${directory}` })
  const name = home.peerId ?? (await openHome(directory, ask)).peerId
  return settings.listen
    .filter((address) => !/\/tcp\/0(?:\/|$)/.test(address))
    .map((address) => address.replace('/ip4/0.0.0.0/', '/ip4/127.0.0.1/').replace('/ip6/::/', '/ip6/::1/'))
    .map((address) => (address.includes('/p2p/') ? address : `${address}/p2p/${name}`))
}

/** First one address of each validator, then their other ones: so that the first peers asked are different ones. */
export function genesisPeers(genesis: Genesis): readonly string[] {
  const most = Math.max(0, ...genesis.validators.map((validator) => validator.addresses.length))
  const peers: string[] = []
  for (let i = 0; i < most; i++)
    for (const { addresses } of genesis.validators) if (addresses[i] !== undefined) peers.push(addresses[i]!)
  return peers
}

function interrupted(error: unknown): never {
  if (error instanceof Error && error.name === 'AbortError')
    throw new CommandError('interrupted', 'stopped on request before it was done')
  throw error
}
