/** What `psephos status` shows: JSON, made by the node about itself, believed by nobody. */
import { toHex } from '../base/index.ts'
import { type HeightReport, quorum } from '../consensus/index.ts'
import {
  convictionOf,
  type ElectionRecord,
  electionCeremony,
  elections,
  type Genesis,
  type Phase,
  type State,
  type StatementSlot,
  stateRoot,
} from '../ledger/index.ts'
import type { Transport } from '../network/index.ts'
import type { Chain } from './chain.ts'
import type { Clock } from './clock.ts'
import { MAX_WAITING_ELECTIONS, WAITING_AFTER_HEARTBEATS } from './limits.ts'
import type { Pool } from './pool.ts'
import type { Runner } from './runner.ts'
import type { Sync } from './sync.ts'
import { missingNames, waitingText } from './trustee/words.ts'

/** When and with what a validator was last heard. */
export interface LastHeard {
  readonly height: number
  readonly round: number
  readonly kind: 'proposal' | 'prepare' | 'commit' | 'roundChange'
  /** Milliseconds since then. */
  readonly agoMs: number
}

/** One validator of the genesis file, as this node sees it. */
export interface ValidatorDiagnostics {
  readonly index: number
  readonly name: string
  /** Hexadecimal. */
  readonly publicKey: string
  readonly isSelf: boolean
  readonly lastHeard?: LastHeard
  readonly contradiction?: Contradiction
}

/** That a validator signed two statements for one slot of agreement, as the chain has it. */
export interface Contradiction extends StatementSlot {
  /** Height of the block with the evidence. */
  readonly since: number
  /** Id of the transaction with the two statements. */
  readonly evidence: string
}

/** An election that waits for its trustees. */
export interface WaitingElection {
  readonly uuid: string
  readonly name: string
  readonly phase: Phase
  /** For what and for whom, in words. */
  readonly waiting: string
  /** The trustees that it waits for. */
  readonly missing: readonly string[]
}

/** The whole report. */
export interface Diagnostics {
  readonly name: string
  readonly network: string
  /** Hexadecimal, as are all ids and roots here. */
  readonly networkId: string
  readonly role: 'validator' | 'observer'
  readonly isTrustee: boolean
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly height: number
  readonly blockId: string
  readonly stateRoot: string
  /** Time of the head's block, milliseconds since 1970. */
  readonly blockTime: number
  /** This node's clock. */
  readonly now: number
  /** The nodes among the peers. */
  readonly peers: readonly {
    readonly id: string
    readonly addresses: readonly string[]
    readonly height?: number
  }[]
  /** How many other connections there are: voters and other clients, whom this report does not name (T38). */
  readonly clients: number
  readonly validators: readonly ValidatorDiagnostics[]
  readonly isCatchingUp: boolean
  /** Up to which height this node verified the proofs of all ballots itself; those above it are taken on certificates for now. */
  readonly proofsVerifiedTo: number
  /** The height under way; absent while catching up. */
  readonly consensus?: HeightReport
  readonly pool: { readonly transactions: number; readonly bytes: number; readonly verifying: number }
  readonly elections: Readonly<Record<Phase, number>>
  /** Elections whose key or result waits for trustees, those that are being decrypted first; some of them where there are many. */
  readonly waitingElections: readonly WaitingElection[]
  /** Why nothing is being finalised, or else what an election waits for, in words; absent when nothing is amiss. */
  readonly waiting?: string
}

/** What the report is made from. */
export interface DiagnosticsSources {
  readonly name: string
  readonly genesis: Genesis
  /** Our index among the validators; undefined: an observer. */
  readonly self: number | undefined
  readonly isTrustee: boolean
  readonly clock: Clock
  readonly chain: Chain
  readonly pool: Pool
  readonly runner: Runner
  readonly sync: Sync
  readonly transport: Transport
}

