/**
 * SSZ as psephos uses it: a {@link Codec} a schema, canonical in both directions.
 *
 * Source: the SimpleSerialize specification of Ethereum's consensus layer. Deviation: decoding is strict. After the
 * library has decoded, the value is encoded again and must give the same bytes, so that a value has one encoding only.
 *
 * Merkle trees are hashed by the library's WebAssembly SHA-256 (measured: six times as fast as its default for many nodes at once,
 * twice for one). Only public data is hashed in trees.
 */
import { setHasher } from '@chainsafe/persistent-merkle-tree'
import { hasher } from '@chainsafe/persistent-merkle-tree/hasher/as-sha256'
import type { CompositeType, Type, ValueOf } from '@chainsafe/ssz'
import { equalBytes } from './bytes.ts'
import { ok, type Refusal, type Result, refuse } from './result.ts'

setHasher(hasher)

/** Bytes and Merkle root of one type of value. */
export interface Codec<T> {
  /** The only encoding of the value. */
  encode(value: T): Uint8Array
  /** The value, or `malformed` with the library's reason. Never throws, whatever the bytes. */
  decode(bytes: Uint8Array): Result<T, Refusal<'malformed'>>
  /** SSZ `hash_tree_root`, 32 bytes. */
  root(value: T): Uint8Array
}

/** The codec of a schema. `T` is the schema's plain value, made readonly. `maxBytes` is checked before anything is decoded. */
// biome-ignore lint/suspicious/noExplicitAny: the library's own bound on views
export function codec<S extends Type<any> | CompositeType<any, any, any>, T = ValueOf<S>>(
  schema: S,
  maxBytes: number,
): Codec<T> {
  return {
    encode: (value) => schema.serialize(value as never),
    decode: (bytes) => {
      if (bytes.length > maxBytes) return refuse('malformed', `${bytes.length} bytes, at most ${maxBytes}`)
      try {
        const value = schema.deserialize(bytes) as T
        return equalBytes(schema.serialize(value as never), bytes)
          ? ok(value)
          : refuse('malformed', 'not the canonical encoding')
      } catch (error) {
        return refuse('malformed', error instanceof Error ? error.message : 'not decodable')
      }
    },
    root: (value) => schema.hashTreeRoot(value as never),
  }
}
