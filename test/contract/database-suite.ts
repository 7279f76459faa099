/** What every `Database` does. An adapter runs this with a way to open it; a durable one also with a way to open it again. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { AssertionFailure, compareBytes, equalBytes } from '../../base/index.ts'
import { type Database, MAX_KEY_BYTES, type Operation, type Range } from '../../storage/index.ts'

/** How a suite gets at databases. */
export interface DatabaseHarness {
  /** Whether it outlives its closing, so that `reopen` may be called. */
  readonly isDurable: boolean
  /** Runs `use` with an empty database and cleans up. `reopen` closes it and opens it again with what it kept. */
  with(use: (database: Database, reopen: () => Promise<Database>) => Promise<void>): Promise<void>
}

const ALL: Range = { from: Uint8Array.of(0), to: Uint8Array.of(255, 255, 255) }

/** Declares the suite for one adapter. */
export function databaseSuite(name: string, harness: DatabaseHarness): void {
  describe(`the Database contract: ${name}`, () => {
    readingAndWriting(harness)
    ranges(harness)
    lifecycle(harness)
    model(harness)
  })
}

function readingAndWriting(harness: DatabaseHarness): void {
  it('gives undefined for a key that was never written', () =>
    harness.with(async (database) => {
      assert.equal(await database.get(bytes(1)), undefined)
    }))

  it('gives back what was written, as plain bytes', () =>
    harness.with(async (database) => {
      await database.write([put([1, 2], [3, 4, 5])])
      const value = await database.get(bytes(1, 2))
      assert.deepEqual(value, bytes(3, 4, 5))
      assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype)
    }))

  it('tells an empty value from an absent key', () =>
    harness.with(async (database) => {
      await database.write([put([1], [])])
      assert.deepEqual(await database.get(bytes(1)), bytes())
    }))

  it('replaces a value, and removes one', () =>
    harness.with(async (database) => {
      await database.write([put([1], [1]), put([2], [2])])
      await database.write([put([1], [9]), remove([2])])
      assert.deepEqual(await list(database), [[[1], [9]]])
    }))

  it('does nothing when an absent key is removed or a batch is empty', () =>
    harness.with(async (database) => {
      await database.write([remove([7])])
      await database.write([])
      assert.deepEqual(await list(database), [])
    }))

  it('carries out a batch in order, so that the last operation on a key wins', () =>
    harness.with(async (database) => {
      await database.write([
        put([1], [1]),
        remove([1]),
        put([2], [1]),
        put([2], [2]),
        put([3], [3]),
        remove([3]),
      ])
      assert.deepEqual(await list(database), [[[2], [2]]])
    }))

  it('keeps a copy: changing the bytes that went in or came out changes nothing', () =>
    harness.with(async (database) => {
      const key = bytes(1)
      const value = bytes(5, 5)
      await database.write([{ type: 'put', key, value }])
      key.fill(0)
      value.fill(0)
      ;(await database.get(bytes(1)))?.fill(0)
      for await (const [foundKey, foundValue] of database.entries(ALL)) {
        foundKey.fill(9)
        foundValue.fill(9)
      }
      assert.deepEqual(await list(database), [[[1], [5, 5]]])
    }))

  it('reads a key out of the middle of a larger buffer', () =>
    harness.with(async (database) => {
      const buffer = bytes(0, 1, 2, 3, 4, 0)
      await database.write([{ type: 'put', key: buffer.subarray(1, 3), value: buffer.subarray(3, 5) }])
      assert.deepEqual(await list(database), [
        [
          [1, 2],
          [3, 4],
        ],
      ])
    }))

  it('takes a key of the largest size, and none that is longer or empty', () =>
    harness.with(async (database) => {
      const largest = new Uint8Array(MAX_KEY_BYTES).fill(1)
      const larger = new Uint8Array(MAX_KEY_BYTES + 1).fill(1)
      await database.write([{ type: 'put', key: largest, value: bytes(1) }])
      assert.deepEqual(await database.get(largest), bytes(1))
      for (const key of [larger, bytes()]) {
        await assert.rejects(database.get(key), AssertionFailure)
        await assert.rejects(database.write([{ type: 'remove', key }]), AssertionFailure)
        await assert.rejects(database.write([{ type: 'put', key, value: bytes(1) }]), AssertionFailure)
      }
    }))

  it('writes nothing of a batch in which one operation is refused', () =>
    harness.with(async (database) => {
      await assert.rejects(database.write([put([1], [1]), put([], [2])]), AssertionFailure)
      assert.deepEqual(await list(database), [])
    }))
}

