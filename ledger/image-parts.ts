/**
 * The entries of a durable image, taken in one by one in any order and sorted out by kind. Boards are kept flat, so that a long one does
 * not take many times its size while it is read.
 */
import { toHex } from '../base/index.ts'
import { BOARD_ENTRY_BYTES, type Head, headCodec } from './image.ts'

/** Why an image is not that of a state; thrown inside this folder only. */
export class Damage extends Error {
  override readonly name = 'Damage'
}

/** Throws {@link Damage}. */
export function damaged(what: string): never {
  throw new Damage(what)
}

/** The entries of one election. */
export interface ElectionParts {
  record?: Uint8Array
  ceremony?: Uint8Array
  /** By registrar in hexadecimal, then place. */
  readonly chunks: Map<string, Map<number, Uint8Array>>
  readonly board: BoardParts
}

/** A ballot's id and its voter's place, and a byte that says that they are there. */
const SLOT_BYTES: number = BOARD_ENTRY_BYTES + 1
/** Slots that are reserved together. */
const PAGE_SLOTS = 1024

/** The ballots of a board by position. */
export class BoardParts {
  readonly #pages = new Map<number, Uint8Array>()
  #length = 0

  /** How many there are. */
  length(): number {
    return this.#length
  }

  /** The ballots of one block, from a position on. */
  put(position: number, ballots: Uint8Array): void {
    const { length } = ballots
    if (length === 0 || length % BOARD_ENTRY_BYTES !== 0) damaged(`ballots on a board of ${length} bytes`)
    for (let i = 0; i < length / BOARD_ENTRY_BYTES; i++)
      this.#put(position + i, ballots.subarray(i * BOARD_ENTRY_BYTES, (i + 1) * BOARD_ENTRY_BYTES))
  }

  #put(position: number, ballot: Uint8Array): void {
    const number = Math.floor(position / PAGE_SLOTS)
    const page = this.#pages.get(number) ?? new Uint8Array(PAGE_SLOTS * SLOT_BYTES)
    this.#pages.set(number, page)
    const at = (position % PAGE_SLOTS) * SLOT_BYTES
    if (page[at] === 1) damaged(`two ballots at position ${position} of a board`)
    this.#length += 1
    page[at] = 1
    page.set(ballot, at + 1)
  }

  /** The ballot at a position; undefined where there is none. */
  at(position: number): { readonly id: Uint8Array; readonly place: number } | undefined {
    const page = this.#pages.get(Math.floor(position / PAGE_SLOTS))
    const at = (position % PAGE_SLOTS) * SLOT_BYTES
    if (page === undefined || page[at] === 0) return undefined
    const place = new DataView(page.buffer).getUint32(at + SLOT_BYTES - 4)
    return { id: page.subarray(at + 1, at + 33), place }
  }
}

/** All entries that were taken in so far. Mutable, lives as long as the loading. */
export class ImageParts {
  head: Head | undefined
  readonly elections: Map<number, ElectionParts> = new Map()
  /** By number. */
  readonly convicted: Map<number, Uint8Array> = new Map()

  /** Takes an entry in; throws {@link Damage} where no image has such a one. */
  take(key: Uint8Array, value: Uint8Array): void {
    const kind = String.fromCharCode(key[0] ?? 0)
    if (kind === 'h' && key.length === 1) {
      const decoded = headCodec.decode(value)
      this.head = decoded.ok ? decoded.value : damaged(`the head is malformed: ${decoded.error.detail}`)
      return
    }
    if (key.length < 5) damaged(`a key of ${key.length} bytes`)
    const view = new DataView(key.buffer, key.byteOffset, key.length)
    const index = view.getUint32(1)
    if (kind === 'v' && key.length === 5) this.convicted.set(index, value)
    else if (kind === 'r' && key.length === 5) this.#election(index).record = value
    else if (kind === 'k' && key.length === 5) this.#election(index).ceremony = value
    else if (kind === 'b' && key.length === 9) this.#election(index).board.put(view.getUint32(5), value)
    else if (kind === 'c' && key.length === 41) {
      const { chunks } = this.#election(index)
      const registrar = toHex(key.subarray(5, 37))
      const ofRegistrar = chunks.get(registrar) ?? new Map<number, Uint8Array>()
      chunks.set(registrar, ofRegistrar.set(view.getUint32(37), value))
    } else damaged(`an unknown key ${toHex(key)}`)
  }

  #election(index: number): ElectionParts {
    const known = this.elections.get(index)
    if (known !== undefined) return known
    const parts: ElectionParts = { chunks: new Map(), board: new BoardParts() }
    this.elections.set(index, parts)
    return parts
  }
}
