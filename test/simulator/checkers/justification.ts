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
 * 5. A prepare: a correct proposer has proposed that block [R8]. After round 0 a quorum can have asked for the round whose claims leave
 *    the proposer this block: none of them is for another block and at least as high as a claim for this one can be [R6].
 * 6. Once a quorum can have committed a block, nobody prepares or proposes another one in a later round.
 */
import type { CreateChecker, Facts } from '../types.ts'
import { attachmentFlaws } from './attachments.ts'
import { quorumOf, readEnvelope, readSigned, type Said, words } from './wire.ts'

/** What correct validators signed of one kind in one round, by validator. */
type Votes = Map<number, Said>

/** What correct validators signed for one height. */
class Spoke {
  readonly #votes = new Map<string, Votes>()
  #highestRound = 0

  of(kind: Said['kind'], round: number): Votes {
    const key = `${kind}/${round}`
    const votes: Votes = this.#votes.get(key) ?? new Map()
    this.#votes.set(key, votes)
    return votes
  }

  note(author: number, said: Said): void {
    this.of(said.kind, said.round).set(author, said)
    this.#highestRound = Math.max(this.#highestRound, said.round)
  }

  /** The rounds below this one in which something was signed, the highest first. */
  roundsBelow(round: number): readonly number[] {
    const count = Math.min(round, this.#highestRound + 1)
    return Array.from({ length: count }, (_, i) => count - 1 - i)
  }
}

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
  return {
    observe: (happening) => {
      if (happening.type === 'signing') {
        const author = indices.get(happening.seat)
        if (author === undefined) return
        const said = readSigned(happening.bytes, facts.networkId)
        const spoke = heights.get(said.height) ?? new Spoke()
        heights.set(said.height, spoke)
        for (const flaw of signingFlaws(count, spoke, author, said))
          convict(`${happening.seat} signs a ${words(said)}, but ${flaw}`)
        spoke.note(author, said)
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

/** Whether a quorum can have said so: the correct ones that did, and all faulty ones. */
function canBeQuorum(count: Count, votes: Votes, isOne: (said: Said) => boolean): boolean {
  return [...votes.values()].filter(isOne).length + count.faulty >= count.quorum
}

const isFor =
  (block: string | undefined) =>
  (said: Said): boolean =>
    said.block === block

function signingFlaws(count: Count, spoke: Spoke, author: number, said: Said): readonly string[] {
  const { kind, height, round, block } = said
  if (kind === 'roundChange') return claimFlaws(count, spoke, author, said)
  if (kind === 'commit')
    return canBeQuorum(count, spoke.of('prepare', round), isFor(block))
      ? []
      : ['no quorum can have prepared it']
  const flaws: string[] = []
  const proposer = (height + round) % count.n
  if (kind === 'proposal' && author !== proposer) flaws.push(`validator ${proposer} is the proposer`)
  if (kind === 'prepare' && count.correct.has(proposer)) {
    const proposed = spoke.of('proposal', round).get(proposer)?.block
    if (proposed !== block) flaws.push(`validator ${proposer} proposed ${proposed?.slice(0, 8) ?? 'nothing'}`)
  }
  return [...flaws, ...freedomFlaws(count, spoke, said), ...lockFlaws(count, spoke, said)]
}

/** Rules 2 and 3. */
function claimFlaws(
  count: Count,
  spoke: Spoke,
  author: number,
  { block, preparedRound, round }: Said,
): readonly string[] {
  const flaws: string[] = []
  if (preparedRound !== undefined) {
    if (preparedRound >= round) flaws.push('its claim is not of a lower round')
    if (!canBeQuorum(count, spoke.of('prepare', preparedRound), isFor(block)))
      flaws.push('no quorum can have prepared what it claims')
  }
  for (const earlier of spoke.roundsBelow(round)) {
    const own = spoke.of('commit', earlier).get(author)
    if (own !== undefined && (preparedRound ?? -1) < earlier)
      flaws.push(`it committed ${own.block?.slice(0, 8)} in round ${earlier}`)
  }
  return flaws
}

/** Rule 5: whether those that asked for a round can have left its proposer this block. */
function freedomFlaws(count: Count, spoke: Spoke, { round, block }: Said): readonly string[] {
  if (round === 0) return []
  const asked = spoke.of('roundChange', round)
  if (!canBeQuorum(count, asked, () => true)) return ['no quorum can have asked for its round']
  const claimable =
    spoke
      .roundsBelow(round)
      .find((earlier) => canBeQuorum(count, spoke.of('prepare', earlier), isFor(block))) ?? -1
  const leaves = (said: Said): boolean =>
    said.preparedRound === undefined || said.block === block || said.preparedRound < claimable
  return canBeQuorum(count, asked, leaves) ? [] : ['those that asked for its round oblige to another block']
}

/** Rule 6. */
function lockFlaws(count: Count, spoke: Spoke, { round, block }: Said): readonly string[] {
  for (const earlier of spoke.roundsBelow(round)) {
    const committed = spoke.of('commit', earlier)
    for (const other of new Set([...committed.values()].map((said) => said.block)))
      if (other !== block && canBeQuorum(count, committed, isFor(other)))
        return [`a quorum can have committed ${other?.slice(0, 8)} in round ${earlier}`]
  }
  return []
}
