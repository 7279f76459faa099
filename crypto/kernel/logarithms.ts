/**
 * Discrete logarithms on the kernel: a table of baby steps, and giant steps through it (`assembly/logarithm.ts` has the arithmetic).
 *
 * An instance of the kernel of its own holds the table, so that its memory goes when the logarithms have been found.
 */
import type { Logarithms } from '../arithmetic.ts'
import { GENERATOR, type Point, writeCoordinates } from '../group.ts'
import { type LogarithmPlan, planLogarithms } from '../logarithm-plan.ts'
import { STRIDE_PAIRS } from './limits.ts'
import type { KernelMemory } from './memory.ts'

const SCALAR_BYTES = 32
const KEY_BYTES = 8
const SLOT_BYTES = 8
const NEW_CURSOR = new Uint8Array(12)

/** For `count` logarithms in 0..bound. The instance is made, and its table, when the first is looked for. */
export function createKernelLogarithms(kernel: KernelMemory, bound: bigint, count: number): Logarithms {
  const plan = planLogarithms(bound, count)
  let find: Logarithms['find'] | undefined
  return {
    find: (point) => {
      find ??= createSearch(createWalker(kernel.sibling()), plan)
      return find(point)
    },
  }
}

/** The points [0]D, [1]D, ... [steps - 1]D, as what is computed with. */
interface Strides {
  readonly steps: number
  readonly pairs: number
  readonly strides: number
  /** From the first point to the centre of the first block, and from there on to the next, with Z = 1. */
  readonly toCentre: number
  readonly toNext: number
}

interface Walker {
  readonly memory: KernelMemory
  /** The points' keys during `visit`. */
  readonly keys: number
  /** Room for a point, with this one in both lanes. */
  readonly put: (point: Point) => number
  /** Adds [k]G to a pair, or takes it away where k is negative. */
  readonly addMultiple: (to: number, k: number) => void
  /** Strides of D = [k]G. */
  readonly createStrides: (k: number, steps: number) => Strides
  /** Walks through start + [i]D, many at a time, until `visit` answers true. */
  readonly walk: (strides: Strides, start: number, visit: (first: number, count: number) => boolean) => void
}

function createWalker(memory: KernelMemory): Walker {
  const { functions, sizes } = memory
  const scalar = memory.reserve(SCALAR_BYTES)
  const keys = memory.reserve((4 * STRIDE_PAIRS + 1) * KEY_BYTES)
  const scratch = memory.reserve((STRIDE_PAIRS + 1) * sizes.stepScratch)
  const running = memory.reserve(sizes.point)
  const centre = memory.reserve(sizes.point)
  const put = (point: Point): number => {
    const at = memory.reserve(sizes.point)
    functions.readExtended(at, memory.put(writeCoordinates([point, point])), 2)
    return at
  }
  const normalise = (point: number): void => functions.normalise(point, 1, scratch)
  const add = (to: number, point: number, k: bigint): void => {
    memory.writeScalar(scalar, k < 0n ? -k : k)
    functions.addMultiples(to, point, 1, scalar, k < 0n ? 1 : 0)
  }
  const generator = put(GENERATOR)
  const addMultiple = (to: number, k: number): void => add(to, generator, BigInt(k))
  const multiple = (k: number): number => {
    const at = memory.reserve(sizes.point)
    functions.setNeutral(at)
    addMultiple(at, k)
    return at
  }
  const affineMultiple = (k: number): number => {
    const at = multiple(k)
    normalise(at)
    return at
  }
  return {
    memory,
    keys,
    put,
    addMultiple,
    createStrides: (k, steps) => {
      const pairs = Math.min(STRIDE_PAIRS, Math.ceil((steps - 1) / 4))
      const strides = memory.reserve(pairs * sizes.stride)
      functions.prepareStrides(strides, multiple(k), pairs, scratch)
      const [toCentre, toNext] = [affineMultiple(2 * pairs * k), affineMultiple((4 * pairs + 1) * k)]
      return { steps, pairs, strides, toCentre, toNext }
    },
    walk: ({ steps, pairs, strides, toCentre, toNext }, start, visit) => {
      const length = 4 * pairs + 1
      functions.copyPoint(running, start)
      for (let first = 0; first < steps; first += length) {
        add(running, first === 0 ? toCentre : toNext, 1n)
        functions.copyPoint(centre, running)
        normalise(centre)
        functions.stepKeys(keys, centre, strides, pairs, scratch)
        if (visit(first, Math.min(length, steps - first))) return
      }
    },
  }
}

function createSearch(walker: Walker, { bound, size, width, giants }: LogarithmPlan): Logarithms['find'] {
  const { memory, keys } = walker
  const { functions, sizes } = memory
  // Half of the slots or more stay empty.
  const slots = 2 ** Math.ceil(Math.log2(2 * (size + 1)))
  const table = memory.reserve(slots * SLOT_BYTES)
  const cursor = memory.reserve(NEW_CURSOR.length)
  const difference = memory.reserve(sizes.point)
  const neutral = memory.reserve(sizes.point)
  functions.setNeutral(neutral)
  walker.walk(walker.createStrides(1, size + 1), neutral, (first, count) => {
    functions.insertSteps(table, slots - 1, keys, count, first)
    return false
  })
  const giantStrides = walker.createStrides(-width, giants)

  /** The matches among the keys at hand: their places, and the baby steps that share 32 bits and a little more with them. */
  function* matches(count: number): Generator<readonly [place: number, baby: number]> {
    memory.write(cursor, NEW_CURSOR)
    while (functions.nextMatch(table, slots - 1, keys, count, cursor) !== 0) {
      const view = new DataView(memory.read(cursor, NEW_CURSOR.length).buffer)
      yield [view.getUint32(0, true), view.getUint32(8, true)]
    }
  }

  return (point) => {
    const mark = memory.mark()
    const wanted = walker.put(point)
    const start = memory.reserve(sizes.point)
    functions.copyPoint(start, wanted)
    walker.addMultiple(start, -size)
    const isRight = (candidate: number): boolean => {
      if (candidate < 0 || candidate > bound) return false
      functions.copyPoint(difference, wanted)
      walker.addMultiple(difference, -candidate)
      return functions.isNeutral(difference) !== 0
    }
    let found: number | undefined
    walker.walk(giantStrides, start, (first, count) => {
      for (const [place, baby] of matches(count)) {
        const middle = width * (first + place) + size
        found = [middle + baby, middle - baby].find(isRight)
        if (found !== undefined) return true
      }
      return false
    })
    memory.releaseTo(mark)
    return found === undefined ? undefined : BigInt(found)
  }
}
