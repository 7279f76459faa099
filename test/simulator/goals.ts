/**
 * When the liveness phase may end: everybody has new blocks, what correct nodes accepted is final, an election that is due to close in
 * the run is tallied. These are the run's own reasons to stop early; whether promises were kept is for the checkers to say.
 */

import { toHex } from '../../base/index.ts'
import { decodeBlock, decodeTransaction, transactionId } from '../../ledger/index.ts'
import type { Facts, Happening } from './types.ts'

/** An election that closes so soon after faults ended is waited for. */
const SOON_MS = 5000
/** Blocks that everybody must have beyond the highest at the time when faults ended. */
const NEW_BLOCKS = 2

export class Goals {
  readonly #facts: Facts
  readonly #heads = new Map<string, number>()
  /** Accepted and not yet final: who accepted them. */
  readonly #owed = new Map<string, string>()
  readonly #final = new Set<string>()
  readonly #isTallied: () => boolean
  #height: number
  #healed: { readonly atMs: number; readonly height: number } | undefined
  #closedAtMs: number | undefined
  #reachedAtMs: number | undefined

  /** `isTallied`: whether every correct node has the result. */
  constructor(facts: Facts, isTallied: () => boolean) {
    this.#facts = facts
    this.#height = facts.startHeight
    this.#isTallied = isTallied
  }

  /** The highest final block. */
  get height(): number {
    return this.#height
  }

  /** How long after the end of faults the goals were reached. */
  get reachedAfterMs(): number | undefined {
    return this.#reachedAtMs === undefined || this.#healed === undefined
      ? undefined
      : this.#reachedAtMs - this.#healed.atMs
  }

  /** When there is no point in waiting any longer: the checkers' bound is over. */
  get deadlineMs(): number {
    const from = Math.max(this.#healed?.atMs ?? 0, this.#closedAtMs ?? 0)
    return from + this.#facts.livenessMs
  }

  observe(happening: Happening): void {
    switch (happening.type) {
      case 'committed':
        return this.#commit(happening)
      case 'cast':
        if (happening.outcome === 'accepted' && !this.#final.has(happening.ballot.id)) {
          this.#owed.set(happening.ballot.id, happening.seat)
        }
        return
      case 'killed':
      case 'failed':
        for (const [id, seat] of this.#owed) if (seat === happening.seat) this.#owed.delete(id)
        return
      case 'healed':
        this.#healed = { atMs: happening.atMs, height: this.#height }
        return
      default:
    }
  }

  areReached(nowMs: number): boolean {
    const healed = this.#healed
    if (healed === undefined) return false
    const { closesAt } = this.#facts.election
    const hasNews = this.#facts.seats.every(
      ({ name, role }) => role === 'puppet' || (this.#heads.get(name) ?? 0) >= healed.height + NEW_BLOCKS,
    )
    const isDone = closesAt > healed.atMs + SOON_MS || this.#isTallied()
    const isReached = hasNews && isDone && (this.#owed.size === 0 || this.#closedAtMs !== undefined)
    if (isReached) this.#reachedAtMs ??= nowMs
    return isReached
  }

  #commit({ atMs, seat, height, block }: Happening & { readonly type: 'committed' }): void {
    this.#heads.set(seat, height)
    if (height <= this.#height) return
    this.#height = height
    const decoded = decodeBlock(block)
    if (!decoded.ok) return
    if (decoded.value.header.time >= this.#facts.election.closesAt) this.#closedAtMs ??= atMs
    for (const bytes of decoded.value.transactions) {
      const transaction = decodeTransaction(bytes)
      if (!transaction.ok || transaction.value.kind !== 'ballot') continue
      const id = toHex(transactionId(transaction.value))
      this.#final.add(id)
      this.#owed.delete(id)
    }
  }
}
