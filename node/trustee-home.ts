/**
 * The home of a trustee that is no validator (a notary, a university), and moving a trustee from one machine to another.
 *
 * The seed is all that has to move: the keys and shares of every election follow from it and the finalised chain
 * (`trustee-secrets.ts`). Because they do, a second machine with the same seed would speak with the same voice; that the first one
 * has stopped for good is the operator's word, which `psephos trustee restore` asks for.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex } from '../base/index.ts'
import { networkIdOf, parseGenesis } from '../ledger/index.ts'
import { NodeError } from './error.ts'
import { cardPath, createHome, exists, type Home, homeKeyFiles, type PublicHome, readHome } from './home.ts'
import { createKeys, loadKey, readKeyFile, replaceFile, saveKey } from './keys.ts'
import { isKeystore } from './keystore.ts'
import { MAX_NAME_LENGTH } from './limits.ts'
import { systemRandom } from './random.ts'
import type { Protection } from './sealing.ts'
import { encodeBackup, type TrusteeBackup } from './trustee-backup.ts'
import { cardFile, isTrusteeName, parseCard, type TrusteeCard, trusteeCard } from './trustee-card.ts'

/** What a trustee's home is made of; without a seed it gets a fresh one. */
export interface TrusteeHomeContent {
  readonly genesisFile: Uint8Array
  /** Of the node and of the trustee's card. */
  readonly name: string
  readonly peers: readonly string[]
  readonly seed?: Uint8Array
}

/** Makes the home of a trustee that is no validator; it listens nowhere and dials validators and peers. */
export async function createTrusteeHome(
  directory: string,
  { genesisFile, name, peers, seed }: TrusteeHomeContent,
  protection?: Protection,
): Promise<{ readonly home: Home; readonly card: TrusteeCard }> {
  const nameless = peers.find((peer) => !/\/p2p\/[^/]+$/.test(peer))
  if (nameless !== undefined)
    throw new NodeError('address-invalid', `${nameless}: an address of a peer ends in /p2p/PEER`)
  if (!isTrusteeName(name))
    throw new NodeError(
      'settings-invalid',
      `a trustee's name has 1 to ${MAX_NAME_LENGTH} characters, none of them a control character`,
    )
  const { network, trusteeSeed } = createKeys(systemRandom)
  const keys = { network, trusteeSeed: seed ?? trusteeSeed }
  const settings = { name, listen: [], peers, logLevel: 'info' } as const
  const home = await createHome(directory, { genesisFile, settings, keys }, protection)
  return { home, card: trusteeCard(name, keys.trusteeSeed) }
}

/** The bytes of a backup of a home's trustee, under a passphrase of its own; `trustee-missing` where the home has none. */
export async function backupTrustee(
  { directory, settings, networkId, keys }: Home,
  protection: Protection,
): Promise<{ readonly file: Uint8Array; readonly card: TrusteeCard }> {
  const seed = keys.trusteeSeed
  if (seed === undefined)
    throw new NodeError(
      'trustee-missing',
      `${directory} is no home of a trustee: it has no keys/trustee.seed`,
    )
  // A trustee that was restored into a validator's home keeps its own name.
  const path = cardPath(directory)
  const written = (await exists(path)) ? parseCard(new Uint8Array(await readFile(path))) : undefined
  const card = trusteeCard(written?.name ?? settings.name, seed)
  const file = await encodeBackup({ name: card.name, networkId, seed }, protection, systemRandom)
  return { file, card }
}

/** Where a backup goes: a home that is still to be made, or one that has no trustee. */
export type RestorePlace =
  | { readonly kind: 'new'; readonly directory: string; readonly genesisFile: Uint8Array }
  | { readonly kind: 'existing'; readonly directory: string; readonly isEncrypted: boolean }

/**
 * Looks whether a backup can be restored at a directory, without changing anything. Fails with `wrong-network`, `trustee-exists`, or
 * `home-missing` where a home would have to be made and there is no genesis file.
 */
export async function planRestore(
  directory: string,
  { network }: TrusteeBackup,
  genesisFile: Uint8Array | undefined,
): Promise<RestorePlace> {
  if (genesisFile !== undefined) {
    const genesis = parseGenesis(genesisFile)
    if (!genesis.ok) throw new NodeError('genesis-invalid', `the genesis file: ${genesis.error.detail}`)
    requireNetwork(network, networkIdOf(genesisFile), 'the genesis file is')
  }
  if (!(await exists(join(directory, 'genesis.json')))) {
    if (genesisFile === undefined)
      throw new NodeError(
        'home-missing',
        `there is no home at ${directory}; to make one, give --genesis FILE`,
      )
    return { kind: 'new', directory, genesisFile }
  }
  const { networkId }: PublicHome = await readHome(directory)
  requireNetwork(network, networkId, `${directory} is a home`)
  const { network: networkKey, trusteeSeed } = homeKeyFiles(directory)
  if (await exists(trusteeSeed.path))
    throw new NodeError(
      'trustee-exists',
      `${trusteeSeed.path} exists already; a trustee's seed is never overwritten`,
    )
  return { kind: 'existing', directory, isEncrypted: isKeystore(await readKeyFile(networkKey.path)) }
}

/** Checks that a passphrase is the one of an existing home's keys: a home has one. */
export async function requirePassphraseOf(directory: string, passphrase: string): Promise<void> {
  const { path, purpose } = homeKeyFiles(directory).network
  await loadKey(path, purpose, () => Promise.resolve(passphrase))
}

/** Puts an opened backup in its place; gives the trustee's card, which is the same as ever. */
export async function restoreTrustee(
  place: RestorePlace,
  {
    name,
    seed,
    peers,
  }: { readonly name: string; readonly seed: Uint8Array; readonly peers: readonly string[] },
  protection?: Protection,
): Promise<TrusteeCard> {
  const { directory } = place
  if (place.kind === 'new') {
    const { genesisFile } = place
    return (await createTrusteeHome(directory, { genesisFile, name, peers, seed }, protection)).card
  }
  const card = trusteeCard(name, seed)
  const { path, purpose } = homeKeyFiles(directory).trusteeSeed
  // A card without a seed is one of an earlier trustee of this home, or of a restoration that was broken off.
  await replaceFile(cardPath(directory), cardFile(card), 0o644)
  await saveKey(path, seed, purpose, protection)
  return card
}

function requireNetwork(expected: string, networkId: Uint8Array, what: string): void {
  const found = toHex(networkId)
  if (found !== expected)
    throw new NodeError('wrong-network', `${what} of network ${found}, the backup is of network ${expected}`)
}
