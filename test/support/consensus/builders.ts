/** Builders of statements, messages and heights for tests of the agreement core. */
import {
  type AuthenticMessage,
  type BlockId,
  type Certificate,
  createState,
  type Draft,
  type Effect,
  type Input,
  type Message,
  proposerOf,
  quorum,
  type Signed,
  type State,
  type StatementKind,
  type StatementOf,
  step,
  type Timing,
  type ValidatorSet,
} from '../../../consensus/index.ts'
import { publicKeyOf } from '../../../crypto/index.ts'

export const TIMING: Timing = { roundTimeoutMs: 1000, roundTimeoutStepMs: 500, roundTimeoutCapMs: 3000 }
export const NETWORK: Uint8Array = new Uint8Array(32).fill(7)

/** The block id whose every byte is that number. */
export function block(number: number): BlockId {
  return number.toString(16).padStart(2, '0').repeat(32)
}

/** The private key of a test validator. */
export function validatorKey(index: number): Uint8Array {
  const key = new Uint8Array(32).fill(9)
  new DataView(key.buffer).setUint16(0, index)
  return key
}

/** Validators with real keys: signatures can be verified. */
export function realValidators(n: number): ValidatorSet {
  return { keys: Array.from({ length: n }, (_, index) => publicKeyOf(validatorKey(index))) }
}

/** Validators for the core alone, which never looks at a key. */
export function someValidators(n: number): ValidatorSet {
  return { keys: Array.from({ length: n }, (_, index) => validatorKey(index)) }
}

/** Marks a message as verified, as `authenticate` does; the core never looks at a signature. */
export function authentic(message: Message): AuthenticMessage {
  return message as AuthenticMessage
}

/** A signed statement whose signature only names its author. */
export function signed<K extends StatementKind>(statement: StatementOf<K>, validator: number): Signed<K> {
  return { statement, validator, signature: new Uint8Array(64).fill(validator % 256) }
}

/** The message that a draft becomes once it is signed. */
export function messageOf(draft: Draft, validator: number): AuthenticMessage {
  switch (draft.kind) {
    case 'proposal': {
      const { kind, roundChanges, prepares } = draft
      return authentic({ kind, signed: signed(draft.statement, validator), roundChanges, prepares })
    }
    case 'roundChange':
      return authentic({
        kind: draft.kind,
        signed: signed(draft.statement, validator),
        prepares: draft.prepares,
      })
    case 'prepare':
      return authentic({ kind: draft.kind, signed: signed(draft.statement, validator) })
    case 'commit':
      return authentic({ kind: draft.kind, signed: signed(draft.statement, validator) })
  }
}

/** An input that brings a message. */
export function message(content: Message): Input {
  return { type: 'message', message: authentic(content) }
}

export interface Step {
  readonly state: State
  /** All effects of all inputs, in order. */
  readonly effects: readonly Effect[]
}

/** The state after these inputs, and everything that was asked for on the way. */
export function run(state: State, ...inputs: readonly Input[]): Step {
  const effects: Effect[] = []
  let now = state
  for (const input of inputs) {
    const next = step(now, input)
    now = next.state
    effects.push(...next.effects)
  }
  return { state: now, effects }
}

export type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>

/** The effects of one type. */
export function only<T extends Effect['type']>(effects: readonly Effect[], type: T): readonly EffectOf<T>[] {
  return effects.filter((effect): effect is EffectOf<T> => effect.type === type)
}

/** The drafts that were to be signed, of one kind or all. */
export function drafts(effects: readonly Effect[], kind?: StatementKind): readonly Draft[] {
  return only(effects, 'sign')
    .map(({ draft }) => draft)
    .filter((draft) => kind === undefined || draft.kind === kind)
}

/** The certificates that were finalised. */
export function finalised(effects: readonly Effect[]): readonly Certificate[] {
  return only(effects, 'finalise').map(({ certificate }) => certificate)
}

export interface HeightSetup {
  readonly n?: number
  readonly height?: number
  /** Our index; 'observer' for none. */
  readonly self?: number | 'observer'
}

