/**
 * A node's home directory:
 *
 *     genesis.json          the network; the same bytes everywhere
 *     node.json             this node's settings
 *     keys/network.key      peer id
 *     keys/validator.key    consensus and trustee signatures (absent: an observer)
 *     keys/trustee.seed     the trustee's election keys are derived from it (absent: not a trustee)
 *     data/                 database, journal and last-signed record; made by the daemon
 */
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { utf8 } from '../base/index.ts'
import { type Genesis, networkIdOf, parseGenesis } from '../ledger/index.ts'
import { NodeError } from './error.ts'
import { createFile, loadKey, type NodeKeys, saveKey } from './keys.ts'
import { MAX_LISTEN_ADDRESSES, MAX_NAME_LENGTH, MAX_PEER_ADDRESSES } from './limits.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'

/** `node.json`: what an operator decides, and no other node needs to agree on. */
export interface NodeSettings {
  /** For people: shown by `psephos status`. */
  readonly name: string
  /** Multiaddrs to listen on, TCP or WebSockets. */
  readonly listen: readonly string[]
  /** Multiaddrs (with peer ids) to stay connected with, beside the validators of the genesis file. */
  readonly peers: readonly string[]
  readonly logLevel: LogLevel
}

/** A home directory, read and checked. */
export interface Home {
  readonly directory: string
  readonly genesis: Genesis
  /** SHA-256 of `genesis.json`. */
  readonly networkId: Uint8Array
  readonly settings: NodeSettings
  readonly keys: NodeKeys
}

const SETTINGS = z.strictObject({
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  listen: z.array(z.string().min(1)).max(MAX_LISTEN_ADDRESSES),
  peers: z.array(z.string().min(1)).max(MAX_PEER_ADDRESSES).default([]),
  logLevel: z.enum(LOG_LEVELS).default('info'),
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
  return parsed.data
}

/** Makes a home directory; existing files are never overwritten (`home-exists`). Resolves once everything is on disk. */
export async function createHome(
  directory: string,
  content: { readonly genesisFile: Uint8Array; readonly settings: NodeSettings; readonly keys: NodeKeys },
): Promise<Home> {
  const settings = `${JSON.stringify(content.settings, null, 2)}\n`
  parseSettings(settings, 'node.json')
  const genesis = parseGenesis(content.genesisFile)
  if (!genesis.ok) throw new NodeError('genesis-invalid', `the genesis file: ${genesis.error.detail}`)
  await mkdir(join(directory, 'keys'), { recursive: true, mode: 0o700 })
  await saveKey(join(directory, 'keys', 'network.key'), content.keys.network)
  if (content.keys.validator !== undefined) {
    await saveKey(join(directory, 'keys', 'validator.key'), content.keys.validator)
  }
  if (content.keys.trusteeSeed !== undefined) {
    await saveKey(join(directory, 'keys', 'trustee.seed'), content.keys.trusteeSeed)
  }
  await createFile(join(directory, 'node.json'), utf8(settings), 0o644)
  await createFile(join(directory, 'genesis.json'), content.genesisFile, 0o644)
  return openHome(directory)
}

/** Reads a home directory. Fails with a `NodeError` that names the file at fault. */
export async function openHome(directory: string): Promise<Home> {
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
  const keys = join(directory, 'keys')
  const validator = await loadOptional(join(keys, 'validator.key'))
  const trusteeSeed = await loadOptional(join(keys, 'trustee.seed'))
  return {
    directory,
    genesis: genesis.value,
    networkId: networkIdOf(genesisFile),
    settings,
    keys: {
      network: await loadKey(join(keys, 'network.key')),
      ...(validator === undefined ? {} : { validator }),
      ...(trusteeSeed === undefined ? {} : { trusteeSeed }),
    },
  }
}

async function loadOptional(path: string): Promise<Uint8Array | undefined> {
  return (await exists(path)) ? loadKey(path) : undefined
}

async function exists(path: string): Promise<boolean> {
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
