/** Loads against made-up peers and a made-up chain on a virtual clock. */
import { strict as assert } from 'node:assert'
import type { Client, FinalisedBlock } from '../../../../client/index.ts'
import type { OfferedTransaction, SubmitOutcome } from '../../../../network/index.ts'
import { LOAD_BATCH_BALLOTS, LOAD_GATHER_MS, LOAD_REQUESTS_PER_PEER } from '../../../../node/cli/limits.ts'
import type { Taker } from '../../../../node/cli/load/offer.ts'
import { type Load, type LoadOutcome, runLoad } from '../../../../node/cli/load/run.ts'
import { evenly } from '../../../../node/cli/load/schedule.ts'
import { createManualClock, type ManualClock, sleep } from '../../../../node/index.ts'

const BLOCK_INTERVAL_MS = 100
const TAKEN: SubmitOutcome = { code: 'accepted', detail: '' }
const BUSY: SubmitOutcome = { code: 'busy', detail: 'come again' }

/** A ballot that only a load knows: its place in the load, in bytes. */
function aBallot(place: number): OfferedTransaction {
  return { bytes: Uint8Array.of(place >> 8, place & 255) }
}

/** A chain that takes in, at the end of each interval, what was put into its pool. */
class MadeUpChain {
  readonly pool: Uint8Array[] = []
  readonly #blocks: FinalisedBlock[] = []
  readonly #clock: ManualClock
  isStopped = false

  constructor(clock: ManualClock) {
    this.#clock = clock
    this.#grow()
  }

  get client(): Client {
    const blocks: Client['blocks'] = async (from) => ({ ok: true, value: this.#blocks.slice(from - 1) })
    return { blocks } as Client
  }

  #grow(): void {
    this.#clock.setTimer(BLOCK_INTERVAL_MS, () => {
      const transactions = this.isStopped ? [] : this.pool.splice(0)
      if (transactions.length > 0)
        this.#blocks.push({ height: this.#blocks.length + 1, time: this.#clock.now(), transactions })
      this.#grow()
    })
  }
}

interface Stage {
  readonly clock: ManualClock
  readonly chain: MadeUpChain
}

/** A peer that needs a while for an answer, and says what `judge` says of each ballot; what it takes gets into the chain. */
function aTaker(
  name: string,
  { clock, chain }: Stage,
  afterMs = 5,
  judge: (ballot: OfferedTransaction) => SubmitOutcome = () => TAKEN,
): Taker & { readonly requests: number[]; underWay: number; mostUnderWay: number } {
  return {
    name,
    requests: [],
    underWay: 0,
    mostUnderWay: 0,
    async submit(ballots) {
      this.requests.push(ballots.length)
      this.underWay++
      this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay)
      await sleep(clock, afterMs)
      this.underWay--
      return ballots.map((ballot) => {
        const outcome = judge(ballot)
        if (outcome.code === 'accepted') chain.pool.push(ballot.bytes)
        return outcome
      })
    },
  }
}

function aStage(): Stage {
  const clock = createManualClock(1_000_000)
  return { clock, chain: new MadeUpChain(clock) }
}

async function loaded(
  { clock, chain }: Stage,
  takers: readonly Taker[],
  wanted: Partial<Load> = {},
  whileItRuns: () => Promise<void> = async () => {},
): Promise<LoadOutcome> {
  const load = { rate: 100, seconds: 2, warmUpS: 1, settleS: 5, ...wanted }
  const ballots = Array.from({ length: Math.ceil(load.rate * (load.seconds + load.warmUpS)) }, (_, i) =>
    aBallot(i),
  )
  const network = { client: chain.client, takers, height: 0, blockIntervalMs: BLOCK_INTERVAL_MS }
  const signal = new AbortController().signal
  let outcome: LoadOutcome | undefined
  const running = runLoad({ ...load, ballots }, network, { clock, signal }, () => {}).then((value) => {
    outcome = value
  })
  await whileItRuns()
  for (let steps = 0; outcome === undefined && steps < 2000; steps++) await clock.advance(10)
  await running
  return outcome!
}

describe('a schedule', () => {
  it('has its times whatever happens: the first ballot at the start, the others at even distances', () => {
    const schedule = evenly(500, 4, 3)
    assert.deepEqual([0, 1, 2].map(schedule.dueAt), [500, 750, 1000])
    assert.deepEqual([499, 500, 749, 750, 1000, 9000].map(schedule.dueBy), [0, 1, 1, 2, 3, 3])
  })
})