type Claim = { readonly round: number; readonly blockId: BlockId }
type Arrivals<Rest extends readonly unknown[]> = (
  validators: readonly number[],
  round: number,
  ...rest: Rest
) => readonly Input[]

/** A height's first state and a way to write every message in it. */
export interface Height {
  readonly start: State
  readonly prepare: (validator: number, round: number, blockId: BlockId) => Signed<'prepare'>
  /** Prepares of the first `count` validators, a quorum unless told otherwise. */
  readonly preparesFor: (round: number, blockId: BlockId, count?: number) => readonly Signed<'prepare'>[]
  readonly roundChange: (validator: number, round: number, prepared?: Claim) => Signed<'roundChange'>
  /** Unprepared round changes of the first `count` validators, a quorum unless told otherwise. */
  readonly roundChangesTo: (round: number, count?: number) => readonly Signed<'roundChange'>[]
  readonly propose: (
    round: number,
    blockId: BlockId,
    justification?: {
      readonly roundChanges?: readonly Signed<'roundChange'>[]
      readonly prepares?: readonly Signed<'prepare'>[]
      readonly by?: number
    },
  ) => Message & { kind: 'proposal' }
  /** A proposal arrives; after round 0 with unprepared round changes. */
  readonly proposal: (round: number, blockId: BlockId) => Input
  readonly prepares: Arrivals<[blockId: BlockId]>
  readonly commits: Arrivals<[blockId: BlockId]>
  /** Round changes arrive, prepared with a good certificate where `prepared` is given. */
  readonly roundChanges: Arrivals<[prepared?: Claim]>
  readonly checked: (blockId: BlockId, isValid?: boolean) => Input
}

/** One height; the proposer of round r is validator (height + r) % n. */
export function aHeight({ n = 4, height = 4, self = 3 }: HeightSetup = {}): Height {
  const prepare = (validator: number, round: number, blockId: BlockId): Signed<'prepare'> =>
    signed<'prepare'>({ kind: 'prepare', height, round, blockId }, validator)
  const preparesFor = (round: number, blockId: BlockId, count = quorum(n)): readonly Signed<'prepare'>[] =>
    Array.from({ length: count }, (_, validator) => prepare(validator, round, blockId))
  const roundChange = (
    validator: number,
    round: number,
    prepared?: { readonly round: number; readonly blockId: BlockId },
  ): Signed<'roundChange'> =>
    signed<'roundChange'>({ kind: 'roundChange', height, round, ...(prepared && { prepared }) }, validator)
  const roundChangesTo = (round: number, count = quorum(n)): readonly Signed<'roundChange'>[] =>
    Array.from({ length: count }, (_, validator) => roundChange(validator, round))
  const propose: Height['propose'] = (round, blockId, { roundChanges = [], prepares = [], by } = {}) => {
    const statement = { kind: 'proposal', height, round, blockId } as const
    const author = by ?? proposerOf(height, round, n)
    return { kind: 'proposal', signed: signed<'proposal'>(statement, author), roundChanges, prepares }
  }
  const start = createState({
    height,
    validators: someValidators(n),
    timing: TIMING,
    ...(self === 'observer' ? {} : { self }),
  })
  return {
    start,
    prepare,
    preparesFor,
    roundChange,
    roundChangesTo,
    propose,
    proposal: (round, blockId) =>
      message(propose(round, blockId, round === 0 ? {} : { roundChanges: roundChangesTo(round) })),
    prepares: (validators, round, blockId) =>
      validators.map((validator) => message({ kind: 'prepare', signed: prepare(validator, round, blockId) })),
    commits: (validators, round, blockId) =>
      validators.map((validator) =>
        message({ kind: 'commit', signed: signed({ kind: 'commit', height, round, blockId }, validator) }),
      ),
    roundChanges: (validators, round, prepared) =>
      validators.map((validator) =>
        message({
          kind: 'roundChange',
          signed: roundChange(validator, round, prepared),
          prepares: prepared === undefined ? [] : preparesFor(prepared.round, prepared.blockId),
        }),
      ),
    checked: (blockId, isValid = true) => ({ type: 'blockChecked', blockId, isValid }),
  }
}
