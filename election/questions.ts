/**
 * Homomorphic questions (specification 4.9.1): choose between min and max of the answers, or vote blank where allowed.
 *
 * Stricter than the specification: 0 <= min <= max <= number of answers, and at least one answer, because no voter
 * could answer anything else. The two other types of question, `Lists` and `NonHomomorphic` (4.9.2, 4.9.3), are refused by name.
 */
import { ok, type Refusal, type Result, refuse } from '../base/index.ts'
import {
  arrayShape,
  booleanShape,
  integerShape,
  objectShape,
  optional,
  type Shape,
  textShape,
} from './json.ts'
import { MAX_CHOICES, MAX_QUESTIONS, MAX_TEXT_LENGTH } from './limits.ts'
import type { Question } from './types.ts'

export type QuestionsRefusal = Refusal<'questions-invalid' | 'question-type-unsupported'>

/** A question as it is written: `blank` may be absent, which means false. Both writings occur in elections. */
export interface WrittenQuestion {
  readonly answers: readonly string[]
  readonly blank?: boolean
  readonly min: number
  readonly max: number
  readonly question: string
}

export const questionsShape: Shape<readonly WrittenQuestion[]> = arrayShape(
  objectShape({
    answers: arrayShape(textShape(MAX_TEXT_LENGTH), MAX_CHOICES),
    blank: optional(booleanShape),
    min: integerShape(0, MAX_CHOICES),
    max: integerShape(0, MAX_CHOICES),
    question: textShape(MAX_TEXT_LENGTH),
  }),
  MAX_QUESTIONS,
)

/** Questions out of parsed JSON in Belenios' form; `Lists` and `NonHomomorphic` are refused by name. */
export function parseQuestions(json: unknown): Result<readonly Question[], QuestionsRefusal> {
  const unsupported = unsupportedQuestion(json)
  if (unsupported !== undefined) return refuse('question-type-unsupported', unsupported)
  const written = questionsShape.read(json, 'questions')
  return written.ok ? checkQuestions(written.value) : refuse('questions-invalid', written.error.detail)
}

/** The questions' JSON; `blank` is written where it is true. */
export function questionsJson(questions: readonly Question[]): string {
  return questionsShape.write(questions.map(writtenQuestion))
}

/** A question as we write it. */
export function writtenQuestion(question: Question): WrittenQuestion {
  const { answers, blank, min, max } = question
  return { answers, ...(blank ? { blank } : {}), min, max, question: question.question }
}

/** Ciphertexts of an answer: the answers, and one more where blank is allowed. */
export function choiceCount(question: Question): number {
  return question.answers.length + (question.blank ? 1 : 0)
}

/** Questions of the right form, checked to be answerable and within the limits. */
export function checkQuestions(
  written: readonly WrittenQuestion[],
): Result<readonly Question[], Refusal<'questions-invalid'>> {
  if (written.length === 0) return refuse('questions-invalid', 'an election has at least one question')
  const questions: Question[] = []
  let choices = 0
  for (const [index, { answers, blank = false, min, max, question }] of written.entries()) {
    if (answers.length === 0) return refuse('questions-invalid', `question ${index + 1} has no answers`)
    if (min > max || max > answers.length)
      return refuse(
        'questions-invalid',
        `question ${index + 1}: min ${min} and max ${max} of ${answers.length} answers; 0 <= min <= max <= answers`,
      )
    questions.push({ question, answers, blank, min, max })
    choices += answers.length + (blank ? 1 : 0)
  }
  return choices > MAX_CHOICES
    ? refuse('questions-invalid', `${choices} choices over all questions, at most ${MAX_CHOICES}`)
    : ok(questions)
}

/** The sentence about the first question of another type, where there is one (4.9: `question_gen`). */
export function unsupportedQuestion(questions: unknown): string | undefined {
  if (!Array.isArray(questions)) return undefined
  for (const [index, question] of questions.entries()) {
    if (typeof question !== 'object' || question === null || !Object.hasOwn(question, 'type')) continue
    const { type } = question as { readonly type: unknown }
    const name = type === 'Lists' || type === 'NonHomomorphic' ? type : 'unknown'
    return `question ${index + 1} is of type ${name}; only homomorphic questions are supported`
  }
  return undefined
}
