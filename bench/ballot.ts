/**
 * What a voter's device takes to make a ballot, with its accelerator, on one core: the median of some, each of a voter of its own.
 *
 * Reference: as many multiplications by secret scalars, one by one, as there are points of the ballot that need one.
 */
import { deriveScalar, GENERATOR, multiplySecret } from '../crypto/index.ts'
import { against, median, type Report } from './report.ts'
import { aBallot, oneOf, oneOfSix, random, type Sample, shortest, yesOrNo } from './sample.ts'

const BALLOTS = 30
const WARM_UP = 10

/** Prints `ballot.create.*` of yes or no, one of six and one of ten. */
export async function run(report: Report): Promise<void> {
  const scalar = deriveScalar(random(32), 'bench')
  const point = multiplySecret(GENERATOR, scalar)
  const multiplyMs = 1000 * shortest(5, 100, () => repeat(100, () => multiplySecret(point, scalar)))
  for (const sample of [yesOrNo(), oneOfSix(), oneOf(10)]) {
    repeat(WARM_UP, () => aBallot(sample))
    const value = median(Array.from({ length: BALLOTS }, () => msOf(() => aBallot(sample))))
    const multiplications = multiplicationsOf(sample)
    const name = `${multiplications} multiplications one by one`
    const note = `${sample.ciphertexts} ciphertexts, one core`
    report({
      bench: `ballot.create.${sample.name}`,
      value,
      unit: 'ms',
      reference: against(name, value, multiplications * multiplyMs),
      note,
    })
  }
}

/** Of g and y: two a ciphertext, three a branch of a proof (two of g and one of y), and one for the credential and the signature each. */
function multiplicationsOf({ ciphertexts, election }: Sample): number {
  const [question] = election.questions
  const overall = question === undefined ? 0 : question.max - question.min + 1
  return 2 * ciphertexts + 3 * (2 * ciphertexts + overall) + 2
}

function repeat(times: number, work: () => void): void {
  for (let i = 0; i < times; i++) work()
}

function msOf(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
