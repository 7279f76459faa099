/**
 * The statements behind the proofs of one homomorphic answer (specification 4.11.1, 4.12, 4.13) and the texts that are hashed
 * with them. Prover and verifier both take them from here.
 */
import type { Question } from './types.ts'

/** One branch: which ciphertext (a choice's index, or the sum of the counted choices) and the value it states. */
export interface Branch {
  readonly of: number | 'sum'
  readonly value: number
}

/** `S0` = phi|credential: what every proof of a ballot is bound to. */
export function ballotText(fingerprint: string, credential: string): string {
  return `${fingerprint}|${credential}`
}

/** `S` = S0|alpha1,beta1,alpha2,beta2,...: what the proofs over a whole answer are bound to. */
export function answerText(s0: string, ciphertexts: readonly string[]): string {
  return `${s0}|${ciphertexts.join(',')}`
}

/** Hashed before the commitments of a proof that `ciphertext` (`alpha,beta`) is in an interval. */
export function intervalText(s: string, ciphertext: string): string {
  return `prove|${s}|${ciphertext}|`
}

/** Hashed before the commitments of "not blank, or nothing chosen". */
export function blankText(s: string): string {
  return `bproof0|${s}|`
}

/** Hashed before the commitments of "blank, or as many as allowed chosen". */
export function blankOverallText(s: string): string {
  return `bproof1|${s}|`
}

/** A choice is 0 or 1. */
export function individualBranches(choice: number): readonly Branch[] {
  return [
    { of: choice, value: 0 },
    { of: choice, value: 1 },
  ]
}

/** The sum is one of min..max; or, where blank is allowed, choice 0 is 1. */
export function overallBranches(question: Question): readonly Branch[] {
  const interval = Array.from({ length: question.max - question.min + 1 }, (_, index): Branch => {
    return { of: 'sum', value: question.min + index }
  })
  return question.blank ? [{ of: 0, value: 1 }, ...interval] : interval
}

/** Choice 0 (blank) is 0, or the sum of the others is. */
export const BLANK_BRANCHES: readonly Branch[] = [
  { of: 0, value: 0 },
  { of: 'sum', value: 0 },
]

/** The choices that count towards min and max: all but a leading blank. */
export function firstCounted(question: Question): number {
  return question.blank ? 1 : 0
}
