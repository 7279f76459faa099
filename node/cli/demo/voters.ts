/** The voters of a demo: what they choose, who votes twice, and the count of it in the clear. */
import type { Random } from '../../../crypto/index.ts'
import type { Counts, Question } from '../../../election/index.ts'

/** 0 or 1 a choice and question. */
export type Choice = readonly (readonly number[])[]

/** One voter of a demo. */
export interface DemoVoter {
  readonly weight: bigint
  /** One choice, or two: the second replaces the first. */
  readonly choices: readonly [Choice] | readonly [Choice, Choice]
}

/** Every so many voters one votes twice. */
const TWICE_EVERY = 5
/** Of so many blank-allowing answers, one is blank. */
const BLANK_ONE_IN = 8

/** Voters with random choices; the first one votes twice, and every fifth after. */
export function createVoters(
  count: number,
  questions: readonly Question[],
  weights: readonly bigint[] | undefined,
  random: Random,
): readonly DemoVoter[] {
  return Array.from({ length: count }, (_, i): DemoVoter => {
    const weight = weights?.[i % weights.length] ?? 1n
    const first = randomChoice(questions, random)
    return { weight, choices: i % TWICE_EVERY === 0 ? [first, randomChoice(questions, random)] : [first] }
  })
}

/** The count that the result must show: each voter's last choice with its weight. */
export function countInTheClear(questions: readonly Question[], voters: readonly DemoVoter[]): Counts {
  return questions.map((question, q) =>
    Array.from({ length: question.answers.length + (question.blank ? 1 : 0) }, (_, c) =>
      voters.reduce((sum, { weight, choices }) => sum + weight * BigInt(choices.at(-1)?.[q]?.[c] ?? 0), 0n),
    ),
  )
}

/** Some answer that the questions allow. */
export function randomChoice(questions: readonly Question[], random: Random): Choice {
  return questions.map(({ answers, blank, min, max }) => {
    const votesBlank = blank && below(BLANK_ONE_IN, random) === 0
    const chosen = votesBlank
      ? new Set<number>()
      : subset(answers.length, min + below(max - min + 1, random), random)
    const row = answers.map((_, i) => (chosen.has(i) ? 1 : 0))
    return blank ? [votesBlank ? 1 : 0, ...row] : row
  })
}

function subset(size: number, count: number, random: Random): ReadonlySet<number> {
  const chosen = new Set<number>()
  while (chosen.size < count) chosen.add(below(size, random))
  return chosen
}

/** A number in 0..limit-1, evenly: limit is far below 2^32, and values past its last multiple are thrown away. */
function below(limit: number, random: Random): number {
  const end = 2 ** 32 - (2 ** 32 % limit)
  for (;;) {
    const value = new DataView(random(4).buffer).getUint32(0)
    if (value < end) return value % limit
  }
}