function ranges(harness: DatabaseHarness): void {
  const three = [put([1], [1]), put([1, 0], [2]), put([2], [3])]

  it('lists entries in the order of their bytes, a prefix before what it begins', () =>
    harness.with(async (database) => {
      await database.write([put([2], [3]), put([128], [5]), put([1, 0], [2]), put([127], [4]), put([1], [1])])
      assert.deepEqual(
        (await list(database)).map(([key]) => key),
        [[1], [1, 0], [2], [127], [128]],
      )
    }))

  it('includes the beginning of a range and excludes its end', () =>
    harness.with(async (database) => {
      await database.write(three)
      const found = await list(database, { from: bytes(1), to: bytes(2) })
      assert.deepEqual(found, [
        [[1], [1]],
        [[1, 0], [2]],
      ])
    }))

  it('finds nothing in a range that is empty or upside down', () =>
    harness.with(async (database) => {
      await database.write(three)
      assert.deepEqual(await list(database, { from: bytes(1), to: bytes(1) }), [])
      assert.deepEqual(await list(database, { from: bytes(2), to: bytes(1) }), [])
    }))

  it('goes downwards and stops at a limit', () =>
    harness.with(async (database) => {
      await database.write(three)
      assert.deepEqual(await list(database, { ...ALL, reverse: true, limit: 2 }), [
        [[2], [3]],
        [[1, 0], [2]],
      ])
      assert.deepEqual(await list(database, { ...ALL, limit: 1 }), [[[1], [1]]])
      assert.deepEqual(await list(database, { ...ALL, limit: 0 }), [])
      await assert.rejects(list(database, { ...ALL, limit: -1 }), AssertionFailure)
      await assert.rejects(list(database, { ...ALL, limit: 1.5 }), AssertionFailure)
    }))

  it('shows the entries as they were when the iteration began', () =>
    harness.with(async (database) => {
      await database.write(three)
      const seen: number[][] = []
      for await (const [key] of database.entries(ALL)) {
        seen.push([...key])
        await database.write([remove([2]), put([1, 0], [9]), put([3], [3])])
      }
      assert.deepEqual(seen, [[1], [1, 0], [2]])
      assert.deepEqual(await list(database), [
        [[1], [1]],
        [[1, 0], [9]],
        [[3], [3]],
      ])
    }))

  it('lets go of an iteration that is left early', () =>
    harness.with(async (database) => {
      await database.write(three)
      for await (const _ of database.entries(ALL)) break
      await database.close()
    }))
}

function lifecycle(harness: DatabaseHarness): void {
  it('refuses everything after it was closed, and closes twice without complaint', () =>
    harness.with(async (database) => {
      await database.write([put([1], [1])])
      await database.close()
      await database.close()
      const closed = { name: 'StorageError', code: 'closed' }
      await assert.rejects(database.get(bytes(1)), closed)
      await assert.rejects(database.write([put([1], [1])]), closed)
      await assert.rejects(list(database), closed)
    }))

  it('ends an iteration that is under way when it is closed', () =>
    harness.with(async (database) => {
      await database.write(Array.from({ length: 50 }, (_, i) => put([i], [i])))
      await assert.rejects(
        async () => {
          for await (const _ of database.entries(ALL)) await database.close()
        },
        { name: 'StorageError', code: 'closed' },
      )
    }))

  if (!harness.isDurable) return
  it('has everything that was written when it is opened again', () =>
    harness.with(async (database, reopen) => {
      await database.write([put([1], [1]), put([2], [2])])
      await database.write([remove([1]), put([3], [])])
      assert.deepEqual(await list(await reopen()), [
        [[2], [2]],
        [[3], []],
      ])
    }))
}

/** Against the plainest model: an array of pairs. */
function model(harness: DatabaseHarness): void {
  const small = fc.uint8Array({ minLength: 1, maxLength: 3, max: 3 })
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    fc.record({ type: fc.constant('put' as const), key: small, value: fc.uint8Array({ maxLength: 4 }) }),
    fc.record({ type: fc.constant('remove' as const), key: small }),
  )
  const batches = fc.array(fc.array(operation, { maxLength: 8 }), { maxLength: 5 })
  const range = fc.record(
    { from: small, to: small, reverse: fc.boolean(), limit: fc.nat(6) },
    { requiredKeys: ['from', 'to'] },
  )

  it('agrees with a list of pairs, whatever is written and read', async () => {
    await fc.assert(
      fc.asyncProperty(batches, range, (written, asked) =>
        harness.with(async (database, reopen) => {
          for (const batch of written) await database.write(batch)
          const expected = modelled(written)
          assert.deepEqual(await list(database), expected)
          assert.deepEqual(await list(database, asked), inRange(expected, asked))
          if (harness.isDurable) assert.deepEqual(await list(await reopen()), expected)
        }),
      ),
      { numRuns: 25 },
    )
  })
}

type Pair = [number[], number[]]

function modelled(batches: readonly (readonly Operation[])[]): Pair[] {
  let pairs: (readonly [Uint8Array, Uint8Array])[] = []
  for (const operation of batches.flat()) {
    pairs = pairs.filter(([key]) => !equalBytes(key, operation.key))
    if (operation.type === 'put') pairs.push([operation.key, operation.value])
  }
  return pairs.sort(([a], [b]) => compareBytes(a, b)).map(([key, value]): Pair => [[...key], [...value]])
}

function inRange(pairs: readonly Pair[], { from, to, reverse, limit }: Range): Pair[] {
  const inside = pairs.filter(
    ([key]) => compareBytes(Uint8Array.from(key), from) >= 0 && compareBytes(Uint8Array.from(key), to) < 0,
  )
  return (reverse === true ? inside.reverse() : inside).slice(0, limit)
}

async function list(database: Database, range: Range = ALL): Promise<Pair[]> {
  const found: Pair[] = []
  for await (const [key, value] of database.entries(range)) found.push([[...key], [...value]])
  return found
}

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values)
}

function put(key: readonly number[], value: readonly number[]): Operation {
  return { type: 'put', key: Uint8Array.from(key), value: Uint8Array.from(value) }
}

function remove(key: readonly number[]): Operation {
  return { type: 'remove', key: Uint8Array.from(key) }
}
