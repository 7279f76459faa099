/** The first checks of a ballot, which cost nothing: is it for this election, and does it have the shape of its questions? */
import { equalBytes, ok, type Result, refuse } from '../base/index.ts'
import { BLANK_BRANCHES, overallBranches } from './answer-proofs.ts'
import { choiceCount } from './questions.ts'
import type { Ballot, BallotRefusal, BallotRefusalCode, Election, Place, Question } from './types.ts'

/** A ballot of this election: as many answers, choices, proofs and branches as its questions ask for. Points are not looked at. */
export function checkShape(election: Election, ballot: Ballot): Result<void, BallotRefusal> {
  const { uuid, hash, questions } = election
  if (ballot.uuid !== uuid || !equalBytes(ballot.electionHash, hash))
    return refuseBallot('wrong-election', 'made for another election', {})
  if (ballot.answers.length !== questions.length)
    return refuseBallot(
      'wrong-shape',
      `${ballot.answers.length} answers to ${questions.length} questions`,
      {},
    )
  for (const [index, question] of questions.entries()) {
    const shape = checkAnswer(question, ballot.answers[index]!, { question: index })
    if (!shape.ok) return shape
  }
  return ok(undefined)
}

function checkAnswer(
  question: Question,
  { choices, individualProofs, overallProof, blankProof }: Ballot['answers'][number],
  place: Place,
): Result<void, BallotRefusal> {
  const expected = choiceCount(question)
  if (choices.length !== expected)
    return refuseBallot('wrong-shape', `${choices.length} choices, not ${expected}`, place)
  if (individualProofs.length !== expected || individualProofs.some((proofs) => proofs.length !== 2))
    return refuseBallot('wrong-shape', 'not one 0/1 proof a choice', { ...place, proof: 'individual' })
  if (overallProof.length !== overallBranches(question).length)
    return refuseBallot('wrong-shape', 'wrong number of branches', { ...place, proof: 'overall' })
  if ((blankProof?.length ?? 0) !== (question.blank ? BLANK_BRANCHES.length : 0))
    return refuseBallot('wrong-shape', 'a blank proof where none belongs, or none', {
      ...place,
      proof: 'blank',
    })
  return ok(undefined)
}

/** The refusal of a ballot; its sentence names the place. */
export function refuseBallot(
  code: BallotRefusalCode,
  detail: string,
  place: Place,
): { readonly ok: false; readonly error: BallotRefusal } {
  const where = [
    ...(place.question === undefined ? [] : [`question ${place.question + 1}`]),
    ...(place.choice === undefined ? [] : [`choice ${place.choice + 1}`]),
    ...(place.proof === undefined ? [] : [place.proof]),
  ].join(', ')
  const { error } = refuse(code, where === '' ? detail : `${where}: ${detail}`)
  return { ok: false, error: { ...error, place } }
}
