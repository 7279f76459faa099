/**
 * Where a passphrase comes from: a file, standard input (`-`), or a person at the terminal. Never an argument or the environment,
 * which other programs and users see.
 */
import { stat } from 'node:fs/promises'
import { concat, fromUtf8, utf8 } from '../../base/index.ts'
import { type AskPassphrase, faultOfPassphrase, normalisePassphrase, type Protection } from '../index.ts'
import type { Context } from './context.ts'
import { CommandError, usageError } from './error.ts'
import { readInput } from './files.ts'
import { PASSPHRASE_BYTES_MAX } from './limits.ts'

/** The option of every command that opens keys. */
export interface PassphraseOptions {
  /** A file, or `-` for standard input. */
  readonly passphraseFile?: string
}

/** The options of commands that make a home with keys. */
export interface ProtectionOptions extends PassphraseOptions {
  readonly unencrypted?: boolean
}

/** What a passphrase is for, and the option that names its file. */
export interface PassphraseUse {
  /** Ends the question: `the keys in ./home`. */
  readonly of: string
  readonly option: `--${string}`
}

/** The present passphrase of keys, when it is asked for: `passphrase-missing` where there is no file and nobody to ask. */
export function presentPassphrase(
  file: string | undefined,
  context: Context,
  { of, option = '--passphrase-file' }: Pick<PassphraseUse, 'of'> & Partial<PassphraseUse>,
): AskPassphrase {
  return async () => {
    const { terminal } = context
    if (file === undefined && terminal === undefined)
      throw new CommandError(
        'passphrase-missing',
        `a passphrase is needed for ${of}: give ${option} FILE (- for standard input)`,
      )
    const passphrase =
      file === undefined
        ? normalisePassphrase((await terminal?.ask(`Passphrase of ${of}: `, 'hidden')) ?? '')
        : await readPassphrase(file, context)
    if (passphrase === '')
      throw new CommandError(
        'passphrase-missing',
        `${of}: ${file ?? 'the answer'} holds no passphrase, it is empty`,
      )
    return passphrase
  }
}

/** A passphrase to be set: of a reasonable length, and typed twice where it is typed. */
export async function newPassphrase(
  file: string | undefined,
  context: Context,
  { of, option }: PassphraseUse,
): Promise<Protection> {
  const { terminal, scryptN } = context
  let passphrase: string
  if (file !== undefined) passphrase = await readPassphrase(file, context)
  else if (terminal !== undefined) {
    passphrase = normalisePassphrase(await terminal.ask(`New passphrase of ${of}: `, 'hidden'))
    if (normalisePassphrase(await terminal.ask('The same again: ', 'hidden')) !== passphrase)
      throw new CommandError('passphrase-invalid', 'the two passphrases differ; nothing was written')
  } else
    throw new CommandError(
      'passphrase-missing',
      `a passphrase is needed for ${of}: give ${option} FILE (- for standard input)`,
    )
  const fault = faultOfPassphrase(passphrase)
  if (fault !== undefined)
    throw new CommandError('passphrase-invalid', `${file ?? 'what was typed'}: ${fault}; nothing was written`)
  return { passphrase, ...(scryptN === undefined ? {} : { scryptN }) }
}

/** How the keys of a new home will lie. Plain ones have to be asked for by name. */
export async function chosenProtection(
  { passphraseFile, unencrypted }: ProtectionOptions,
  context: Context,
  directory: string,
): Promise<Protection | undefined> {
  if (unencrypted === true) {
    if (passphraseFile !== undefined) throw usageError('give --passphrase-file or --unencrypted, not both')
    context.output.warn(`the keys in ${directory} lie unencrypted: whoever can read the files has them`)
    return undefined
  }
  if (passphraseFile === undefined && context.terminal === undefined)
    throw usageError(
      'say how the keys shall lie: --passphrase-file FILE (- for standard input), or --unencrypted',
    )
  return newPassphrase(passphraseFile, context, {
    of: `the keys in ${directory}`,
    option: '--passphrase-file',
  })
}

/** Refuses to read two things from one standard input. */
export function requireOneStdin(...files: readonly (string | undefined)[]): void {
  if (files.filter((file) => file === '-').length > 1)
    throw usageError('standard input holds one thing only: give - once, and files otherwise')
}

async function readPassphrase(file: string, context: Context): Promise<string> {
  const bytes = file === '-' ? await readStdin(context) : await readInput(file, PASSPHRASE_BYTES_MAX)
  const text = fromUtf8(bytes)
  if (text === undefined)
    throw new CommandError('file-unreadable', `${file === '-' ? 'standard input' : file} is not a UTF-8 text`)
  if (file !== '-') await warnIfExposed(file, context)
  return normalisePassphrase(text.replace(/^\ufeff/, ''))
}

async function readStdin({ stdin }: Context): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const chunk of stdin) {
    const piece = typeof chunk === 'string' ? utf8(chunk) : new Uint8Array(chunk)
    length += piece.length
    if (length > PASSPHRASE_BYTES_MAX)
      throw new CommandError('file-too-large', 'standard input is too long for a passphrase')
    pieces.push(piece)
  }
  return concat(...pieces)
}

/** A warning only: what containers and service supervisors mount has modes of its own. */
async function warnIfExposed(file: string, { output }: Context): Promise<void> {
  const about = await stat(file).catch(() => undefined)
  if (process.platform !== 'win32' && about?.isFile() === true && (about.mode & 0o004) !== 0)
    output.warn(`${file} holds a passphrase and can be read by every user of this machine`)
}
