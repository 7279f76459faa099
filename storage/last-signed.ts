/**
 * The last-signed record in a file: one line of JSON, replaced as a whole before each signature.
 *
 * The order is: slot and hash of the bytes durable, then sign, then release. A crash in between leaves a slot without a
 * released signature; asked again for the same bytes, it signs them again, which gives the same signature (Ed25519 is
 * deterministic, RFC 8032 section 5.1.6), so the signature itself need not be on disk. The file holds no secret.
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

/** Opens the record in a file; without one, nothing was signed yet. Rejects with `damaged` when the file is not a record. */
export async function openLastSigned(path: string, files: Files = systemFiles): Promise<LastSigned> {
  try {
    await files.prepare(path)
    const bytes = await files.read(path, MAX_LAST_SIGNED_BYTES)
    const recorded = bytes === undefined ? undefined : decodeRecord(bytes, path)
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

function encodeRecord({ slot, hash }: SignedSlot): Uint8Array {
  const { height, round, step } = slot
  const content = { version: VERSION, height, round, step, hash: toHex(hash) }
  const checksum = crc32(JSON.stringify(content)).toString(16).padStart(8, '0')
  return utf8(`${JSON.stringify({ ...content, checksum })}\n`)
}

/** Strict: what is read must be exactly what would be written, checksum included. */
function decodeRecord(bytes: Uint8Array, path: string): SignedSlot {
  const recorded = parseRecord(bytes)
  if (recorded !== undefined && equalBytes(encodeRecord(recorded), bytes)) return recorded
  throw new StorageError(
    'damaged',
    `${path}: not a last-signed record, so what this validator may still sign is unknown; move the file away only when the network has finalised a height above the last one that this validator voted at`,
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