/** The report of this moment. */
export function diagnose(sources: DiagnosticsSources): Diagnostics {
  const { genesis, self, clock, chain, pool, runner, sync, transport } = sources
  const state = chain.state()
  const report = runner.isAllowed ? runner.report() : undefined
  const phases: Record<Phase, number> = {
    draft: 0,
    frozen: 0,
    open: 0,
    decrypting: 0,
    tallied: 0,
    abandoned: 0,
  }
  const records = elections(state)
  for (const { phase } of records) phases[phase]++
  const waitingElections = waitingElectionsOf(state, records)
  const waiting = whyWaiting(sources, report) ?? electionsWait(waitingElections)
  const peers = transport.peers()
  const nodes = peers.filter(({ id }) => sync.isNode(id))
  return {
    name: sources.name,
    network: genesis.network,
    networkId: toHex(state.networkId),
    role: self === undefined ? 'observer' : 'validator',
    isTrustee: sources.isTrustee,
    peerId: transport.self,
    addresses: transport.addresses(),
    height: state.head.height,
    blockId: toHex(state.head.id),
    stateRoot: toHex(stateRoot(state)),
    blockTime: state.head.time,
    now: clock.now(),
    peers: nodes.map(({ id, addresses }) => {
      const height = sync.heightOf(id)
      return { id, addresses, ...(height === undefined ? {} : { height }) }
    }),
    clients: peers.length - nodes.length,
    validators: validatorsOf(sources),
    isCatchingUp: !sync.isCaughtUp,
    proofsVerifiedTo: chain.proofsVerifiedTo(),
    ...(report === undefined ? {} : { consensus: report }),
    pool: { transactions: pool.size, bytes: pool.bytes, verifying: pool.verifying },
    elections: phases,
    waitingElections,
    ...(waiting === undefined ? {} : { waiting }),
  }
}

/** Elections that wait for their trustees. A result that voters wait for comes before keys of elections to come. */
export function waitingElectionsOf(
  state: State,
  records: readonly ElectionRecord[] = elections(state),
): readonly WaitingElection[] {
  const found: WaitingElection[] = []
  for (const phase of ['decrypting', 'draft'] as const)
    for (const record of records) {
      if (record.phase !== phase) continue
      if (found.length >= MAX_WAITING_ELECTIONS) return found
      const { uuid, name } = record.draft
      const ceremony = electionCeremony(state, uuid)
      const waiting = ceremony && waitingText({ record, ceremony })
      if (ceremony === undefined || waiting === undefined) continue
      found.push({ uuid, name, phase, waiting, missing: missingNames({ record, ceremony }) })
    }
  return found
}

function electionsWait([first, ...others]: readonly WaitingElection[]): string | undefined {
  if (first === undefined) return undefined
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `election ${first.uuid}: ${first.waiting}${more}`
}

function validatorsOf(sources: DiagnosticsSources): readonly ValidatorDiagnostics[] {
  const { genesis, self, clock, chain, runner } = sources
  return genesis.validators.map(({ name, publicKey }, index) => {
    const heard = runner.heard().get(index)
    const contradiction = contradictionOf(chain.state(), publicKey)
    const common = {
      index,
      name,
      publicKey: toHex(publicKey),
      isSelf: index === self,
      ...(contradiction === undefined ? {} : { contradiction }),
    }
    if (heard === undefined) return common
    const { height, round, kind, at } = heard
    return { ...common, lastHeard: { height, round, kind, agoMs: clock.now() - at } }
  })
}

function contradictionOf(state: State, validator: Uint8Array): Contradiction | undefined {
  const conviction = convictionOf(state, validator)
  if (conviction === undefined) return undefined
  const { slot, height, evidence } = conviction
  return { ...slot, since: height, evidence: toHex(evidence) }
}

/** In words, for an operator who asks why nothing moves. */
function whyWaiting(sources: DiagnosticsSources, report: HeightReport | undefined): string | undefined {
  const { genesis, clock, chain, sync } = sources
  if (!sync.isCaughtUp) return 'catching up: asking the peers where they stand and for what is missing'
  if (report === undefined) return 'the journal is ahead of the chain: waiting for the blocks in between'
  const quietMs = clock.now() - chain.committedAt()
  const { heartbeatMs } = genesis.parameters
  if (quietMs < WAITING_AFTER_HEARTBEATS * heartbeatMs) return undefined
  const seconds = Math.round(quietMs / 1000)
  const needed = quorum(genesis.validators.length)
  const { height, round, proposer, phase } = report
  const name = genesis.validators[proposer]?.name ?? `validator ${proposer}`
  const votes = report.rounds.find((one) => one.round === round)
  const count = (list: readonly number[] | undefined): string => `${list?.length ?? 0} of ${needed}`
  const what = ((): string => {
    switch (phase) {
      case 'waiting-for-work':
        return 'waiting for something to put into a block'
      case 'waiting-for-proposal':
        return round === 0
          ? `waiting for the proposal of ${name}`
          : `waiting for the proposal of ${name}; ${count(votes?.roundChanges)} round changes`
      case 'checking':
        return `checking the proposal of ${name}`
      case 'preparing':
        return `${count(votes?.prepares)} prepares`
      case 'committing':
        return `${count(votes?.commits)} commits`
      case 'finalised':
        return 'waiting for the bytes of the finalised block'
    }
  })()
  return `nothing was finalised for ${seconds} s; height ${height}, round ${round}: ${what}`
}
