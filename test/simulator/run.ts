/**
 * One run: a seed becomes a plan, the plan a world, and checkers watch what happens. First the safety phase, with faults; then
 * `healed`, and within a stated time everything must become final. The first broken promise ends the run.
 *
 * The bound of the liveness phase, `livenessMs`: how long a start waits for the others, and catching up; what was offered in vain is
 * offered again (gossip, then the trustees); then rounds of the longest timeout: two until all are in one round, and for each of
 * the heights that are needed in a row one round for each adversary and one more. It is a bound, not an expectation.
 */
import {
  MAX_CLOCK_LEAD_MS,
  REPUBLISH_AFTER_MS,
  START_WAIT_MS,
  STATUS_INTERVAL_MS,
  TRUSTEE_RETRY_MS,
} from '../../node/limits.ts'
import { Bench } from './bench.ts'
import { Goals } from './goals.ts'
import { createPlan, MAX_SKEW_MS, type Plan } from './plan.ts'
import type { AdversaryKind, CreateChecker, Facts, Happening, Violation } from './types.ts'
import { VirtualClock } from './world/clock.ts'
import { areTallied, type Head, headOf } from './world/heads.ts'
import type { Happened } from './world/machine.ts'
import { type Prepared, prepared, TIMING } from './world/prepared.ts'
import { createTally, type Faults } from './world/tally.ts'
import { Trace, type WriteLine } from './world/trace.ts'
import { World } from './world/world.ts'

export interface RunOptions {
  readonly seed: number
  /** Instead of the one that the seed takes. */
  readonly profile?: string | undefined
  readonly checkers: Readonly<Record<string, CreateChecker>>
  readonly adversaries: Readonly<Record<string, AdversaryKind>>
  /** Gets the trace as lines. */
  readonly write?: WriteLine | undefined
}

/** What came of a run. */
export interface Outcome {
  readonly seed: number
  readonly profile: string
  readonly n: number
  readonly hash: string
  readonly violation: Violation | undefined
  /** Blocks that became final above the prepared chain. */
  readonly heights: number
  readonly ballots: number
  readonly faults: Faults
  readonly rules: Readonly<Record<string, number>>
  readonly adversaries: readonly string[]
  /** How long it took, after faults ended, until everything was final; undefined where it did not come to that. */
  readonly livenessMs: number | undefined
  /** Whether the election was tallied in the run. */
  readonly isTallied: boolean
}

/** How long catching up takes at most when nothing is lost: a poll, requests for a few dozen blocks, a wait for a peer that gives nothing. */
const CATCH_UP_MS: number = 2 * STATUS_INTERVAL_MS
/** Heights in a row that the slowest goal needs: the decryptions after the closing, and a block that shows them. */
const NEEDED_HEIGHTS = 3
/** How often it is looked whether the goals are reached. */
const LOOK_EVERY_MS = 100

export function livenessBound(adversaries: number): number {
  const rounds = 2 + NEEDED_HEIGHTS * (adversaries + 1)
  return (
    START_WAIT_MS +
    CATCH_UP_MS +
    2 * REPUBLISH_AFTER_MS +
    TRUSTEE_RETRY_MS +
    rounds * TIMING.roundTimeoutCapMs
  )
}

/** Runs a seed. */
export async function run(options: RunOptions): Promise<Outcome> {
  const plan = createPlan(options.seed, options.profile, options.adversaries)
  const ground = await prepared(plan.n)
  const facts = factsOf(plan, ground)
  const clock = new VirtualClock(ground.draft.closesAt - plan.closesAfterMs)
  const trace = new Trace(clock.now(), options.write)
  const tally = createTally()
  const goals: Goals = new Goals(facts, () => areTallied(world.correct(), facts.election.uuid))
  const bench = new Bench(options.checkers, facts, clock)
  const tell = (happened: Happened): void => {
    if (bench.isOver) return
    const happening = { atMs: clock.now(), ...happened } as Happening
    trace.happening(happening)
    goals.observe(happening)
    bench.observe(happening)
  }
  const world: World = await World.create({
    plan,
    prepared: ground,
    clock,
    trace,
    tally,
    kinds: options.adversaries,
    tell,
  })
  trace.fault(clock.now(), describe(plan))
  const heads = (): readonly Head[] =>
    world.correct().flatMap((machine) => headOf(machine, facts.election.uuid, ground.credentials) ?? [])
  await bench.guard(async () => {
    const isOver = (): boolean => bench.isOver
    world.begin()
    await clock.run(clock.now() + plan.safetyMs, isOver)
    tell({ type: 'healed' })
    world.heal()
    while (!isOver() && !goals.areReached(clock.now()) && clock.now() <= goals.deadlineMs) {
      await clock.run(clock.now() + LOOK_EVERY_MS, isOver)
    }
    tell({ type: 'ended', heads: heads() })
  })
  const phases = heads().map(({ phase }) => phase)
  world.end()
  return {
    seed: plan.seed,
    profile: plan.profile,
    n: plan.n,
    hash: trace.end(),
    violation: bench.violation,
    heights: goals.height - ground.startHeight,
    ballots: tally.ballots,
    faults: tally.faults,
    rules: Object.fromEntries(tally.rules),
    adversaries: [...new Set(plan.adversaries.values())],
    livenessMs: goals.reachedAfterMs,
    isTallied: phases.includes('tallied'),
  }
}

function factsOf(plan: Plan, ground: Prepared): Facts {
  const { draft, genesis } = ground
  return {
    n: plan.n,
    seats: plan.seats,
    networkId: ground.networkId,
    validatorKeys: genesis.validators.map(({ publicKey }) => publicKey),
    startHeight: ground.startHeight,
    startId: ground.startId,
    startTime: ground.startTime,
    election: {
      uuid: draft.uuid,
      opensAt: draft.opensAt,
      closesAt: draft.closesAt,
      answers: draft.questions[0]!.answers.length,
    },
    maxLeadMs: MAX_CLOCK_LEAD_MS,
    maxSkewMs: MAX_SKEW_MS,
    livenessMs: livenessBound(plan.adversaries.size),
  }
}

function describe({ events: _, adversaries, skewsMs, ...plan }: Plan): string {
  return JSON.stringify({ ...plan, adversaries: [...adversaries], skewsMs: [...skewsMs] })
}
