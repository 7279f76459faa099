/**
 * Evidence: whoever is accused, by a node or on the chain, has really contradicted itself: two different statements for one kind,
 * height and round, both under its signature. A correct validator never does, so evidence against one is a defect somewhere.
 */
import type { CreateChecker, Facts } from '../types.ts'
import { EVIDENCE, readAccusation, readBlock } from './blocks.ts'
import { hex, Unreadable } from './ssz.ts'
import {
  isSame,
  isSignatureOf,
  readEvidence,
  readSigned,
  type Said,
  slotOf,
  type VoteVerifier,
  voteVerifier,
  words,
} from './wire.ts'

export const evidence: CreateChecker = (facts, convict) => {
  const isGood = voteVerifier(facts)
  const correct = new Map(
    facts.seats.flatMap(({ role, index, name }) =>
      role === 'correct' && index !== undefined ? [[index, name] as const] : [],
    ),
  )
  const judged = new Set<string>()

  function judge(seat: string, flawsOf: () => readonly string[]): void {
    try {
      for (const flaw of flawsOf()) convict(`${seat} ${flaw}`)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      convict(`${seat} has evidence that cannot be read: ${error.message}`)
    }
  }

  return {
    observe: (happening) => {
      if (happening.type === 'evidence')
        judge(happening.seat, () => evidenceFlaws(correct, isGood, happening.evidence))
      if (happening.type !== 'committed' || happening.height <= facts.startHeight) return
      const { id, transactions } = readBlock(happening.block)
      if (judged.has(id)) return
      judged.add(id)
      for (const transaction of transactions)
        if (transaction[0] === EVIDENCE)
          judge(happening.seat, () => accusationFlaws(facts, correct, transaction))
    },
  }
}

/** What is wrong with evidence as agreement hands it out. */
function evidenceFlaws(
  correct: ReadonlyMap<number, string>,
  isGood: VoteVerifier,
  bytes: Uint8Array,
): readonly string[] {
  const flaws: string[] = []
  const [first, second] = readEvidence(bytes)
  const both = `a ${words(first.said)} and a ${words(second.said)}`
  const accused = correct.get(first.validator)
  if (accused !== undefined) flaws.push(`accuses ${accused}, which is correct: ${both}`)
  if (first.validator !== second.validator) flaws.push(`holds two validators' statements together: ${both}`)
  if (slotOf(first.said).join() !== slotOf(second.said).join() || isSame(first.said, second.said))
    flaws.push(`calls these a contradiction: ${both}`)
  for (const { said, validator, signature } of [first, second])
    if (!isGood(said, validator, signature))
      flaws.push(`accuses validator ${validator} of a ${words(said)} that it never signed`)
  return flaws
}

/** What is wrong with evidence on the chain: there the slot stands once, so it cannot differ. */
function accusationFlaws(
  { networkId, validatorKeys }: Facts,
  correct: ReadonlyMap<number, string>,
  transaction: Uint8Array,
): readonly string[] {
  const flaws: string[] = []
  const { validator, statements } = readAccusation(transaction, networkId)
  const index = validatorKeys.findIndex((key) => hex(key) === validator)
  const [first, second] = statements.map(({ bytes }) => readSigned(bytes, networkId)) as [Said, Said]
  const both = `a ${words(first)} and a ${words(second)}`
  const key = validatorKeys[index]
  if (key === undefined) return [`finalises evidence against a stranger: ${both}`]
  const accused = correct.get(index)
  if (accused !== undefined) flaws.push(`finalises evidence against ${accused}, which is correct: ${both}`)
  if (isSame(first, second)) flaws.push(`finalises evidence that is no contradiction: ${both}`)
  for (const { bytes, signature } of statements)
    if (!isSignatureOf(key, bytes, signature))
      flaws.push(`finalises evidence that validator ${index} never signed: ${both}`)
  return flaws
}
