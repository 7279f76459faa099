/**
 * The nouns of fuzzing. A target is one decoder of the product with real samples of what it reads; an input is a mutation of a
 * sample, or anything; a fault is a broken promise. The promises, for every input:
 *
 * - no exception, but for the one error class that a decoder at the edge declares;
 * - no input takes longer than a second, and none stops the process;
 * - the input is left as it was;
 * - what is taken is its only encoding: written again it gives the same bytes, wherever there is an encoder;
 * - after all inputs together the heap is what it was before.
 */

/** What a decoder said. `again`: what was taken, written again by the encoder. `why`: the refusal. */
export type Said =
  | { readonly isTaken: true; readonly again?: Uint8Array }
  | { readonly isTaken: false; readonly why: string }

/** What inputs are made of: `ssz` has offsets to play with, `json` a tree, `text` characters, `bytes` neither. */
export type Form = 'ssz' | 'bytes' | 'text' | 'json'

/** One decoder. */
export interface Target {
  /** In words, unique. */
  readonly name: string
  /** The exported functions that it exercises: `ledger/block.ts decodeBlock`. */
  readonly covers: readonly string[]
  readonly form: Form
  /** Real values, all of which must be taken: mutations of them get past the first checks. */
  readonly samples: readonly Uint8Array[]
  /**
   * The share of a plan's inputs that it gets, and why not all of them: each costs many milliseconds whatever is in it, and what it
   * decodes is a target of its own that gets all.
   */
  readonly share?: { readonly of: number; readonly why: string }
  /** Feeds the decoder. Throws where the decoder does. */
  take(input: Uint8Array): Said | Promise<Said>
}

/** A broken promise. */
export interface Fault {
  readonly promise:
    | 'throws'
    | 'slow'
    | 'hangs'
    | 'dies'
    | 'changes its input'
    | 'takes two encodings'
    | 'grows'
  /** The number of the input, of which it can be made again; absent where it is about all of them. */
  readonly input?: number
  readonly detail: string
}

/** What came out for one target. */
export interface Verdict {
  readonly decoder: string
  readonly inputs: number
  /** Why these were fewer than planned; absent where they were not. */
  readonly fewer?: string
  /** Inputs that were taken: none at all would say that mutations stay at the door. */
  readonly taken: number
  /** Different refusals, numbers left out: how many checks were reached. */
  readonly refusals: number
  /** Seconds of the processor, making the inputs included. */
  readonly seconds: number
  readonly inputsPerSecond: number
  /** The longest that an input took, in milliseconds, and which one it was. */
  readonly worstMs: number
  readonly worstInput: number
  /** Bytes that the heap has grown by; absent where the collector could not be called. */
  readonly grownBytes?: number
  readonly faults: readonly Fault[]
}

/** Which inputs: all numbers below `inputs`, of this seed. */
export interface Plan {
  readonly seed: number
  readonly inputs: number
}
