/**
 * Peers of tests that answer a client's questions out of a {@link TestChain}, with certificates that the test's validators
 * signed, and lies on demand: each lie is a change of an honest answer.
 */
import { equalBytes, fromHex, toHex, unwrap } from '../../base/index.ts'
import { encodeCertificate, quorum, statementBytes } from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import { type ArchiveEntry, writeArchive } from '../../election/index.ts'
import {
  archiveTimestamp,
  type Block,
  type BlockHeader,
  blockId,
  boardEntries,
  decodeTransaction,
  electionRecord,
  elections,
  encodeBlock,
  encodeHeader,
  proveCeremony,
  proveCounting,
  proveOnBoard,
  proveRecord,
  type State,
  type Transaction,
  transactionId,
} from '../../ledger/index.ts'
import {
  type BallotAnswer,
  type BallotRequest,
  type CertifiedBlock,
  type CertifiedHead,
  createMemoryHub,
  decodeBallotRequest,
  decodeBlocksRequest,
  decodeIds,
  decodeTransactionBatch,
  decodeUuid,
  type ElectionAnswer,
  type ElectionSummary,
  encodeBallotAnswer,
  encodeCertifiedBlock,
  encodeElectionAnswer,
  encodeOutcomes,
  encodeSummary,
  type MemoryHub,
  type RecordAnswer,
  type SubmitOutcome,
  type Transport,
} from '../../network/index.ts'
import { privateKeyOf, type TestChain } from './ledger-builders.ts'

/** A head with the commits of a quorum of the chain's validators, or of those named by index. */
export function certify(chain: TestChain, header: BlockHeader, signers?: readonly number[]): CertifiedHead {
  const count = chain.genesis.validators.length
  const id = toHex(blockId(header))
  const statement = { kind: 'commit', height: header.height, round: 0, blockId: id } as const
  const bytes = statementBytes(chain.networkId, statement)
  const signatures = (signers ?? Array.from({ length: quorum(count) }, (_, i) => i)).map((validator) => ({
    validator,
    signature: sign(bytes, privateKeyOf(`validator ${validator + 1}`)),
  }))
  const certificate = encodeCertificate({ height: header.height, round: 0, blockId: id, signatures })
  return { header: encodeHeader(header), certificate }
}

/** The same chain, to be extended on its own. */
export function aCopy(chain: TestChain): TestChain {
  return {
    ...chain,
    image: new Map(chain.image),
    blocks: [...chain.blocks],
    ballots: new Map(chain.ballots),
  }
}

/** What a peer believes: a state, the head that certifies it, the blocks before it, and the ballots on its boards. */
export interface View {
  readonly state: State
  readonly head: CertifiedHead
  readonly blocks: TestChain['blocks']
  /** The same blocks as they travel, from height 1 on. */
  readonly certified: readonly CertifiedBlock[]
  readonly ballots: TestChain['ballots']
}

/** The chain as it stands now; later blocks do not change it. */
export function viewOf(chain: TestChain): View {
  const block = chain.blocks.at(-1)
  if (block === undefined) throw new Error('a chain without blocks has no certified head')
  const blocks = [...chain.blocks]
  const certified = blocks.map((one) => aCertifiedBlock(chain, one))
  return {
    state: chain.state,
    head: certify(chain, block.header),
    blocks,
    certified,
    ballots: new Map(chain.ballots),
  }
}

/** A block as it travels, signed by a quorum or by those named by index. */
export function aCertifiedBlock(chain: TestChain, block: Block, signers?: readonly number[]): CertifiedBlock {
  return { block: encodeBlock(block), certificate: certify(chain, block.header, signers).certificate }
}

/** Changes of honest answers. */
export interface Lies {
  readonly elections?: (summaries: readonly ElectionSummary[]) => readonly ElectionSummary[]
  readonly transaction?: (bytes: Uint8Array | undefined, id: Uint8Array) => Uint8Array | undefined
  readonly blocks?: (blocks: readonly CertifiedBlock[], from: number) => readonly CertifiedBlock[]
  readonly election?: (answer: ElectionAnswer, uuid: string) => ElectionAnswer
  readonly ballot?: (answer: BallotAnswer, request: BallotRequest) => BallotAnswer
  readonly archive?: (answer: ElectionAnswer, archive: Uint8Array) => readonly [ElectionAnswer, Uint8Array]
  /** How the archive is cut into chunks; into one unless given. */
  readonly pieces?: (archive: Uint8Array) => Iterable<Uint8Array>
  readonly submit?: (
    transactions: readonly Transaction[],
  ) => readonly SubmitOutcome[] | Promise<readonly SubmitOutcome[]>
}

/** A peer of a test. */
export interface TestPeer {
  readonly name: string
  readonly transport: Transport
  /** What was handed in, in order. */
  readonly submitted: Transaction[]
  /** The address to dial. */
  readonly address: string
}

/** Starts a peer on the hub. Without lies it is honest: it tells what `view` says, and takes everything. */
export function aPeer(hub: MemoryHub, name: string, view: () => View, lies?: Lies): Promise<TestPeer> {
  return startPeer(hub.transport(name), view, lies)
}

