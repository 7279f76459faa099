/**
 * A run without faults, made by hand out of real blocks, signatures and encodings: four validators of which one is a puppet, an
 * observer, four heights. In the second height commits get lost and a round change follows; the third closes the election, the
 * fourth has its result. Tests change single happenings and see who is convicted.
 */
import { toHex } from '../../../../base/index.ts'
import {
  encodeCertificate,
  encodeEvidence,
  encodeMessage,
  type Message,
  proposerOf,
  type Signed,
  type StatementKind,
  type StatementOf,
  statementBytes,
} from '../../../../consensus/index.ts'
import { sign } from '../../../../crypto/index.ts'
import { ballotId } from '../../../../election/index.ts'
import { blockId, encodeBlock, encodeTransaction } from '../../../../ledger/index.ts'
import { encodeEnvelope } from '../../../../network/index.ts'
import { CHECKERS } from '../../../simulator/checkers/index.ts'
import type { Facts, Happening, MadeBallot, Seat } from '../../../simulator/types.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aGenesis,
  anOpenElection,
  beleniosOf,
  cast,
  closeElection,
  extend,
  keyOf,
  privateKeyOf,
  recordOf,
} from '../../../support/ledger-builders.ts'

export const N = 4
const chain = aChain(aGenesis({ validators: N }))
const uuid = anOpenElection(chain)
/** Height at which the run begins. */
export const START: number = chain.state.head.height
const { draft } = recordOf(chain, uuid)
const [startId, startTime] = [toHex(chain.state.head.id), chain.state.head.time]

/** The puppet's index: the proposer of the last height's round 0, and of no other round here. */
export const PUPPET: number = START % N
export const seatOf = (index: number): string => `validator ${index + 1}`
export const seats: readonly Seat[] = [
  ...Array.from(
    { length: N },
    (_, index): Seat => ({ name: seatOf(index), index, role: index === PUPPET ? 'puppet' : 'correct' }),
  ),
  { name: 'observer 1', index: undefined, role: 'observer' },
]
/** Indices of the correct validators, ascending. */
export const CORRECT: readonly number[] = [0, 1, 2, 3].filter((index) => index !== PUPPET)

export const facts: Facts = {
  n: N,
  seats,
  networkId: chain.networkId,
  validatorKeys: Array.from({ length: N }, (_, index) => keyOf(`validator ${index + 1}`)),
  startHeight: START,
  startId,
  startTime,
  election: { uuid, opensAt: draft.opensAt, closesAt: draft.closesAt, answers: 2 },
  maxLeadMs: 2000,
  maxSkewMs: 400,
  livenessMs: 10_000,
}

/** A valid ballot of a voter: the first answer or the second. */
export function made(voter: number, answers: readonly [number, number], seed: string): MadeBallot {
  const ballot = aBallot(beleniosOf(chain, uuid), voter, [answers], seed)
  return {
    id: toHex(ballotId(ballot)),
    credential: toHex(ballot.credential),
    answers,
    isValid: true,
    bytes: encodeTransaction(cast(ballot)),
  }
}

export const BALLOTS: readonly MadeBallot[] = [
  made(0, [1, 0], 'first'),
  made(1, [1, 0], 'first'),
  made(0, [0, 1], 'second'),
]

/** A block as nodes pass it around. */
export interface RunBlock {
  readonly height: number
  readonly id: string
  readonly bytes: Uint8Array
  readonly stateRoot: string
  readonly time: number
  /** In which round it becomes final. */
  readonly round: number
}

function blocks(): readonly RunBlock[] {
  const ballotsOf = (voters: readonly [number, readonly [number, number], string][]): void => {
    extend(
      chain,
      voters.map(([voter, answers, seed]) => cast(aBallot(beleniosOf(chain, uuid), voter, [answers], seed))),
    )
  }
  ballotsOf([
    [0, [1, 0], 'first'],
    [1, [1, 0], 'first'],
  ])
  ballotsOf([[0, [0, 1], 'second']])
  closeElection(chain, uuid)
  extend(chain, [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, 'validator 2')])
  return chain.blocks.slice(START).map((block, i) => ({
    height: START + 1 + i,
    id: toHex(blockId(block.header)),
    bytes: encodeBlock(block),
    stateRoot: toHex(block.header.stateRoot),
    time: block.header.time,
    round: i === 1 ? 1 : 0,
  }))
}
export const BLOCKS: readonly RunBlock[] = blocks()

