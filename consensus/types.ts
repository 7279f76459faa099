/**
 * The nouns of agreement. The core decides on an opaque block id per height; it knows no ballot, clock, socket or disk.
 */
import type { Refusal } from '../base/index.ts'

/** 64 lower-case hexadecimal digits. Independent of the round and of its proposer, so that a re-proposal keeps its id. */
export type BlockId = string

/** The registered validators of one height, by index; equal power. */
export interface ValidatorSet {
  /** Ed25519 public keys, 32 bytes each, all different; 1..MAX_VALIDATORS of them. */
  readonly keys: readonly Uint8Array[]
}

/** What a validator puts its signature under. One statement a kind and (height, round) is all that an honest one ever signs. */
export type Statement =
  | { readonly kind: 'proposal'; readonly height: number; readonly round: number; readonly blockId: BlockId }
  | { readonly kind: 'prepare'; readonly height: number; readonly round: number; readonly blockId: BlockId }
  | { readonly kind: 'commit'; readonly height: number; readonly round: number; readonly blockId: BlockId }
  | {
      readonly kind: 'roundChange'
      readonly height: number
      /** The round the validator wants to enter (at least 1). */
      readonly round: number
      /** The highest round in which it saw a quorum of prepares, and for which block. */
      readonly prepared?: { readonly round: number; readonly blockId: BlockId }
    }

export type StatementKind = Statement['kind']
type StatementByKind = { readonly [S in Statement as S['kind']]: S }
export type StatementOf<K extends StatementKind> = StatementByKind[K]

/** A statement with its author and signature over `statementBytes(networkId, statement)`. */
export interface Signed<K extends StatementKind = StatementKind> {
  readonly statement: StatementOf<K>
  /** The author's index in the validator set. */
  readonly validator: number
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/** What travels between validators: a signed statement and what justifies it. */
export type Message =
  | {
      readonly kind: 'proposal'
      readonly signed: Signed<'proposal'>
      /** After round 0: a quorum of round changes for this round. Empty in round 0. */
      readonly roundChanges: readonly Signed<'roundChange'>[]
      /** When one of those was prepared: a quorum of prepares for the highest prepared round and block. Else empty. */
      readonly prepares: readonly Signed<'prepare'>[]
    }
  | { readonly kind: 'prepare'; readonly signed: Signed<'prepare'> }
  | { readonly kind: 'commit'; readonly signed: Signed<'commit'> }
  | {
      readonly kind: 'roundChange'
      readonly signed: Signed<'roundChange'>
      /** The prepared certificate: a quorum of prepares when `prepared` is there. Else empty. */
      readonly prepares: readonly Signed<'prepare'>[]
    }

declare const authentic: unique symbol
/** A message all of whose signatures, nested ones included, `authenticate` has verified. The core takes no other. */
export type AuthenticMessage = Message & { readonly [authentic]: true }

/** A message of our own before it is signed: the `sign` effect carries it, the signed message comes back as an input. */
export type Draft =
  | {
      readonly kind: 'proposal'
      readonly statement: StatementOf<'proposal'>
      readonly roundChanges: readonly Signed<'roundChange'>[]
      readonly prepares: readonly Signed<'prepare'>[]
    }
  | { readonly kind: 'prepare'; readonly statement: StatementOf<'prepare'> }
  | { readonly kind: 'commit'; readonly statement: StatementOf<'commit'> }
  | {
      readonly kind: 'roundChange'
      readonly statement: StatementOf<'roundChange'>
      readonly prepares: readonly Signed<'prepare'>[]
    }

/** A quorum of commits for one block: convinces any third party that knows the validators. */
export interface Certificate {
  readonly height: number
  readonly round: number
  readonly blockId: BlockId
  /** In ascending order of validator, each once, at least a quorum. */
  readonly signatures: readonly { readonly validator: number; readonly signature: Uint8Array }[]
}

/** Two different statements of one validator, kind, height and round: portable proof of equivocation. */
export interface Evidence {
  readonly first: Signed
  readonly second: Signed
}

/** All that can happen to the core. */
export type Input =
  /** There is something to put into a block, or the heartbeat has passed: the height may begin. */
  | { readonly type: 'work' }
  /** A message from a validator, our own included (ours comes back through here after it was signed). */
  | { readonly type: 'message'; readonly message: AuthenticMessage }
  /** The answer to `buildBlock`. */
  | { readonly type: 'blockBuilt'; readonly round: number; readonly blockId: BlockId }
  /** The answer to `checkBlock`. */
  | { readonly type: 'blockChecked'; readonly blockId: BlockId; readonly isValid: boolean }
  /** The timer of this round has run out. */
  | { readonly type: 'timeout'; readonly round: number }

/**
 * All that the core may ask for. The runner carries effects out in the order given, with one duty that safety rests on:
 * every input up to and including the one that produced a `sign` or a `finalise` is durable in the journal BEFORE that
 * effect is carried out (persist, then speak).
 */
export type Effect =
  /** We are the proposer and free to choose: build a block for this height. Answer: `blockBuilt`. */
  | { readonly type: 'buildBlock'; readonly round: number }
  /** Execute this proposed block. Answer: `blockChecked`. Asked once a block id. */
  | { readonly type: 'checkBlock'; readonly blockId: BlockId }
  /**
   * Sign the statement through the last-signed record, send the message to all, and give it back as `message`.
   * When the record refuses (a statement for this slot was signed before and differs), drop it.
   */
  | { readonly type: 'sign'; readonly draft: Draft }
  /**
   * Send this message of ours once more: it was signed and sent before, and too few answered [R13]. Nothing is signed and
   * nothing comes back as input. A transport may drop a repetition that follows soon, but not every one as a duplicate.
   */
  | { readonly type: 'resend'; readonly message: Message }
  /** Start the timer of this round; it replaces any earlier timer. Answer after that time: `timeout`. */
  | { readonly type: 'setTimer'; readonly round: number; readonly afterMs: number }
  /** The block is final. The runner stores it with the certificate and starts the next height with a new state. */
  | { readonly type: 'finalise'; readonly certificate: Certificate }
  /** A validator contradicted itself. */
  | { readonly type: 'evidence'; readonly evidence: Evidence }
  /** A message was refused: its bearer earns a lower score. Nothing else happened. */
  | { readonly type: 'refuse'; readonly validator: number; readonly reason: Refusal<MessageRefusalCode> }

export type MessageRefusalCode =
  | 'wrong-height'
  | 'not-the-proposer'
  | 'unjustified-proposal'
  | 'unjustified-round-change'
  | 'round-too-far'

/** What `createState` starts a height from. */
export interface HeightOptions {
  readonly height: number
  readonly validators: ValidatorSet
  /** Our index, or undefined for an observer, which follows and never signs. */
  readonly self?: number
  readonly timing: Timing
}

/** Round timeouts: base + round * step, at most cap. Milliseconds; the same on every validator (genesis). */
export interface Timing {
  readonly roundTimeoutMs: number
  readonly roundTimeoutStepMs: number
  readonly roundTimeoutCapMs: number
}

/** What an operator wants to know: who said what in the rounds of this height. */
export interface HeightReport {
  readonly height: number
  readonly round: number
  readonly proposer: number
  readonly phase:
    | 'waiting-for-work'
    | 'waiting-for-proposal'
    | 'checking'
    | 'preparing'
    | 'committing'
    | 'finalised'
  readonly rounds: readonly {
    readonly round: number
    readonly proposal?: BlockId
    readonly prepares: readonly number[]
    readonly commits: readonly number[]
    readonly roundChanges: readonly number[]
  }[]
}
