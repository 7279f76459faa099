/**
 * Ballots: no finalised one is lost or counted twice. Which ballots count, and the result, must be what a recount from the blocks
 * in the order of the chain gives: of each credential the last ballot. And what was final once stays so: after a power cut a node has
 * at least the height that it had committed.
 */
import type { CreateChecker, Facts, Happening, MadeBallot } from '../types.ts'
import { BALLOT, readBlock } from './blocks.ts'
import { hex, sha256 } from './ssz.ts'

type Ended = Happening & { readonly type: 'ended' }

/** A recount up to a height. */
interface Count {
  readonly time: number
  /** The ballot that counts, by credential. */
  readonly counting: ReadonlyMap<string, MadeBallot>
}

export const ballots: CreateChecker = (facts, convict) => {
  const offered = new Map<string, MadeBallot>()
  const counts = new Map<number, Count>([[facts.startHeight, { time: facts.startTime, counting: new Map() }]])
  const committed = new Map<string, number>()

  function recount(height: number, bytes: Uint8Array): void {
    const parent = counts.get(height - 1)
    if (parent === undefined || counts.has(height)) return
    const { time, transactions } = readBlock(bytes)
    const counting = new Map(parent.counting)
    for (const transaction of transactions) {
      if (transaction[0] !== BALLOT) continue
      const ballot = offered.get(hex(sha256(transaction)))
      if (ballot !== undefined) counting.set(ballot.credential, ballot)
    }
    counts.set(height, { time, counting })
  }

  function judge(head: Ended['heads'][number]): void {
    const count = counts.get(head.height)
    if (count === undefined) {
      convict(`${head.seat} ends at height ${head.height}, which nobody finalised`)
      return
    }
    for (const flaw of countFlaws(facts, count, head))
      convict(`${head.seat} at height ${head.height}: ${flaw}`)
  }

  return {
    observe: (happening) => {
      switch (happening.type) {
        case 'cast':
          offered.set(hex(sha256(happening.ballot.bytes)), happening.ballot)
          return
        case 'committed':
          committed.set(happening.seat, happening.height)
          recount(happening.height, happening.block)
          return
        case 'started': {
          const { seat, height } = happening
          const before = committed.get(seat) ?? 0
          if (height < before) convict(`${seat} had committed height ${before} and starts again at ${height}`)
          return
        }
        case 'ended':
          for (const head of happening.heads) judge(head)
          return
      }
    },
  }
}

function countFlaws(
  { election }: Facts,
  { time, counting }: Count,
  { phase, result, counting: claimed }: Ended['heads'][number],
): readonly string[] {
  const flaws: string[] = []
  for (const [credential, { id }] of counting) {
    const counts = claimed.get(credential)
    if (counts !== id)
      flaws.push(
        `for ${credential.slice(0, 16)} counts ${counts?.slice(0, 16) ?? 'nothing'}, not ${id.slice(0, 16)}`,
      )
  }
  for (const credential of claimed.keys())
    if (!counting.has(credential))
      flaws.push(`a ballot counts for ${credential.slice(0, 16)}, none is on the chain`)
  const phases = time >= election.closesAt ? ['decrypting', 'tallied'] : ['open']
  if (!phases.includes(phase))
    flaws.push(`the election is ${phase}, by the block's time it is ${phases.join(' or ')}`)
  if ((phase === 'tallied') !== (result !== undefined))
    flaws.push(`the election is ${phase}, its result ${result}`)
  if (result !== undefined) {
    const sums = Array.from({ length: election.answers }, (_, answer) =>
      [...counting.values()].reduce((sum, { answers }) => sum + (answers[answer] ?? 0), 0),
    )
    if (sums.join() !== result.join()) flaws.push(`the result is ${result}, the ballots say ${sums}`)
  }
  return flaws
}
