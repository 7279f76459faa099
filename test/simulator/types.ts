/**
 * The nouns of the simulator. A run is a world (nodes, network, disks, clock) that a plan drives, and a stream of happenings that
 * checkers judge. The world tells what an outsider with a magnifying glass could see: bytes that leave, bytes that become durable,
 * blocks that are committed. Checkers get those and the facts below, and call none of the code that they judge.
 */
import type { Timing } from '../../consensus/index.ts'

/** Who takes part. `index`: of the validator in the genesis file; an observer has none. */
export interface Seat {
  /** The name of its transport: `validator 3`, `validator 3 twin`, `observer 1`. */
  readonly name: string
  readonly index: number | undefined
  /** `puppet`: a node whose mouth and ears an adversary owns. A twin is a puppet that shares its index with another one. */
  readonly role: 'correct' | 'puppet' | 'observer'
}

/** What is fixed before a run begins. Everything here is public in a real network, but for `voters` and `validBallots`. */
export interface Facts {
  readonly n: number
  readonly seats: readonly Seat[]
  /** 32 bytes. */
  readonly networkId: Uint8Array
  /** Ed25519 public keys by index. */
  readonly validatorKeys: readonly Uint8Array[]
  /** Every run begins on a chain of this height with the election open; checkers judge the heights above. */
  readonly startHeight: number
  /** Id, hexadecimal, and time of the block at `startHeight`. */
  readonly startId: string
  readonly startTime: number
  readonly election: {
    readonly uuid: string
    readonly opensAt: number
    readonly closesAt: number
    /** Number of answers of its one question. */
    readonly answers: number
  }
  /** How far a block's time may be ahead of a correct clock; how far correct clocks are apart at most. */
  readonly maxLeadMs: number
  readonly maxSkewMs: number
  /** Milliseconds of virtual time after `heal` within which everything must have become final. */
  readonly livenessMs: number
}

/** A ballot that a voter made: the world keeps the truth that the ledger must find out. */
export interface MadeBallot {
  /** Tracker, hexadecimal. */
  readonly id: string
  /** Public credential, hexadecimal. */
  readonly credential: string
  /** What was chosen: one integer an answer. */
  readonly answers: readonly number[]
  /** False for forged ones, which adversaries offer. */
  readonly isValid: boolean
  /** The transaction. */
  readonly bytes: Uint8Array
}

/** How full a queue is and may be. */
export interface QueueFill {
  readonly queue: string
  readonly length: number
  readonly limit: number
}

/** What happens, in order. `seat` is the name of a correct node or observer: what adversaries do is no happening. */
export type Happening = { readonly atMs: number } & (
  | { readonly type: 'started'; readonly seat: string; readonly height: number }
  /** Killed, or its power cut. What was not durable is gone. */
  | { readonly type: 'killed'; readonly seat: string }
  /** Stopped by itself: the code and text of its error. `isExpected`: its disk had been made to fail. */
  | {
      readonly type: 'failed'
      readonly seat: string
      readonly code: string
      readonly detail: string
      readonly isExpected: boolean
    }
  /** The private key is about to be used: the bytes, and how many journal records were not durable at that moment. */
  | {
      readonly type: 'signing'
      readonly seat: string
      readonly bytes: Uint8Array
      readonly undurable: number
    }
  /** A consensus envelope leaves, and how far the last-signed record was durable: `[height, round, step]`. */
  | {
      readonly type: 'said'
      readonly seat: string
      readonly payload: Uint8Array
      readonly durableSlot: readonly [number, number, number] | undefined
    }
  /** A block was committed to the database. `stateRoot`: hexadecimal, computed by the node from its state. */
  | {
      readonly type: 'committed'
      readonly seat: string
      readonly height: number
      readonly block: Uint8Array
      readonly certificate: Uint8Array
      readonly stateRoot: string
      readonly undurable: number
      /** The node's own clock. */
      readonly clockMs: number
    }
  /** A voter handed a ballot to a correct node; the pool's answer. */
  | { readonly type: 'cast'; readonly seat: string; readonly ballot: MadeBallot; readonly outcome: string }
  /** Evidence of equivocation that a node produced: encoded. */
  | { readonly type: 'evidence'; readonly seat: string; readonly evidence: Uint8Array }
  /** What a node keeps in memory, looked at now and then. */
  | { readonly type: 'fill'; readonly seat: string; readonly queues: readonly QueueFill[] }
  /** Faults end: from now on everything correct is up, and messages arrive. */
  | { readonly type: 'healed' }
  /** The run ends: heads and results of all correct nodes and observers. */
  | {
      readonly type: 'ended'
      readonly heads: readonly {
        readonly seat: string
        readonly height: number
        readonly phase: string
        /** The tally of the question, once there is one. */
        readonly result?: readonly number[]
        /** Ballots that count by public credential: trackers, all hexadecimal. */
        readonly counting: ReadonlyMap<string, string>
      }[]
    }
)

