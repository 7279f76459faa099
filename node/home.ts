/**
 * A node's home directory:
 *
 *     genesis.json          the network; the same bytes everywhere
 *     node.json             this node's settings
 *     peer-id               public: others dial the node by it, and nobody needs its keys to do so on this machine
 *     card.json             public: the trustee as drafts name it (absent: not a trustee)
 *     keys/network.key      the secret of the peer id
 *     keys/validator.key    consensus signatures (absent: no validator)
 *     keys/trustee.seed     everything secret of the trustee follows from it and the finalised chain (absent: not a trustee)
 *     data/                 database, journal and last-signed record; made by the daemon, and locked by whatever runs in the home
 *
 * The three keys are plain or under one passphrase, each in a file that opens for its purpose only (`keystore.ts`).
 */
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fromUtf8, utf8 } from '../base/index.ts'
import { type Genesis, networkIdOf, parseGenesis } from '../ledger/index.ts'
import { peerNameOf } from '../network/index.ts'
import { NodeError } from './error.ts'
import { type AskPassphrase, createFile, loadKey, type NodeKeys, saveKey } from './keys.ts'
import type { KeyPurpose } from './keystore.ts'
import { MAX_LISTEN_ADDRESSES, MAX_NAME_LENGTH, MAX_PEER_ADDRESSES, MAX_VERIFIER_THREADS } from './limits.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'
import type { Protection } from './sealing.ts'
import { cardFile, trusteeCard } from './trustee-card.ts'

/** `node.json`: what an operator decides, and no other node needs to agree on. */
export interface NodeSettings {
  /** For people: shown by `psephos status`. */
  readonly name: string
  /** Multiaddrs to listen on, TCP or WebSockets. */
  readonly listen: readonly string[]
  /** Multiaddrs (with peer ids) to stay connected with, beside the validators of the genesis file. */
  readonly peers: readonly string[]
  readonly logLevel: LogLevel
  /** Threads that verify ballots; all of the machine's cores but one unless said otherwise. */
  readonly verifierThreads?: number
}

/** What is not secret of a home directory, read and checked. */
export interface PublicHome {
  readonly directory: string
  readonly genesis: Genesis
  /** SHA-256 of `genesis.json`. */
  readonly networkId: Uint8Array
  readonly settings: NodeSettings
  /** Undefined in homes of release 0.1, which had no such file. */
  readonly peerId?: string
}

/** A home directory with its keys. */
export interface Home extends PublicHome {
  readonly peerId: string
  readonly keys: NodeKeys
}

/** A file with a key, and what the key is for. */
export interface KeyFile {
  readonly path: string
  readonly purpose: KeyPurpose
}

/** Where the keys of a home lie, whether they are there or not. */
export function homeKeyFiles(directory: string): Readonly<Record<keyof NodeKeys, KeyFile>> {
  const keys = join(directory, 'keys')
  return {
    network: { path: join(keys, 'network.key'), purpose: 'network' },
    validator: { path: join(keys, 'validator.key'), purpose: 'validator' },
    trusteeSeed: { path: join(keys, 'trustee.seed'), purpose: 'trustee' },
  }
}

/** Where what a node remembers lies. */
export interface DataPaths {
  readonly data: string
  readonly database: string
  readonly journal: string
  readonly lastSigned: string
}

/** Where the data of a home lie, whether they are there or not. */
export function dataPaths(directory: string): DataPaths {
  const data = join(directory, 'data')
  return {
    data,
    database: join(data, 'chain'),
    journal: join(data, 'journal'),
    lastSigned: join(data, 'last-signed'),
  }
}

const KEY_NAMES: readonly (keyof NodeKeys)[] = ['network', 'validator', 'trusteeSeed']

const SETTINGS = z.strictObject({
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  listen: z.array(z.string().min(1)).max(MAX_LISTEN_ADDRESSES),
  peers: z.array(z.string().min(1)).max(MAX_PEER_ADDRESSES).default([]),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  verifierThreads: z.int().min(1).max(MAX_VERIFIER_THREADS).optional(),
})

/** Settings out of the text of `node.json`; unknown keys are refused. `place` goes into the message. */
export function parseSettings(text: string, place: string): NodeSettings {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new NodeError('settings-invalid', `${place} is not JSON`, error)
  }
  const parsed = SETTINGS.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue === undefined ? '' : `${issue.path.join('.') || 'settings'}: ${issue.message}`
    throw new NodeError('settings-invalid', `${place}: ${where}`)
  }
  const { verifierThreads, ...settings } = parsed.data
  return { ...settings, ...(verifierThreads === undefined ? {} : { verifierThreads }) }
}

/**
 * Makes a home directory; existing files are never overwritten (`home-exists`). With a protection all keys are encrypted. Resolves
 * once everything is on disk.
 */
