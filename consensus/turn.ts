/**
 * One turn of the core: the state as it becomes and the effects as they are asked for. A turn lives only within one call of
 * `step`; the states it passes through are immutable.
 */
import { type Refusal, refuse } from '../base/index.ts'
import { hasSupport } from './justification.ts'
import { MAX_BLOCKS_REMEMBERED, MAX_ROUNDS_AHEAD, MAX_ROUNDS_BEHIND } from './limits.ts'
import type { Rule } from './rule.ts'
import { type BlockStanding, preparedKey, type State, timeoutMs } from './state.ts'
import type { BlockId, Draft, Effect, MessageRefusalCode, Signed } from './types.ts'
import { votesOf, withEntry } from './votes.ts'

/** The state so far, the effects so far in order, and the rules that fired. */
export interface Turn {
  state: State
  readonly effects: Effect[]
  readonly fired: Set<Rule>
}

/** Notes that rules had a say in this turn: for traces and coverage, nothing depends on it. */
export function fire(turn: Turn, ...rules: readonly Rule[]): void {
  for (const rule of rules) turn.fired.add(rule)
}

/** Refuses a message: its bearer is named, nothing else happens. */
export function refuseMessage(turn: Turn, signed: Signed, code: MessageRefusalCode, detail: string): void {
  const reason: Refusal<MessageRefusalCode> = refuse(code, detail).error
  turn.effects.push({ type: 'refuse', validator: signed.validator, reason })
}

/** Hands out evidence, once a validator and kind, so that nobody floods us by contradicting himself again [R18]. */
export function convict(turn: Turn, first: Signed, second: Signed): void {
  const key = `${second.statement.kind}/${second.validator}`
  fire(turn, 'R18')
  if (turn.state.convicted.has(key)) return
  turn.state = { ...turn.state, convicted: new Set(turn.state.convicted).add(key) }
  turn.effects.push({ type: 'evidence', evidence: { first, second } })
}

/** Asks for a signature under our statement of this round, and remembers that we did [R17]. */
export function say(turn: Turn, draft: Draft): void {
  turn.state = { ...turn.state, said: new Set(turn.state.said).add(draft.kind) }
  turn.effects.push({ type: 'sign', draft })
}

/** Remembers how a block stands, forgetting the oldest answer beyond the limit [R7]. */
export function rememberBlock(turn: Turn, blockId: BlockId, standing: BlockStanding): void {
  const blocks = new Map(turn.state.blocks)
  blocks.delete(blockId)
  blocks.set(blockId, standing)
  for (const oldest of blocks.keys()) {
    if (blocks.size <= MAX_BLOCKS_REMEMBERED) break
    blocks.delete(oldest)
  }
  turn.state = { ...turn.state, blocks }
}

/** Starts the timer of our round; observers have none [R20]. */
export function startTimer(turn: Turn): void {
  const { self, timing, round } = turn.state
  if (self === undefined) {
    fire(turn, 'R20')
    return
  }
  fire(turn, 'R22')
  turn.effects.push({ type: 'setTimer', round, afterMs: timeoutMs(timing, round) })
}

/** Begins the height in round 0 [R3]. */
export function begin(turn: Turn): void {
  if (turn.state.isBegun) return
  fire(turn, 'R3')
  turn.state = { ...turn.state, isBegun: true }
  startTimer(turn)
}

/** Enters a later round: a new timer, nothing said yet, votes outside the new window dropped [R12] [R15] [R16] [R19]. */
export function enterRound(turn: Turn, round: number): void {
  turn.state = withinWindow({
    ...turn.state,
    isBegun: true,
    round,
    said: new Set(),
    isBuilding: false,
    isSupported: hasSupport(turn.state, round),
  })
  startTimer(turn)
}

/** Asks the others to enter the round that we just entered, with our prepared certificate [R12] [R15]. */
export function askForRound(turn: Turn): void {
  const { self, height, round, prepared } = turn.state
  if (self === undefined) {
    fire(turn, 'R20')
    return
  }
  const claim = prepared && { prepared: { round: prepared.round, blockId: prepared.blockId } }
  say(turn, {
    kind: 'roundChange',
    statement: { kind: 'roundChange', height, round, ...claim },
    prepares: prepared?.prepares ?? [],
  })
}

function withinWindow(state: State): State {
  const { round } = state
  const rounds = new Map([...state.rounds].filter(([kept]) => kept >= round - MAX_ROUNDS_BEHIND))
  const farRoundChanges = new Map<number, Signed<'roundChange'>>()
  for (const [validator, signed] of state.farRoundChanges) {
    const asked = signed.statement.round
    if (asked > round + MAX_ROUNDS_AHEAD) {
      farRoundChanges.set(validator, signed)
    } else if (asked >= round - MAX_ROUNDS_BEHIND) {
      const votes = votesOf({ ...state, rounds }, asked)
      rounds.set(asked, { ...votes, roundChanges: withEntry(votes.roundChanges, validator, signed) })
    }
  }
  return withNeededCertificates({ ...state, rounds, farRoundChanges })
}

/** Drops the certificates that no kept round change refers to. */
export function withNeededCertificates(state: State): State {
  const needed = new Set<string>()
  const note = ({ statement }: Signed<'roundChange'>): void => {
    if (statement.prepared !== undefined) needed.add(preparedKey(statement.prepared))
  }
  for (const votes of state.rounds.values()) votes.roundChanges.forEach(note)
  state.farRoundChanges.forEach(note)
  if (needed.size === state.certificates.size) return state
  return { ...state, certificates: new Map([...state.certificates].filter(([key]) => needed.has(key))) }
}