/** A statement under its author's signature. */
export function vote<K extends StatementKind>(statement: StatementOf<K>, validator: number): Signed<K> {
  const signature = sign(
    statementBytes(facts.networkId, statement),
    privateKeyOf(`validator ${validator + 1}`),
  )
  return { statement, validator, signature }
}

/** A certificate of these signers. */
export function certificateOf(
  { height, id }: Pick<RunBlock, 'height' | 'id'>,
  round: number,
  signers: readonly number[] = CORRECT,
): Uint8Array {
  const signatures = signers.map((validator) =>
    vote({ kind: 'commit', height, round, blockId: id }, validator),
  )
  return encodeCertificate({ height, round, blockId: id, signatures })
}

/** The two happenings of a message: it is signed, and it leaves. */
export function speaks(message: Message, block?: Uint8Array, atMs = 0): readonly Happening[] {
  const { statement, validator } = message.signed
  const seat = seatOf(validator)
  const step = { roundChange: 0, proposal: 1, prepare: 2, commit: 3 }[statement.kind]
  return [
    {
      type: 'signing',
      atMs,
      seat,
      bytes: statementBytes(facts.networkId, statement),
      undurable: 0,
    },
    {
      type: 'said',
      atMs,
      seat,
      payload: encodeEnvelope({ message: encodeMessage(message), ...(block === undefined ? {} : { block }) }),
      durableSlot: [statement.height, statement.round, step],
    },
  ]
}

/** A prepare or commit by each of these validators. */
export function votes(
  kind: 'prepare' | 'commit',
  { height, id }: Pick<RunBlock, 'height' | 'id'>,
  round: number,
  by: readonly number[] = CORRECT,
): readonly Happening[] {
  const slot = { height, round, blockId: id }
  return by.flatMap((index) =>
    kind === 'prepare'
      ? speaks({ kind, signed: vote<'prepare'>({ kind, ...slot }, index) })
      : speaks({ kind, signed: vote<'commit'>({ kind, ...slot }, index) }),
  )
}

/** A proposal of round 0. */
export function proposal(block: RunBlock): readonly Happening[] {
  const { height, id, bytes } = block
  const proposer = proposerOf(height, 0, N)
  if (proposer === PUPPET) return []
  const signed = vote<'proposal'>({ kind: 'proposal', height, round: 0, blockId: id }, proposer)
  return speaks({ kind: 'proposal', signed, roundChanges: [], prepares: [] }, bytes)
}

/** Round changes to round 1 of those who prepared in round 0, and the proposal that follows. */
export function secondRound(block: RunBlock): {
  readonly asks: readonly Signed<'roundChange'>[]
  readonly prepares: readonly Signed<'prepare'>[]
  readonly happenings: readonly Happening[]
} {
  const { height, id, bytes } = block
  const prepares = CORRECT.map((index) =>
    vote<'prepare'>({ kind: 'prepare', height, round: 0, blockId: id }, index),
  )
  const prepared = { round: 0, blockId: id }
  const asks = CORRECT.map((index) =>
    vote<'roundChange'>({ kind: 'roundChange', height, round: 1, prepared }, index),
  )
  const proposer = proposerOf(height, 1, N)
  const signed = vote<'proposal'>({ kind: 'proposal', height, round: 1, blockId: id }, proposer)
  return {
    asks,
    prepares,
    happenings: [
      ...asks.flatMap((ask) => speaks({ kind: 'roundChange', signed: ask, prepares }, bytes)),
      ...speaks({ kind: 'proposal', signed, roundChanges: asks, prepares }, bytes),
    ],
  }
}

const LIVES: readonly string[] = [...CORRECT.map(seatOf), 'observer 1']

