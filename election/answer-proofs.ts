/**
 * The statements behind the proofs of one homomorphic answer (specification 4.11.1, 4.12, 4.13) and the texts that are hashed
 * with them. Prover and verifiers all take them from here.
 *
 * The proofs of an answer have one order, which {@link answerStatements}, {@link statementTexts} and {@link proofsOfAnswer} share: a
 * 0/1 proof a choice, the overall proof, and the blank proof where blank is allowed.
 */
import { choiceCount } from './questions.ts'
import type { EncryptedAnswer, Proof, Question } from './types.ts'

/** One branch: which ciphertext (a choice's index, or the sum of the counted choices) and the value it states. */
export interface Branch {
  readonly of: number | 'sum'
  readonly value: number
}

/** What one proof shows: one of its branches is true, without saying which. */
export interface AnswerStatement {
  readonly proof: 'individual' | 'overall' | 'blank'
  /** The choice that an individual proof is about. */
  readonly choice?: number
  readonly branches: readonly Branch[]
}

/** What the proofs of an answer to the question show, in the order of the proofs. */
export function answerStatements(question: Question): readonly AnswerStatement[] {
  const individual = Array.from({ length: choiceCount(question) }, (_, choice): AnswerStatement => {
    return { choice, proof: 'individual', branches: individualBranches(choice) }
  })
  return [
    ...individual,
    { proof: 'overall', branches: overallBranches(question) },
    ...(question.blank ? [{ proof: 'blank', branches: BLANK_BRANCHES } as const] : []),
  ]
}

/**
 * What is hashed before the commitments of each proof, in the order of the proofs. `ciphertexts` are the choices' texts
 * (`alpha,beta`); `sum`, the text of the product of the counted ones, is asked for only where it is hashed.
 */
export function statementTexts(
  question: Question,
  s0: string,
  ciphertexts: readonly string[],
  sum: () => string,
): readonly string[] {
  const s = answerText(s0, ciphertexts)
  const individual = ciphertexts.map((ciphertext) => intervalText(s0, ciphertext))
  return question.blank
    ? [...individual, blankOverallText(s), blankText(s)]
    : [...individual, intervalText(s, sum())]
}

/** The proofs of an answer in their order. */
export function proofsOfAnswer({
  individualProofs,
  overallProof,
  blankProof,
}: EncryptedAnswer): readonly (readonly Proof[])[] {
  return [...individualProofs, overallProof, ...(blankProof === undefined ? [] : [blankProof])]
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
