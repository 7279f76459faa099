import { strict as assert } from 'node:assert'
import { ByteVectorType, ContainerType, ListCompositeType, UintBigintType } from '@chainsafe/ssz'
import { toHex } from '../../../base/index.ts'
import { sha256 } from '../../../crypto/index.ts'
import { compareCredentials } from '../../../election/index.ts'
import { EMPTY_TRIE, positionOf, withId } from '../../../ledger/id-trie.ts'
import { CHUNK_ENTRIES } from '../../../ledger/limits.ts'
import {
  appended,
  listBranch,
  listFrom,
  listOf,
  listRoot,
  valueAt,
  valuesOf,
  withValue,
  zeroList,
} from '../../../ledger/list-tree.ts'
import { isInList } from '../../../ledger/merkle.ts'
import { buildRoll, flatEntries, hashedChunk, isOnRoll, placeOf, rollBranch } from '../../../ledger/roll.ts'
import { elementAt, elementsOf, emptyVector, withElement } from '../../../ledger/vector.ts'
import { aRoll } from '../../support/ledger-builders.ts'

const BYTES32 = new ByteVectorType(32)
const value = (i: number): Uint8Array => sha256(`value ${i}`)
const values = (count: number): readonly Uint8Array[] => Array.from({ length: count }, (_, i) => value(i))

describe('a list tree', () => {
  const DEPTH = 6
  const LIST = new ListCompositeType(BYTES32, 2 ** DEPTH)

  it('has the SSZ root of its list at every length', () => {
    let list = zeroList(DEPTH)
    for (let length = 0; length <= 2 ** DEPTH; length++) {
      assert.equal(toHex(listRoot(list)), toHex(LIST.hashTreeRoot([...values(length)])))
      assert.equal(toHex(listRoot(listOf(DEPTH, values(length)))), toHex(listRoot(list)))
      if (length < 2 ** DEPTH) list = appended(list, value(length))
    }
    assert.throws(() => appended(list, value(0)), /not longer than its limit/)
  })

  it('proves each of its values', () => {
    const list = listOf(DEPTH, values(37))
    for (let i = 0; i < 37; i++) {
      assert.equal(toHex(valueAt(list, i)), toHex(value(i)))
      assert.ok(isInList(listRoot(list), DEPTH, i, value(i), listBranch(list, i)))
      assert.ok(!isInList(listRoot(list), DEPTH, i, value(i + 1), listBranch(list, i)))
    }
  })

  it('has no second index for a value: not one beyond its limit, with the same lower bits', () => {
    const list = listOf(DEPTH, values(37))
    assert.ok(!isInList(listRoot(list), DEPTH, 5 + 2 ** DEPTH, value(5), listBranch(list, 5)))
  })

  it('leaves older versions as they were', () => {
    const old = listOf(DEPTH, values(10))
    const before = toHex(listRoot(old))
    const changed = withValue(old, 3, value(99))
    appended(old, value(98))
    assert.equal(toHex(listRoot(old)), before)
    assert.notEqual(toHex(listRoot(changed)), before)
    assert.deepEqual([...valuesOf(old)].map(toHex), values(10).map(toHex))
  })

  it('is the same built at once as changed one by one, zeros left out', () => {
    for (const [length, indexes] of [
      [50, [0, 1, 7, 20, 21, 49]],
      [64, [40]],
      [64, []],
    ] as const) {
      const start = zeroList(DEPTH, length)
      const one = indexes.reduce((list, index) => withValue(list, index, value(index)), start)
      const built = listFrom(DEPTH, length, (i) => (indexes.some((at) => at === i) ? value(i) : undefined))
      assert.equal(toHex(listRoot(built)), toHex(listRoot(one)))
      for (const i of [0, 31, 32, length - 1]) {
        const expected = indexes.some((at) => at === i) ? value(i) : new Uint8Array(32)
        assert.deepEqual(valueAt(built, i), expected)
        assert.ok(isInList(listRoot(one), DEPTH, i, expected, listBranch(built, i)))
      }
    }
    assert.throws(() => withValue(zeroList(DEPTH, 50), 50, value(0)), /inside/)
    assert.throws(() => listFrom(DEPTH, 65, value), /not longer than its limit/)
  })

  it('of any depth has the SSZ root and proves its values, also beyond its pages', () => {
    for (const depth of [1, 5, 20, 30]) {
      const length = Math.min(2 ** depth, 100)
      const list = listOf(depth, values(length))
      const ssz = new ListCompositeType(BYTES32, 2 ** depth)
      assert.equal(toHex(listRoot(list)), toHex(ssz.hashTreeRoot([...values(length)])))
      for (const i of [0, length - 1])
        assert.ok(isInList(listRoot(list), depth, i, value(i), listBranch(list, i)))
    }
    const far = withValue(zeroList(30, 2 ** 30), 2 ** 30 - 1, value(1))
    assert.deepEqual(valueAt(far, 2 ** 30 - 1), value(1))
    assert.ok(isInList(listRoot(far), 30, 2 ** 30 - 1, value(1), listBranch(far, 2 ** 30 - 1)))
  })
})

