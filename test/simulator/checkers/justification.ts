/**
 * Justification: what a correct validator says follows from what it can have seen. This is the safety argument of
 * consensus/README.md, checked step by step, so that a defect shows where it is made and not only where a fork comes of it.
 *
 * What validators in an adversary's hands say is not known here; each of them may have said anything. So a quorum can have been
 * seen where the correct ones among it, and all faulty ones, make one. The rules:
 *
 * 1. A commit: a quorum can have prepared its block in its round [R10].
 * 2. A prepared claim, and what is attached to it: a quorum of good prepares for that round and block [R14].
 * 3. Who committed asks for later rounds with a claim that is not older [R9] [R12].
 * 4. A proposal after round 0 carries a quorum of round changes for its round, and the highest claim among them with its prepares; of
 *    round 0, nothing [R5] [R6]. It comes from the round's proposer [R2], with its block.
 * 5. A prepare after round 0: a quorum can have asked for the round. A correct proposer has proposed that block [R8].
 * 6. Once a quorum can have committed a block, nobody prepares or proposes another one in a later round.
 */
import type { CreateChecker, Facts } from '../types.ts'
import { readBlock } from './blocks.ts'
import {
  quorumOf,
  readEnvelope,
  readSigned,
  type Said,
  type Spoken,
  type Vote,
  voteVerifier,
  words,
} from './wire.ts'

/** What correct validators signed for one height: the block (or nothing) by `kind/round` and validator. */
type Spoke = Map<string, Map<number, string | undefined>>

interface Count {
  readonly n: number
  readonly quorum: number
  /** Validators that are no correct ones. */
  readonly faulty: number
  readonly correct: ReadonlySet<number>
}

export const justification: CreateChecker = (facts, convict) => {
  const count = countOf(facts)
  const indices = new Map(facts.seats.map(({ name, index }) => [name, index]))
  const heights = new Map<number, Spoke>()

  function spokeAt(height: number): Spoke {
    const known = heights.get(height)
    if (known !== undefined) return known
    const spoke: Spoke = new Map()
    heights.set(height, spoke)
    for (const old of heights.keys()) if (old < height - 8) heights.delete(old)
    return spoke
  }

  return {
    observe: (happening) => {
      if (happening.type === 'signing') {
        const author = indices.get(happening.seat)
        if (author === undefined) return
        const said = readSigned(happening.bytes, facts.networkId)
        const spoke = spokeAt(said.height)
        for (const flaw of signingFlaws(count, spoke, author, said))
          convict(`${happening.seat} signs a ${words(said)}, but ${flaw}`)
        votesOf(spoke, said.kind, said.round).set(author, said.block)
      }
      if (happening.type === 'said') {
        const spoken = readEnvelope(happening.payload)
        for (const flaw of attachmentFlaws(facts, spoken))
          convict(`${happening.seat} sends a ${words(spoken.vote.said)}: ${flaw}`)
      }
    },
  }
}

function countOf({ n, seats }: Facts): Count {
  const correct = new Set<number>()
  for (const { role, index } of seats) if (role === 'correct' && index !== undefined) correct.add(index)
  return { n, quorum: quorumOf(n), faulty: n - correct.size, correct }
}

function votesOf(spoke: Spoke, kind: Said['kind'], round: number): Map<number, string | undefined> {
  const key = `${kind}/${round}`
  const votes = spoke.get(key) ?? new Map<number, string | undefined>()
  spoke.set(key, votes)
  return votes
}

/** Whether a quorum can have said so: these correct ones, and all faulty ones. */
function canBeQuorum(count: Count, votes: Iterable<string | undefined>, block?: string): boolean {
  const correct = [...votes].filter((voted) => block === undefined || voted === block).length
  return correct + count.faulty >= count.quorum
}

// ---- what is signed: rules 1, 2, 3, 5 and 6 --------------------------------------------------------------------------

function signingFlaws(count: Count, spoke: Spoke, author: number, said: Said): readonly string[] {
  const { kind, height, round, block } = said
  const flaws: string[] = []
  const proposer = (height + round) % count.n
  if (kind === 'proposal' && author !== proposer) flaws.push(`validator ${proposer} is the proposer`)
  if (kind === 'commit' && !canBeQuorum(count, votesOf(spoke, 'prepare', round).values(), block))
    flaws.push('no quorum can have prepared it')
  if (kind === 'roundChange') flaws.push(...claimFlaws(count, spoke, author, said))
  if (kind !== 'proposal' && kind !== 'prepare') return flaws
  if (round > 0 && !canBeQuorum(count, votesOf(spoke, 'roundChange', round).values()))
    flaws.push('no quorum can have asked for its round')
  if (kind === 'prepare' && count.correct.has(proposer)) {
    const proposed = votesOf(spoke, 'proposal', round).get(proposer)
    if (proposed !== block) flaws.push(`validator ${proposer} proposed ${proposed?.slice(0, 8) ?? 'nothing'}`)
  }
  const locked = lockedBlock(count, spoke, round, block)
  if (locked !== undefined) flaws.push(locked)
  return flaws
}

