/**
 * Proposes blocks that do not execute, and prepares and commits them and those of its friends (T09, T29, T30): a wrong state root, a ballot
 * whose proof is forged under roots that fit, a ballot that is final already, one transaction twice, a time that is not above the
 * parent's or further ahead than clocks may be, another parent or network, a body without some of its transactions: each of the ledger's rules
 * for blocks broken once. It hopes that validators vote for what they have not executed, or take a friend's prepare for a reason.
 */
import { type BlockId, type Message, proposerOf } from '../../../consensus/index.ts'
import { type Block, decodeBlock, encodeBlock } from '../../../ledger/index.ts'
import type { Adversary, AdversaryKind, Hands, Sending } from '../types.ts'
import {
  hollow,
  isBallot,
  withEarlyTime,
  withForeignHeader,
  withOneMoreBallot,
  withRepeatedTransaction,
  withWrongStateRoot,
} from './blocks.ts'
import { Friends } from './friends.ts'
import { setBounded } from './recollection.ts'
import { idOf, read, readOwn, type Said, send, sign, votes, write } from './speech.ts'

/** How often its proposals are good ones, so that some heights pass quickly. */
const HONEST = 0.25
/** Further ahead than a block may be, in the clock of any correct validator. */
const MIN_LEAD_MS = 2500
const MAX_LEAD_MS = 5000
/** Proposals, ballots and times that are remembered. */
const MAX_KNOWN = 32

type Flaw =
  | 'state root'
  | 'forged ballot'
  | 'final ballot'
  | 'twice'
  | 'early'
  | 'ahead'
  | 'foreign'
  | 'hollow'
const FLAWS: readonly Flaw[] = [
  'state root',
  'forged ballot',
  'forged ballot',
  'final ballot',
  'twice',
  'early',
  'ahead',
  'foreign',
  'hollow',
]

export const invalidBlocks: AdversaryKind = {
  describe: 'proposes blocks that do not execute, and votes for them and for those of its friends',
  seatsPerIndex: 1,
  conspire: () => {
    const friends = new Friends()
    return () => aProposerOfInvalidBlocks(friends)
  },
}

/** What one of them remembers. */
interface Memory {
  /** The flawed block that was proposed in place of one of the puppet's. */
  readonly flawed: Map<BlockId, { readonly id: BlockId; readonly block: Uint8Array } | undefined>
  /** Ballots by height of their block: the last that were seen in one. */
  readonly ballots: Map<Uint8Array, number>
  /** Times of blocks by height. */
  readonly times: Map<number, number>
}

function aProposerOfInvalidBlocks(friends: Friends): Adversary {
  const memory: Memory = { flawed: new Map(), ballots: new Map(), times: new Map() }
  return {
    hear: (_from, message, hands) => {
      const said = read(message)
      if (said?.block !== undefined) learn(memory, said.block)
      // The puppet may hear of it, too: it will say nothing about it.
      if (said !== undefined) friends.support(said, hands)
      return true
    },
    say: async (message, hands) => {
      const said = readOwn(message, hands)
      if (said === undefined) return [send(hands.others, message)]
      if (said.block !== undefined) learn(memory, said.block)
      const own = said.message
      if (own.kind === 'proposal') return flawedProposal({ ...said, message: own }, memory, friends, hands)
      if (own.kind === 'roundChange') return [send(hands.others, message)]
      const { height, round, blockId } = own.signed.statement
      const instead = memory.flawed.get(blockId)
      // The puppet votes for the good block that nobody else knows.
      return instead === undefined
        ? [send(hands.others, message)]
        : votes(hands, { height, round, blockId: instead.id }, hands.others)
    },
  }
}

function learn({ ballots, times }: Memory, bytes: Uint8Array): void {
  const block = decodeBlock(bytes)
  if (!block.ok) return
  const { height, time } = block.value.header
  setBounded(times, height, time, MAX_KNOWN)
  for (const transaction of block.value.transactions.slice(0, MAX_KNOWN)) {
    if (isBallot(transaction)) setBounded(ballots, transaction, height, MAX_KNOWN)
  }
}

async function flawedProposal(
  said: Said & { readonly message: Message & { kind: 'proposal' } },
  memory: Memory,
  friends: Friends,
  hands: Hands,
): Promise<readonly Sending[]> {
  const { signed, roundChanges, prepares } = said.message
  const { height, round, blockId } = signed.statement
  if (said.block === undefined || prepares.length > 0) return [send(hands.others, write(said))]
  if (!memory.flawed.has(blockId)) {
    const made = hands.dice.chance(HONEST) ? undefined : await aFlawedBlock(said.block, memory, hands)
    setBounded(memory.flawed, blockId, made, MAX_KNOWN)
  }
  const instead = memory.flawed.get(blockId)
  if (instead === undefined || proposerOf(height, round, hands.n) !== hands.self.index) {
    return [send(hands.others, write(said))]
  }
  friends.promote(instead.id)
  const other = sign<'proposal'>(hands, { kind: 'proposal', height, round, blockId: instead.id })
  return [
    send(
      hands.others,
      write({ message: { kind: 'proposal', signed: other, roundChanges, prepares }, block: instead.block }),
    ),
    ...votes(hands, { height, round, blockId: instead.id }, hands.others),
  ]
}

async function aFlawedBlock(
  bytes: Uint8Array,
  memory: Memory,
  hands: Hands,
): Promise<{ readonly id: BlockId; readonly block: Uint8Array } | undefined> {
  const decoded = decodeBlock(bytes)
  if (!decoded.ok) return undefined
  const made = await withFlaw(hands.dice.pick(FLAWS), decoded.value, memory, hands)
  const block = made ?? encodeBlock(withWrongStateRoot(decoded.value, hands.dice))
  const id = idOf(block)
  return id === undefined ? undefined : { id, block }
}

async function withFlaw(
  flaw: Flaw,
  block: Block,
  memory: Memory,
  hands: Hands,
): Promise<Uint8Array | undefined> {
  const { dice } = hands
  const { header, transactions } = block
  switch (flaw) {
    case 'state root':
      return encodeBlock(withWrongStateRoot(block, dice))
    case 'forged ballot':
      return hands.forgedBlock([...transactions, hands.forgedBallot().bytes], header.time)
    case 'final ballot': {
      const final = [...memory.ballots]
        .filter(([, height]) => height < header.height)
        .map(([ballot]) => ballot)
      return final.length === 0 ? undefined : encoded(withOneMoreBallot(block, dice.pick(final)))
    }
    case 'twice':
      return encoded(withRepeatedTransaction(block, dice))
    case 'early':
      return encodeBlock(withEarlyTime(block, memory.times.get(header.height - 1), dice))
    case 'ahead':
      return hands.forgedBlock(transactions, hands.nowMs() + dice.between(MIN_LEAD_MS, MAX_LEAD_MS))
    case 'foreign':
      return encodeBlock(withForeignHeader(block, dice))
    case 'hollow':
      return encoded(hollow(block))
  }
}

function encoded(block: Block | undefined): Uint8Array | undefined {
  return block === undefined ? undefined : encodeBlock(block)
}
