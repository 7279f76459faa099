/**
 * What a run leaves behind, as plain values: collectors gather them from outside (the wire, databases, journals, logs), judges
 * read them and call nothing of the product. Ids, keys and roots are hexadecimal, trackers base64, times milliseconds since 1970.
 */

/** A block as a node served or stored it. */
export interface BlockFact {
  readonly height: number
  readonly id: string
  readonly parent: string
  readonly time: number
  /** In the order of the block. */
  readonly ballots: readonly BallotFact[]
}

/** A ballot on a board. */
export interface BallotFact {
  readonly tracker: string
  readonly credential: string
}

/** The blocks that one source (a database, what a node said over the wire) holds, in ascending order. */
export interface ChainFact {
  readonly source: string
  readonly blocks: readonly BlockFact[]
}

/** A ballot that a voter of the run made: the truth that the network has to find out. */
export interface CastFact extends BallotFact {
  /** One integer an answer. */
  readonly answers: readonly number[]
  readonly begunAt: number
  /** When a receipt had proved it; absent: never reported final. It may have become final nevertheless. */
  readonly finalAt?: number
}

/** What a validator signed, by whatever way it became known. */
export interface StatementFact {
  readonly validator: number
  readonly kind: string
  readonly height: number
  readonly round: number
  /** All that the statement says beyond its slot, as text. */
  readonly content: string
  readonly source: string
}

/** What was seen of a daemon. `ready`: says that it serves, or goes on after it was frozen; `gone`: dead, stopped or frozen. */
export type Sighting = { readonly at: number; readonly place: number } & (
  | { readonly type: 'ready' }
  | { readonly type: 'gone' }
  /** Its log says so. */
  | { readonly type: 'finalised'; readonly height: number; readonly round: number }
)

/** A broken promise. */
export interface Violation {
  readonly judge: string
  readonly detail: string
}
