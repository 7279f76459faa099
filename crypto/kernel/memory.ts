/**
 * The kernel's instance and its memory. WebAssembly with 128-bit vectors where the engine has them, plain WebAssembly where it has not;
 * undefined where there is no WebAssembly, or where a page's security policy forbids to compile it.
 *
 * Memory: the tables of fixed pairs lie at the bottom, each in a slot of its own; above them is scratch, which one call after the other uses
 * from its beginning. Pages that nobody has touched cost nothing.
 */
import { assert, fromBase64 } from '../../base/index.ts'
import { SCALAR, SIMD } from './binaries.ts'
import { MAX_KERNEL_BYTES, MAX_KEY_TABLES } from './limits.ts'

/** The functions of `assembly/index.ts`: every number is an address, a count or a width. */
export interface KernelFunctions {
  readonly memory: WebAssembly.Memory
  readonly pointBytes: WebAssembly.Global
  readonly affineAddendBytes: WebAssembly.Global
  readonly fieldBytes: WebAssembly.Global
  readonly runScalars: WebAssembly.Global
  readonly batchDigitsBytes: WebAssembly.Global
  readonly fixedBytes: WebAssembly.Global
  readonly fixedScratchBytes: WebAssembly.Global
  readonly strideBytes: WebAssembly.Global
  readonly stepScratchBytes: WebAssembly.Global
  heap(): number
  decode(pairs: number, flags: number, source: number, count: number): void
  encode(target: number, pairs: number, count: number): void
  normalise(pairs: number, count: number, scratch: number): void
  readAffine(pairs: number, source: number, count: number): number
  readExtended(pairs: number, source: number, count: number): void
  writeAffine(target: number, pairs: number, count: number): void
  inSubgroup(pair: number): number
  addGiven(outs: number, pair: number, scalars: number, count: number, isChecked: number): number
  addGivenApart(out: number, pair: number, a: number, b: number, isChecked: number): number
  prepareFixed(fixed: number, pair: number, scratch: number): void
  multiplyFixed(out: number, fixed: number, scalar: number): void
  multiplyFixedApart(out: number, fixed: number, a: number, b: number): void
  addToSecond(out: number, point: number, isSecond: number): void
  addPoint(out: number, p: number, q: number): void
  copyPoint(out: number, point: number): void
  spreadPoint(out: number, point: number, isSecond: number): void
  setNeutral(point: number): void
  doubleAll(pairs: number, count: number, times: number): void
  toAffineAddends(addends: number, pairs: number, count: number): void
  sumOfMultiples(
    out: number,
    addends: number,
    scalars: number,
    count: number,
    width: number,
    scratch: number,
  ): void
  isNeutral(point: number): number
  addMultiples(sums: number, pairs: number, count: number, scalar: number, isNegative: number): void
  checkSubgroup(results: number, pairs: number, count: number): void
  prepareStrides(strides: number, pair: number, count: number, scratch: number): void
  stepKeys(keys: number, center: number, strides: number, count: number, scratch: number): void
  insertSteps(table: number, mask: number, keys: number, count: number, first: number): void
  nextMatch(table: number, mask: number, keys: number, count: number, cursor: number): number
  multiplications(pair: number, count: number): void
  squarings(pair: number, count: number): void
  countedMultiplications(): number
  countedSquarings(): number
}

/** Sizes of what lies in the kernel's memory, in bytes, and what it does at once. */
export interface KernelSizes {
  readonly point: number
  readonly affineAddend: number
  readonly field: number
  readonly fixed: number
  readonly fixedScratch: number
  readonly batchDigits: number
  /** Scalars of one run of doublings. */
  readonly runScalars: number
  readonly stride: number
  readonly stepScratch: number
}

const PAGE_BYTES = 65_536
const ALIGNMENT = 16

/** One instance with its memory. Not for two computations at a time: each begins with `release`. */
export class KernelMemory {
  readonly isSimd: boolean
  readonly #module: WebAssembly.Module
  readonly functions: KernelFunctions
  readonly sizes: KernelSizes
  readonly #tables: number
  readonly #tableCount: number
  readonly #scratch: number
  #top: number
  #isLent = false
  #bytes: Uint8Array
  #words: BigUint64Array
  #addresses: Uint32Array

