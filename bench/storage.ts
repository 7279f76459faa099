/**
 * What a ballot of one ciphertext costs on disk and on the wire, and what a block of a hundred costs to execute as the roll grows.
 *
 * On disk: a chain of `--ballots N` ballots (20,000 unless said otherwise), each by a voter of its own, in blocks of a hundred and, a tenth
 * as many, in blocks of ten, with the certificates of four validators; LevelDB as a node leaves it, after a compaction of its own kind over
 * everything. The whole directory counts, roll included. On the wire: bytes of a message over the ballots in it.
 *
 * References: the ballot's own 416 bytes without which it is none (13 points and scalars of 32 bytes: a ciphertext, two proofs of two
 * branches, the credential, the signature); for time, the same block on a roll of a thousand.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { unwrap } from '../base/index.ts'
import { decodeBlock } from '../ledger/index.ts'
import { encodeIds, encodeTransactionBatch } from '../network/index.ts'
import { dataPaths } from '../node/home.ts'
import { BUCKET } from '../storage/buckets.ts'
import { openChainStore, openLevelDatabase } from '../storage/index.ts'
import { measureBlocks } from './block-cost.ts'
import { measureBoard } from './board-memory.ts'
import { type MadeChain, makeChain } from './made-chain.ts'
import { against, type BenchOptions, type Report } from './report.ts'

const VALIDATORS = 4
const DEFAULT_BALLOTS = 20_000
/** Ballots a block: many, and few. */
const PER_BLOCK = [100, 10]
/** What cannot be left out of a ballot of one ciphertext and two branches a proof. */
const CONTENT_BYTES = 13 * 32
const WIRE_BALLOTS = 100

const QUESTIONS = [{ question: 'Shall it be built?', answers: ['Yes'], blank: false, min: 0, max: 1 }]

/** Prints `storage.disk.*`, `storage.wire.*`, `storage.memory`, `storage.load.*`, `storage.execute.*` and `storage.root.*`. */
export async function run(report: Report, { ballots = DEFAULT_BALLOTS }: BenchOptions): Promise<void> {
  for (const perBlock of PER_BLOCK) {
    const count = Math.max(perBlock, Math.round((ballots * perBlock) / PER_BLOCK[0]!))
    const directory = await mkdtemp(join(tmpdir(), 'psephos-bench-'))
    try {
      const made = await makeChain({
        directory,
        validators: VALIDATORS,
        questions: QUESTIONS,
        ballots: count,
        ballotsPerBlock: perBlock,
        onProgress: progress,
      })
      await reportDisk(report, made, count, perBlock)
      if (perBlock === PER_BLOCK[0]) await reportWire(report, made)
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }
  measureBoard(report)
  await measureBlocks(report, QUESTIONS, progress)
}

async function reportDisk(
  report: Report,
  { home, height }: MadeChain,
  ballots: number,
  perBlock: number,
): Promise<void> {
  const path = dataPaths(home).database
  const before = await sizeOf(path)
  const kinds = await bytesByKind(path)
  const size = await sizeOf(path)
  const note = `${ballots} ballots in ${height} blocks, ${perBlock} a block`
  report({
    bench: `storage.disk.${perBlock}`,
    value: size / ballots,
    unit: 'B',
    note: `${note}, everything included`,
    reference: against("a ballot's content", size / ballots, CONTENT_BYTES),
  })
  report({
    bench: `storage.disk.${perBlock}.before`,
    value: before / ballots,
    unit: 'B',
    note: 'with what LevelDB has not compacted yet, of a chain as short as this',
  })
  for (const [kind, bytes] of kinds)
    report({
      bench: `storage.disk.${perBlock}.${kind}`,
      value: bytes / ballots,
      unit: 'B',
      note: 'on disk, of these',
    })
}

/** Buckets of the store, those of the state's image by the first byte of their keys. */
const KINDS: readonly (readonly [string, string])[] = [
  ['block', `${String.fromCharCode(BUCKET.block)}`],
  ['certificate', `${String.fromCharCode(BUCKET.certificate)}`],
  ['index', `${String.fromCharCode(BUCKET.transaction)}`],
  ['board', `${String.fromCharCode(BUCKET.state)}b`],
  ['roll', `${String.fromCharCode(BUCKET.state)}c`],
]

/** Bytes on disk of each kind, once everything is compacted. */
async function bytesByKind(path: string): Promise<readonly (readonly [string, number])[]> {
  const level = new ClassicLevel<Uint8Array, Uint8Array>(path, { keyEncoding: 'view', valueEncoding: 'view' })
  await level.open()
  try {
    await level.compactRange(Uint8Array.of(0), Uint8Array.of(255))
    const sizes: (readonly [string, number])[] = []
    for (const [kind, prefix] of KINDS) {
      const from = Uint8Array.from(prefix, (letter) => letter.charCodeAt(0))
      const to = from.with(from.length - 1, from.at(-1)! + 1)
      sizes.push([kind, await level.approximateSize(from, to)])
    }
    return sizes
  } finally {
    await level.close()
  }
}

async function sizeOf(path: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(path)) bytes += (await stat(join(path, name))).size
  return bytes
}

/** Bytes of the messages that carry ballots, over the ballots in them. */
async function reportWire(report: Report, { home, networkId, height }: MadeChain): Promise<void> {
  const store = await openChainStore(await openLevelDatabase(dataPaths(home).database), networkId)
  try {
    const stored = await store.block(height)
    const { transactions } = unwrap(decodeBlock(stored!.block))
    const some = transactions.slice(0, WIRE_BALLOTS)
    const messages: readonly (readonly [string, number])[] = [
      ['one', encodeTransactionBatch(some.slice(0, 1).map((bytes) => ({ bytes }))).length],
      ['batch', encodeTransactionBatch(some.map((bytes) => ({ bytes }))).length / some.length],
      ['id', encodeIds([new Uint8Array(32)]).length],
      ['block', stored!.block.length / transactions.length],
      ['certified', (stored!.block.length + stored!.certificate.length) / transactions.length],
    ]
    for (const [message, bytes] of messages)
      report({
        bench: `storage.wire.${message}`,
        value: bytes,
        unit: 'B',
        note: WIRE_NOTES[message] ?? '',
        reference: against("a ballot's content", bytes, CONTENT_BYTES),
      })
  } finally {
    await store.close()
  }
}

const WIRE_NOTES: Readonly<Record<string, string>> = {
  one: 'a ballot handed in or gossiped by itself',
  batch: `a ballot in a batch of ${WIRE_BALLOTS}`,
  id: 'a ballot asked for by its id',
  block: `a ballot in a proposal that carries its block, ${PER_BLOCK[0]} a block`,
  certified: `a ballot in a block that is fetched with its certificate, ${PER_BLOCK[0]} a block`,
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
