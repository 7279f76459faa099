/**
 * Real values to mutate: what a whole election on a chain and one on a Belenios board put into blocks, answers, files and states,
 * and the pinned vectors. Made once a process, from fixed seeds.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, fromHex } from '../../base/index.ts'
import { type ArchiveEntry, ballotId } from '../../election/index.ts'
import { decodeTransaction, type Transaction } from '../../ledger/index.ts'
import {
  aStage,
  aTalliedStage,
  type CeremonyStage,
  playTo,
  stageRecord,
  vote,
} from '../support/ceremony-stage.ts'
import { type View, viewOf } from '../support/certified-peers.ts'
import { aWholeElection, type WholeElection } from '../support/election/whole-election.ts'
import { ROOT } from '../support/source-files.ts'

/** Everything that was recorded. */
export interface Recordings {
  /** On the chain: with a threshold ceremony, a trustee left out, and a result. */
  readonly tallied: CeremonyStage
  /** The same kind, decrypting; and one in the middle of its ceremony. */
  readonly decrypting: CeremonyStage
  readonly dealing: CeremonyStage
  /** What a peer says at the end of the first one. */
  readonly view: View
  /** Off the chain: board and archive of two elections, the second with weights. */
  readonly whole: WholeElection
  readonly weighted: WholeElection
  /** Encoded transactions, one or two of each kind. */
  readonly transactions: readonly Uint8Array[]
  /** Encoded transactions of one kind. */
  transactionsOf<K extends Transaction['kind']>(
    kind: K,
  ): readonly Extract<Transaction, { readonly kind: K }>[]
  /** JSON texts of both boards whose files pass a test. */
  textsOf(kind: ArchiveEntry['kind'], isWanted: (text: string) => boolean): readonly string[]
}

let made: Recordings | undefined

/** The recordings of this process. */
export function recordings(): Recordings {
  made ??= record()
  return made
}

function record(): Recordings {
  const tallied = aTalliedStage()
  const decrypting = aStage(2, 1, { hasRoll: true })
  playTo(decrypting, 'done')
  vote(decrypting)
  const dealing = aStage(3, 2)
  playTo(dealing, 'dealings')
  const whole = aWholeElection({ seed: 'fuzz' })
  const weighted = aWholeElection({ seed: 'fuzz weights', weights: [1n, 3n, 2n ** 31n], trustees: 1 })
  const transactions = someTransactions(tallied)
  const decoded = transactions.map((bytes) => unwrapped(bytes))
  const entries = [...whole.entries, ...weighted.entries]
  return {
    tallied,
    decrypting,
    dealing,
    view: viewOf(tallied.chain),
    whole,
    weighted,
    transactions,
    transactionsOf: <K extends Transaction['kind']>(kind: K) =>
      decoded.filter((one): one is Extract<Transaction, { readonly kind: K }> => one.kind === kind),
    textsOf: (kind, isWanted) =>
      entries.filter((entry) => entry.kind === kind && isWanted(entry.json)).map(({ json }) => json),
  }
}

/** The first two of each kind, and the pinned ones. */
function someTransactions({ chain }: CeremonyStage): readonly Uint8Array[] {
  const found = new Map<string, Uint8Array[]>()
  const all = chain.blocks.flatMap(({ transactions }) => transactions)
  for (const bytes of [...all, ...pinnedTransactions()]) {
    const { kind } = unwrapped(bytes)
    const known = found.get(kind) ?? []
    if (known.length < 2) found.set(kind, [...known, bytes])
  }
  return [...found.values()].flat()
}

function pinnedTransactions(): readonly Uint8Array[] {
  const { bytes } = vectors<{ readonly bytes: Readonly<Record<string, string>> }>('ledger/bytes.json')
  return Object.entries(bytes)
    .filter(([name]) => name.endsWith(' encoded') && name !== 'header encoded')
    .map(([, hex]) => hexBytes(hex))
    .filter((encoded) => decodeTransaction(encoded).ok)
}

function unwrapped(bytes: Uint8Array): Transaction {
  const decoded = decodeTransaction(bytes)
  if (!decoded.ok) throw new Error(`a recorded transaction is refused: ${decoded.error.detail}`)
  return decoded.value
}

/** A file below `test/vectors`. */
export function vectors<T>(path: string): T {
  return JSON.parse(readFileSync(join(ROOT, 'test/vectors', path), 'utf8')) as T
}

/** The bytes of hexadecimal that we wrote ourselves. */
export function hexBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex)
  if (bytes === undefined) throw new Error('a vector is not hexadecimal')
  return bytes
}

/** A pair that is on the tallied board: a ballot's id and the credential of its voter. */
export function aVoterOf({ tallied }: Recordings): {
  readonly uuid: string
  readonly ballotId: Uint8Array
  readonly credential: Uint8Array
} {
  const ballot = [...tallied.chain.ballots.values()][0]
  if (ballot === undefined) throw new Error('nobody voted in the recorded election')
  return { uuid: stageRecord(tallied).draft.uuid, ballotId: ballotId(ballot), credential: ballot.credential }
}

/** Keys and values as one input, and back. Reading never fails: what is cut off is short. */
export function packedEntries(entries: Iterable<readonly [Uint8Array, Uint8Array]>): Uint8Array {
  return concat(...[...entries].flatMap(([key, value]) => [lengthBytes(key), key, lengthBytes(value), value]))
}

export function* unpackedEntries(bytes: Uint8Array): Iterable<readonly [Uint8Array, Uint8Array]> {
  let at = 0
  const next = (): Uint8Array => {
    const length = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const part = bytes.slice(at + 3, at + 3 + length)
    at += 3 + length
    return part
  }
  while (at < bytes.length) yield [next(), next()]
}

const lengthBytes = ({ length }: Uint8Array): Uint8Array => Uint8Array.of(length >> 16, length >> 8, length)
