/**
 * Answers to requests. What a client is to believe comes with the certified head that it is proved against; nothing here
 * is believed for its own sake.
 */
import { toHex } from '../base/index.ts'
import { encodeSigned } from '../consensus/index.ts'
import { type ArchiveEntry, writeArchive } from '../election/index.ts'
import {
  archiveTimestamp,
  boardEntries,
  type Decoded,
  electionRecord,
  elections,
  encodeHeader,
  proveCeremony,
  proveCounting,
  proveOnBoard,
  proveRecord,
  type State,
} from '../ledger/index.ts'
import {
  type BallotAnswer,
  type CertifiedHead,
  decodeBallotRequest,
  decodeBlocksRequest,
  decodeIds,
  decodeStatementRequest,
  decodeTransactionBatch,
  decodeUuid,
  type ElectionAnswer,
  encodeBallotAnswer,
  encodeCertifiedBlock,
  encodeElectionAnswer,
  encodeOutcomes,
  encodeStatus,
  encodeSummary,
  NetworkError,
  type PeerName,
  type RecordAnswer,
  type Transport,
} from '../network/index.ts'
import type { ChainStore } from '../storage/index.ts'
import type { BallotArchive } from './ballot-archive.ts'
import type { Chain } from './chain.ts'
import type { Clock } from './clock.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { LastWords } from './last-words.ts'
import { ARCHIVE_PIECE_BYTES, MAX_ARCHIVES_AT_ONCE, MAX_BLOCKS_ANSWER_BYTES } from './limits.ts'
import type { Pool } from './pool.ts'

export interface ResponderDependencies {
  readonly clock: Clock
  readonly chain: Chain
  readonly store: ChainStore
  readonly ballots: BallotArchive
  readonly pool: Pool
  readonly lastWords: LastWords
  /** A transaction that is here and not final yet, by id. */
  readonly find: (id: string) => Decoded | undefined
  readonly transport: Transport
  readonly diagnostics: () => Diagnostics
}

export class Responder {
  readonly #dependencies: ResponderDependencies
  #archives = 0

  constructor(dependencies: ResponderDependencies) {
    this.#dependencies = dependencies
  }

