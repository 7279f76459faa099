import assert from 'node:assert/strict'
import { join } from 'node:path'
import { AssertionFailure } from '../../../base/index.ts'
import { BUCKET, keyIn, SCHEMA_VERSION, uint32, uint64 } from '../../../storage/buckets.ts'
import {
  type ChainStore,
  type Database,
  type FinalisedHeight,
  memoryDatabase,
  type Operation,
  openChainStore,
  openLevelDatabase,
} from '../../../storage/index.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const NETWORK: Uint8Array = new Uint8Array(32).fill(7)

describe('the chain store', () => {
  it('begins at height 0 with nothing in it', async () => {
    const store = await openChainStore(memoryDatabase(), NETWORK)
    assert.equal(store.height(), 0)
    assert.equal(await store.block(0), undefined)
    assert.equal(await store.block(1), undefined)
    assert.deepEqual(await stateOf(store), [])
  })

  it('gives back blocks, certificates, transactions and state', async () => {
    const store = await openChainStore(memoryDatabase(), NETWORK)
    await store.append(
      aHeight(1, { transactionIds: [id(1), id(2)], changes: [change('b', 1), change('a', 2)] }),
    )
    await store.append(
      aHeight(2, { transactionIds: [id(3)], changes: [change('a', undefined), change('c', 3)] }),
    )
    assert.equal(store.height(), 2)
    assert.deepEqual(await store.block(1), { block: bytes(1, 1), certificate: bytes(2, 1) })
    assert.deepEqual(await store.block(2), { block: bytes(1, 2), certificate: bytes(2, 2) })
    assert.equal(await store.block(3), undefined)
    assert.deepEqual(await store.places(id(2)), [{ height: 1, index: 1 }])
    assert.deepEqual(await store.places(id(3)), [{ height: 2, index: 0 }])
    assert.deepEqual(await store.places(id(4)), [])
    assert.deepEqual(await store.places(bytes(1)), [])
    assert.deepEqual(await stateOf(store), ['b=1', 'c=3'])
  })

  it('names all places of ids that begin alike', async () => {
    const store = await openChainStore(memoryDatabase(), NETWORK)
    const [one, twin, other] = [id(1), id(1).with(8, 9), id(1).with(7, 9)]
    await store.append(aHeight(1, { transactionIds: [one, other] }))
    await store.append(aHeight(2, { transactionIds: [twin] }))
    const both = [
      { height: 1, index: 0 },
      { height: 2, index: 0 },
    ]
    assert.deepEqual(await store.places(one), both)
    assert.deepEqual(await store.places(twin), both)
    assert.deepEqual(await store.places(other), [{ height: 1, index: 1 }])
  })

  it('is the same when it is opened again from disk', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'chain')
      const first = await openChainStore(await openLevelDatabase(path), NETWORK)
      await first.append(aHeight(1, { transactionIds: [id(1)], changes: [change('a', 1)] }))
      await first.close()
      const second = await openChainStore(await openLevelDatabase(path), NETWORK)
      assert.equal(second.height(), 1)
      assert.deepEqual(await second.block(1), { block: bytes(1, 1), certificate: bytes(2, 1) })
      assert.deepEqual(await second.places(id(1)), [{ height: 1, index: 0 }])
      assert.deepEqual(await stateOf(second), ['a=1'])
      await second.append(aHeight(2))
      await second.close()
    }))

  it('knows how far the proofs were verified: up to the first height that was stored without', async () => {
    const database = memoryDatabase()
    const store = await openChainStore(database, NETWORK)
    await store.append(aHeight(1))
    assert.equal(store.proofsVerifiedTo(), 1)
    await store.append(aHeight(2, { areProofsDeferred: true }))
    await store.append(aHeight(3))
    assert.equal(store.proofsVerifiedTo(), 1)
    assert.equal((await openChainStore(database, NETWORK)).proofsVerifiedTo(), 1, 'it is durable')
    await store.markProofsVerified(2)
    assert.equal((await openChainStore(database, NETWORK)).proofsVerifiedTo(), 2)
    await store.markProofsVerified(3)
    await store.markProofsVerified(1)
    assert.equal(store.proofsVerifiedTo(), 3, 'it never goes back')
    await store.append(aHeight(4))
    assert.equal((await openChainStore(database, NETWORK)).proofsVerifiedTo(), 4)
    await assert.rejects(store.markProofsVerified(5), AssertionFailure)
  })

  it('writes each height in one batch', async () => {
    const batches: (readonly Operation[])[] = []
    const store = await openChainStore(recording(memoryDatabase(), batches), NETWORK)
    batches.length = 0
    await store.append(aHeight(1, { transactionIds: [id(1)], changes: [change('a', 1)] }))
    assert.equal(batches.length, 1)
    assert.equal(batches[0]?.length, 6)
  })

  it('stays at its height when a write fails, and takes that height again', async () => {
    const database = memoryDatabase()
    let fails = true
    const failing: Database = {
      ...ported(database),
      write: (batch) => (fails ? Promise.reject(new Error('disk')) : database.write(batch)),
    }
    await openChainStore(database, NETWORK)
    const store = await openChainStore(failing, NETWORK)
    await assert.rejects(store.append(aHeight(1)), /disk/)
    assert.equal(store.height(), 0)
    fails = false
    await store.append(aHeight(1))
    assert.equal(store.height(), 1)
  })

  it('leaves no gap, repeats no height, and takes one at a time', async () => {
    const store = await openChainStore(memoryDatabase(), NETWORK)
    await store.append(aHeight(1))
    for (const height of [0, 1, 3]) await assert.rejects(store.append(aHeight(height)), AssertionFailure)
    const [first, second] = await Promise.allSettled([store.append(aHeight(2)), store.append(aHeight(2))])
    assert.deepEqual([first.status, second.status], ['fulfilled', 'rejected'])
    assert.equal(store.height(), 2)
  })

  it('refuses ids that do not have 32 bytes', async () => {
    await assert.rejects(openChainStore(memoryDatabase(), bytes(1)), AssertionFailure)
    const store = await openChainStore(memoryDatabase(), NETWORK)
    await assert.rejects(store.append(aHeight(1, { transactionIds: [bytes(1)] })), AssertionFailure)
    assert.equal(store.height(), 0)
  })

  it('closes the database underneath', async () => {
    const store = await openChainStore(memoryDatabase(), NETWORK)
    await store.close()
    await assert.rejects(store.append(aHeight(1)), { code: 'closed' })
  })
})