/** A broken promise. */
export interface Violation {
  /** The name of the checker. */
  readonly checker: string
  readonly atMs: number
  readonly detail: string
}

/** Tells the run that a promise was broken. */
export type Convict = (detail: string) => void

/** Judges a run as it goes. Knows nothing but the facts and what it observed. */
export interface Checker {
  observe(happening: Happening): void
}

/** How a checker is made: one file each, listed in `checkers/index.ts` by name. */
export type CreateChecker = (facts: Facts, convict: Convict) => Checker

/** Numbers out of the seed; the only source of chance. */
export interface Dice {
  /** Whether something of that probability happens. */
  chance(probability: number): boolean
  /** An integer from `low` to `high`, both possible. */
  between(low: number, high: number): number
  /** One of them; the list is not empty. */
  pick<T>(items: readonly T[]): T
  /** 32 bytes. */
  bytes(): Uint8Array
  /** Dice of their own for a part, so that a change of one part does not change another. */
  fork(name: string): Dice
}

/** A message on a gossip topic. */
export interface Gossiped {
  readonly topic: 'transactions' | 'consensus' | 'blocks'
  readonly payload: Uint8Array
}

/** A message for some: `to` are names of seats; it leaves after `afterMs` (0 unless given) and meets the network's faults. */
export interface Sending extends Gossiped {
  readonly to: readonly string[]
  readonly afterMs?: number
}

/** What an adversary has beside the puppet. */
export interface Hands {
  readonly self: Seat
  readonly n: number
  readonly networkId: Uint8Array
  readonly validatorKeys: readonly Uint8Array[]
  /** Of the genesis: how long rounds last. */
  readonly timing: Timing
  /** Everybody else: names of seats. */
  readonly others: readonly string[]
  readonly dice: Dice
  nowMs(): number
  /** The puppet's head. */
  height(): number
  /** Signs anything with the validator's key: no guard is asked. */
  sign(bytes: Uint8Array): Uint8Array
  /** Another valid block for the same height as this one, by another time: bytes. Undefined where the puppet's head has moved. */
  otherBlock(block: Uint8Array): Promise<Uint8Array | undefined>
  /**
   * A block on the puppet's head with these transactions and time, whose proofs nobody looked at, with the roots that follow if they
   * hold: bytes. Undefined where the ledger's cheap rules refuse one of them, or the time is not above the head's.
   */
  forgedBlock(transactions: readonly Uint8Array[], timeMs: number): Promise<Uint8Array | undefined>
  /** Ballots of a voter whose proofs do not hold. */
  forgedBallot(): MadeBallot
  /** Sends at once, without waiting for the puppet's next word or tick: how one answers what it hears. */
  send(sendings: readonly Sending[]): void
}

/**
 * A validator that may do anything but forge the signatures of others. It is a whole node, the puppet; what the puppet would
 * send passes through `say`, what it would hear through `hear`. The puppet never hears its own index from others.
 */
export interface Adversary {
  /** What leaves instead of a message of the puppet. Without it: the message, to all. */
  say?(message: Gossiped, hands: Hands): Promise<readonly Sending[]> | readonly Sending[]
  /** Whether the puppet hears a message. Without it: yes. */
  hear?(from: string, message: Gossiped, hands: Hands): boolean
  /** Every 500 ms of virtual time while the puppet runs. */
  tick?(hands: Hands): Promise<readonly Sending[]> | readonly Sending[]
}

/** Whether a message from one seat to another arrives at that time, as far as a kind's own schedule of partitions says. */
export type Reaches = (from: string, to: string, atMs: number) => boolean

/**
 * One life of an adversary; those of one kind in one run may conspire through what the factory closes over. `reaches`: partitions
 * that the attack needs; they hold for everything that travels between any two seats until `healed`.
 */
export type CreateAdversary = (() => Adversary) & { readonly reaches?: Reaches }

/** A kind of adversary: one file each, listed in `adversaries/index.ts` by name. */
export interface AdversaryKind {
  /** One line for people. */
  readonly describe: string
  /** Puppets of one index: two for twins. */
  readonly seatsPerIndex: 1 | 2
  /** Called once a run; what it makes may conspire. */
  readonly conspire: (dice: Dice) => CreateAdversary
}