describe('an id trie', () => {
  it('finds every id that was put in and no other, in every version', () => {
    const ids = values(300)
    const idAt = (position: number): Uint8Array => ids[position]!
    const versions = [EMPTY_TRIE]
    for (const [i, id] of ids.entries()) versions.push(withId(versions[i]!, id, i, idAt))
    for (const length of [0, 1, 17, 300])
      for (const [i, id] of ids.entries())
        assert.equal(positionOf(versions[length]!, id, idAt), i < length ? i : undefined)
    assert.equal(positionOf(versions[300]!, value(301), idAt), undefined)
    assert.equal(positionOf(versions[300]!, new Uint8Array(), idAt), undefined)
  })

  it('tells ids apart that share all but their last bits', () => {
    const ids = Array.from({ length: 256 }, (_, last) => new Uint8Array(32).fill(7).with(31, last))
    const idAt = (position: number): Uint8Array => ids[position]!
    let trie = EMPTY_TRIE
    for (const [count, id] of ids.entries()) {
      assert.equal(positionOf(trie, id, idAt), undefined)
      trie = withId(trie, id, count, idAt)
      if ([1, 14, 15, 16, 17, 255].includes(count))
        for (const [i, known] of ids.slice(0, count + 1).entries())
          assert.equal(positionOf(trie, known, idAt), i)
    }
  })
})

describe('a vector', () => {
  it('keeps every element in every version while it grows and changes', () => {
    let vector = emptyVector<number>()
    const old = [vector]
    for (let i = 0; i < 1100; i++) {
      vector = withElement(vector, i, i)
      old.push(vector)
    }
    const changed = withElement(vector, 1000, -1)
    assert.equal(elementAt(vector, 1000), 1000)
    assert.equal(elementAt(changed, 1000), -1)
    for (const length of [0, 1, 32, 33, 1024, 1025, 1100])
      assert.deepEqual(
        [...elementsOf(old[length]!)],
        Array.from({ length }, (_, i) => i),
      )
    assert.throws(() => elementAt(old[32]!, 32), /inside/)
    assert.throws(() => withElement(old[32]!, 33, 0), /inside/)
  })
})

describe('a roll', () => {
  const ENTRY = new ContainerType({ credential: BYTES32, weight: new UintBigintType(8) })
  const LIST = new ListCompositeType(ENTRY, 2 ** 20)
  const entries = (count: number): ReturnType<typeof aRoll> =>
    [...aRoll(count, [3n, 2n ** 31n])].sort((a, b) => compareCredentials(a.credential, b.credential))

  it('has the SSZ root of its list of entries, and its sum of weights', () => {
    for (const count of [1, 2, 3, 5, 8]) {
      const roll = buildRoll([hashedChunk(flatEntries(entries(count)))])
      assert.equal(toHex(roll.root), toHex(LIST.hashTreeRoot([...entries(count)])))
      assert.equal(roll.voters, count)
      assert.equal(
        roll.totalWeight,
        entries(count).reduce((sum, { weight }) => sum + weight, 0n),
      )
    }
  })

  it('is the same of many chunks: full ones, and a last one of any length', () => {
    const many = Array.from({ length: 2 * CHUNK_ENTRIES + 3 }, (_, i) => ({
      credential: value(i),
      weight: BigInt(i + 1),
    })).sort((a, b) => compareCredentials(a.credential, b.credential))
    const chunksOf = (count: number): readonly ReturnType<typeof hashedChunk>[] =>
      Array.from({ length: Math.ceil(count / CHUNK_ENTRIES) }, (_, i) =>
        hashedChunk(flatEntries(many.slice(i * CHUNK_ENTRIES, Math.min(count, (i + 1) * CHUNK_ENTRIES)))),
      )
    for (const count of [CHUNK_ENTRIES, CHUNK_ENTRIES + 1, 2 * CHUNK_ENTRIES, 2 * CHUNK_ENTRIES + 3]) {
      const roll = buildRoll(chunksOf(count))
      assert.equal(toHex(roll.root), toHex(LIST.hashTreeRoot(many.slice(0, count))))
      for (const place of [0, 1, 15, 16, 100, CHUNK_ENTRIES - 17, CHUNK_ENTRIES - 1, count - 1])
        assert.ok(isOnRoll(roll.root, many[place]!, place, rollBranch(roll, place)))
    }
    assert.throws(() => buildRoll(chunksOf(CHUNK_ENTRIES + 1).toReversed()), /full/)
  })

  it('finds and proves each of its entries, and nobody else', () => {
    const all = entries(6)
    const roll = buildRoll([hashedChunk(flatEntries(all))])
    for (const [place, entry] of all.entries()) {
      assert.equal(placeOf(roll, entry.credential), place)
      assert.ok(isOnRoll(roll.root, entry, place, rollBranch(roll, place)))
      const heavier = { ...entry, weight: entry.weight + 1n }
      assert.ok(!isOnRoll(roll.root, heavier, place, rollBranch(roll, place)))
    }
    assert.equal(placeOf(roll, aRoll(7)[6]!.credential), undefined)
    assert.equal(placeOf(roll, new Uint8Array()), undefined)
  })
})
