/** `psephos keys protect` and `keys unprotect`: a passphrase for the keys of a home or for one key, another one, or none. */
import {
  type KeyPurpose,
  type ProtectedKeys,
  type Protection,
  protectHome,
  protectKey,
  readHome,
} from '../index.ts'
import type { Context } from './context.ts'
import { usageError } from './error.ts'
import { newPassphrase, type PassphraseOptions, presentPassphrase, requireOneStdin } from './passphrase.ts'

export interface KeysOptions extends PassphraseOptions {
  readonly home?: string
  readonly key?: string
  readonly office?: 'administrator' | 'registrar'
}

export interface KeysProtectOptions extends KeysOptions {
  readonly newPassphraseFile?: string
}

/** Encrypts what is plain or under another passphrase. */
export async function runKeysProtect(options: KeysProtectOptions, context: Context): Promise<void> {
  const place = placeOf(options)
  requireOneStdin(options.passphraseFile, options.newPassphraseFile)
  // Before anybody types: is there a home at all?
  if ('home' in place) await readHome(place.home)
  const protection = await newPassphrase(options.newPassphraseFile, context, {
    of: place.name,
    option: '--new-passphrase-file',
  })
  const done = await change(place, protection, options, context)
  context.output.say(
    done.changed.length === 0
      ? 'Nothing to do: all keys are under this passphrase already.'
      : `Encrypted with the new passphrase:\n${list(done.changed)}\nEarlier copies of them, in backups too, are as they were.`,
  )
  end(done, true, context)
}

/** Decrypts, with a warning. */
export async function runKeysUnprotect(options: KeysOptions, context: Context): Promise<void> {
  const place = placeOf(options)
  const done = await change(place, undefined, options, context)
  context.output.warn(
    `whoever can read ${place.name} has the keys now: psephos keys protect encrypts them again`,
  )
  context.output.say(
    done.changed.length === 0
      ? 'Nothing to do: no key is encrypted.'
      : `Decrypted, and readable for whoever gets at the files:\n${list(done.changed)}`,
  )
  end(done, false, context)
}

type Place =
  | { readonly name: string; readonly home: string }
  | { readonly name: string; readonly key: string; readonly purpose: KeyPurpose }

function placeOf({ home, key, office }: KeysOptions): Place {
  if (home !== undefined && key === undefined && office === undefined)
    return { name: `the keys in ${home}`, home }
  if (key !== undefined && office !== undefined && home === undefined)
    return { name: key, key, purpose: office }
  throw usageError('name the keys: --home DIR, or --key FILE with --office administrator or registrar')
}

function change(
  place: Place,
  protection: Protection | undefined,
  { passphraseFile }: KeysOptions,
  context: Context,
): Promise<ProtectedKeys> {
  const ask = presentPassphrase(passphraseFile, context, { of: place.name })
  return 'home' in place
    ? protectHome(place.home, protection, ask)
    : protectKey(place.key, place.purpose, protection, ask)
}

function list(paths: readonly string[]): string {
  return paths.map((path) => `  ${path}`).join('\n')
}

function end(done: ProtectedKeys, encrypted: boolean, { output }: Context): void {
  output.end({ ok: true, encrypted, changed: done.changed, unchanged: done.unchanged })
}
