/** `psephos testnet DIR`: genesis file, node homes, administrator and registrar keys of a network on this machine. */
import { createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { toHex } from '../../base/index.ts'
import { PRIVATE_KEY_BYTES, publicKeyOf } from '../../crypto/index.ts'
import { DEFAULT_PARAMETERS, type Genesis, genesisFile, networkIdOf } from '../../ledger/index.ts'
import { peerNameOf } from '../../network/index.ts'
import {
  createHome,
  createKeys,
  type LogLevel,
  type Protection,
  saveKey,
  systemRandom,
  trusteePublicKey,
} from '../index.ts'
import type { Context } from './context.ts'
import { CommandError } from './error.ts'
import { makePrivateDirectory, writeNewFile } from './files.ts'
import { table } from './output.ts'
import { newPassphrase, type PassphraseOptions } from './passphrase.ts'

export interface TestnetOptions extends PassphraseOptions {
  readonly validators: number
  readonly registrars: number
  readonly basePort?: number
  readonly name: string
}

/** A local network on disk. */
export interface Testnet {
  readonly directory: string
  readonly genesis: Genesis
  readonly networkId: Uint8Array
  readonly genesisPath: string
  readonly administratorKey: string
  readonly registrarKeys: readonly string[]
  readonly nodes: readonly { readonly name: string; readonly home: string; readonly address: string }[]
}

/** Writes a network and says what to do with it. */
export async function runTestnet(
  directory: string,
  options: TestnetOptions,
  context: Context,
): Promise<void> {
  const { output } = context
  const { passphraseFile } = options
  const protection =
    passphraseFile === undefined
      ? undefined
      : await newPassphrase(passphraseFile, context, { of: 'the keys', option: '--passphrase-file' })
  const testnet = await createTestnet(directory, options, 'info', protection)
  const { nodes, genesisPath, administratorKey, registrarKeys } = testnet
  const passphrase =
    protection === undefined ? '' : ` --passphrase-file ${passphraseFile === '-' ? 'FILE' : passphraseFile}`
  output.say(
    [
      `A network of ${nodes.length} validators lies in ${testnet.directory} (network id ${toHex(testnet.networkId)}).`,
      '',
      table([['node', 'address'], ...nodes.map(({ home, address }) => [home, address])]),
      '',
      'Start each node in a terminal (or service) of its own:',
      ...nodes.map(({ home }) => `  psephos start --home ${home}${passphrase}`),
      'Then draft an election:',
      `  psephos election draft election.json --key ${administratorKey} --home ${nodes[0]?.home ?? ''}${passphrase}`,
      '',
      protection === undefined
        ? 'All keys in it lie unencrypted: for tests on this machine only (--passphrase-file FILE encrypts them).'
        : 'All keys in it are encrypted with the passphrase.',
    ].join('\n'),
  )
  output.end({
    ok: true,
    network: toHex(testnet.networkId),
    directory: testnet.directory,
    genesis: genesisPath,
    administrator: administratorKey,
    registrars: registrarKeys,
    nodes,
    encrypted: protection !== undefined,
  })
}

/** Makes keys, homes and genesis file; refuses a directory that holds a network already. Without a protection all keys are plain. */
export async function createTestnet(
  path: string,
  options: TestnetOptions,
  logLevel: LogLevel = 'info',
  protection?: Protection,
): Promise<Testnet> {
  const directory = resolve(path)
  await makePrivateDirectory(directory)
  const ports = await portsFor(options)
  const validators = ports.map((port, i) => {
    const keys = createKeys(systemRandom)
    const listen = `/ip4/127.0.0.1/tcp/${port}`
    return { name: `node-${i + 1}`, keys, listen, address: `${listen}/p2p/${peerNameOf(keys.network)}` }
  })
  const administrator = systemRandom(PRIVATE_KEY_BYTES)
  const registrars = Array.from({ length: options.registrars }, () => systemRandom(PRIVATE_KEY_BYTES))
  const genesis: Genesis = {
    network: options.name,
    time: Date.now(),
    validators: validators.map(({ name, keys, address }) => ({
      name,
      publicKey: publicKeyOf(keys.validator),
      addresses: [address],
    })),
    administrators: [{ name: 'administrator', publicKey: publicKeyOf(administrator) }],
    registrars: registrars.map((key, i) => ({ name: `registrar-${i + 1}`, publicKey: publicKeyOf(key) })),
    trustees: validators.map(({ name, keys }) => ({ name, publicKey: trusteePublicKey(keys.trusteeSeed) })),
    parameters: DEFAULT_PARAMETERS,
  }
  const file = genesisFile(genesis)
  const genesisPath = join(directory, 'genesis.json')
  await writeNewFile(genesisPath, file, 0o644)
  const administratorKey = join(directory, 'administrator.key')
  await saveKey(administratorKey, administrator, 'administrator', protection)
  const registrarKeys = registrars.map((_, i) => join(directory, `registrar-${i + 1}.key`))
  for (const [i, key] of registrars.entries()) await saveKey(registrarKeys[i]!, key, 'registrar', protection)
  for (const { name, keys, listen } of validators) {
    const settings = { name, listen: [listen], peers: [], logLevel, verifierThreads: 1 }
    await createHome(join(directory, name), { genesisFile: file, settings, keys }, protection)
  }
  return {
    directory,
    genesis,
    networkId: networkIdOf(file),
    genesisPath,
    administratorKey,
    registrarKeys,
    nodes: validators.map(({ name, address }) => ({ name, home: join(directory, name), address })),
  }
}

async function portsFor({ validators, basePort }: TestnetOptions): Promise<readonly number[]> {
  if (basePort === undefined) return freePorts(validators)
  if (basePort + validators - 1 > 65_535)
    throw new CommandError('usage', `${validators} ports from ${basePort} on go beyond 65535`, 2)
  return Array.from({ length: validators }, (_, i) => basePort + i)
}

/** Ports that nobody listens on now, all different: held open together, then let go. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen))
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}

function listen(): Promise<Server> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => done(server))
  })
}
