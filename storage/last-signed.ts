/**
 * The last-signed record in a file: one line of JSON, replaced as a whole before each signature.
 *
 * The order is: slot and hash of the bytes durable, then sign, then release. A crash in between leaves a slot without a
 * released signature; asked again for the same bytes, it signs them again, which gives the same signature (Ed25519 is
 * deterministic, RFC 8032 section 5.1.6), so the signature itself need not be on disk. The file holds no secret. A record of a validator
 * that has signed nothing has no slot in it: a file that is not there is a lost one (`guards.ts`).
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { equalBytes, fromHex, fromUtf8, toHex, utf8 } from '../base/index.ts'
import { StorageError } from './errors.ts'
import { failure, systemFiles } from './files.ts'
import { MAX_LAST_SIGNED_BYTES } from './limits.ts'
import { isCount, type SignedSlot, SigningGuard } from './signing-guard.ts'
import type { Files, LastSigned } from './types.ts'

const VERSION = 1

/** What a file says: nothing was signed, or what was signed last. */
export interface LastSignedContent {
  readonly recorded: SignedSlot | undefined
}

/** What the file says; undefined when there is none. Rejects with `damaged` when it is not a record. Changes nothing. */
export async function readLastSigned(
  path: string,
  files: Files = systemFiles,
): Promise<LastSignedContent | undefined> {
  try {
    const bytes = await files.read(path, MAX_LAST_SIGNED_BYTES)
    return bytes === undefined ? undefined : decodeRecord(bytes, path)
  } catch (error) {
    throw failure(path, error)
  }
}

/** Puts a record in place of what is there; durable. Undefined: nothing was signed yet. */
export async function saveLastSigned(
  path: string,
  recorded: SignedSlot | undefined,
  files: Files = systemFiles,
): Promise<void> {
  try {
    await files.prepare(path)
    await files.replace(path, encodeRecord(recorded))
  } catch (error) {
    throw failure(path, error)
  }
}

/** Opens the record in a file; without one, nothing was signed yet. Rejects with `damaged` when the file is not a record. */
export async function openLastSigned(path: string, files: Files = systemFiles): Promise<LastSigned> {
  try {
    await files.prepare(path)
    const recorded = (await readLastSigned(path, files))?.recorded
    return new SigningGuard({
      place: path,
      recorded,
      hash: sha256,
      save: async (next) => {
        try {
          await files.replace(path, encodeRecord(next))
        } catch (error) {
          throw failure(path, error)
        }
      },
    })
  } catch (error) {
    throw failure(path, error)
  }
}

/** A record that lives as long as the object. */
export function memoryLastSigned(): LastSigned {
  return new SigningGuard({ place: 'memory', recorded: undefined, hash: sha256, save: async () => undefined })
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function encodeRecord(recorded: SignedSlot | undefined): Uint8Array {
  const content = { version: VERSION, ...(recorded && signedFields(recorded)) }
  const checksum = crc32(JSON.stringify(content)).toString(16).padStart(8, '0')
  return utf8(`${JSON.stringify({ ...content, checksum })}\n`)
}

function signedFields({ slot: { height, round, step }, hash }: SignedSlot): object {
  return { height, round, step, hash: toHex(hash) }
}

/** Strict: what is read must be exactly what would be written, checksum included. */
function decodeRecord(bytes: Uint8Array, path: string): LastSignedContent {
  const recorded = equalBytes(encodeRecord(undefined), bytes) ? undefined : parseRecord(bytes)
  if (equalBytes(encodeRecord(recorded), bytes)) return { recorded }
  throw new StorageError(
    'damaged',
    `${path}: not a last-signed record, so what this validator may still sign is unknown`,
  )
}

function parseRecord(bytes: Uint8Array): SignedSlot | undefined {
  let value: unknown
  try {
    value = JSON.parse(fromUtf8(bytes) ?? '')
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { height, round, step, hash } = value as Readonly<Record<string, unknown>>
  const digest = typeof hash === 'string' ? fromHex(hash, 32) : undefined
  if (!isCount(height) || !isCount(round) || !isCount(step) || digest === undefined) return undefined
  return { slot: { height, round, step }, hash: digest }
}
