/** A proposal arrives [R6]. */
import { proposalFlaw } from './justification.ts'
import { MAX_ROUNDS_BEHIND } from './limits.ts'
import { proposerOf } from './quorum.ts'
import { begin, convict, enterRound, fire, refuseMessage, rememberBlock, type Turn } from './turn.ts'
import type { Message } from './types.ts'
import { noveltyOf, votesOf, withVotes } from './votes.ts'

/**
 * The first justified proposal of a round's proposer counts. One of a later round takes us there, however far: the quorum of
 * round changes in it has an honest one among them [R16].
 */
export function onProposal(turn: Turn, message: Message & { kind: 'proposal' }): void {
  const { signed } = message
  const { height, round, blockId } = signed.statement
  const { n } = turn.state
  const proposer = proposerOf(height, round, n)
  if (signed.validator !== proposer) {
    refuseMessage(turn, signed, 'not-the-proposer', `the proposer of round ${round} is validator ${proposer}`)
    return
  }
  if (round < turn.state.round - MAX_ROUNDS_BEHIND) {
    fire(turn, 'R19')
    return
  }
  const novelty = noveltyOf(turn.state, signed)
  if (novelty.is === 'contradiction') convict(turn, novelty.earlier, signed)
  if (novelty.is !== 'new') return
  fire(turn, 'R2', 'R6')
  const flaw = proposalFlaw(message, n)
  if (flaw !== undefined) {
    refuseMessage(turn, signed, 'unjustified-proposal', flaw)
    return
  }
  noteAsked(turn, message)
  if (round > turn.state.round) {
    fire(turn, 'R16')
    enterRound(turn, round)
  }
  turn.state = withVotes(turn.state, round, { ...votesOf(turn.state, round), proposal: signed })
  if (round < turn.state.round) return
  begin(turn)
  if (turn.state.blocks.has(blockId)) return
  fire(turn, 'R7')
  rememberBlock(turn, blockId, 'checking')
  turn.effects.push({ type: 'checkBlock', blockId })
}

/** The round changes in the justification say where their authors are, as if they had come alone [R13]. */
function noteAsked(turn: Turn, message: Message & { kind: 'proposal' }): void {
  const askedRounds = [...turn.state.askedRounds]
  for (const { validator, statement } of message.roundChanges) {
    const asked = askedRounds[validator]
    if (asked !== undefined && asked < statement.round) askedRounds[validator] = statement.round
  }
  turn.state = { ...turn.state, askedRounds }
}
