/**
 * A puppet's place in a network of validators with real keys, on a real chain with an open election: what an adversary gets to hear, and
 * what it can do. Everything follows from the seed.
 */
import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../../base/index.ts'
import {
  authenticate,
  type BlockId,
  type Message,
  type Signed,
  type StatementKind,
  type StatementOf,
  statementBytes,
} from '../../../../consensus/index.ts'
import { ballotId } from '../../../../election/index.ts'
import {
  type Block,
  blockId,
  buildBlock,
  decodeBlock,
  decodeTransaction,
  encodeBlock,
  encodeTransaction,
  executeBlock,
} from '../../../../ledger/index.ts'
import { read, type Said, write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import type { Adversary, Gossiped, Hands, MadeBallot, Sending } from '../../../simulator/types.ts'
import { signerOf } from '../../../simulator/world/keys.ts'
import {
  aBallot,
  aChain,
  aGenesis,
  anOpenElection,
  beleniosOf,
  cast,
  extend,
  inputsOf,
  keyOf,
  type TestChain,
} from '../../../support/ledger-builders.ts'

export const TIMING = { roundTimeoutMs: 500, roundTimeoutStepMs: 250, roundTimeoutCapMs: 2000 }
export const N = 4

/** The name of a validator's seat. */
export function seatOf(index: number): string {
  return `validator ${index + 1}`
}

export interface Stage {
  readonly chain: TestChain
  /** The height that is being agreed on. */
  readonly height: number
  /** A valid block of it, with the ballots of these voters out of 0, 1, 2. */
  block(voters?: readonly number[]): Block
  /** Whether the block executes on the head, all proofs checked. */
  isValid(block: Block): boolean
  /** What an adversary in this seat gets. `sent`: what it sent by `hands.send`. */
  hands(index: number, seed?: string): { readonly hands: Hands; readonly sent: Sending[] }
}

/** Validators 0..3, and a chain whose head is in an open election of four voters. */
export function aStage(): Stage {
  const chain = aChain(aGenesis({ validators: N }))
  const uuid = anOpenElection(chain, { voters: 4 })
  extend(chain, [cast(aBallot(beleniosOf(chain, uuid), 3))])
  const { networkId, state } = chain
  const height = state.head.height + 1
  const ballots = [0, 1, 2].map((voter) => aBallot(beleniosOf(chain, uuid), voter))
  const build = (transactions: readonly Uint8Array[], time: number): Block | undefined => {
    const decoded = transactions.map((bytes) => decodeTransaction(bytes))
    if (!decoded.every((one) => one.ok) || time <= state.head.time) return undefined
    const candidates = decoded.map((one) => unwrap(one))
    const inputs = { ...inputsOf(chain, candidates), isVerified: () => true }
    const { block, rejected } = buildBlock(state, candidates, time, inputs)
    return rejected.length === 0 && block.transactions.length === candidates.length ? block : undefined
  }
  const block = (voters: readonly number[] = []): Block => {
    const transactions = voters.map((voter) => encodeTransaction(cast(ballots[voter]!)))
    const built = build(transactions, state.head.time + 100)
    assert.ok(built)
    return built
  }
  const isValid = (candidate: Block): boolean => {
    const transactions = candidate.transactions.flatMap((bytes) => {
      const decoded = decodeTransaction(bytes)
      return decoded.ok ? [decoded.value] : []
    })
    return executeBlock(state, candidate, inputsOf(chain, transactions)).ok
  }
  const forged = (): MadeBallot => {
    const good = ballots[2]!
    const [answer, ...others] = good.answers
    const [proofs, ...rest] = answer!.individualProofs
    const [proof, ...more] = proofs!
    const bad = [{ ...proof!, response: proof!.response + 1n }, ...more]
    const forgery = { ...good, answers: [{ ...answer!, individualProofs: [bad, ...rest] }, ...others] }
    return {
      id: toHex(ballotId(forgery)),
      credential: toHex(forgery.credential),
      answers: [0, 1],
      isValid: false,
      bytes: encodeTransaction(cast(forgery)),
    }
  }
  return {
    chain,
    height,
    block,
    isValid,
    hands: (index, seed = 'a seed') => {
      const sent: Sending[] = []
      const hands: Hands = {
        self: { name: seatOf(index), index, role: 'puppet' },
        n: N,
        networkId,
        validatorKeys: Array.from({ length: N }, (_, validator) => keyOf(seatOf(validator))),
        timing: TIMING,
        others: Array.from({ length: N }, (_, other) => seatOf(other)).filter(
          (name) => name !== seatOf(index),
        ),
        dice: createDice(`${seed}, seat ${index}`),
        nowMs: () => state.head.time + 200,
        height: () => height - 1,
        sign: signerOf(seatOf(index)),
        otherBlock: async (bytes) => {
          const { header, transactions } = unwrap(decodeBlock(bytes))
          const other = build(transactions, header.time + 1)
          return other === undefined ? undefined : encodeBlock(other)
        },
        forgedBlock: async (transactions, time) => {
          const made = build(transactions, time)
          return made === undefined ? undefined : encodeBlock(made)
        },
        forgedBallot: forged,
        send: (sendings) => sent.push(...sendings),
      }
      return { hands, sent }
    },
  }
}

/** A statement under the key of a validator of the stage. */
export function signedBy<K extends StatementKind>(
  { chain }: Stage,
  validator: number,
  statement: StatementOf<K>,
): Signed<K> {
  const signature = signerOf(seatOf(validator))(statementBytes(chain.networkId, statement))
  return { statement, validator, signature }
}

/** The proposal of a block. */
export function proposalOf(stage: Stage, validator: number, block: Block, round = 0): Said {
  const id = toHex(blockId(block.header))
  const signed = signedBy<'proposal'>(stage, validator, {
    kind: 'proposal',
    height: block.header.height,
    round,
    blockId: id,
  })
  const roundChanges = round === 0 ? [] : [0, 1, 2].map((one) => roundChangeOf(stage, one, block, round))
  return {
    message: { kind: 'proposal', signed, roundChanges, prepares: [] },
    block: encodeBlock(block),
  }
}

/** A prepare or commit for a block. */
export function voteOf(
  stage: Stage,
  kind: 'prepare' | 'commit',
  validator: number,
  block: Block,
  round = 0,
): Said {
  const slot = { height: block.header.height, round, blockId: toHex(blockId(block.header)) }
  return kind === 'prepare'
    ? { message: { kind, signed: signedBy<'prepare'>(stage, validator, { kind, ...slot }) } }
    : { message: { kind, signed: signedBy<'commit'>(stage, validator, { kind, ...slot }) } }
}

/** A bare round change at the height of a block. */
export function roundChangeOf(
  stage: Stage,
  validator: number,
  { header: { height } }: Block,
  round: number,
): Signed<'roundChange'> {
  return signedBy<'roundChange'>(stage, validator, { kind: 'roundChange', height, round })
}

/** A round change to round 1 with a block that a quorum prepared in round 0. */
export function preparedRoundChange(stage: Stage, validator: number, block: Block): Said {
  const id = toHex(blockId(block.header))
  const { height } = block.header
  const statement = { kind: 'roundChange' as const, height, round: 1, prepared: { round: 0, blockId: id } }
  const prepares = [0, 1, 2].map((one) =>
    signedBy<'prepare'>(stage, one, { kind: 'prepare', height, round: 0, blockId: id }),
  )
  return {
    message: {
      kind: 'roundChange',
      signed: signedBy<'roundChange'>(stage, validator, statement),
      prepares,
    },
    block: encodeBlock(block),
  }
}

/** What an adversary says in the place of a message of its puppet. */
export async function saying(
  adversary: Adversary,
  said: Said | Gossiped,
  hands: Hands,
): Promise<readonly Sending[]> {
  const message = 'topic' in said ? said : write(said)
  return adversary.say === undefined
    ? [{ ...message, to: hands.others }]
    : await adversary.say(message, hands)
}

/** Messages of agreement that a seat is told, all of whose signatures are good. */
export function toldTo(stage: Stage, name: string, sendings: readonly Sending[]): readonly Message[] {
  const keys = Array.from({ length: N }, (_, validator) => keyOf(seatOf(validator)))
  return sendings
    .filter(({ to }) => to.includes(name))
    .flatMap((sending) => {
      const said = read(sending)
      assert.ok(said, 'it decodes')
      assert.ok(authenticate(said.message, { keys }, stage.chain.networkId).ok, 'its signatures are good')
      return [said.message]
    })
}

/** The block ids that these messages speak of, by kind. */
export function blocksOf(
  messages: readonly Message[],
  kind: StatementKind,
): readonly (BlockId | undefined)[] {
  return messages
    .filter((message) => message.kind === kind)
    .map(({ signed: { statement } }) =>
      statement.kind === 'roundChange' ? statement.prepared?.blockId : statement.blockId,
    )
}
