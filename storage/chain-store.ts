/**
 * The finalised chain in a Database: blocks, certificates, where each transaction stands, and the state's durable image,
 * written in one batch a height, so that a crash leaves a whole height or none.
 *
 * What it assumes: the caller verified block, certificate and changes; here they are opaque. What it checks: schema version
 * and network before anything else, heights without a gap, and that what must be there is there (else `damaged`).
 */
import { assert, concat, equalBytes, toHex } from '../base/index.ts'
import {
  BUCKET,
  type Bucket,
  fromUint32,
  fromUint64,
  keyIn,
  rangeOf,
  SCHEMA_VERSION,
  uint32,
  uint64,
} from './buckets.ts'
import { StorageError } from './errors.ts'
import { pack, unpack } from './packing.ts'
import type { ChainStore, Database, FinalisedHeight, Operation, Place, Range } from './types.ts'

const ID_BYTES = 32
/** As much of an id as its index has: two of a billion share it with a chance of one in 40, and who wants many must hash 2^64 times. */
const INDEXED_BYTES = 8

/**
 * The chain store in a database, which it owns from then on. Checks schema version and network id before anything else and
 * writes them into a new database; rejects with `wrong-schema` or `wrong-network`, having changed nothing.
 */
export async function openChainStore(database: Database, networkId: Uint8Array): Promise<ChainStore> {
  assert(networkId.length === ID_BYTES, 'a network id has 32 bytes')
  if (await isEmpty(database)) {
    await database.write([
      { type: 'put', key: keyIn(BUCKET.schemaVersion), value: uint32(SCHEMA_VERSION) },
      { type: 'put', key: keyIn(BUCKET.networkId), value: networkId },
      { type: 'put', key: keyIn(BUCKET.lastHeight), value: uint64(0) },
      { type: 'put', key: keyIn(BUCKET.proofsVerified), value: uint64(0) },
    ])
    return new DatabaseChainStore(database, 0, 0)
  }
  await checkSchema(database)
  await checkNetwork(database, networkId)
  const height = await heightIn(database, BUCKET.lastHeight, 'the height of the last block')
  const verifiedTo = await heightIn(database, BUCKET.proofsVerified, 'the height of the last verified proofs')
  if (verifiedTo > height) {
    throw damaged(`proofs are said to be verified up to ${verifiedTo}, and the last height is ${height}`)
  }
  const store = new DatabaseChainStore(database, height, verifiedTo)
  // In pairs: the recorded height is that of the highest block.
  if (height > 0) await store.block(height)
  if ((await database.get(keyIn(BUCKET.block, uint64(height + 1)))) !== undefined) {
    throw damaged(`there is a block above the recorded height ${height}`)
  }
  return store
}

/** The height of the last block in a database, 0 in an empty one; nothing else of it is checked. */
export async function storedHeight(database: Database): Promise<number> {
  return (await isEmpty(database)) ? 0 : heightIn(database, BUCKET.lastHeight, 'the height of the last block')
}

class DatabaseChainStore implements ChainStore {
  readonly #database: Database
  #height: number
  #verifiedTo: number
  #isAppending = false

  constructor(database: Database, height: number, verifiedTo: number) {
    this.#database = database
    this.#height = height
    this.#verifiedTo = verifiedTo
  }

  height(): number {
    return this.#height
  }

