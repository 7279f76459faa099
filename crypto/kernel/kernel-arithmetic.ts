/**
 * The Arithmetic port on the kernel. Two points are computed with at a time: the halves of a ciphertext, which share their
 * exponents and of which g and the key are multiplied by the same response; or two unrelated ones, each with its own exponents.
 *
 * One ciphertext after the other is doubled, once for all the equations in which it takes part; the commitments wait until the end for
 * one inversion.
 */
import { assert } from '../../base/index.ts'
import type {
  Arithmetic,
  CiphertextCommitments,
  CiphertextGroup,
  Equation,
  PointVerdict,
  SchnorrCommitment,
  SchnorrStatement,
} from '../arithmetic.ts'
import { GOOD_POINT, MALFORMED_POINT, OUTSIDE_SUBGROUP } from '../arithmetic.ts'
import {
  GENERATOR,
  IDENTITY,
  modOrder,
  ORDER,
  POINT_BYTES,
  type Point,
  pointFromCoordinates,
  writeCoordinates,
} from '../group.ts'
import { checkPoints, decodeChecked } from './checks.ts'
import { createKernelBatch } from './kernel-batch.ts'
import { COMMITMENTS_AT_ONCE, MAX_KEY_TABLES } from './limits.ts'
import { createKernelLogarithms } from './logarithms.ts'
import type { KernelMemory } from './memory.ts'
import { addWeighted } from './sums.ts'

const SCALAR_BYTES = 32
const COORDINATES_BYTES = 4 * SCALAR_BYTES
const NO_BYTES = new Uint8Array()

