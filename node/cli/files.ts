/** Files of people: reading with a limit, writing without overwriting, and one clear line where either fails. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { concatAll, fromUtf8 } from '../../base/index.ts'
import type { Context } from './context.ts'
import { CommandError } from './error.ts'

/** The bytes of a file of at most `bytesMax`. */
export async function readInput(path: string, bytesMax: number): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const about = await file.stat()
    if (about.size > bytesMax) throw tooLarge(path, bytesMax)
    if (about.isFile()) return new Uint8Array(await file.readFile())
    // A pipe or device has no size: it is read to its end, or to the limit.
    const pieces: Uint8Array[] = []
    let length = 0
    for await (const piece of file.createReadStream({ autoClose: false })) {
      pieces.push(new Uint8Array(piece))
      length += piece.length
      if (length > bytesMax) throw tooLarge(path, bytesMax)
    }
    return concatAll(pieces)
  } catch (error) {
    throw error instanceof CommandError ? error : unreadable(path, error)
  } finally {
    await file.close()
  }
}

/** The text of a UTF-8 file. */
export async function readText(path: string, bytesMax: number): Promise<string> {
  const text = fromUtf8(await readInput(path, bytesMax))
  if (text === undefined) throw new CommandError('file-unreadable', `${path} is not a UTF-8 text`)
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/** The JSON value of a file. */
export async function readJson(path: string, bytesMax: number): Promise<unknown> {
  const text = await readText(path, bytesMax)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'malformed'
    throw new CommandError('file-malformed', `${path} is not JSON: ${reason}`)
  }
}

/** A secret out of a file, or of standard input where the path is `-`: one short line. */
export async function readSecret(path: string, context: Context): Promise<string> {
  if (path !== '-') return (await readText(path, SECRET_BYTES_MAX)).trim()
  let text = ''
  for await (const chunk of context.stdin) {
    text += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk)
    if (text.length > SECRET_BYTES_MAX)
      throw new CommandError('file-too-large', 'standard input is too long for a secret of one line')
  }
  return text.trim()
}

/** A credential or key with whatever blank space editors leave around it. */
const SECRET_BYTES_MAX = 4096

/** Makes a directory, private to its owner; whatever is there already stays as it is. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(path, error)
  })
}

/** Writes a file whole or not at all, in place of an earlier one. */
export async function replaceFile(path: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
  const draft = join(dirname(path), `.${randomUUID()}`)
  try {
    const file = await open(draft, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await unlink(draft).catch(() => {})
    throw unwritable(path, error)
  }
}

/** Writes a new file; refuses where there is one. */
export async function writeNewFile(path: string, content: Uint8Array | string, mode: number): Promise<void> {
  await writeNewFileOf(path, [content], mode)
}

/** The same piece by piece; where the pieces fail, or the disk does, no file is left. */
export async function writeNewFileOf(
  path: string,
  pieces: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  mode: number,
): Promise<void> {
  const file = await open(path, 'wx', mode).catch((error: unknown) => {
    throw unwritable(path, error)
  })
  const write = async (piece: Uint8Array | string): Promise<void> => {
    await file.appendFile(piece).catch((error: unknown) => {
      throw unwritable(path, error)
    })
  }
  try {
    for await (const piece of pieces) await write(piece)
    await file.sync()
    await file.close()
  } catch (error) {
    await file.close().catch(() => {})
    await unlink(path).catch(() => {})
    throw error
  }
}

function tooLarge(path: string, bytesMax: number): CommandError {
  return new CommandError('file-too-large', `${path} has more than ${bytesMax} bytes; no more are read`)
}

function unreadable(path: string, error: unknown): CommandError {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CommandError('file-not-found', `there is no file ${path}`)
    case 'EISDIR':
      return new CommandError('file-unreadable', `${path} is a directory, a file is needed`)
    case 'EACCES':
      return new CommandError('file-unreadable', `${path} may not be read by this user`)
    default:
      return new CommandError('file-unreadable', `${path} cannot be read (${codeOf(error)})`, 1, error)
  }
}

function unwritable(path: string, error: unknown): CommandError {
  return codeOf(error) === 'EEXIST'
    ? new CommandError(
        'file-exists',
        `${path} exists already and is not overwritten; move it away or name another`,
      )
    : new CommandError('file-unwritable', `${path} cannot be written (${codeOf(error)})`, 1, error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
}