  async append(finalised: FinalisedHeight): Promise<void> {
    assert(!this.#isAppending, 'heights are appended one after the other')
    assert(finalised.height === this.#height + 1, 'a height is appended directly after the last one')
    const { height, areProofsDeferred = false } = finalised
    const isVerified = !areProofsDeferred && this.#verifiedTo === this.#height
    this.#isAppending = true
    try {
      const operations = operationsOf(finalised)
      if (isVerified) operations.push(verifiedUpTo(height))
      await this.#database.write(operations)
      this.#height = height
      if (isVerified) this.#verifiedTo = height
    } finally {
      this.#isAppending = false
    }
  }

  proofsVerifiedTo(): number {
    return this.#verifiedTo
  }

  async markProofsVerified(height: number): Promise<void> {
    assert(height <= this.#height, 'proofs are verified of blocks that are there')
    if (height <= this.#verifiedTo) return
    await this.#database.write([verifiedUpTo(height)])
    this.#verifiedTo = height
  }

  async block(
    height: number,
  ): Promise<{ readonly block: Uint8Array; readonly certificate: Uint8Array } | undefined> {
    if (!Number.isSafeInteger(height) || height < 1 || height > this.#height) return undefined
    const [block, certificate] = await Promise.all([
      this.#database.get(keyIn(BUCKET.block, uint64(height))),
      this.#database.get(keyIn(BUCKET.certificate, uint64(height))),
    ])
    if (block === undefined) throw damaged(`the block of height ${height} is missing`)
    if (certificate === undefined) throw damaged(`the certificate of height ${height} is missing`)
    const unpacked = unpack(block)
    if (unpacked === undefined) throw damaged(`the block of height ${height} cannot be unpacked`)
    return { block: unpacked, certificate }
  }

  async places(id: Uint8Array): Promise<readonly Place[]> {
    if (id.length !== ID_BYTES) return []
    const places: Place[] = []
    for await (const [key] of this.#database.entries(placesOf(id))) {
      const place = key.subarray(1 + INDEXED_BYTES)
      const height = fromUint64(place.subarray(0, 8))
      const index = fromUint32(place.subarray(8))
      if (height === undefined || index === undefined) {
        throw damaged(`the place of transaction ${toHex(id)} is not 12 bytes`)
      }
      places.push({ height, index })
    }
    return places
  }

  async *stateEntries(): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    for await (const [key, value] of this.#database.entries(rangeOf(BUCKET.state))) {
      yield [key.subarray(1), value]
    }
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}

function operationsOf(finalised: FinalisedHeight): Operation[] {
  const height = uint64(finalised.height)
  const operations: Operation[] = [
    { type: 'put', key: keyIn(BUCKET.lastHeight), value: height },
    { type: 'put', key: keyIn(BUCKET.block, height), value: pack(finalised.block) },
    { type: 'put', key: keyIn(BUCKET.certificate, height), value: finalised.certificate },
  ]
  for (const [index, id] of finalised.transactionIds.entries()) {
    assert(id.length === ID_BYTES, 'a transaction id has 32 bytes')
    const key = keyIn(BUCKET.transaction, id.subarray(0, INDEXED_BYTES), height, uint32(index))
    operations.push({ type: 'put', key, value: new Uint8Array(0) })
  }
  for (const { key, value } of finalised.changes) {
    const stored = keyIn(BUCKET.state, key)
    operations.push(
      value === undefined ? { type: 'remove', key: stored } : { type: 'put', key: stored, value },
    )
  }
  return operations
}

/** The keys of all places of ids that begin like this one. */
function placesOf(id: Uint8Array): Range {
  const from = keyIn(BUCKET.transaction, id.subarray(0, INDEXED_BYTES))
  // No height begins with a byte of 255.
  return { from, to: concat(from, Uint8Array.of(255)) }
}

function verifiedUpTo(height: number): Operation {
  return { type: 'put', key: keyIn(BUCKET.proofsVerified), value: uint64(height) }
}

async function isEmpty(database: Database): Promise<boolean> {
  // Every key of ours begins with a bucket number, all of which are far below 255.
  for await (const _ of database.entries({ from: Uint8Array.of(0), to: Uint8Array.of(255), limit: 1 }))
    return false
  return true
}

async function checkSchema(database: Database): Promise<void> {
  const stored = await database.get(keyIn(BUCKET.schemaVersion))
  const version = stored === undefined ? undefined : fromUint32(stored)
  if (version === SCHEMA_VERSION) return
  throw new StorageError(
    'wrong-schema',
    version === undefined
      ? 'this is not a database of psephos; check the home directory'
      : `the database has schema version ${version}, this psephos writes version ${SCHEMA_VERSION}; run the release that wrote it, or move the database away and let the node fetch the chain anew`,
  )
}

async function checkNetwork(database: Database, networkId: Uint8Array): Promise<void> {
  const stored = await database.get(keyIn(BUCKET.networkId))
  if (stored === undefined) throw damaged('the network id is missing')
  if (equalBytes(stored, networkId)) return
  throw new StorageError(
    'wrong-network',
    `the database belongs to network ${toHex(stored)}, the genesis file to ${toHex(networkId)}; use the genesis file of that network, or another home directory`,
  )
}

async function heightIn(database: Database, bucket: Bucket, what: string): Promise<number> {
  const stored = await database.get(keyIn(bucket))
  const height = stored === undefined ? undefined : fromUint64(stored)
  if (height === undefined) throw damaged(`${what} is missing`)
  return height
}

function damaged(what: string): StorageError {
  return new StorageError('damaged', `the database does not add up: ${what}`)
}