  /** Serves every protocol. */
  start(): void {
    const { transport } = this.#dependencies
    transport.handle('status', () => this.#status())
    transport.handle('statement', (_from, request) => this.#statement(request))
    transport.handle('blocks', (_from, request) => this.#blocks(request))
    transport.handle('transactions', (_from, request) => this.#transactions(request))
    transport.handle('submit', (from, request) => this.#submit(from, request))
    transport.handle('elections', () => this.#elections())
    transport.handle('election', (_from, request) => this.#election(request))
    transport.handle('ballot', (_from, request) => this.#ballot(request))
    transport.handle('archive', (_from, request, signal) => this.#archive(request, signal))
    transport.handle('diagnostics', () => this.#diagnostics())
  }

  async *#status(): AsyncGenerator<Uint8Array> {
    const { networkId, head } = this.#dependencies.chain.state()
    yield encodeStatus({ networkId, height: head.height, blockId: head.id })
  }

  async *#statement(request: Uint8Array): AsyncGenerator<Uint8Array> {
    const { validator } = accepted(decodeStatementRequest(request))
    const signed = this.#dependencies.lastWords.of(validator)
    if (signed !== undefined) yield encodeSigned(signed)
  }

  async *#blocks(request: Uint8Array): AsyncGenerator<Uint8Array> {
    const decoded = accepted(decodeBlocksRequest(request))
    let left = MAX_BLOCKS_ANSWER_BYTES
    for (let height = decoded.from; height < decoded.from + decoded.count; height++) {
      const stored = await this.#dependencies.store.block(height)
      if (stored === undefined) return
      const chunk = encodeCertifiedBlock(stored)
      left -= chunk.length
      if (left < 0) return
      yield chunk
    }
  }

  async *#transactions(request: Uint8Array): AsyncGenerator<Uint8Array> {
    const { ballots, find } = this.#dependencies
    for (const id of accepted(decodeIds(request))) {
      const found = find(toHex(id))?.bytes ?? (await ballots.transaction(id))
      if (found !== undefined) yield found
    }
  }

  async *#submit(from: PeerName, request: Uint8Array): AsyncGenerator<Uint8Array> {
    const batch = accepted(decodeTransactionBatch(request))
    yield encodeOutcomes(await this.#dependencies.pool.addMany(batch, from, true))
  }

  async *#elections(): AsyncGenerator<Uint8Array> {
    for (const { draft, phase } of elections(this.#dependencies.chain.state())) {
      yield encodeSummary({ uuid: draft.uuid, name: draft.name, phase })
    }
  }

  async *#election(request: Uint8Array): AsyncGenerator<Uint8Array> {
    const uuid = accepted(decodeUuid(request))
    yield encodeElectionAnswer(electionAnswer(this.#head(), this.#dependencies.chain.state(), uuid))
  }

  async *#ballot(request: Uint8Array): AsyncGenerator<Uint8Array> {
    const { uuid, ballotId, credential } = accepted(decodeBallotRequest(request))
    const state = this.#dependencies.chain.state()
    const onBoard = ballotId === undefined ? undefined : proveOnBoard(state, uuid, ballotId)
    const counting = credential === undefined ? undefined : proveCounting(state, uuid, credential)
    const answer: BallotAnswer = {
      ...recordAnswer(this.#head(), state, uuid),
      ...(onBoard === undefined ? {} : { onBoard }),
      ...(counting === undefined
        ? {}
        : {
            counting: {
              credential: counting.entry.credential,
              weight: counting.entry.weight,
              place: counting.place,
              rollBranch: counting.rollBranch,
              ballotId: counting.ballotId,
              countingBranch: counting.countingBranch,
            },
          }),
    }
    yield encodeBallotAnswer(answer)
  }

  async *#archive(request: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const uuid = accepted(decodeUuid(request))
    if (this.#archives >= MAX_ARCHIVES_AT_ONCE) {
      throw new NetworkError('refused', 'busy: other archives are being made, come again')
    }
    this.#archives++
    try {
      const { chain, ballots, clock } = this.#dependencies
      // One state for all: blocks that become final meanwhile are not in it.
      const state = chain.state()
      yield encodeElectionAnswer(electionAnswer(this.#head(), state, uuid))
      const record = electionRecord(state, uuid)
      if (record?.board === undefined) return
      const entries: ArchiveEntry[] = []
      for await (const entry of boardEntries(state, uuid, (id) => ballots.ballot(id))) {
        if (signal.aborted) return
        entries.push(entry)
        await clock.pause()
      }
      const archive = writeArchive(archiveTimestamp(record), entries)
      for (let at = 0; at < archive.length; at += ARCHIVE_PIECE_BYTES) {
        yield archive.subarray(at, at + ARCHIVE_PIECE_BYTES)
      }
    } finally {
      this.#archives--
    }
  }

  async *#diagnostics(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(JSON.stringify(this.#dependencies.diagnostics()))
  }

  #head(): CertifiedHead {
    const head = this.#dependencies.chain.head()
    if (head === undefined) throw new NetworkError('refused', 'no block yet: come again in a moment')
    return { header: encodeHeader(head.header), certificate: head.certificate }
  }
}

function recordAnswer(head: CertifiedHead, state: State, uuid: string): RecordAnswer {
  const record = proveRecord(state, uuid)
  return record === undefined ? { head } : { head, record }
}

function electionAnswer(head: CertifiedHead, state: State, uuid: string): ElectionAnswer {
  const ceremony = proveCeremony(state, uuid)
  return { ...recordAnswer(head, state, uuid), ...(ceremony === undefined ? {} : { ceremony }) }
}

/** The decoded request; a malformed one is refused. */
function accepted<T>(
  decoded:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: { readonly detail: string } },
): T {
  if (!decoded.ok) throw new NetworkError('refused', `malformed request: ${decoded.error.detail}`)
  return decoded.value
}