describe('opening a chain store', () => {
  it('refuses a database of another network, and names both', async () => {
    const database = memoryDatabase()
    await openChainStore(database, NETWORK)
    await assert.rejects(openChainStore(database, new Uint8Array(32).fill(8)), {
      code: 'wrong-network',
      message: /network (07){32}.*(08){32}.*genesis file/,
    })
    await openChainStore(database, NETWORK)
  })

  it('refuses a database of another schema version before it looks at anything else', async () => {
    for (const version of [SCHEMA_VERSION - 1, SCHEMA_VERSION + 1]) {
      const database = memoryDatabase()
      await database.write([put(keyIn(BUCKET.schemaVersion), uint32(version))])
      await assert.rejects(openChainStore(database, NETWORK), {
        code: 'wrong-schema',
        message: new RegExp(`schema version ${version}, this psephos writes version ${SCHEMA_VERSION}`),
      })
    }
  })

  it('refuses the database of another program, and writes nothing into it', async () => {
    const database = memoryDatabase()
    await database.write([put(bytes(65, 66), bytes(1))])
    await assert.rejects(openChainStore(database, NETWORK), {
      code: 'wrong-schema',
      message: /not a database of/,
    })
    assert.equal(await database.get(keyIn(BUCKET.schemaVersion)), undefined)
  })

  for (const [what, damage] of [
    ['the network id is missing', [remove(keyIn(BUCKET.networkId))]],
    ['the last height is missing', [remove(keyIn(BUCKET.lastHeight))]],
    ['the last height is not a height', [put(keyIn(BUCKET.lastHeight), bytes(1))]],
    ['the last height is beyond counting', [put(keyIn(BUCKET.lastHeight), new Uint8Array(8).fill(255))]],
    ['the last block is missing', [remove(keyIn(BUCKET.block, uint64(2)))]],
    ['the last certificate is missing', [remove(keyIn(BUCKET.certificate, uint64(2)))]],
    ['the last height is too low', [put(keyIn(BUCKET.lastHeight), uint64(1))]],
    ['the height of the verified proofs is missing', [remove(keyIn(BUCKET.proofsVerified))]],
    ['proofs are verified above the last height', [put(keyIn(BUCKET.proofsVerified), uint64(3))]],
  ] as const) {
    it(`refuses a damaged database: ${what}`, async () => {
      const database = memoryDatabase()
      const store = await openChainStore(database, NETWORK)
      await store.append(aHeight(1))
      await store.append(aHeight(2))
      await database.write(damage)
      await assert.rejects(openChainStore(database, NETWORK), { code: 'damaged', message: /does not add up/ })
    })
  }

  it('says damaged, not absent, when a block in the middle is gone or a place is nonsense', async () => {
    const database = memoryDatabase()
    const store = await openChainStore(database, NETWORK)
    for (const height of [1, 2, 3]) await store.append(aHeight(height, { transactionIds: [id(height)] }))
    await database.write([
      remove(keyIn(BUCKET.block, uint64(2))),
      put(keyIn(BUCKET.transaction, id(1)), bytes(1)),
      put(keyIn(BUCKET.block, uint64(3)), bytes(2)),
    ])
    await assert.rejects(store.block(2), { code: 'damaged' })
    await assert.rejects(store.block(3), { code: 'damaged', message: /unpacked/ })
    await assert.rejects(store.places(id(1)), { code: 'damaged' })
  })
})

function aHeight(height: number, parts: Partial<FinalisedHeight> = {}): FinalisedHeight {
  return {
    height,
    block: bytes(1, height),
    certificate: bytes(2, height),
    transactionIds: [],
    changes: [],
    ...parts,
  }
}

function change(key: string, value: number | undefined): FinalisedHeight['changes'][number] {
  return { key: new TextEncoder().encode(key), value: value === undefined ? undefined : bytes(value) }
}

async function stateOf(store: ChainStore): Promise<string[]> {
  const found: string[] = []
  for await (const [key, value] of store.stateEntries()) {
    found.push(`${new TextDecoder().decode(key)}=${value.join()}`)
  }
  return found
}

/** A port's methods as a plain object, to override one of them. */
function ported(database: Database): Database {
  return {
    get: (key) => database.get(key),
    write: (batch) => database.write(batch),
    entries: (range) => database.entries(range),
    close: () => database.close(),
  }
}

function recording(database: Database, batches: (readonly Operation[])[]): Database {
  return {
    ...ported(database),
    write: (batch) => {
      batches.push(batch)
      return database.write(batch)
    },
  }
}

function put(key: Uint8Array, value: Uint8Array): Operation {
  return { type: 'put', key, value }
}

function remove(key: Uint8Array): Operation {
  return { type: 'remove', key }
}

function id(value: number): Uint8Array {
  return new Uint8Array(32).fill(value)
}

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values)
}
