/** What many runs came to: sums, the rules that fired, and each failure with the command that replays it. */
import { createHash } from 'node:crypto'
import { RULES } from '../../consensus/index.ts'
import type { Outcome } from './run.ts'
import type { Faults } from './world/tally.ts'

export interface Failure {
  readonly seed: number
  readonly checker: string
  readonly detail: string
  /** Virtual time since the beginning of the run. */
  readonly atMs: number
  /** Replays it. */
  readonly command: string
  readonly hash: string
}

export interface Report {
  readonly ok: boolean
  readonly seeds: number
  readonly violations: number
  /** Blocks that became final, all runs together; in the run of the middle. */
  readonly heights: number
  readonly medianHeights: number
  readonly faults: Faults
  readonly ballots: number
  /** Runs in which the election was tallied. */
  readonly tallied: number
  /** Runs by kind of adversary, by profile, by number of validators. */
  readonly adversaries: Readonly<Record<string, number>>
  readonly profiles: Readonly<Record<string, number>>
  readonly validators: Readonly<Record<string, number>>
  /** How often each rule of consensus/README.md fired. */
  readonly rules: Readonly<Record<string, number>>
  readonly slowestLivenessMs: number
  readonly seconds: number
  /** Of one run its trace's; of several a hash over theirs in the order of seeds. */
  readonly hash: string
  readonly failures: readonly Failure[]
}

/** `commandOf`: what replays a seed. */
export function report(
  outcomes: readonly Outcome[],
  seconds: number,
  commandOf: (outcome: Outcome) => string,
): Report {
  const inOrder = [...outcomes].sort((a, b) => a.seed - b.seed)
  const failures = inOrder.flatMap((outcome): readonly Failure[] =>
    outcome.violation === undefined
      ? []
      : [
          {
            seed: outcome.seed,
            ...outcome.violation,
            command: commandOf(outcome),
            hash: outcome.hash,
          },
        ],
  )
  const heights = inOrder.map((outcome) => outcome.heights).sort((a, b) => a - b)
  const rules = sum(inOrder.map((outcome) => outcome.rules))
  return {
    ok: failures.length === 0,
    seeds: outcomes.length,
    violations: failures.length,
    heights: heights.reduce((total, each) => total + each, 0),
    medianHeights: heights[heights.length >> 1] ?? 0,
    faults: sum(inOrder.map(({ faults }) => ({ ...faults }))) as unknown as Faults,
    ballots: inOrder.reduce((total, { ballots }) => total + ballots, 0),
    tallied: inOrder.filter(({ isTallied }) => isTallied).length,
    adversaries: count(inOrder.flatMap(({ adversaries }) => adversaries)),
    profiles: count(inOrder.map(({ profile }) => profile)),
    validators: count(inOrder.map(({ n }) => String(n))),
    rules: Object.fromEntries(RULES.map((rule) => [rule, rules[rule] ?? 0])),
    slowestLivenessMs: Math.max(0, ...inOrder.map(({ livenessMs }) => livenessMs ?? 0)),
    seconds: Math.round(seconds * 10) / 10,
    hash: hashOf(inOrder),
    failures,
  }
}

/** The report for people. */
export function reportText(result: Report): string {
  const { faults, failures } = result
  const silent = Object.entries(result.rules).flatMap(([rule, times]) => (times === 0 ? [rule] : []))
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ')
  return [
    `${result.seeds} seeds in ${result.seconds} s: ${result.violations} violations`,
    `blocks       ${result.heights} (${result.medianHeights} in the run of the middle)`,
    `ballots      ${result.ballots}; elections tallied in ${result.tallied} runs`,
    `validators   ${list(result.validators)}`,
    `profiles     ${list(result.profiles)}`,
    `adversaries  ${list(result.adversaries) || 'none'}`,
    `faults       ${list({ ...faults })}`,
    `rules        ${silent.length === 0 ? 'all fired' : `never fired: ${silent.join(', ')}`}`,
    `liveness     ${result.slowestLivenessMs} ms after the end of faults at most`,
    `trace        ${result.hash}`,
    ...failures.map(
      ({ seed, checker, detail, atMs, command }) =>
        `\nseed ${seed}: ${checker}, at ${(atMs / 1000).toFixed(3)} s: ${detail}\n  ${command}`,
    ),
  ].join('\n')
}

function sum(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {}
  for (const one of all) {
    for (const [name, times] of Object.entries(one)) total[name] = (total[name] ?? 0) + times
  }
  return total
}

function count(names: readonly string[]): Readonly<Record<string, number>> {
  return sum([...names].sort().map((name) => ({ [name]: 1 })))
}

function hashOf(outcomes: readonly Outcome[]): string {
  const [only, ...others] = outcomes
  if (only !== undefined && others.length === 0) return only.hash
  return createHash('sha256')
    .update(outcomes.map(({ hash }) => hash).join())
    .digest('hex')
}
