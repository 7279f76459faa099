/**
 * Liveness: no correct node stops by itself unless its disk was made to fail, at any time. And once faults have ended, within the
 * stated time every correct node and observer finalises a block that nobody had before; ballots that a correct node accepted are
 * final; an election past its closing is tallied.
 *
 * A pool lives in memory: a ballot whose node dies is the voter's to cast again, so it is owed no more. Nor is one owed that the
 * closing overtook: a block whose time is past it is final before the ballot's time is up.
 */
import type { CreateChecker, Happening, MadeBallot } from '../types.ts'
import { BALLOT, readBlock } from './blocks.ts'
import { hex, sha256 } from './ssz.ts'

interface Owed {
  readonly ballot: MadeBallot
  readonly seat: string
  readonly sinceMs: number
}

export const liveness: CreateChecker = (facts, convict) => {
  const { livenessMs, election } = facts
  const seats = facts.seats.filter(({ role }) => role !== 'puppet').map(({ name }) => name)
  const owed = new Map<string, Owed>()
  const final = new Set<string>()
  const heads = new Map<string, number>()
  let highest = facts.startHeight
  /** The highest block when faults ended. */
  let healed: { readonly atMs: number; readonly height: number } | undefined
  let closedAtMs: number | undefined
  let hasJudgedHeads = false

  function judgeHeads(): void {
    if (healed === undefined || hasJudgedHeads) return
    hasJudgedHeads = true
    for (const seat of seats) {
      const head = heads.get(seat)
      if (head === undefined || head <= healed.height)
        convict(
          `${seat} is at height ${head ?? 'none'}, ${livenessMs} ms after faults ended at height ${healed.height}`,
        )
    }
  }

  /** Ballots whose time is up. */
  function judgeBallots(nowMs: number): void {
    if (healed === undefined || closedAtMs !== undefined) return
    for (const [name, { ballot, seat, sinceMs }] of owed) {
      if (nowMs <= Math.max(sinceMs, healed.atMs) + livenessMs) continue
      owed.delete(name)
      convict(`${seat} accepted the ballot ${ballot.id.slice(0, 16)} at ${sinceMs} ms, and it is not final`)
    }
  }

  function commit({ atMs, seat, height, block: bytes }: Happening & { readonly type: 'committed' }): void {
    heads.set(seat, height)
    if (height <= highest) return
    highest = height
    const block = readBlock(bytes)
    for (const transaction of block.transactions) {
      if (transaction[0] !== BALLOT) continue
      const name = hex(sha256(transaction))
      final.add(name)
      owed.delete(name)
    }
    if (block.time >= election.closesAt) closedAtMs ??= atMs
  }

  function end({ atMs, heads: ended }: Happening & { readonly type: 'ended' }): void {
    judgeHeads()
    if (healed === undefined || closedAtMs === undefined) return
    if (atMs < Math.max(closedAtMs, healed.atMs) + livenessMs) return
    for (const { seat, phase } of ended)
      if (phase !== 'tallied')
        convict(`${seat}: the election is ${phase}, ${atMs - closedAtMs} ms after it closed`)
  }

  return {
    observe: (happening) => {
      const { atMs } = happening
      if (healed !== undefined && atMs > healed.atMs + livenessMs) judgeHeads()
      judgeBallots(atMs)
      switch (happening.type) {
        case 'started':
          heads.set(happening.seat, happening.height)
          return
        case 'cast': {
          const { ballot, outcome, seat } = happening
          const name = hex(sha256(ballot.bytes))
          if (ballot.isValid && outcome === 'accepted' && !final.has(name))
            owed.set(name, { ballot, seat, sinceMs: atMs })
          return
        }
        case 'failed':
          if (!happening.isExpected)
            convict(`${happening.seat} stops by itself: ${happening.code}: ${happening.detail}`)
          forget(owed, happening.seat)
          return
        case 'killed':
          forget(owed, happening.seat)
          return
        case 'committed':
          return commit(happening)
        case 'healed':
          healed = { atMs, height: highest }
          return
        case 'ended':
          return end(happening)
      }
    },
  }
}

function forget(owed: Map<string, Owed>, seat: string): void {
  for (const [name, one] of owed) if (one.seat === seat) owed.delete(name)
}
