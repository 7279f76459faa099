/**
 * What an adversary remembers of agreement: signed statements of all, those inside justifications too, and blocks. Bounded: a few
 * heights around the puppet's head, a number of slots and blocks. Signatures are not verified; a forged one that another adversary
 * planted makes its next lie a worse one.
 */
import type { BlockId, Signed } from '../../../consensus/index.ts'
import { idOf, type Said } from './speech.ts'

/** Heights below the head, and from it on, that are remembered. */
const HEIGHTS_BEHIND = 3
const HEIGHTS_AHEAD = 3
/** Slots (kind, height, round, block) and blocks; the oldest are forgotten first. */
const MAX_SLOTS = 512
const MAX_BLOCKS = 64
/** Entries of a slot: two round changes of each of more validators than a simulated network has. */
const MAX_PER_SLOT = 64
const MAX_BLOCK_BYTES = 256 * 1024

/** A claim that a block was prepared, with the prepares that show it. */
export interface Prepared {
  readonly round: number
  readonly blockId: BlockId
  readonly prepares: readonly Signed<'prepare'>[]
}

export class Recollection {
  /** Signed statements of a slot by author. */
  readonly #prepares = new Map<string, Map<number, Signed<'prepare'>>>()
  readonly #commits = new Map<string, Map<number, Signed<'commit'>>>()
  /** By author, and apart: with a prepared block and without. */
  readonly #roundChanges = new Map<string, Map<string, Signed<'roundChange'>>>()
  readonly #proposals = new Map<string, Map<BlockId, Signed<'proposal'>>>()
  readonly #blocks = new Map<BlockId, Uint8Array>()

  /** Takes note of a message, if it is of a height near the head. */
  note({ message, block }: Said, head: number): void {
    const { height } = message.signed.statement
    if (height < head - HEIGHTS_BEHIND || height > head + HEIGHTS_AHEAD) return
    if (block !== undefined) this.#keepBlock(block)
    switch (message.kind) {
      case 'prepare':
        this.#keepPrepare(message.signed)
        return
      case 'commit': {
        const { statement, validator } = message.signed
        const slot = `${statement.height}/${statement.round}/${statement.blockId}`
        keep(this.#commits, slot, validator, message.signed)
        return
      }
      case 'roundChange':
        this.#keepRoundChange(message.signed)
        for (const one of message.prepares) this.#keepPrepare(one)
        return
      case 'proposal': {
        const { statement } = message.signed
        keep(this.#proposals, `${height}/${statement.round}`, statement.blockId, message.signed)
        for (const one of message.roundChanges) this.#keepRoundChange(one)
        for (const one of message.prepares) this.#keepPrepare(one)
      }
    }
  }

  /** The bytes of a block that was seen. */
  block(id: BlockId): Uint8Array | undefined {
    return this.#blocks.get(id)
  }

  /** Blocks that were proposed in a round. */
  proposed(height: number, round: number): readonly BlockId[] {
    return [...(this.#proposals.get(`${height}/${round}`)?.keys() ?? [])]
  }

  /** Prepares of distinct validators for a block in a round. */
  prepares(height: number, round: number, id: BlockId): readonly Signed<'prepare'>[] {
    return [...(this.#prepares.get(`${height}/${round}/${id}`)?.values() ?? [])]
  }

  /** Commits of distinct validators for a block in a round. */
  commits(height: number, round: number, id: BlockId): readonly Signed<'commit'>[] {
    return [...(this.#commits.get(`${height}/${round}/${id}`)?.values() ?? [])]
  }

  /** Round changes to a round, with a prepared block or without; of an author who said both there is one of each. */
  roundChanges(height: number, round: number): readonly Signed<'roundChange'>[] {
    return [...(this.#roundChanges.get(`${height}/${round}`)?.values() ?? [])]
  }

  /** What was prepared at a height by at least so many validators, in rounds below this one; the latest last. */
  prepared(height: number, belowRound: number, atLeast: number): readonly Prepared[] {
    const found: Prepared[] = []
    for (const known of this.#prepares.values()) {
      const prepares = [...known.values()]
      const [first] = prepares
      if (first === undefined || prepares.length < atLeast) continue
      const { round, blockId } = first.statement
      if (first.statement.height === height && round < belowRound) found.push({ round, blockId, prepares })
    }
    return found.sort((a, b) => a.round - b.round)
  }

  #keepPrepare(signed: Signed<'prepare'>): void {
    const { height, round, blockId } = signed.statement
    keep(this.#prepares, `${height}/${round}/${blockId}`, signed.validator, signed)
  }

  #keepRoundChange(signed: Signed<'roundChange'>): void {
    const { height, round, prepared } = signed.statement
    const author = `${signed.validator}/${prepared === undefined ? 'bare' : 'prepared'}`
    keep(this.#roundChanges, `${height}/${round}`, author, signed)
  }

  #keepBlock(block: Uint8Array): void {
    if (block.length > MAX_BLOCK_BYTES) return
    const id = idOf(block)
    if (id !== undefined) setBounded(this.#blocks, id, block, MAX_BLOCKS)
  }
}

/** Sets an entry; the oldest goes where there would be too many. */
export function setBounded<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  if (!map.has(key) && map.size >= limit) {
    const oldest = map.keys().next()
    if (oldest.done !== true) map.delete(oldest.value)
  }
  map.set(key, value)
}

function keep<A, S>(slots: Map<string, Map<A, S>>, slot: string, author: A, signed: S): void {
  const known = slots.get(slot) ?? new Map<A, S>()
  setBounded(known, author, signed, MAX_PER_SLOT)
  setBounded(slots, slot, known, MAX_SLOTS)
}
