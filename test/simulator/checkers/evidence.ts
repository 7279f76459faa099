/**
 * Evidence: whoever is accused has really contradicted itself: two different statements for one kind, height and round, both
 * under its signature. A validator that is correct never does, so evidence against one is a defect somewhere.
 */
import type { CreateChecker } from '../types.ts'
import { Unreadable } from './ssz.ts'
import { isSame, readEvidence, slotOf, type Vote, voteVerifier, words } from './wire.ts'

export const evidence: CreateChecker = (facts, convict) => {
  const isGood = voteVerifier(facts)
  const correct = new Map(
    facts.seats.flatMap(({ role, index, name }) =>
      role === 'correct' && index !== undefined ? [[index, name] as const] : [],
    ),
  )
  return {
    observe: (happening) => {
      if (happening.type !== 'evidence') return
      const { seat } = happening
      const pair = read(happening.evidence)
      if (pair === undefined) {
        convict(`${seat} produces evidence that cannot be read`)
        return
      }
      const [first, second] = pair
      const both = `a ${words(first.said)} and a ${words(second.said)}`
      const accused = correct.get(first.validator)
      if (accused !== undefined) convict(`${seat} accuses ${accused}, which is correct: ${both}`)
      if (first.validator !== second.validator)
        convict(`${seat} holds two validators' statements together: ${both}`)
      if (slotOf(first.said).join() !== slotOf(second.said).join() || isSame(first.said, second.said))
        convict(`${seat} calls these a contradiction: ${both}`)
      for (const { said, validator, signature } of pair)
        if (!isGood(said, validator, signature))
          convict(`${seat} accuses validator ${validator} of a ${words(said)} that it never signed`)
    },
  }
}

function read(bytes: Uint8Array): readonly [Vote, Vote] | undefined {
  try {
    return readEvidence(bytes)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}
