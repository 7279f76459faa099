/**
 * The consistency of two copies of one archive (specification 3.5.1; T25): the later one must begin with the earlier one.
 *
 * The official tool's `verify-diff` says whether; this says what is missing or changed, ballots by their trackers.
 */
import { ok, type Refusal, type Result, toBase64, toHex } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { type ArchiveEntry, readArchive } from './archive.ts'
import { parseEvent } from './events.ts'
import { MAX_COMPARISON_LINES } from './limits.ts'

/** What `later` lacks or changed of `earlier`, a line each; empty when it extends it. */
export function compareArchives(
  earlier: Uint8Array,
  later: Uint8Array,
): Result<readonly string[], Refusal<'archive-malformed'>> {
  const before = readArchive(earlier)
  if (!before.ok) return named(before.error, 'the earlier archive')
  const after = readArchive(later)
  if (!after.ok) return named(after.error, 'the later archive')
  const lines: string[] = []
  if (before.value.timestamp !== after.value.timestamp)
    lines.push(`the timestamp was ${before.value.timestamp} and is ${after.value.timestamp}`)
  const present = new Set(after.value.entries.map(identity))
  for (const entry of before.value.entries)
    if (!present.has(identity(entry))) lines.push(`${describe(entry)} is missing`)
  if (lines.length === 0) {
    const moved = before.value.entries.findIndex(
      (entry, index) => identity(entry) !== identity(after.value.entries[index]!),
    )
    if (moved >= 0) lines.push(`${describe(before.value.entries[moved]!)} no longer stands in its place`)
  }
  return ok(shortened(lines))
}

const identity = ({ kind, json }: ArchiveEntry): string => `${toHex(sha256(json))}.${kind}`

function describe(entry: ArchiveEntry): string {
  const event = entry.kind === 'event' ? parseEvent(entry.json) : undefined
  if (event?.ok !== true) return `the ${entry.kind} file ${identity(entry).slice(0, 64)}`
  const { height, type, payload } = event.value
  const what =
    payload === undefined
      ? ''
      : type === 'Ballot'
        ? ` with tracker ${toBase64(payload)}`
        : ` of ${toHex(payload)}`
  return `the ${type} event at height ${height}${what}`
}

function shortened(lines: readonly string[]): readonly string[] {
  const more = lines.length - MAX_COMPARISON_LINES
  return more <= 0 ? lines : [...lines.slice(0, MAX_COMPARISON_LINES), `and ${more} more`]
}

function named(
  error: Refusal<'archive-malformed'>,
  which: string,
): { readonly ok: false; readonly error: Refusal<'archive-malformed'> } {
  return { ok: false, error: { code: error.code, detail: `${which}: ${error.detail}` } }
}