function claimFlaws(count: Count, spoke: Spoke, author: number, said: Said): readonly string[] {
  const { block, preparedRound, round } = said
  const flaws: string[] = []
  if (block !== undefined && preparedRound !== undefined) {
    if (preparedRound >= round) flaws.push('its claim is not of a lower round')
    if (!canBeQuorum(count, votesOf(spoke, 'prepare', preparedRound).values(), block))
      flaws.push('no quorum can have prepared what it claims')
  }
  for (const [earlier, committed] of commitsBelow(spoke, round)) {
    const own = committed.get(author)
    if (own === undefined) continue
    if (preparedRound === undefined || preparedRound < earlier)
      flaws.push(`it committed ${own.slice(0, 8)} in round ${earlier}`)
  }
  return flaws
}

/** Rule 6, in words, where it is broken. */
function lockedBlock(
  count: Count,
  spoke: Spoke,
  round: number,
  block: string | undefined,
): string | undefined {
  for (const [earlier, committed] of commitsBelow(spoke, round))
    for (const other of new Set(committed.values()))
      if (other !== block && other !== undefined && canBeQuorum(count, committed.values(), other))
        return `a quorum can have committed ${other.slice(0, 8)} in round ${earlier}`
  return undefined
}

function commitsBelow(
  spoke: Spoke,
  round: number,
): readonly (readonly [number, ReadonlyMap<number, string | undefined>])[] {
  return [...spoke].flatMap(([key, votes]) => {
    const [kind, of] = key.split('/')
    return kind === 'commit' && Number(of) < round ? [[Number(of), votes] as const] : []
  })
}

// ---- what is attached: rules 2 and 4 ---------------------------------------------------------------------------------

function attachmentFlaws(facts: Facts, { vote, roundChanges, prepares, block }: Spoken): readonly string[] {
  const { said } = vote
  const flaws: string[] = []
  if (said.block !== undefined && (said.kind === 'proposal' || said.kind === 'roundChange')) {
    if (block === undefined || readBlock(block).id !== said.block) flaws.push('its block is not with it')
  } else if (block !== undefined) flaws.push('a block travels with it')
  const isJustified = said.kind === 'proposal' && said.round > 0
  if (!isJustified && roundChanges.length > 0) flaws.push('round changes are attached')
  if (!isJustified) {
    const claim = said.kind === 'roundChange' ? said : undefined
    return [...flaws, ...prepareFlaws(facts, said.height, claim, prepares)]
  }
  const { height, round } = said
  const isAsking = (one: Said): boolean =>
    one.kind === 'roundChange' && one.height === height && one.round === round
  if (!isQuorum(facts, roundChanges, isAsking))
    flaws.push('no quorum of round changes for its round is attached')
  const highest = roundChanges
    .map((change) => change.said)
    .reduce<Said | undefined>(
      (best, one) =>
        one.preparedRound !== undefined && one.preparedRound > (best?.preparedRound ?? -1) ? one : best,
      undefined,
    )
  if (highest !== undefined && highest.block !== said.block)
    flaws.push(`the highest prepared block attached is ${highest.block?.slice(0, 8)}`)
  return [...flaws, ...prepareFlaws(facts, height, highest, prepares)]
}

/** The prepares must be a quorum's for the claim; where nothing is claimed, none. */
function prepareFlaws(
  facts: Facts,
  height: number,
  claim: Said | undefined,
  prepares: readonly Vote[],
): readonly string[] {
  if (claim?.preparedRound === undefined)
    return prepares.length > 0 ? ['prepares are attached, and nothing is prepared'] : []
  const isFor = (one: Said): boolean =>
    one.kind === 'prepare' &&
    one.height === height &&
    one.round === claim.preparedRound &&
    one.block === claim.block
  return isQuorum(facts, prepares, isFor)
    ? []
    : [
        `no quorum of prepares for round ${claim.preparedRound} and block ${claim.block?.slice(0, 8)} is attached`,
      ]
}

/** Whether votes are a quorum of distinct validators' good ones, all of them as wanted. */
function isQuorum(facts: Facts, votes: readonly Vote[], isWanted: (said: Said) => boolean): boolean {
  const isGood = voteVerifier(facts)
  const areGood = votes.every(
    ({ said, validator, signature }) => isWanted(said) && isGood(said, validator, signature),
  )
  return areGood && new Set(votes.map(({ validator }) => validator)).size >= quorumOf(facts.n)
}
