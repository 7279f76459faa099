/** `psephos start --observe`: a full node without a vote, from a genesis file and an address of any node. */
import { join } from 'node:path'
import { toHex } from '../../base/index.ts'
import { networkIdOf, parseGenesis } from '../../ledger/index.ts'
import { exists } from '../home.ts'
import {
  type AskPassphrase,
  createObserverHome,
  type Home,
  NodeError,
  openHome,
  systemRandom,
} from '../index.ts'
import { MAX_PEER_ADDRESSES } from '../limits.ts'
import { CommandError, usageError } from './error.ts'
import { readInput } from './files.ts'
import { GENESIS_BYTES_MAX } from './limits.ts'
import type { Output } from './output.ts'
import { freePorts } from './testnet.ts'

export interface ObserveOptions {
  readonly home: string
  readonly genesis?: string
  readonly peer?: readonly string[]
  readonly listen?: readonly string[]
  readonly name?: string
}

/** These options make a home, which only a node without a vote may do by itself. */
export function refuseObserveOptions({ genesis, peer, listen, name }: ObserveOptions): void {
  for (const [option, value] of Object.entries({ genesis, peer, listen, name }))
    if (value !== undefined)
      throw usageError(
        `--${option} is for --observe; a validator has its genesis file and settings in its home`,
      )
}

/**
 * The home to observe from: made where there is none, with a key of its own and the settings that the options say; otherwise as
 * it is, with the peers of the options beside those of its settings. No key but that of the network is read.
 */
export async function openObserver(
  options: ObserveOptions,
  output: Output,
  ask?: AskPassphrase,
): Promise<Home> {
  const { peer = [] } = options
  const file = options.genesis === undefined ? undefined : await readInput(options.genesis, GENESIS_BYTES_MAX)
  if (await exists(join(options.home, 'genesis.json'))) {
    if (options.listen !== undefined || options.name !== undefined)
      throw usageError(
        `${options.home} is there already: its name and addresses are in ${join(options.home, 'node.json')}`,
      )
  } else {
    if (file === undefined)
      throw new NodeError(
        'home-missing',
        `there is no home at ${options.home} yet: the first start needs --genesis FILE, and --peer MULTIADDR where that names no addresses`,
      )
    await createHome(options, file)
    output.progress(`made ${options.home} with a network key of its own: it has no vote`)
  }
  const home = await openHome(options.home, ask, 'network key')
  if (file !== undefined && toHex(networkIdOf(file)) !== toHex(home.networkId))
    throw new NodeError(
      'wrong-network',
      `${options.home} belongs to network ${toHex(home.networkId)}, ${options.genesis} is that of ${toHex(networkIdOf(file))}: give another --home`,
    )
  const peers = [...new Set([...home.settings.peers, ...peer])]
  if (peers.length > MAX_PEER_ADDRESSES)
    throw usageError(`${peers.length} peers, at most ${MAX_PEER_ADDRESSES}: a few that are up suffice`)
  if (peers.length === 0 && home.genesis.validators.every(({ addresses }) => addresses.length === 0))
    throw new CommandError(
      'no-peer',
      'the genesis file names no addresses: give --peer MULTIADDR, the address of any node of the network',
    )
  return { ...home, settings: { ...home.settings, peers } }
}

async function createHome(options: ObserveOptions, genesisFile: Uint8Array): Promise<void> {
  const genesis = parseGenesis(genesisFile)
  if (!genesis.ok) throw new CommandError(genesis.error.code, `${options.genesis}: ${genesis.error.detail}`)
  const listen = options.listen ?? [`/ip4/0.0.0.0/tcp/${(await freePorts(1))[0]}`]
  const settings = {
    name: options.name ?? 'observer',
    listen: [...listen],
    peers: [...(options.peer ?? [])],
    logLevel: 'info' as const,
  }
  await createObserverHome(options.home, { genesisFile, settings }, systemRandom)
}
