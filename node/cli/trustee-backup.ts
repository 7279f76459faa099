/** `psephos trustee backup`: a trustee's seed in one encrypted file. */
import { toHex } from '../../base/index.ts'
import { backupTrustee, openHome } from '../index.ts'
import type { Context } from './context.ts'
import { writeNewFile } from './files.ts'
import { newPassphrase, type PassphraseOptions, presentPassphrase, requireOneStdin } from './passphrase.ts'

export interface TrusteeBackupOptions extends PassphraseOptions {
  readonly home: string
  readonly out: string
  readonly backupPassphraseFile?: string
}

/** Writes the backup; there is no way to get one without a passphrase. */
export async function runTrusteeBackup(options: TrusteeBackupOptions, context: Context): Promise<void> {
  const { output } = context
  const { passphraseFile, backupPassphraseFile, out } = options
  requireOneStdin(passphraseFile, backupPassphraseFile)
  const ask = presentPassphrase(passphraseFile, context, { of: `the keys in ${options.home}` })
  const home = await openHome(options.home, ask)
  const protection = await newPassphrase(backupPassphraseFile, context, {
    of: 'the backup',
    option: '--backup-passphrase-file',
  })
  const { file, card } = await backupTrustee(home, protection)
  await writeNewFile(out, file, 0o600)
  output.warn(
    'the backup is for the day when this machine is gone: two machines must never run the same trustee',
  )
  output.say(
    [
      `The trustee ${card.name} is backed up in ${out} (network id ${toHex(home.networkId)}).`,
      'Keep its passphrase in another place: whoever has both has the trustee.',
      'To bring it to another machine, once this one has stopped for good:',
      `  psephos trustee restore ${out} --home DIR --genesis FILE --old-is-stopped`,
    ].join('\n'),
  )
  output.end({ ok: true, backup: out, network: toHex(home.networkId), card })
}