export function createKernelArithmetic(memory: KernelMemory): Arithmetic {
  const { functions, sizes } = memory
  const tables = createTables(memory)

  /** The verdicts on a decoded pair: `inside` has a bit for each lane that is in the subgroup. */
  const verdictsOf = (flags: number, inside: number): readonly [PointVerdict, PointVerdict] => {
    const verdict = (index: 0 | 1): PointVerdict =>
      memory.byte(flags + index) !== 0
        ? MALFORMED_POINT
        : (inside & (1 << index)) !== 0
          ? GOOD_POINT
          : OUTSIDE_SUBGROUP
    return [verdict(0), verdict(1)]
  }

  /** Calls `use` for each two of a few points; the last one may be alone. */
  const forPairs = (encoded: Uint8Array, use: (first: number, pair: number, flags: number) => void): void => {
    const count = encoded.length / POINT_BYTES
    const pairs = memory.reserve(Math.ceil(count / 2) * sizes.point)
    const flags = memory.reserve(count + 1)
    functions.decode(pairs, flags, memory.put(encoded), count)
    for (let first = 0; first < count; first += 2)
      use(first, pairs + (first / 2) * sizes.point, flags + first)
  }

  /** The encodings of `count` pairs' points, whose memory they keep. */
  const encodings = (pairs: number, count: number): Uint8Array => {
    if (count === 0) return NO_BYTES
    functions.normalise(pairs, count, memory.reserve(count * sizes.field))
    const encoded = memory.reserve(2 * count * POINT_BYTES)
    functions.encode(encoded, pairs, 2 * count)
    return memory.read(encoded, 2 * count * POINT_BYTES)
  }

  /** The point in lane a of a pair. */
  const pointAt = (pair: number): Point => {
    functions.normalise(pair, 1, memory.reserve(sizes.field))
    const coordinates = memory.reserve(2 * SCALAR_BYTES)
    functions.writeAffine(coordinates, pair, 1)
    return pointFromCoordinates(memory.read(coordinates, 2 * SCALAR_BYTES))
  }

  const decode = (encoded: Uint8Array): Point | 'malformed' | 'outside' => {
    assert(encoded.length === POINT_BYTES, 'a point has its length')
    memory.release()
    const { pairs, verdicts } = decodeChecked(memory, encoded)
    if (verdicts[0] === MALFORMED_POINT) return 'malformed'
    return verdicts[0] === GOOD_POINT ? pointAt(pairs) : 'outside'
  }

  const combination = (terms: readonly (readonly [Point, bigint])[]): Point => {
    memory.release()
    const scalars = memory.reserve(2 * SCALAR_BYTES)
    const sum = memory.reserve(sizes.point)
    const pair = memory.reserve(sizes.point)
    const coordinates = memory.reserve(2 * COORDINATES_BYTES)
    let ofGenerator = 0n
    const others: (readonly [Point, bigint])[] = []
    for (const term of terms) {
      assert(term[1] >= 0n && term[1] < ORDER, 'a scalar is reduced modulo the order')
      if (term[0] === GENERATOR) ofGenerator += term[1]
      else others.push(term)
    }
    memory.writeScalar(scalars, modOrder(ofGenerator))
    memory.writeScalar(scalars + SCALAR_BYTES, 0n)
    functions.multiplyFixedApart(sum, tables.generator(), scalars, scalars + SCALAR_BYTES)
    for (let i = 0; i < others.length; i += 2) {
      const first = others[i]!
      const second = others[i + 1] ?? ([IDENTITY, 0n] as const)
      memory.write(coordinates, writeCoordinates([first[0], second[0]]))
      functions.readExtended(pair, coordinates, 2)
      memory.writeScalar(scalars, first[1])
      memory.writeScalar(scalars + SCALAR_BYTES, second[1])
      functions.addGivenApart(sum, pair, scalars, scalars + SCALAR_BYTES, 0)
    }
    functions.spreadPoint(pair, sum, 1)
    functions.addPoint(sum, sum, pair)
    return pointAt(sum)
  }

  const schnorrCommitments = (statements: readonly SchnorrStatement[]): readonly SchnorrCommitment[] => {
    const answers: SchnorrCommitment[] = []
    for (let from = 0; from < statements.length; from += COMMITMENTS_AT_ONCE)
      answers.push(...someSchnorr(statements.slice(from, from + COMMITMENTS_AT_ONCE)))
    return answers
  }
  const someSchnorr = (statements: readonly SchnorrStatement[]): readonly SchnorrCommitment[] => {
    memory.release()
    const encoded = new Uint8Array(statements.length * POINT_BYTES)
    for (const [i, { point }] of statements.entries()) {
      assert(point.length === POINT_BYTES, 'a point has its length')
      encoded.set(point, i * POINT_BYTES)
    }
    const count = Math.ceil(statements.length / 2)
    const results = memory.reserve(count * sizes.point)
    const scalars = memory.reserve(4 * SCALAR_BYTES)
    const verdicts: PointVerdict[] = []
    forPairs(encoded, (first, pair, flags) => {
      for (const lane of [0, 1]) {
        const statement = statements[first + lane]
        memory.writeScalar(scalars + 2 * lane * SCALAR_BYTES, statement?.response ?? 0n)
        memory.writeScalar(scalars + (2 * lane + 1) * SCALAR_BYTES, statement?.challenge ?? 0n)
      }
      const result = results + (first / 2) * sizes.point
      functions.multiplyFixedApart(result, tables.generator(), scalars, scalars + 2 * SCALAR_BYTES)
      const challenges = [scalars + SCALAR_BYTES, scalars + 3 * SCALAR_BYTES] as const
      verdicts.push(...verdictsOf(flags, functions.addGivenApart(result, pair, ...challenges, 1)))
    })
    const commitments = encodings(results, count)
    return statements.map((_, i) => {
      const verdict = verdicts[i]!
      const commitment =
        verdict === GOOD_POINT ? commitments.subarray(i * POINT_BYTES, (i + 1) * POINT_BYTES) : NO_BYTES
      return { verdict, commitment }
    })
  }

  const ciphertextCommitments = (
    key: Point,
    groups: readonly CiphertextGroup[],
  ): readonly CiphertextCommitments[] => {
    const answers: CiphertextCommitments[] = []
    let some: CiphertextGroup[] = []
    let equations = 0
    const flush = (): void => {
      if (some.length > 0) answers.push(...someCiphertexts(key, some))
      some = []
      equations = 0
    }
    for (const group of groups) {
      const more = group.equations.length + group.sums.length
      if (equations + more > COMMITMENTS_AT_ONCE) flush()
      some.push(group)
      equations += more
    }
    flush()
    return answers
  }
  const someCiphertexts = (
    key: Point,
    groups: readonly CiphertextGroup[],
  ): readonly CiphertextCommitments[] => {
    memory.release()
    const table = tables.key(key)
    // What is encoded at the end: of each group its sums and its commitments.
    const counts = groups.map(({ sums, equations }) => sums.length + equations.length)
    const total = counts.reduce((sum, count) => sum + count, 0)
    const results = memory.reserve(total * sizes.point)
    let next = results
    const verdicts = groups.map((group, index) => {
      const at = next
      next += counts[index]! * sizes.point
      const mark = memory.mark()
      const found = oneGroup(table, group, at)
      memory.releaseTo(mark)
      return found
    })
    const encoded = encodings(results, total)
    let from = 0
    return groups.map(({ sums }, index) => {
      const start = from
      const middle = start + 2 * POINT_BYTES * sums.length
      from = start + 2 * POINT_BYTES * counts[index]!
      const isGood = verdicts[index]!.every((verdict) => verdict === GOOD_POINT)
      return {
        verdicts: verdicts[index]!,
        sums: isGood ? encoded.subarray(start, middle) : NO_BYTES,
        commitments: isGood ? encoded.subarray(middle, from) : NO_BYTES,
      }
    })
  }

  /** Computes a group's sums and commitments to `results`. */
  const oneGroup = (table: number, group: CiphertextGroup, results: number): readonly PointVerdict[] => {
    const { ciphertexts, sums, equations } = group
    const encoded = new Uint8Array(2 * ciphertexts.length * POINT_BYTES)
    for (const [i, { alpha, beta }] of ciphertexts.entries()) {
      assert(alpha.length === POINT_BYTES && beta.length === POINT_BYTES, 'a point has its length')
      encoded.set(alpha, 2 * i * POINT_BYTES)
      encoded.set(beta, (2 * i + 1) * POINT_BYTES)
    }
    const pairs = memory.reserve((ciphertexts.length + sums.length) * sizes.point)
    const flags = memory.reserve(2 * ciphertexts.length)
    functions.decode(pairs, flags, memory.put(encoded), 2 * ciphertexts.length)
    const pairAt = (index: number): number => pairs + index * sizes.point
    for (const [i, [from, to]] of sums.entries()) {
      assert(from < to && to <= ciphertexts.length, 'a sum has ciphertexts')
      const sum = pairAt(ciphertexts.length + i)
      functions.copyPoint(sum, pairAt(from))
      for (let index = from + 1; index < to; index++) functions.addPoint(sum, sum, pairAt(index))
      functions.copyPoint(results + i * sizes.point, sum)
    }
    const commitments = results + sums.length * sizes.point
    for (const [number, { response }] of equations.entries())
      multiplyFixed(commitments + number * sizes.point, table, response)
    const shifts = shiftsOf(equations)
    const verdicts: PointVerdict[] = []
    const equationsOf = byCiphertext(group)
    for (let index = 0; index < ciphertexts.length + sums.length; index++) {
      const isCiphertext = index < ciphertexts.length
      const numbers = equationsOf[index]!
      let inside = 3
      for (let from = 0; from < numbers.length || (from === 0 && isCiphertext); from += sizes.runScalars) {
        const some = numbers.slice(from, from + sizes.runScalars)
        const outs = some.map((number) => commitments + number * sizes.point)
        const challenges = some.map((number) => equations[number]!.challenge)
        inside &= addGiven(pairAt(index), outs, challenges, isCiphertext && from === 0)
      }
      if (isCiphertext) verdicts.push(...verdictsOf(flags + 2 * index, inside))
    }
    for (const [number, { pair, isSecond }] of shifts)
      functions.addToSecond(commitments + number * sizes.point, pair, isSecond ? 1 : 0)
    return verdicts
  }

  const scalarPair = (first: bigint, second: bigint): number => {
    const at = memory.reserve(2 * SCALAR_BYTES)
    memory.writeScalar(at, first)
    memory.writeScalar(at + SCALAR_BYTES, second)
    return at
  }

  const multiplyFixed = (at: number, table: number, scalar: bigint): void => {
    const mark = memory.mark()
    functions.multiplyFixed(at, table, scalarPair(scalar, 0n))
    memory.releaseTo(mark)
  }

  /** Adds the pair's multiples by some scalars to as many points; bits for its lanes in the subgroup, where that is asked for. */
  const addGiven = (
    pair: number,
    outs: readonly number[],
    scalars: readonly bigint[],
    isChecked: boolean,
  ): number => {
    const mark = memory.mark()
    const addresses = memory.reserve(4 * outs.length)
    const numbers = memory.reserve(SCALAR_BYTES * outs.length)
    for (const [k, out] of outs.entries()) {
      memory.writeAddress(addresses + 4 * k, out)
      memory.writeScalar(numbers + SCALAR_BYTES * k, scalars[k]!)
    }
    const inside = functions.addGiven(addresses, pair, numbers, outs.length, isChecked ? 1 : 0)
    memory.releaseTo(mark)
    return inside
  }

  /** g^(-value challenge) of the equations whose value is not 0, two at a time. */
  const shiftsOf = (
    equations: readonly Equation[],
  ): ReadonlyMap<number, { readonly pair: number; readonly isSecond: boolean }> => {
    const wanted: { readonly number: number; readonly scalar: bigint }[] = []
    for (const [number, { value, challenge }] of equations.entries())
      if (value !== 0) wanted.push({ number, scalar: modOrder(-challenge * BigInt(value)) })
    const shifts = new Map<number, { readonly pair: number; readonly isSecond: boolean }>()
    for (let i = 0; i < wanted.length; i += 2) {
      const pair = memory.reserve(sizes.point)
      const first = wanted[i]!
      const second = wanted[i + 1]
      const scalars = scalarPair(first.scalar, second?.scalar ?? 0n)
      functions.multiplyFixedApart(pair, tables.generator(), scalars, scalars + SCALAR_BYTES)
      shifts.set(first.number, { pair, isSecond: false })
      if (second !== undefined) shifts.set(second.number, { pair, isSecond: true })
    }
    return shifts
  }

  return {
    kind: memory.isSimd ? 'simd' : 'scalar',
    check: (encoded) => checkPoints(memory, encoded),
    decode,
    combination,
    schnorrCommitments,
    ciphertextCommitments,
    withBatch: (work) => memory.lend(() => work(createKernelBatch(memory))),
    addWeighted: (sums, rows) => addWeighted(memory, sums, rows),
    logarithms: (bound, count) => createKernelLogarithms(memory, bound, count),
  }
}

