/** How full what a node keeps in memory is: for metrics, and for whoever doubts the limits. */

/** A queue, or a collection, that is bounded. What is counted in bytes says so in its name. */
export interface QueueFill {
  readonly queue: string
  readonly length: number
  readonly limit: number
}
