/** What a run ends with: figures for people, or one JSON object. */
import { percentile } from '../../bench/report.ts'
import type { Violation } from './facts.ts'
import { boundMs, recoveries } from './recovery.ts'
import type { Figures } from './scenario.ts'
import type { Verdict } from './verdict.ts'
import { QUORUM, type World } from './world.ts'

export interface ChaosReport {
  readonly ok: boolean
  readonly seed: string
  readonly seconds: number
  readonly scenarios: Readonly<Record<string, Figures>>
  readonly heights: number
  readonly statements: number
  readonly ballots: {
    readonly cast: number
    readonly final: number
    readonly onBoard: number
    readonly result: readonly number[]
    /** Why clients had no receipt in time, and how often. */
    readonly troubles: Readonly<Record<string, number>>
  }
  /** From the return of a quorum to the next finalised height, milliseconds. */
  readonly recovery: {
    readonly count: number
    /** The quorum was lost again before anything became final. */
    readonly cutShort: number
    readonly p50?: number
    readonly p95?: number
    readonly max?: number
    /** The highest round in which a height after a return was decided. */
    readonly maxRound: number
    /** Longer than an idle machine takes. */
    readonly aboveBound: number
  }
  readonly warnings: Readonly<Record<string, number>>
  readonly violations: readonly Violation[]
}

/** The report of a world that was judged. */
export function reportOf(
  world: World,
  scenarios: Readonly<Record<string, Figures>>,
  verdict: Verdict,
  { seed, startedAt }: { readonly seed: string; readonly startedAt: number },
): ChaosReport {
  const casts = world.ballots.load.casts()
  // The first one is the start of the network.
  const all = recoveries(world.sightings, QUORUM).slice(1)
  const { parameters } = world.offices.trust.genesis
  const times = all.flatMap(({ afterMs }) => afterMs ?? [])
  const [p50, p95, max] = times.length === 0 ? [] : [0.5, 0.95, 1].map((share) => percentile(times, share))
  const { heights, statements, ballotsOnBoard: onBoard, result, violations } = verdict
  return {
    ok: violations.length === 0,
    seed,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    scenarios,
    heights,
    statements,
    ballots: {
      cast: casts.length,
      final: casts.filter(({ finalAt }) => finalAt !== undefined).length,
      onBoard,
      result,
      troubles: world.ballots.load.troubles(),
    },
    recovery: {
      count: times.length,
      cutShort: all.length - times.length,
      ...(p50 === undefined ? {} : { p50 }),
      ...(p95 === undefined ? {} : { p95 }),
      ...(max === undefined ? {} : { max }),
      maxRound: Math.max(0, ...all.map(({ round }) => round ?? 0)),
      aboveBound: all.filter(({ afterMs = 0, round = 0 }) => afterMs > boundMs(round, parameters)).length,
    },
    warnings: Object.fromEntries(world.warnings),
    violations,
  }
}

/** The report for people. */
export function reportText(report: ChaosReport): string {
  const { scenarios, heights, statements, ballots, recovery, warnings, violations } = report
  const seconds = (ms: number | undefined): string =>
    ms === undefined ? 'none' : `${(ms / 1000).toFixed(1)} s`
  const pairs = (figures: Figures): string =>
    Object.entries(figures)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')
  return [
    ...Object.entries(scenarios).map(([name, figures]) => `${name.padEnd(10)} ${pairs(figures)}`),
    `heights    ${heights} final; ${statements} statements of validators seen`,
    `ballots    ${ballots.cast} cast, ${ballots.final} reported final, ${ballots.onBoard} on the board; result ${ballots.result.join(' to ')}`,
    `no receipt ${pairs(ballots.troubles) || 'never'}`,
    `recovery   ${recovery.count} returns of a quorum, ${recovery.cutShort} cut short: p50 ${seconds(recovery.p50)}, p95 ${seconds(recovery.p95)}, max ${seconds(recovery.max)}; round ${recovery.maxRound} at most, ${recovery.aboveBound} above the bound`,
    `warnings   ${pairs(warnings) || 'none'}`,
    ...violations.map(({ judge, detail }) => `VIOLATION  ${judge}: ${detail}`),
    `${report.ok ? 'ok' : `${violations.length} promises broken`} after ${report.seconds} s, seed ${report.seed}`,
    '',
  ].join('\n')
}
