/**
 * The durable image of a state: a map of small keys that each block changes in proportion to what it did. Storage keeps the last
 * value of each key; `load.ts` makes the state of them again. Keys, by their first byte (numbers big-endian):
 *
 *   h                                  the head: height, id, time, state root, number of elections
 *   r <election: 4>                    the election's record, SSZ
 *   k <election: 4>                    the ceremony that makes the election's key, SSZ
 *   c <election: 4> <registrar: 32> <chunk: 4>   flat entries of a roll chunk, while it is published and for ever once accepted
 *   b <election: 4> <position: 4>      the ballots that one block put on the board from this position on, each its id (32) and its
 *                                      voter's place on the roll (4): the last of a place counts
 *   v <number: 4>                      a conviction, SSZ, in order from 0
 */
import { ContainerType } from '@chainsafe/ssz'
import { type Codec, codec, concat, concatAll, toBigEndian, toHex, utf8 } from '../base/index.ts'
import { BYTES32, UINT32, UINT64 } from './ssz.ts'
import type { Change } from './types.ts'

/** What the head's key holds. */
export interface Head {
  height: number
  id: Uint8Array
  time: number
  stateRoot: Uint8Array
  elections: number
}

export const headCodec: Codec<Head> = codec(
  new ContainerType(
    { height: UINT64, id: BYTES32, time: UINT64, stateRoot: BYTES32, elections: UINT32 },
    { typeName: 'Head' },
  ),
  84,
)

/** First bytes of keys. */
export type KeyKind = 'h' | 'r' | 'k' | 'c' | 'b' | 'v'

function number(value: number): Uint8Array {
  return toBigEndian(BigInt(value), 4)
}

export function headKey(): Uint8Array {
  return utf8('h')
}
export function recordKey(election: number): Uint8Array {
  return concat(utf8('r'), number(election))
}
export function ceremonyKey(election: number): Uint8Array {
  return concat(utf8('k'), number(election))
}
export function chunkKey(election: number, registrar: Uint8Array, chunk: number): Uint8Array {
  return concat(utf8('c'), number(election), registrar, number(chunk))
}
export function boardKey(election: number, position: number): Uint8Array {
  return concat(utf8('b'), number(election), number(position))
}
/** Bytes of a {@link boardEntry}. */
export const BOARD_ENTRY_BYTES: number = 32 + 4

/** A ballot under a {@link boardKey}. */
export function boardEntry(ballotId: Uint8Array, place: number): Uint8Array {
  return concat(ballotId, number(place))
}
export function convictionKey(place: number): Uint8Array {
  return concat(utf8('v'), number(place))
}

/** Changes of one block: the last value a key. Mutable, lives as long as the block's execution. */
export interface ChangeLog {
  put(key: Uint8Array, value: Uint8Array): void
  /** Puts more behind what was added under this key in this block. */
  add(key: Uint8Array, part: Uint8Array): void
  remove(key: Uint8Array): void
  all(): readonly Change[]
}

export function changeLog(): ChangeLog {
  const changes = new Map<string, Change>()
  const added = new Map<string, { readonly key: Uint8Array; readonly parts: Uint8Array[] }>()
  return {
    put: (key, value) => void changes.set(toHex(key), { key, value }),
    add: (key, part) => {
      const known = added.get(toHex(key))
      if (known === undefined) added.set(toHex(key), { key, parts: [part] })
      else known.parts.push(part)
    },
    remove: (key) => void changes.set(toHex(key), { key, value: undefined }),
    all: () => [
      ...changes.values(),
      ...[...added.values()].map(({ key, parts }) => ({ key, value: concatAll(parts) })),
    ],
  }
}