/** The same on any transport, which is not started yet. */
export async function startPeer(transport: Transport, view: () => View, lies: Lies = {}): Promise<TestPeer> {
  const submitted: Transaction[] = []
  transport.handle('elections', async function* () {
    const summaries = elections(view().state).map(({ draft, phase }) => {
      return { uuid: draft.uuid, name: draft.name, phase }
    })
    for (const summary of lies.elections?.(summaries) ?? summaries) yield encodeSummary(summary)
  })
  transport.handle('transactions', async function* (_from, request) {
    const all = view().blocks.flatMap(({ transactions }) => transactions)
    for (const id of unwrap(decodeIds(request))) {
      const honest = all.find((bytes) => equalBytes(transactionId(unwrap(decodeTransaction(bytes))), id))
      const bytes = lies.transaction === undefined ? honest : lies.transaction(honest, id)
      if (bytes !== undefined) yield bytes
    }
  })
  transport.handle('blocks', async function* (_from, request) {
    const { from } = unwrap(decodeBlocksRequest(request))
    const honest = view().certified.slice(from - 1)
    for (const block of lies.blocks?.(honest, from) ?? honest) yield encodeCertifiedBlock(block)
  })
  transport.handle('election', async function* (_from, request) {
    const uuid = unwrap(decodeUuid(request))
    const answer = electionAnswer(view(), uuid)
    yield encodeElectionAnswer(lies.election?.(answer, uuid) ?? answer)
  })
  transport.handle('ballot', async function* (_from, bytes) {
    const request = unwrap(decodeBallotRequest(bytes))
    const answer = ballotAnswer(view(), request)
    yield encodeBallotAnswer(lies.ballot?.(answer, request) ?? answer)
  })
  transport.handle('archive', async function* (_from, request) {
    const uuid = unwrap(decodeUuid(request))
    const now = view()
    const honest = [electionAnswer(now, uuid), await archiveOf(now, uuid)] as const
    const [answer, archive] = lies.archive?.(...honest) ?? honest
    yield encodeElectionAnswer(answer)
    if (lies.pieces !== undefined) yield* lies.pieces(archive)
    else if (archive.length > 0) yield archive
  })
  transport.handle('submit', async function* (_from, request) {
    const batch = unwrap(decodeTransactionBatch(request)).map(({ bytes }) => unwrap(decodeTransaction(bytes)))
    submitted.push(...batch)
    const outcomes = await lies.submit?.(batch)
    yield encodeOutcomes(outcomes ?? batch.map(() => ({ code: 'accepted', detail: '' })))
  })
  await transport.start()
  const name = transport.self
  return { name, transport, submitted, address: transport.addresses()[0] ?? name }
}

/** What honest answers about an election begin with. */
function recordAnswer({ state, head }: View, uuid: string): RecordAnswer {
  const record = proveRecord(state, uuid)
  return record === undefined ? { head } : { head, record }
}

/** An honest answer about an election. */
export function electionAnswer(view: View, uuid: string): ElectionAnswer {
  const ceremony = proveCeremony(view.state, uuid)
  return { ...recordAnswer(view, uuid), ...(ceremony === undefined ? {} : { ceremony }) }
}

/** An honest answer about a ballot. */
export function ballotAnswer(view: View, { uuid, ballotId, credential }: BallotRequest): BallotAnswer {
  const { state } = view
  const onBoard = ballotId === undefined ? undefined : proveOnBoard(state, uuid, ballotId)
  const proof = credential === undefined ? undefined : proveCounting(state, uuid, credential)
  const counting = proof === undefined ? undefined : { ...proof.entry, ...proof }
  return {
    ...recordAnswer(view, uuid),
    ...(onBoard === undefined ? {} : { onBoard }),
    ...(counting === undefined ? {} : { counting }),
  }
}

/** The archive of an election; empty before it opens. */
export async function archiveOf({ state, ballots }: View, uuid: string): Promise<Uint8Array> {
  const record = electionRecord(state, uuid)
  if (record?.board === undefined) return new Uint8Array(0)
  return writeArchive(archiveTimestamp(record), await entriesOf(state, uuid, ballots))
}

async function entriesOf(
  state: State,
  uuid: string,
  ballots: View['ballots'],
): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  const ballotOf = async (id: Uint8Array) => {
    const ballot = ballots.get(toHex(id))
    if (ballot === undefined) throw new Error(`no ballot ${toHex(id)}`)
    return ballot
  }
  for await (const entry of boardEntries(state, uuid, ballotOf)) entries.push(entry)
  return entries
}

/** Time that passes only when somebody sleeps. */
export interface SleepClock {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** A clock whose sleepers wake at once; `onSleep` is what happens meanwhile. */
export function aSleepClock(onSleep: (now: number) => void = () => {}): SleepClock {
  let now = 0
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms
      onSleep(now)
    },
  }
}

/** A hub with a started client transport. */
export async function aHub(): Promise<{ readonly hub: MemoryHub; readonly transport: Transport }> {
  const hub = createMemoryHub()
  const transport = hub.transport('client')
  await transport.start()
  return { hub, transport }
}

/** Bytes with one bit of one byte changed. */
export function flipped(bytes: Uint8Array, at: number = bytes.length - 1): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
}

/** The bytes of hexadecimal that a test wrote. */
export function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes === undefined) throw new Error('not hexadecimal')
  return bytes
}
