/**
 * Hands ballots in when they are due: what has come together in a few milliseconds goes to one peer in one request, the next to the
 * next peer, several requests under way at once. A ballot that a peer is too busy for, or does not answer about, goes to another.
 */
import type { OfferedTransaction, SubmitOutcome } from '../../../network/index.ts'
import { type Clock, sleep } from '../../index.ts'
import {
  LOAD_BATCH_BALLOTS,
  LOAD_BATCH_BYTES,
  LOAD_GATHER_MS,
  LOAD_REQUESTS_PER_PEER,
  LOAD_REST_MAX_MS,
  LOAD_REST_MS,
} from '../limits.ts'
import type { Book } from './book.ts'
import type { Schedule } from './schedule.ts'

/** A peer that takes ballots. */
export interface Taker {
  readonly name: string
  /** An outcome for each ballot in order; rejects where no answer comes. */
  submit(ballots: readonly OfferedTransaction[]): Promise<readonly SubmitOutcome[]>
}

/** What one peer did; ballots that came several times count each time. */
export interface Share {
  readonly peer: string
  readonly handedIn: number
  readonly taken: number
  readonly refused: number
  readonly busy: number
  readonly unanswered: number
}

export interface OfferOptions {
  readonly ballots: readonly OfferedTransaction[]
  readonly schedule: Schedule
  readonly takers: readonly Taker[]
  readonly book: Book
}

/** A peer with what it has been doing. */
interface Desk {
  readonly taker: Taker
  readonly share: { -readonly [K in keyof Share]: Share[K] }
  underWay: number
  restMs: number
  restsUntil: number
}

/** Runs until all ballots are taken or refused, or the signal ends it. The shares are those of the moment when it ends. */
export async function offer(
  { ballots, schedule, takers, book }: OfferOptions,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly Share[]> {
  const desks = takers.map(deskOf)
  const ready = new Waiting()
  const resting: { readonly ballot: number; readonly until: number }[] = []
  let next = 0
  let turn = 0

  const again = (ballot: number): void => {
    resting.push({ ballot, until: clock.now() + LOAD_REST_MS })
  }
  /** Longer each time in a row, so that what it did not take, which comes back sooner, finds others free. */
  const rest = (desk: Desk): void => {
    if (desk.restsUntil > clock.now()) return
    desk.restMs = Math.min(LOAD_REST_MAX_MS, 2 * desk.restMs)
    desk.restsUntil = clock.now() + desk.restMs
  }
  const handIn = async (desk: Desk, batch: readonly number[]): Promise<void> => {
    const { share, taker } = desk
    share.handedIn += batch.length
    desk.underWay++
    for (const ballot of batch) book.handedIn(ballot, clock.now())
    try {
      const outcomes = await taker.submit(batch.map((ballot) => ballots[ballot]!))
      const at = clock.now()
      for (const [i, outcome] of outcomes.entries()) {
        const reception = book.answered(batch[i]!, outcome, at)
        share[reception]++
        if (reception === 'busy') again(batch[i]!)
      }
      if (outcomes.some(({ code }) => code === 'busy')) rest(desk)
      else desk.restMs = LOAD_REST_MS
    } catch {
      share.unanswered += batch.length
      for (const ballot of batch) book.unanswered(ballot)
      for (const ballot of batch) again(ballot)
      rest(desk)
    } finally {
      desk.underWay--
    }
  }
  const freeDesk = (): Desk | undefined => {
    for (let i = 0; i < desks.length; i++) {
      const desk = desks[(turn + i) % desks.length]!
      if (desk.underWay >= LOAD_REQUESTS_PER_PEER || desk.restsUntil > clock.now()) continue
      turn += i + 1
      return desk
    }
    return undefined
  }

  while (!signal.aborted) {
    const now = clock.now()
    // Those that come back are older than those that are due now.
    while (resting[0] !== undefined && resting[0].until <= now) ready.add(resting.shift()!.ballot)
    for (const due = schedule.dueBy(now); next < due; next++) ready.add(next)
    for (let desk = freeDesk(); desk !== undefined && ready.length > 0; desk = freeDesk())
      void handIn(desk, ready.take(ballots))
    const isOver = next === schedule.total && ready.length === 0 && resting.length === 0
    if (isOver && desks.every(({ underWay }) => underWay === 0)) break
    await sleep(clock, LOAD_GATHER_MS, signal)
  }
  return desks.map(({ share }) => ({ ...share }))
}

function deskOf(taker: Taker): Desk {
  const share = { peer: taker.name, handedIn: 0, taken: 0, refused: 0, busy: 0, unanswered: 0 }
  return { taker, share, underWay: 0, restMs: LOAD_REST_MS, restsUntil: 0 }
}

/** Ballots that are due, in order of their coming; taking some costs nothing for those that stay. */
class Waiting {
  #ballots: number[] = []
  #from = 0

  get length(): number {
    return this.#ballots.length - this.#from
  }

  add(ballot: number): void {
    this.#ballots.push(ballot)
  }

  /** As many as one request holds. */
  take(ballots: readonly OfferedTransaction[]): readonly number[] {
    const batch: number[] = []
    for (let bytes = 0; this.length > 0 && batch.length < LOAD_BATCH_BALLOTS; ) {
      const ballot = this.#ballots[this.#from]!
      const { bytes: encoded, accelerator } = ballots[ballot]!
      bytes += encoded.length + (accelerator?.length ?? 0)
      if (batch.length > 0 && bytes > LOAD_BATCH_BYTES) break
      batch.push(ballot)
      this.#from++
    }
    if (2 * this.#from > this.#ballots.length) {
      this.#ballots = this.#ballots.slice(this.#from)
      this.#from = 0
    }
    return batch
  }
}
