/** Boards as archives: the container, the board in it, what an auditor and a client make of it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ok, refuse } from '../../../base/index.ts'
import { checkArchive } from '../../../client/export.ts'
import { archiveDirectory, writeArchive } from '../../../election/archive.ts'
import * as election from '../../../election/index.ts'
import { decodeTar, encodeTar } from '../../../election/tar.ts'
import { pack, rehashed, unpack } from '../../support/election/archive-files.ts'
import { ROOT } from '../../support/source-files.ts'
import { recordings } from '../recordings.ts'
import { ofBytes, ofText } from '../target.ts'
import type { Target } from '../types.ts'

/** An archive of the official tool. */
export const archiveOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(ROOT, 'test/vectors/belenios', name)))

/** Archives, as files and as boards. */
export function archives(): readonly Target[] {
  const { whole, weighted } = recordings()
  const made = [whole.archive, weighted.archive]
  const small = writeArchive(1_800_000_000, whole.entries.slice(0, 2))
  const samples = [...made, small, archiveOf('small-weights-blank.bel')]
  return [
    ofBytes({ name: 'tar', covers: 'election/tar.ts decodeTar', samples }, decodeTar, ({ files, time }) =>
      encodeTar(files, time),
    ),
    tarUnderChecksums(made),
    ofBytes(
      { name: 'archive', covers: 'election/archive.ts readArchive', samples },
      election.readArchive,
      ({ timestamp, entries }) => writeArchive(timestamp, entries),
    ),
    ofBytes(
      { name: 'archive, unread', covers: 'election/archive.ts archiveDirectory', samples },
      archiveDirectory,
    ),
    audit(),
    exported(),
    ofBytes(
      {
        name: 'comparison of archives',
        covers: 'election/compare.ts compareArchives',
        samples: [whole.archive],
      },
      (bytes) => {
        const compared = election.compareArchives(bytes, whole.archive)
        return compared.ok ? ok(compared.value) : compared
      },
    ),
  ]
}

/** Headers of a tar whose checksums are always right: mutations get past them. */
function tarUnderChecksums(samples: readonly Uint8Array[]): Target {
  return ofBytes(
    { name: 'tar under its checksums', covers: 'election/tar.ts decodeTar', form: 'bytes', samples },
    (bytes) => decodeTar(withChecksums(bytes)),
  )
}

/** A copy in which each header that its sizes lead to sums up its other bytes. */
function withChecksums(tar: Uint8Array): Uint8Array {
  const bytes = Buffer.from(tar)
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512).fill(' ', 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8)
    at += 512 * (1 + Math.ceil((size || 0) / 512))
  }
  return new Uint8Array(bytes)
}

/** A board of which one file is another text, all hashes made right: nothing else gets past the names of the files. */
function boardWith(text: string): Uint8Array | undefined {
  const files = unpack(recordings().whole.archive)
  const [, index = '', file = ''] = /^\[(\d{1,4}),(.*)\]$/s.exec(text) ?? []
  return files[Number(index)] === undefined || file === ''
    ? undefined
    : pack(rehashed(files, Number(index), file))
}

const boardSamples = (): readonly string[] =>
  unpack(recordings().whole.archive).map(({ text }, index) => `[${index},${text}]`)

function audit(): Target {
  const named = {
    name: 'audit of a board',
    covers: 'election/audit/audit.ts auditArchive',
    samples: boardSamples(),
  }
  const why =
    'an audit checks all proofs of an election; archive and every file of it are targets of their own'
  const target = ofText(named, (text) => {
    const archive = boardWith(text)
    if (archive === undefined) return refuse('malformed', 'no file of the board')
    const report = election.auditArchive(archive)
    const failing = report.checks.find((check) => !check.ok)
    return failing === undefined ? ok(report) : refuse('fails', failing.name)
  })
  return { ...target, share: { of: 0.01, why } }
}

/** What a client makes of a board that a peer sends, given the head that a quorum certified. */
function exported(): Target {
  const events = recordings().whole.entries.filter(({ kind }) => kind === 'event')
  const head = { height: events.length - 1, hash: election.payloadHash(events.at(-1)!.json) }
  return ofText(
    { name: 'board of a peer', covers: 'client/export.ts checkArchive', samples: boardSamples() },
    (text) => {
      const archive = boardWith(text)
      return archive === undefined ? refuse('malformed', 'no file of the board') : checkArchive(archive, head)
    },
  )
}
