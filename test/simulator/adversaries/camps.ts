/**
 * Two camps, and what each of them is told: which seats are in which camp at a height, and which two blocks are rivals there. One object
 * serves all conspirators of a run, so that both camps hear the same two stories from all of them.
 */
import type { BlockId } from '../../../consensus/index.ts'
import type { Dice, Hands } from '../types.ts'
import { setBounded } from './recollection.ts'
import { idOf } from './speech.ts'

/** Heights and blocks that are remembered. */
const MAX_HEIGHTS = 8
const MAX_RIVALS = 128

/** A block and its bytes. */
export interface Rival {
  readonly id: BlockId
  readonly block: Uint8Array
}

export class Camps {
  readonly #dice: Dice
  readonly #first = new Map<number, ReadonlySet<string>>()
  readonly #rivals = new Map<BlockId, Rival>()
  /** Blocks that are for the second camp; every other one is for the first. */
  readonly #second = new Map<BlockId, true>()

  constructor(dice: Dice) {
    this.#dice = dice
  }

  /** The seats, without our own, that are told of this block; the others are told of its rival. */
  of(id: BlockId, height: number, hands: Hands): readonly [readonly string[], readonly string[]] {
    const first = this.#firstCamp(height, hands)
    const inFirst = hands.others.filter((name) => first.has(name))
    const inSecond = hands.others.filter((name) => !first.has(name))
    return this.#second.has(id) ? [inSecond, inFirst] : [inFirst, inSecond]
  }

  /** The block that the other camp is told of, where there is one. */
  rival(id: BlockId): Rival | undefined {
    return this.#rivals.get(id)
  }

  /** Makes a rival for a block, if the puppet still can: another valid block of the same height. */
  async oppose(block: Rival, hands: Hands): Promise<Rival | undefined> {
    const known = this.rival(block.id)
    if (known !== undefined) return known
    const bytes = await hands.otherBlock(block.block)
    const id = bytes === undefined ? undefined : idOf(bytes)
    if (bytes === undefined || id === undefined || id === block.id) return undefined
    const rival = { id, block: bytes }
    setBounded(this.#rivals, block.id, rival, MAX_RIVALS)
    setBounded(this.#rivals, id, block, MAX_RIVALS)
    setBounded(this.#second, id, true, MAX_RIVALS)
    return rival
  }

  #firstCamp(height: number, hands: Hands): ReadonlySet<string> {
    const known = this.#first.get(height)
    if (known !== undefined) return known
    const dice = this.#dice.fork(`camps of height ${height}`)
    const seats = [...hands.others, hands.self.name].sort()
    const size = dice.between(1, seats.length - 1)
    const first = new Set<string>()
    while (first.size < size) first.add(dice.pick(seats))
    setBounded(this.#first, height, first, MAX_HEIGHTS)
    return first
  }
}