function commits(block: RunBlock): readonly Happening[] {
  const { height, bytes, stateRoot, time } = block
  const certificate = certificateOf(block, block.round)
  return LIVES.map((seat) => ({
    type: 'committed',
    atMs: 0,
    seat,
    height,
    block: bytes,
    certificate,
    stateRoot,
    undurable: 0,
    clockMs: time + 50,
  }))
}

function agreedOn(block: RunBlock): readonly Happening[] {
  const first = [...proposal(block), ...votes('prepare', block, 0)]
  if (block.round === 0) return [...first, ...votes('commit', block, 0), ...commits(block)]
  // One commit of round 0, which nobody hears: its author claims the block from then on.
  const later = [...votes('prepare', block, 1), ...votes('commit', block, 1)]
  const lost = votes('commit', block, 0, CORRECT.slice(0, 1))
  return [...first, ...lost, ...secondRound(block).happenings, ...later, ...commits(block)]
}

/** Evidence of two prepares of a validator for one slot: that the second is for another block, unless told otherwise. */
export function evidenceOf(
  validator: number,
  secondBlock: string = 'ab'.repeat(32),
  secondRound = 0,
): Uint8Array {
  const { height, id } = BLOCKS[0]!
  return encodeEvidence({
    first: vote<'prepare'>({ kind: 'prepare', height, round: 0, blockId: id }, validator),
    second: vote<'prepare'>({ kind: 'prepare', height, round: secondRound, blockId: secondBlock }, validator),
  })
}

/** The whole run. Happenings are 100 ms apart, those of a height together. */
export function honestRun(): readonly Happening[] {
  const counting = new Map([
    [BALLOTS[2]!.credential, BALLOTS[2]!.id],
    [BALLOTS[1]!.credential, BALLOTS[1]!.id],
  ])
  const end = BLOCKS.at(-1)!
  const started = LIVES.map((seat): Happening => ({ type: 'started', atMs: 0, seat, height: START }))
  const casts = BALLOTS.map(
    (ballot): Happening => ({
      type: 'cast',
      atMs: 0,
      seat: seatOf(CORRECT[0]!),
      ballot,
      outcome: 'accepted',
    }),
  )
  const fill = LIVES.map(
    (seat): Happening => ({
      type: 'fill',
      atMs: 0,
      seat,
      queues: [
        { queue: 'pool', length: 3, limit: 100 },
        { queue: 'pool bytes', length: 6000, limit: 100_000 },
      ],
    }),
  )
  const ended: Happening = {
    type: 'ended',
    atMs: 0,
    heads: LIVES.map((seat) => ({
      seat,
      height: end.height,
      phase: 'tallied',
      result: [1, 1],
      counting,
    })),
  }
  const groups: readonly (readonly Happening[])[] = [
    started,
    casts,
    agreedOn(BLOCKS[0]!),
    agreedOn(BLOCKS[1]!),
    fill,
    [{ type: 'evidence', atMs: 0, seat: 'observer 1', evidence: evidenceOf(PUPPET) }],
    [{ type: 'healed', atMs: 0 }],
    agreedOn(BLOCKS[2]!),
    agreedOn(BLOCKS[3]!),
    [ended],
  ]
  return groups.flatMap((group, i) => group.map((happening) => ({ ...happening, atMs: 100 * i })))
}

/** What a checker says about a run. */
export function judge(
  name: string,
  run: readonly Happening[],
  changes: Partial<Facts> = {},
): readonly string[] {
  const details: string[] = []
  const checker = CHECKERS[name]!({ ...facts, ...changes }, (detail) => details.push(detail))
  for (const happening of run) checker.observe(happening)
  return details
}

type Of<T extends Happening['type']> = Happening & { readonly type: T }

/** The run with the first happening of a type that fits changed; fails where there is none. */
export function changed<T extends Happening['type']>(
  type: T,
  change: (happening: Of<T>) => readonly Happening[],
  fits: (happening: Of<T>) => boolean = () => true,
  run: readonly Happening[] = honestRun(),
): readonly Happening[] {
  const index = run.findIndex((happening) => happening.type === type && fits(happening as Of<T>))
  if (index < 0) throw new Error(`no happening '${type}' that fits`)
  return [...run.slice(0, index), ...change(run[index] as Of<T>), ...run.slice(index + 1)]
}