/** The numbers of the equations of each ciphertext and sum; a sum of a single ciphertext is that ciphertext, prepared once. */
function byCiphertext({ ciphertexts, sums, equations }: CiphertextGroup): readonly (readonly number[])[] {
  const numbers: number[][] = Array.from({ length: ciphertexts.length + sums.length }, () => [])
  for (const [number, { of }] of equations.entries()) {
    const sum = sums[of - ciphertexts.length]
    assert(of < ciphertexts.length || sum !== undefined, 'an equation is of a ciphertext or a sum')
    const index = sum !== undefined && sum[1] - sum[0] === 1 ? sum[0] : of
    numbers[index]!.push(number)
  }
  return numbers
}

/** The tables of fixed pairs: the generator twice, and the generator beside a key; of keys the ones that were used last. */
function createTables(memory: KernelMemory): {
  readonly generator: () => number
  readonly key: (key: Point) => number
} {
  const { functions, sizes } = memory
  const build = (slot: number, first: Point, second: Point): number => {
    const table = memory.table(slot)
    const mark = memory.mark()
    const pair = memory.reserve(sizes.point)
    functions.readExtended(pair, memory.put(writeCoordinates([first, second])), 2)
    functions.prepareFixed(table, pair, memory.reserve(sizes.fixedScratch))
    memory.releaseTo(mark)
    return table
  }
  let isBuilt = false
  /** Slot by key's text; a map's order is that of the last use. */
  const slots = new Map<string, number>()
  const names = new WeakMap<Point, string>()
  return {
    generator: () => {
      if (!isBuilt) build(0, GENERATOR, GENERATOR)
      isBuilt = true
      return memory.table(0)
    },
    key: (key) => {
      const name = names.get(key) ?? key.toHex()
      names.set(key, name)
      const known = slots.get(name)
      if (known !== undefined) {
        slots.delete(name)
        slots.set(name, known)
        return memory.table(known)
      }
      let slot = slots.size + 1
      if (slot > MAX_KEY_TABLES) {
        const [oldest, freed] = slots.entries().next().value!
        slots.delete(oldest)
        slot = freed
      }
      const table = build(slot, GENERATOR, key)
      slots.set(name, slot)
      return table
    },
  }
}
