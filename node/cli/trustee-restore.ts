/** `psephos trustee restore`: brings a trustee to this machine, into a home of its own or into one that has no trustee. */
import {
  decodeBackup,
  openBackup,
  type Protection,
  planRestore,
  type RestorePlace,
  requirePassphraseOf,
  restoreTrustee,
  type TrusteeBackup,
} from '../index.ts'
import { MAX_KEY_FILE_BYTES } from '../limits.ts'
import type { Context } from './context.ts'
import { CommandError, usageError } from './error.ts'
import { readInput } from './files.ts'
import { GENESIS_BYTES_MAX } from './limits.ts'
import { chosenProtection, type ProtectionOptions, presentPassphrase, requireOneStdin } from './passphrase.ts'
import { cardText } from './trustee-init.ts'

export interface TrusteeRestoreOptions extends ProtectionOptions {
  readonly home: string
  readonly genesis?: string
  readonly peer?: readonly string[]
  readonly backupPassphraseFile?: string
  readonly oldIsStopped?: boolean
}

/** Restores; whatever can be refused is refused before anybody is asked for a passphrase. */
export async function runTrusteeRestore(
  file: string,
  options: TrusteeRestoreOptions,
  context: Context,
): Promise<void> {
  const { output } = context
  const { home, genesis, peer = [], passphraseFile, backupPassphraseFile } = options
  requireOneStdin(passphraseFile, backupPassphraseFile)
  const backup = await readBackup(file)
  const genesisFile = genesis === undefined ? undefined : await readInput(genesis, GENESIS_BYTES_MAX)
  const place = await planRestore(home, backup, genesisFile)
  await requireOldIsStopped(backup, options, context)
  const passphrase = await presentPassphrase(backupPassphraseFile, context, {
    of: `the backup ${file}`,
    option: '--backup-passphrase-file',
  })()
  const seed = await openBackup(backup, passphrase)
  if (!seed.ok) throw new CommandError(seed.error.code, `${file}: ${seed.error.detail}`)
  const protection = await protectionAt(place, options, context)
  const card = await restoreTrustee(place, { name: backup.name, seed: seed.value, peers: peer }, protection)
  output.say([`The trustee ${card.name} lies in ${home}.`, '', cardText(card)].join('\n'))
  output.end({ ok: true, home, network: backup.network, card, encrypted: protection !== undefined })
}

async function readBackup(file: string): Promise<TrusteeBackup> {
  const backup = decodeBackup(await readInput(file, MAX_KEY_FILE_BYTES))
  if (!backup.ok) throw new CommandError(backup.error.code, `${file}: ${backup.error.detail}`)
  return backup.value
}

/** Nothing can check it, so a person has to answer for it. */
async function requireOldIsStopped(
  { name, publicKey }: TrusteeBackup,
  { oldIsStopped }: TrusteeRestoreOptions,
  { output, terminal }: Context,
): Promise<void> {
  output.warn(
    `STOP THE TRUSTEE ON ITS OLD MACHINE FOR GOOD before it starts here: two machines with one seed contradict each other (trustee ${name}, ${publicKey})`,
  )
  if (oldIsStopped === true) return
  const answer = await terminal?.ask('Is it stopped, for good? Type yes to go on: ', 'shown')
  if (answer?.trim() !== 'yes')
    throw new CommandError(
      'old-not-stopped',
      'nothing was restored; once the trustee runs nowhere else and never will, say so: --old-is-stopped',
    )
}

/** A home has one passphrase: a seed that comes into it gets the one that is there. */
async function protectionAt(
  place: RestorePlace,
  options: TrusteeRestoreOptions,
  context: Context,
): Promise<Protection | undefined> {
  const { directory } = place
  if (place.kind === 'new' || !place.isEncrypted) return chosenProtection(options, context, directory)
  if (options.unencrypted === true)
    throw usageError(`the keys in ${directory} are encrypted, and the seed will be: --unencrypted cannot be`)
  const of = `the keys in ${directory}`
  const passphrase = await presentPassphrase(options.passphraseFile, context, { of })()
  await requirePassphraseOf(directory, passphrase)
  return { passphrase, ...(context.scryptN === undefined ? {} : { scryptN: context.scryptN }) }
}