export async function createHome(
  directory: string,
  content: { readonly genesisFile: Uint8Array; readonly settings: NodeSettings; readonly keys: NodeKeys },
  protection?: Protection,
): Promise<Home> {
  const text = `${JSON.stringify(content.settings, null, 2)}\n`
  const settings = parseSettings(text, 'node.json')
  const genesis = parseGenesis(content.genesisFile)
  if (!genesis.ok) throw new NodeError('genesis-invalid', `the genesis file: ${genesis.error.detail}`)
  const { keys } = content
  await mkdir(join(directory, 'keys'), { recursive: true, mode: 0o700 })
  const files = homeKeyFiles(directory)
  for (const name of KEY_NAMES) {
    const secret = keys[name]
    if (secret !== undefined) await saveKey(files[name].path, secret, files[name].purpose, protection)
  }
  const peerId = await savePeerId(directory, keys.network)
  if (keys.trusteeSeed !== undefined)
    await createFile(cardPath(directory), cardFile(trusteeCard(settings.name, keys.trusteeSeed)), 0o644)
  await createFile(join(directory, 'node.json'), utf8(text), 0o644)
  await createFile(join(directory, 'genesis.json'), content.genesisFile, 0o644)
  const networkId = networkIdOf(content.genesisFile)
  return { directory, genesis: genesis.value, networkId, settings, peerId, keys }
}

/** Where the trustee's card lies. */
export function cardPath(directory: string): string {
  return join(directory, 'card.json')
}

/** Writes down the peer id of a network key, and gives it. */
export async function savePeerId(directory: string, networkKey: Uint8Array): Promise<string> {
  const peerId = peerNameOf(networkKey)
  await createFile(join(directory, 'peer-id'), utf8(`${peerId}\n`), 0o644)
  return peerId
}

/** Reads what is not secret of a home directory. Fails with a `NodeError` that names the file at fault. */
export async function readHome(directory: string): Promise<PublicHome> {
  if (!(await exists(directory))) {
    throw new NodeError('home-missing', `there is no home directory at ${directory}`)
  }
  const genesisFile = await read(join(directory, 'genesis.json'))
  const genesis = parseGenesis(genesisFile)
  if (!genesis.ok) {
    throw new NodeError('genesis-invalid', `${join(directory, 'genesis.json')}: ${genesis.error.detail}`)
  }
  const settingsPath = join(directory, 'node.json')
  const settings = parseSettings(new TextDecoder().decode(await read(settingsPath)), settingsPath)
  const idPath = join(directory, 'peer-id')
  const peerId = (await exists(idPath)) ? parsePeerId(await read(idPath), idPath) : undefined
  const networkId = networkIdOf(genesisFile)
  return {
    directory,
    genesis: genesis.value,
    networkId,
    settings,
    ...(peerId === undefined ? {} : { peerId }),
  }
}

/**
 * Reads a home directory with its keys, or with that of the network alone, for a node without a vote. `ask` is called at most
 * once, and only when an encrypted key is met. Fails with a `NodeError` that names the file at fault.
 */
export async function openHome(
  directory: string,
  ask?: AskPassphrase,
  which: 'all keys' | 'network key' = 'all keys',
): Promise<Home> {
  const home = await readHome(directory)
  const askOnce = ask && once(ask)
  const files = homeKeyFiles(directory)
  const load = ({ path, purpose }: KeyFile): Promise<Uint8Array> => loadKey(path, purpose, askOnce)
  const loadOptional = async (file: KeyFile): Promise<Uint8Array | undefined> =>
    which === 'all keys' && (await exists(file.path)) ? load(file) : undefined
  const network = await load(files.network)
  const validator = await loadOptional(files.validator)
  const trusteeSeed = await loadOptional(files.trusteeSeed)
  const peerId = peerNameOf(network)
  if (home.peerId !== undefined && home.peerId !== peerId)
    throw new NodeError(
      'settings-invalid',
      `${join(directory, 'peer-id')} is not the peer id of keys/network.key, which is ${peerId}: correct the file`,
    )
  return {
    ...home,
    peerId,
    keys: {
      network,
      ...(validator === undefined ? {} : { validator }),
      ...(trusteeSeed === undefined ? {} : { trusteeSeed }),
    },
  }
}

function parsePeerId(file: Uint8Array, place: string): string {
  const text = fromUtf8(file)?.trim() ?? ''
  if (!/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/.test(text))
    throw new NodeError(
      'settings-invalid',
      `${place} holds no peer id of an Ed25519 key: correct it, or delete the file`,
    )
  return text
}

/** Asks the first time, and remembers. */
export function once(ask: AskPassphrase): AskPassphrase {
  let answer: Promise<string> | undefined
  return () => {
    answer ??= ask()
    return answer
  }
}

/** Whether there is anything at a path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    throw new NodeError('home-missing', `${path} cannot be read; is this a psephos home?`, error)
  }
}
