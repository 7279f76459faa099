/**
 * The equations of ballots' proofs as one sum: each is multiplied by a random weight of its own, and if the sum of all vanishes, so does
 * each of them, but for a chance of 2^-128 (docs/accelerators.md).
 *
 * With the weights w of A and v of B, a branch (challenge c, response r, value M) of a ciphertext contributes
 * [w]A - [w r]g - [w c]alpha + [v]B - [v r]y - [v c]beta + [v c M]g. A point that is in many equations is multiplied once.
 */
import { modOrder, type PointBatch, type Random, type Term } from '../crypto/index.ts'
import {
  type AcceleratorLayout,
  type AnswerLayout,
  CREDENTIAL_PLACE,
  SIGNATURE_PLACE,
} from './accelerator.ts'
import { firstCounted, proofsOfAnswer } from './answer-proofs.ts'
import type { Ballot, EncryptedAnswer } from './types.ts'

/** Tells a random number below 2^128, each as likely as any other and independent of those before. */
export type DrawWeight = () => bigint

const WEIGHT_BYTES = 16
/** Weights that are drawn at once: asking the system's generator costs more than what it gives. */
const WEIGHTS_AT_ONCE = 256

/** Fresh weights out of random bytes. Whatever they are for is fixed when the first one is drawn. */
export function freshWeights(random: Random): DrawWeight {
  let view: DataView = new DataView(new ArrayBuffer(0))
  let at = 0
  return () => {
    if (at === view.byteLength) {
      const bytes = random(WEIGHT_BYTES * WEIGHTS_AT_ONCE)
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      at = 0
    }
    const weight = (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8)
    at += WEIGHT_BYTES
    return weight
  }
}

/** A ballot whose points a batch keeps. */
export interface KeptBallot {
  readonly ballot: Ballot
  readonly layout: AcceleratorLayout
  /** Where in the batch the accelerator's points begin. */
  readonly first: number
  /** Where in the batch the election key is. */
  readonly key: number
}

/** The weighted sum of a ballot's equations. */
export interface WeightedEquations {
  /** All but the multiples of g and of the key, which the ballots of a batch share. */
  readonly terms: readonly Term[]
  /** Where in the batch the key is. */
  readonly key: number
  /** The multiples of the key and of g, not reduced. */
  readonly ofKey: bigint
  readonly ofGenerator: bigint
}

/** The weighted equations of a ballot. */
export function weighEquations(
  { ballot, layout, first, key }: KeptBallot,
  next: DrawWeight,
): WeightedEquations {
  const terms: Term[] = []
  const sum = { terms, key, ofKey: 0n, ofGenerator: 0n }
  const weight = next()
  const { challenge, response } = ballot.signature
  terms.push(
    { index: first + SIGNATURE_PLACE, scalar: weight },
    { index: first + CREDENTIAL_PLACE, scalar: modOrder(-weight * challenge) },
  )
  sum.ofGenerator -= weight * response
  for (const [index, answer] of ballot.answers.entries())
    addAnswer(sum, next, first, layout.answers[index]!, answer)
  return sum
}

/** Whether the equations of all these ballots hold, but for a chance of 2^-128. */
export function vanish(batch: PointBatch, equations: readonly WeightedEquations[]): boolean {
  const terms: Term[] = []
  const keys = new Map<number, bigint>()
  let generator = 0n
  for (const { terms: own, key, ofKey, ofGenerator } of equations) {
    for (const term of own) terms.push(term)
    keys.set(key, (keys.get(key) ?? 0n) + ofKey)
    generator += ofGenerator
  }
  for (const [index, multiple] of keys) terms.push({ index, scalar: modOrder(multiple) })
  return batch.vanishes(terms, modOrder(generator))
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function addAnswer(
  sum: Mutable<WeightedEquations> & { readonly terms: Term[] },
  next: DrawWeight,
  first: number,
  { question, choices, statements }: AnswerLayout,
  answer: EncryptedAnswer,
): void {
  // Multiples of alpha and beta of each choice, and of the sum of the counted ones.
  const alphas = answer.choices.map(() => 0n)
  const betas = answer.choices.map(() => 0n)
  let [sumAlpha, sumBeta] = [0n, 0n]
  const proofs = proofsOfAnswer(answer)
  for (const [index, { branches, commitments }] of statements.entries())
    for (const [branch, { of, value }] of branches.entries()) {
      const { challenge, response } = proofs[index]![branch]!
      const [ofA, ofB] = [next(), next()]
      const place = first + commitments + 2 * branch
      sum.terms.push({ index: place, scalar: ofA }, { index: place + 1, scalar: ofB })
      const [ofAlpha, ofBeta] = [ofA * challenge, ofB * challenge]
      sum.ofGenerator += ofBeta * BigInt(value) - ofA * response
      sum.ofKey -= ofB * response
      if (of === 'sum') {
        sumAlpha += ofAlpha
        sumBeta += ofBeta
      } else {
        alphas[of]! += ofAlpha
        betas[of]! += ofBeta
      }
    }
  for (const choice of answer.choices.keys()) {
    const isCounted = choice >= firstCounted(question)
    const place = first + choices + 2 * choice
    const [alpha, beta] = [alphas[choice]!, betas[choice]!]
    sum.terms.push(
      { index: place, scalar: modOrder(-(isCounted ? alpha + sumAlpha : alpha)) },
      { index: place + 1, scalar: modOrder(-(isCounted ? beta + sumBeta : beta)) },
    )
  }
}
