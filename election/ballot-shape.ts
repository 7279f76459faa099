/** The shape that an election's questions give its ballots: how many choices, how many proofs, of how many branches. */
import { BLANK_BRANCHES, overallBranches } from './answer-proofs.ts'
import { choiceCount } from './questions.ts'
import type { Ballot, Place, Question } from './types.ts'

/** Where and how a ballot has another shape. */
export interface ShapeFault {
  readonly detail: string
  readonly place: Place
}

/** How a ballot has another shape than the questions ask for; undefined where it has not. */
export function ballotShape(
  questions: readonly Question[],
  { answers }: Pick<Ballot, 'answers'>,
): ShapeFault | undefined {
  if (answers.length !== questions.length)
    return { detail: `${answers.length} answers to ${questions.length} questions`, place: {} }
  for (const [index, question] of questions.entries()) {
    const { choices, individualProofs, overallProof, blankProof } = answers[index]!
    const expected = choiceCount(question)
    if (choices.length !== expected)
      return { detail: `${choices.length} choices, not ${expected}`, place: { question: index } }
    if (individualProofs.length !== expected || individualProofs.some((proofs) => proofs.length !== 2))
      return { detail: 'not one 0/1 proof a choice', place: { question: index, proof: 'individual' } }
    if (overallProof.length !== overallBranches(question).length)
      return { detail: 'wrong number of branches', place: { question: index, proof: 'overall' } }
    if ((blankProof?.length ?? 0) !== (question.blank ? BLANK_BRANCHES.length : 0))
      return {
        detail: 'a blank proof where none belongs, or none',
        place: { question: index, proof: 'blank' },
      }
  }
  return undefined
}