  constructor(module: WebAssembly.Module, isSimd: boolean, tables: number = MAX_KEY_TABLES + 1) {
    this.isSimd = isSimd
    this.#module = module
    this.functions = new WebAssembly.Instance(module, {}).exports as unknown as KernelFunctions
    const size = (global: WebAssembly.Global): number => global.value as number
    const { functions } = this
    this.sizes = {
      point: size(functions.pointBytes),
      affineAddend: size(functions.affineAddendBytes),
      field: size(functions.fieldBytes),
      fixed: size(functions.fixedBytes),
      fixedScratch: size(functions.fixedScratchBytes),
      batchDigits: size(functions.batchDigitsBytes),
      runScalars: size(functions.runScalars),
      stride: size(functions.strideBytes),
      stepScratch: size(functions.stepScratchBytes),
    }
    this.#tables = functions.heap()
    this.#tableCount = tables
    this.#scratch = this.#tables + tables * this.sizes.fixed
    this.#top = this.#scratch
    this.#bytes = new Uint8Array(functions.memory.buffer)
    this.#words = new BigUint64Array(functions.memory.buffer)
    this.#addresses = new Uint32Array(functions.memory.buffer)
  }

  /** Another instance of the same code, without tables: for what takes much memory and gives it back by being forgotten. */
  sibling(): KernelMemory {
    return new KernelMemory(this.#module, this.isSimd, 0)
  }

  /** The address of a slot for a fixed pair's table: slot 0 is the generator's, the others are keys'. */
  table(slot: number): number {
    assert(slot >= 0 && slot < this.#tableCount, 'a table has a slot')
    const at = this.#tables + slot * this.sizes.fixed
    this.#reach(at + this.sizes.fixed)
    return at
  }

  /** Takes all scratch back. */
  release(): void {
    assert(!this.#isLent, 'the kernel computes one thing at a time')
    this.#top = this.#scratch
  }

  /** All scratch for `work`, during which nobody else gets any. */
  lend<T>(work: () => T): T {
    this.release()
    this.#isLent = true
    try {
      return work()
    } finally {
      this.#isLent = false
    }
  }

  /** Writes zeros. */
  clear(at: number, bytes: number): void {
    this.#bytes.fill(0, at, at + bytes)
  }

  /** How much scratch is in use: hand it to `releaseTo` to take back what comes after. */
  mark(): number {
    return this.#top
  }

  releaseTo(mark: number): void {
    assert(mark >= this.#scratch && mark <= this.#top, 'scratch is given back in reverse order')
    this.#top = mark
  }

  /** Scratch of so many bytes; what is in it is left from before. */
  reserve(bytes: number): number {
    const at = this.#top
    this.#top = at + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    this.#reach(this.#top)
    return at
  }

  /** Scratch with these bytes. */
  put(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length)
    this.#bytes.set(bytes, at)
    return at
  }

  write(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at)
  }

  /** Writes an address at a multiple of 4. */
  writeAddress(at: number, address: number): void {
    this.#addresses[at / 4] = address
  }

  /** Writes a scalar, 32 bytes little-endian, at a multiple of 8. */
  writeScalar(at: number, scalar: bigint): void {
    const word = at / 8
    this.#words[word] = scalar
    this.#words[word + 1] = scalar >> 64n
    this.#words[word + 2] = scalar >> 128n
    this.#words[word + 3] = scalar >> 192n
  }

  /** A copy. */
  read(at: number, bytes: number): Uint8Array {
    return this.#bytes.slice(at, at + bytes)
  }

  byte(at: number): number {
    return this.#bytes[at]!
  }

  #reach(end: number): void {
    assert(end <= MAX_KERNEL_BYTES, 'what is asked of the kernel at once has its limits')
    const missing = end - this.#bytes.length
    if (missing <= 0) return
    const { memory } = this.functions
    memory.grow(Math.ceil(missing / PAGE_BYTES))
    this.#bytes = new Uint8Array(memory.buffer)
    this.#words = new BigUint64Array(memory.buffer)
    this.#addresses = new Uint32Array(memory.buffer)
  }
}

/** A kernel of one's own; the one that the process shares is in `kernel.ts`. */
export function createKernelMemory(kind: 'simd' | 'scalar'): KernelMemory | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const binary = fromBase64(kind === 'simd' ? SIMD : SCALAR)
  assert(binary !== undefined, 'the kernel is base64')
  const bytes = binary as Uint8Array<ArrayBuffer>
  if (!WebAssembly.validate(bytes)) return undefined
  try {
    return new KernelMemory(new WebAssembly.Module(bytes), kind === 'simd')
  } catch {
    // Forbidden by the page's policy, or too large for this thread of a browser.
    return undefined
  }
}
