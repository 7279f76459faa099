/** The core: one input, the new state, and what it asks for. Pure and total on every authentic message [R21]. */
import { assert, unreachable } from '../base/index.ts'
import { onProposal } from './on-proposal.ts'
import { onRoundChange } from './on-round-change.ts'
import { onTimeout } from './on-timeout.ts'
import { onVote } from './on-vote.ts'
import type { Rule } from './rule.ts'
import { applyRules, mayPropose, proposeBlock } from './rules.ts'
import type { State } from './state.ts'
import { isBlockId } from './statement.ts'
import { begin, fire, refuseMessage, rememberBlock, type Turn } from './turn.ts'
import type { AuthenticMessage, BlockId, Effect, Input } from './types.ts'

/** The state after an input, the effects in the order in which they are to be carried out, and the rules that fired. */
export function step(
  state: State,
  input: Input,
): {
  readonly state: State
  readonly effects: readonly Effect[]
  readonly fired: ReadonlySet<Rule>
} {
  const turn: Turn = { state, effects: [], fired: new Set() }
  if (state.finalised !== undefined) return turn
  absorb(turn, input)
  applyRules(turn)
  return turn
}

function absorb(turn: Turn, input: Input): void {
  switch (input.type) {
    case 'work':
      if (turn.state.self !== undefined) begin(turn)
      return
    case 'message':
      onMessage(turn, input.message)
      return
    case 'blockBuilt':
      onBlockBuilt(turn, input.round, input.blockId)
      return
    case 'blockChecked':
      onBlockChecked(turn, input.blockId, input.isValid)
      return
    case 'timeout':
      onTimeout(turn, input.round)
      return
    default:
      unreachable(input)
  }
}

function onMessage(turn: Turn, message: AuthenticMessage): void {
  const { signed } = message
  const { height, n } = turn.state
  if (signed.statement.height !== height) {
    refuseMessage(turn, signed, 'wrong-height', `height ${signed.statement.height} while we are at ${height}`)
    return
  }
  if (signed.validator >= n) {
    // Authenticated against another height's set: it was never meant for this height.
    refuseMessage(turn, signed, 'wrong-height', `no validator ${signed.validator} at height ${height}`)
    return
  }
  switch (message.kind) {
    case 'proposal':
      onProposal(turn, message)
      return
    case 'prepare':
    case 'commit':
      onVote(turn, message.signed)
      return
    case 'roundChange':
      onRoundChange(turn, message)
      return
    default:
      unreachable(message)
  }
}

/** [R4] Our own block counts as checked. An answer that comes after its round is of no use any more. */
function onBlockBuilt(turn: Turn, round: number, blockId: BlockId): void {
  assert(isBlockId(blockId), 'a block id is 32 bytes of hexadecimal')
  const { state } = turn
  if (round !== state.round || !state.isBuilding || !mayPropose(turn)) return
  fire(turn, 'R7')
  rememberBlock(turn, blockId, 'valid')
  proposeBlock(turn, blockId)
}

/** [R7] The first answer stands. */
function onBlockChecked(turn: Turn, blockId: BlockId, isValid: boolean): void {
  if (turn.state.blocks.get(blockId) !== 'checking') return
  fire(turn, 'R7')
  rememberBlock(turn, blockId, isValid ? 'valid' : 'invalid')
}
