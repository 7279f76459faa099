/**
 * The rules that fire as soon as their condition holds, whichever input made it hold. `step` applies them after every input;
 * each is idempotent, because what it asks for once is remembered in the state [R17].
 */
import { hasSupport, justificationOf, pullingRound } from './justification.ts'
import { proposerOf, quorum } from './quorum.ts'
import { askForRound, enterRound, fire, say, startTimer, type Turn } from './turn.ts'
import type { BlockId } from './types.ts'
import { decidedBlock, votesOf } from './votes.ts'

/** Applies the rules in the order in which a round goes by. */
export function applyRules(turn: Turn): void {
  if (turn.state.finalised !== undefined) return
  followOthers(turn)
  noticeSupport(turn)
  propose(turn)
  prepare(turn)
  noticePrepared(turn)
  commit(turn)
}

/** [R15] f + 1 validators ask for later rounds: at least one is honest, so we go along. */
function followOthers(turn: Turn): void {
  const round = pullingRound(turn.state)
  if (round === undefined) return
  fire(turn, 'R1', 'R15')
  enterRound(turn, round)
  askForRound(turn)
}

/** [R13] A quorum has reached our round: its time starts now, for all at about the same moment. */
function noticeSupport(turn: Turn): void {
  const { state } = turn
  if (state.isSupported || !hasSupport(state, state.round)) return
  fire(turn, 'R1', 'R13')
  turn.state = { ...state, isSupported: true }
  startTimer(turn)
}

/** [R4] [R5] As the proposer: build a block where we are free, else propose again what was prepared. */
function propose(turn: Turn): void {
  const { state } = turn
  if (!mayPropose(turn)) return
  if (state.round > 0) {
    const justification = justificationOf(state, state.round)
    if (justification === undefined) return
    if (justification.blockId !== undefined) {
      proposeBlock(turn, justification.blockId)
      return
    }
  }
  if (state.isBuilding) return
  turn.state = { ...state, isBuilding: true }
  turn.effects.push({ type: 'buildBlock', round: state.round })
}

/** Whether this round's proposal is ours to make and not made yet; after a later step of the round it is too late [R17]. */
export function mayPropose(turn: Turn): boolean {
  const { isBegun, self, height, round, n, said } = turn.state
  if (!isBegun || self === undefined || self !== proposerOf(height, round, n)) return false
  if (said.has('proposal') || said.has('prepare') || said.has('commit')) return false
  return votesOf(turn.state, round).proposal === undefined
}

/** [R4] [R5] Signs the proposal of our round, with its justification. */
export function proposeBlock(turn: Turn, blockId: BlockId): void {
  const { height, round } = turn.state
  fire(turn, 'R2', round === 0 ? 'R4' : 'R5')
  const justification = round === 0 ? undefined : justificationOf(turn.state, round)
  turn.state = { ...turn.state, isBuilding: false }
  say(turn, {
    kind: 'proposal',
    statement: { kind: 'proposal', height, round, blockId },
    roundChanges: justification?.roundChanges ?? [],
    prepares: justification?.prepares ?? [],
  })
}

/** [R8] The proposal of our round is valid: say so, unless we went further already. */
function prepare(turn: Turn): void {
  const { self, height, round, said, blocks } = turn.state
  const proposal = votesOf(turn.state, round).proposal
  if (self === undefined || proposal === undefined) return
  const { blockId } = proposal.statement
  if (blocks.get(blockId) !== 'valid' || said.has('prepare')) return
  // Prepared and committed without the proposal, which comes now: too late in the order of a round.
  if (said.has('commit')) {
    fire(turn, 'R17')
    return
  }
  fire(turn, 'R8')
  say(turn, { kind: 'prepare', statement: { kind: 'prepare', height, round, blockId } })
}

/** [R9] A quorum prepared one block in our round: nothing else can be final in this round, so we carry it on. */
function noticePrepared(turn: Turn): void {
  const { n, round, prepared } = turn.state
  if (prepared?.round === round) return
  const decided = decidedBlock(votesOf(turn.state, round).prepares, quorum(n))
  if (decided === undefined) return
  fire(turn, 'R1', 'R9')
  const prepares = decided.votes.slice(0, quorum(n))
  turn.state = { ...turn.state, prepared: { round, blockId: decided.blockId, prepares } }
}

/** [R10] Prepared in our round, and the block is valid: commit. */
function commit(turn: Turn): void {
  const { self, height, round, said, blocks, prepared } = turn.state
  if (self === undefined || prepared?.round !== round || said.has('commit')) return
  const { blockId } = prepared
  if (blocks.get(blockId) !== 'valid') return
  fire(turn, 'R10')
  say(turn, { kind: 'commit', statement: { kind: 'commit', height, round, blockId } })
}