describe('a load', function () {
  this.timeout(20_000)

  it('casts what is due at its rate, over all peers in turn, and counts what became final', async () => {
    const stage = aStage()
    const takers = ['a', 'b', 'c'].map((name) => aTaker(name, stage))
    const { fates, window, shares } = await loaded(stage, takers)
    assert.deepEqual(fates, { offered: 300, accepted: 300, refused: {}, finalised: 300, lost: 0, untaken: 0 })
    assert.equal(window.offered, 200)
    assert.ok(Math.abs(window.finalisedPerSecond - 100) <= 10, `${window.finalisedPerSecond} a second`)
    assert.ok(window.behind > 0 && window.behind <= 15, 'the last ballots are under way at the end')
    assert.ok((window.fromDue.max ?? 0) <= LOAD_GATHER_MS + 5 + BLOCK_INTERVAL_MS + 60)
    for (const { taken } of shares) assert.ok(taken >= 90 && taken <= 110, `${taken} of 300`)
    for (const { requests } of takers) assert.ok(Math.max(...requests) <= 6, 'what is due in a few ms')
  })

  it('lets waiting show: ballots that a stopped network keeps waiting count from when they were due', async () => {
    const stage = aStage()
    const { clock, chain } = stage
    const taker = aTaker('a', stage)
    const stopForASecond = async (): Promise<void> => {
      await clock.advance(1500)
      chain.isStopped = true
      await clock.advance(1000)
      chain.isStopped = false
    }
    const { fates, window } = await loaded(stage, [taker], {}, stopForASecond)
    assert.equal(fates.finalised, 300)
    assert.ok((window.fromDue.max ?? 0) >= 1000)
    assert.ok((window.fromDue.p95 ?? 0) >= 850, 'those of a second of two have waited')
  })

  it('keeps few requests under way to a slow peer, whose ballots wait in their order and travel in larger batches', async () => {
    const stage = aStage()
    const taker = aTaker('slow', stage, 1000)
    const { fates, window } = await loaded(stage, [taker], { rate: 1000, settleS: 60 })
    assert.equal(fates.finalised, 3000)
    assert.equal(taker.mostUnderWay, LOAD_REQUESTS_PER_PEER)
    assert.equal(Math.max(...taker.requests), LOAD_BATCH_BALLOTS)
    assert.ok((window.fromDue.max ?? 0) > (window.fromHandingIn.max ?? 0) + 500, 'queueing is told apart')
  })

  it('offers again, elsewhere, what a busy or a dead peer did not take', async () => {
    const stage = aStage()
    const busy = aTaker('busy', stage, 5, () => BUSY)
    const dead: Taker = { name: 'dead', submit: () => Promise.reject(new Error('unreachable')) }
    const { fates, shares } = await loaded(stage, [busy, dead, aTaker('good', stage)])
    assert.deepEqual(fates, { offered: 300, accepted: 300, refused: {}, finalised: 300, lost: 0, untaken: 0 })
    const share = (peer: string) => shares.find((one) => one.peer === peer)
    assert.ok((share('busy')?.busy ?? 0) > 0 && share('busy')?.taken === 0)
    assert.ok((share('dead')?.unanswered ?? 0) > 0)
    assert.equal(share('good')?.taken, 300)
  })

  it('counts refusals by their code, and does not offer what was refused again', async () => {
    const stage = aStage()
    const judge = (ballot: OfferedTransaction): SubmitOutcome =>
      ballot.bytes[1] === 7
        ? { code: 'ballot-invalid', detail: '' }
        : ballot.bytes[1] === 8
          ? { code: 'known', detail: '' }
          : TAKEN
    const { fates, shares } = await loaded(stage, [aTaker('a', stage, 5, judge)])
    assert.deepEqual(fates.refused, { 'ballot-invalid': 2, known: 2 })
    assert.deepEqual([fates.accepted, fates.finalised, fates.lost, fates.untaken], [296, 296, 0, 0])
    assert.equal(shares[0]?.handedIn, 300)
  })

  it('calls lost what was taken and is in no block when the time to settle is over, and untaken what nobody took', async () => {
    const stage = aStage()
    const judge = ({ bytes }: OfferedTransaction): SubmitOutcome => (bytes[1] === 9 ? BUSY : TAKEN)
    const taker = aTaker('a', stage, 5, judge)
    const loses: Taker = {
      name: 'loses',
      submit: async (ballots) => {
        const kept = ballots.filter(({ bytes }) => bytes[1] !== 5)
        await taker.submit(kept)
        return ballots.map(judge)
      },
    }
    const began = stage.clock.now()
    const { fates } = await loaded(stage, [loses], { settleS: 3 })
    assert.deepEqual([fates.accepted, fates.finalised, fates.lost, fates.untaken], [298, 296, 2, 2])
    assert.ok(stage.clock.now() - began >= 6000, 'it waits for them as long as it says')
  })

  it('takes "known" for taken where an earlier request with the ballot brought no answer', async () => {
    const stage = aStage()
    const good = aTaker('a', stage)
    const seen = new Set<number>()
    const forgetful: Taker = {
      name: 'forgetful',
      submit: async (ballots) => {
        const fresh = ballots.filter(({ bytes }) => !seen.has(bytes[1]!))
        if (fresh.length === 0) return ballots.map(() => ({ code: 'known', detail: '' }))
        for (const { bytes } of fresh) seen.add(bytes[1]!)
        await good.submit(fresh)
        throw new Error('the connection failed after the peer had taken them')
      },
    }
    const { fates } = await loaded(stage, [forgetful], { rate: 20 })
    assert.deepEqual(fates, { offered: 60, accepted: 60, refused: {}, finalised: 60, lost: 0, untaken: 0 })
  })
})
