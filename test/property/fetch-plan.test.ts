/** Which blocks are asked of whom: what holds of every plan, and a race of made-up peers that follows the plans to the head. */
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { type FetchRange, type FetchView, planFetches } from '../../node/fetch-plan.ts'
import {
  SYNC_BATCH_BLOCKS,
  SYNC_BUFFER_BYTES,
  SYNC_HEDGE_MS,
  SYNC_RANGE_BYTES,
  SYNC_RANGES,
  SYNC_WINDOW_BLOCKS,
} from '../../node/limits.ts'

const NOW = 1_000_000

/** Views as they come about: peers have one range each, and what has arrived is above the head. */
const views: fc.Arbitrary<FetchView> = fc
  .record({
    head: fc.nat(2000),
    heights: fc.array(fc.nat(3000), { maxLength: 12 }),
    underWay: fc.array(
      fc.record({ above: fc.integer({ min: 1, max: 600 }), length: fc.integer({ min: 1, max: 64 }) }),
      { maxLength: SYNC_RANGES + 1 },
    ),
    ages: fc.array(fc.nat(2 * SYNC_HEDGE_MS), { minLength: 5, maxLength: 5 }),
    arrived: fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 200 }),
    heldBytes: fc.nat(SYNC_BUFFER_BYTES + SYNC_RANGE_BYTES),
  })
  .map(({ head, heights, underWay, ages, arrived, heldBytes }) => {
    const here = new Set(arrived.map((above) => head + above))
    return {
      head,
      nowMs: NOW,
      free: heights.map((height, i) => ({ peer: `free ${i}`, height })),
      underWay: underWay.map(({ above, length }, i) => ({
        peer: `busy ${i}`,
        from: head + above,
        to: head + above + length,
        sinceMs: NOW - ages[i]!,
      })),
      hasArrived: (height) => here.has(height),
      heldBytes,
    }
  })

const heightsOf = ({ from, to }: Pick<FetchRange, 'from' | 'to'>): readonly number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

/** Whether a second peer is asked for what everything waits for. */
function isSecond({ head, underWay }: FetchView, range: FetchRange): boolean {
  return range.from === head + 1 && underWay.some(({ from, to }) => from <= head + 1 && head + 1 < to)
}

describe('a plan of what to fetch', () => {
  it('asks each peer for one range at most, and for nothing that it does not claim', () => {
    fc.assert(
      fc.property(views, (view) => {
        const ranges = planFetches(view)
        assert.equal(new Set(ranges.map(({ peer }) => peer)).size, ranges.length)
        for (const { peer, from, to } of ranges) {
          const claimed = view.free.find((one) => one.peer === peer)
          assert.ok(claimed, 'only free peers are asked')
          assert.ok(from > view.head && from < to && to - from <= SYNC_BATCH_BLOCKS)
          assert.ok(to - 1 <= claimed.height && to - 1 <= view.head + SYNC_WINDOW_BLOCKS + SYNC_BATCH_BLOCKS)
        }
      }),
    )
  })

  it('asks for no height twice, but for the one that everything waits for when it is late', () => {
    fc.assert(
      fc.property(views, (view) => {
        const ranges = planFetches(view)
        const seconds = ranges.filter((range) => isSecond(view, range))
        assert.ok(seconds.length <= 1)
        for (const _ of seconds) {
          const asked = view.underWay.filter(({ from, to }) => from <= view.head + 1 && view.head + 1 < to)
          assert.equal(asked.length, 1)
          assert.ok(view.nowMs - asked[0]!.sinceMs >= SYNC_HEDGE_MS)
          assert.equal(view.hasArrived(view.head + 1), false)
        }
        const firsts = ranges.filter((range) => !isSecond(view, range)).flatMap(heightsOf)
        assert.equal(new Set(firsts).size, firsts.length)
        const before = new Set(view.underWay.flatMap(heightsOf))
        for (const height of firsts) assert.ok(!view.hasArrived(height) && !before.has(height))
      }),
    )
  })

  it('keeps the limits of ranges and bytes, with one range more for what everything waits for', () => {
    fc.assert(
      fc.property(views, (view) => {
        const ranges = planFetches(view)
        const others = ranges.filter(({ from }) => from !== view.head + 1)
        if (others.length === 0) return assert.ok(ranges.length <= 1)
        const count = view.underWay.length + ranges.length
        assert.ok(count <= SYNC_RANGES)
        assert.ok(view.heldBytes + count * SYNC_RANGE_BYTES <= SYNC_BUFFER_BYTES)
      }),
    )
  })

  it('never waits while somebody free claims the next height and nobody is at it', () => {
    fc.assert(
      fc.property(views, (view) => {
        const next = view.head + 1
        const isCovered =
          view.hasArrived(next) || view.underWay.some(({ from, to }) => from <= next && next < to)
        const isClaimed = view.free.some(({ height }) => height >= next)
        if (isCovered || !isClaimed) return
        assert.ok(planFetches(view).some(({ from }) => from === next))
      }),
    )
  })
})

