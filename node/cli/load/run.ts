/** One load: ballots handed in as they are due, the chain followed meanwhile, and what came of it. */

import type { Client } from '../../../client/index.ts'
import type { OfferedTransaction } from '../../../network/index.ts'
import { type Clock, sleep } from '../../index.ts'
import { LOAD_LOOK_MS, LOAD_PROGRESS_MS } from '../limits.ts'
import { type Book, createBook, type Fates, type WindowFigures } from './book.ts'
import { follow } from './follow.ts'
import { offer, type Share, type Taker } from './offer.ts'
import { evenly } from './schedule.ts'

export interface Load {
  readonly ballots: readonly OfferedTransaction[]
  /** Ballots a second. */
  readonly rate: number
  /** The load goes on for so long before the window that is measured, and then for the window. */
  readonly warmUpS: number
  readonly seconds: number
  /** How long ballots may take to be final after the last one was due. */
  readonly settleS: number
}

/** What a load runs against. */
export interface LoadNetwork {
  readonly client: Client
  readonly takers: readonly Taker[]
  /** The height that everybody has. */
  readonly height: number
  readonly blockIntervalMs: number
}

export interface LoadOutcome {
  readonly fates: Fates
  readonly window: WindowFigures
  readonly shares: readonly Share[]
  readonly book: Book
}

/** How many ballots such a load needs. */
export function ballotsNeeded({ rate, warmUpS, seconds }: Omit<Load, 'ballots' | 'settleS'>): number {
  return Math.ceil(rate * (warmUpS + seconds))
}

/** Between two looks at whether all is settled. */
const SETTLE_LOOK_MS = 50

/** Runs a load to its end: all ballots final or refused, or the time to settle over. Ends early, without a word, when the signal is aborted. */
export async function runLoad(
  load: Load,
  network: LoadNetwork,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  onProgress: (book: Book, due: number) => void,
): Promise<LoadOutcome> {
  const { ballots, rate, warmUpS, seconds, settleS } = load
  const start = clock.now() + LOAD_LOOK_MS
  const schedule = evenly(start, rate, Math.min(ballots.length, ballotsNeeded(load)))
  const book = createBook(ballots, schedule)
  const [from, to] = [start + 1000 * warmUpS, start + 1000 * (warmUpS + seconds)]
  const stop = new AbortController()
  const until = AbortSignal.any([signal, stop.signal])
  const end = async (): Promise<void> => {
    let toldAt = clock.now()
    while (!until.aborted && clock.now() < to + 1000 * settleS) {
      if (clock.now() >= to && book.settled() === schedule.total) break
      if (clock.now() - toldAt >= LOAD_PROGRESS_MS) {
        toldAt = clock.now()
        onProgress(book, schedule.dueBy(toldAt))
      }
      await sleep(clock, SETTLE_LOOK_MS, until)
    }
    stop.abort()
  }
  const following = follow(
    { from: network.height + 1, blockIntervalMs: network.blockIntervalMs, lookMs: LOAD_LOOK_MS },
    { client: network.client, clock, signal: until },
    book.noticed,
  )
  try {
    const { takers } = network
    const [shares] = await Promise.all([
      offer({ ballots, schedule, takers, book }, { clock, signal: until }),
      following,
      end(),
    ])
    return { fates: book.fates(), window: book.window(from, to), shares, book }
  } finally {
    stop.abort()
  }
}
