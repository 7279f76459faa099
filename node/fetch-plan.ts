/**
 * Which blocks are asked of whom: a function of what is here, what is on its way and who claims what. The lowest missing heights
 * come first, since blocks are imported in order, each range goes to one peer and each peer has one range at a time.
 *
 * What everything waits for has one place more than the others, so that neither slow peers nor a full buffer keep it from being
 * asked for; and when it does not come in time, a second peer is asked for the same.
 */
import {
  SYNC_BATCH_BLOCKS,
  SYNC_BUFFER_BYTES,
  SYNC_HEDGE_MS,
  SYNC_RANGE_BYTES,
  SYNC_RANGES,
  SYNC_WINDOW_BLOCKS,
} from './limits.ts'

/** Heights from `from` on, `to` not among them, of one peer. */
export interface FetchRange {
  readonly peer: string
  readonly from: number
  readonly to: number
}

/** What is known when ranges are given out. */
export interface FetchView {
  /** The height that blocks are imported on top of. */
  readonly head: number
  readonly nowMs: number
  /** Whom nothing is asked of now and who may be asked, in the order of preference, with the height that each claims. */
  readonly free: readonly { readonly peer: string; readonly height: number }[]
  /** What is on its way: `from` is the next height that the peer owes. */
  readonly underWay: readonly (FetchRange & { readonly sinceMs: number })[]
  /** Whether the block of a height above the head is here and waits for those below it. */
  readonly hasArrived: (height: number) => boolean
  /** Bytes of the blocks that wait. */
  readonly heldBytes: number
}

/** The ranges to ask for now, each of another free peer. */
export function planFetches(view: FetchView): readonly FetchRange[] {
  const { head, underWay, heldBytes } = view
  const free = [...view.free]
  const ranges: FetchRange[] = []
  const give = (from: number, to: number): number | undefined => {
    const place = free.findIndex(({ height }) => height >= from)
    const [chosen] = place < 0 ? [] : free.splice(place, 1)
    if (chosen === undefined) return undefined
    const end = Math.min(to, chosen.height + 1)
    ranges.push({ peer: chosen.peer, from, to: end })
    return end
  }
  const late = lateRange(view)
  if (late !== undefined) give(head + 1, late.to)

  const isWanted = (height: number): boolean =>
    !view.hasArrived(height) && !underWay.some(({ from, to }) => from <= height && height < to)
  const last = head + SYNC_WINDOW_BLOCKS
  for (let from = head + 1; from <= last; ) {
    if (!isWanted(from)) {
      from++
      continue
    }
    const count = underWay.length + ranges.length
    const reserved = heldBytes + (count + 1) * SYNC_RANGE_BYTES
    if (from !== head + 1 && (count >= SYNC_RANGES || reserved > SYNC_BUFFER_BYTES)) break
    let to = from + 1
    while (to < from + SYNC_BATCH_BLOCKS && to <= last && isWanted(to)) to++
    const end = give(from, to)
    // Whoever is still free claims less than this height, and so less than any above.
    if (end === undefined) break
    from = end
  }
  return ranges
}

/** The range that everything waits for, if it is late and only one peer is at it. */
function lateRange({ head, nowMs, underWay, hasArrived }: FetchView): FetchRange | undefined {
  if (hasArrived(head + 1)) return undefined
  const awaited = underWay.filter(({ from, to }) => from <= head + 1 && head + 1 < to)
  const [only] = awaited
  return awaited.length === 1 && only !== undefined && nowMs - only.sinceMs >= SYNC_HEDGE_MS
    ? only
    : undefined
}