/** A made-up peer: milliseconds a block; `stallsAfter` so many blocks of each range it says nothing more. */
interface Runner {
  readonly msPerBlock: number
  readonly stallsAfter: number
}

interface Race {
  readonly reachedAtMs: number
  readonly mostAtOnce: number
}

const TICK_MS = 100

/** Follows the plans in ticks, with peers that all claim the target; a silent peer is given up after 10 s and rests for 2 s. Whoever was asked longest ago is asked first. */
function race(target: number, runners: readonly Runner[], limitMs: number): Race {
  const arrived = new Set<number>()
  const underWay: {
    peer: string
    from: number
    to: number
    first: number
    sinceMs: number
    lastMs: number
  }[] = []
  const restsUntil = new Map<string, number>()
  const askedAt = new Map<string, number>()
  let head = 0
  let mostAtOnce = 0
  for (let nowMs = 0; nowMs < limitMs; nowMs += TICK_MS) {
    for (const range of [...underWay]) {
      const runner = runners[Number(range.peer)]!
      const due = range.first + Math.floor((nowMs - range.sinceMs) / runner.msPerBlock)
      const last = Math.min(due, range.to, range.first + runner.stallsAfter)
      if (last > range.from) range.lastMs = nowMs
      for (; range.from < last; range.from++) arrived.add(range.from)
      while (arrived.has(head + 1)) head++
      const isSilent = nowMs - range.lastMs >= 10_000
      const isOvertaken = range.to <= head + 1 || heightsOf(range).every((height) => arrived.has(height))
      if (isSilent) restsUntil.set(range.peer, nowMs + 2000)
      if (isSilent || isOvertaken) underWay.splice(underWay.indexOf(range), 1)
    }
    if (head >= target) return { reachedAtMs: nowMs, mostAtOnce }
    const free = runners.flatMap((_, i) => {
      const peer = String(i)
      const isBusy = underWay.some((range) => range.peer === peer)
      return isBusy || (restsUntil.get(peer) ?? 0) > nowMs ? [] : [{ peer, height: target }]
    })
    free.sort((a, b) => (askedAt.get(a.peer) ?? -1) - (askedAt.get(b.peer) ?? -1))
    const view = { head, nowMs, free, underWay, hasArrived: (h: number) => arrived.has(h), heldBytes: 0 }
    for (const range of planFetches(view)) {
      askedAt.set(range.peer, nowMs)
      underWay.push({ ...range, first: range.from, sinceMs: nowMs, lastMs: nowMs })
    }
    mostAtOnce = Math.max(mostAtOnce, underWay.length)
  }
  return { reachedAtMs: Number.POSITIVE_INFINITY, mostAtOnce }
}

const FAST: Runner = { msPerBlock: 10, stallsAfter: Number.POSITIVE_INFINITY }
const SLOW: Runner = { msPerBlock: 5000, stallsAfter: Number.POSITIVE_INFINITY }
const SILENT: Runner = { msPerBlock: 10, stallsAfter: 0 }

describe('following the plans', () => {
  it('reaches the head with one good peer among any others, with a bounded number of ranges at once', () => {
    const others = fc.array(
      fc.record({ msPerBlock: fc.integer({ min: 10, max: 8000 }), stallsAfter: fc.nat(64) }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), others, (target, liars) => {
        const { reachedAtMs, mostAtOnce } = race(target, [...liars, FAST], 600_000)
        assert.ok(reachedAtMs < 600_000)
        assert.ok(mostAtOnce <= SYNC_RANGES + 1)
      }),
      { numRuns: 40 },
    )
  })

  it('is faster with more peers', () => {
    const alone = race(1500, [FAST], 600_000).reachedAtMs
    assert.ok(race(1500, [FAST, FAST, FAST, FAST], 600_000).reachedAtMs < alone / 2.5)
  })

  it('is not held up by slow peers and silent ones', () => {
    const alone = race(640, [FAST], 600_000).reachedAtMs
    const among = race(640, [SLOW, SILENT, FAST], 600_000).reachedAtMs
    assert.ok(among < alone + 6 * SYNC_HEDGE_MS, `${among} ms, alone ${alone} ms`)
  })
})
