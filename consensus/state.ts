/** The state of one height: a plain immutable value, a function of the inputs since `createState` and nothing else [R21]. */
import { assert, equalBytes } from '../base/index.ts'
import { MAX_HEIGHT, MAX_TIMEOUT_MS, MAX_VALIDATORS } from './limits.ts'
import type {
  BlockId,
  Certificate,
  HeightOptions,
  Signed,
  StatementKind,
  Timing,
  ValidatorSet,
} from './types.ts'

/** The votes of one round: of each validator its first of a kind; a second, different one is evidence [R18]. */
export interface RoundVotes {
  /** The first justified proposal [R6]. */
  readonly proposal?: Signed<'proposal'>
  readonly prepares: ReadonlyMap<number, Signed<'prepare'>>
  readonly commits: ReadonlyMap<number, Signed<'commit'>>
  /** Justified ones [R14]; their certificates are in `State.certificates`. */
  readonly roundChanges: ReadonlyMap<number, Signed<'roundChange'>>
}

/** What `checkBlock` said of a block, or that it has not yet [R7]. */
export type BlockStanding = 'checking' | 'valid' | 'invalid'

/** A quorum of prepares for one block in one round [R9]. */
export interface Prepared {
  readonly round: number
  readonly blockId: BlockId
  /** Ascending by validator, exactly a quorum. */
  readonly prepares: readonly Signed<'prepare'>[]
}

/** The state of one height: immutable; outside this folder only `report` reads it. */
export interface State {
  readonly height: number
  /** Number of validators. */
  readonly n: number
  /** Our index; absent for an observer [R20]. */
  readonly self?: number
  readonly timing: Timing
  /** Whether the height has begun [R3]. */
  readonly isBegun: boolean
  readonly round: number
  /** What we asked to sign in this round [R17]. */
  readonly said: ReadonlySet<StatementKind>
  /** Whether `buildBlock` of this round is unanswered [R4] [R5]. */
  readonly isBuilding: boolean
  /** Whether this round's timer runs with a quorum known to be here or above [R13]. */
  readonly isSupported: boolean
  /** Only rounds within the window around ours [R19]. */
  readonly rounds: ReadonlyMap<number, RoundVotes>
  /** The highest round change of each validator that is above the window [R19]. */
  readonly farRoundChanges: ReadonlyMap<number, Signed<'roundChange'>>
  /** The highest round that each validator (by index) asked to enter; 0 where it asked for none. */
  readonly askedRounds: readonly number[]
  /** The prepares behind the kept round changes, by `preparedKey`. */
  readonly certificates: ReadonlyMap<string, readonly Signed<'prepare'>[]>
  readonly blocks: ReadonlyMap<BlockId, BlockStanding>
  /** The highest prepared quorum that we found ourselves. */
  readonly prepared?: Prepared
  /** `kind/validator` of everyone convicted at this height [R18]. */
  readonly convicted: ReadonlySet<string>
  /** Once there, nothing changes any more [R11]. */
  readonly finalised?: Certificate
}

/** The state in which a height starts: waiting for work [R3]. */
export function createState(options: HeightOptions): State {
  const { height, validators, self, timing } = options
  const n = validators.keys.length
  assertValidators(validators)
  assert(
    Number.isSafeInteger(height) && height >= 0 && height <= MAX_HEIGHT,
    'a height is an integer up to 2^53 - 1',
  )
  assert(
    self === undefined || validators.keys[self] !== undefined,
    'we are in the validator set, or an observer',
  )
  for (const time of [timing.roundTimeoutMs, timing.roundTimeoutStepMs, timing.roundTimeoutCapMs]) {
    assert(
      Number.isSafeInteger(time) && time >= 0 && time <= MAX_TIMEOUT_MS,
      'a timeout is a number of milliseconds',
    )
  }
  assert(timing.roundTimeoutMs > 0, 'the first timeout is positive')
  assert(timing.roundTimeoutMs <= timing.roundTimeoutCapMs, 'the first timeout is within the cap')
  return {
    height,
    n,
    ...(self === undefined ? {} : { self }),
    timing,
    isBegun: false,
    round: 0,
    said: new Set(),
    isBuilding: false,
    isSupported: true,
    rounds: new Map(),
    farRoundChanges: new Map(),
    askedRounds: new Array<number>(n).fill(0),
    certificates: new Map(),
    blocks: new Map(),
    convicted: new Set(),
  }
}

/** How long a round lasts before its timer runs out: linear in the round, with a cap [R22]. */
export function timeoutMs(timing: Timing, round: number): number {
  return Math.min(timing.roundTimeoutMs + round * timing.roundTimeoutStepMs, timing.roundTimeoutCapMs)
}

/** The key of a prepared block in `State.certificates`. */
export function preparedKey(prepared: { readonly round: number; readonly blockId: BlockId }): string {
  return `${prepared.round}/${prepared.blockId}`
}

function assertValidators(validators: ValidatorSet): void {
  const { keys } = validators
  assert(keys.length >= 1, 'a validator set has at least one member')
  assert(keys.length <= MAX_VALIDATORS, 'a validator set is within its limit')
  keys.forEach((key, index) => {
    const first = keys.findIndex((other) => equalBytes(other, key))
    assert(first === index, 'the keys of a validator set differ')
  })
}
