/** Feeds one target with inputs and says which promises were broken. */
import { equalBytes, fromUtf8, toHex, utf8 } from '../../base/index.ts'
import { inputOf } from './inputs.ts'
import type { Fault, Plan, Said, Target, Verdict } from './types.ts'

/** An input that takes longer is a hang: on a machine that does something else it gets two more chances. */
const SLOW_MS = 1000
const CHANCES = 3
/**
 * What the heap may have grown by after all inputs: caches with a bound, above all. A hundred bytes an input, kept 100,000 times
 * over, is as much.
 */
const MAX_GROWTH_BYTES = 10 * 1024 * 1024
/** Faults that are kept of one target; more say the same. */
const MAX_FAULTS = 10
/** Refusals that are told apart. */
const MAX_REFUSALS = 1000
/** The first inputs fill caches and make the compiler work: memory is compared from there on. */
const WARM_SHARE = 0.2

/** Told before each input, so that somebody else can say which one it was. */
export type Progress = (number: number) => void

interface Tally {
  taken: number
  readonly refusals: Set<string>
  worstMs: number
  worstInput: number
  readonly faults: Fault[]
}

/** All inputs of a plan. */
export async function judge(
  target: Target,
  { seed, inputs: wanted }: Plan,
  progress: Progress = () => undefined,
): Promise<Verdict> {
  const inputs = Math.max(1, Math.ceil(wanted * (target.share?.of ?? 1)))
  const tally: Tally = { taken: 0, refusals: new Set(), worstMs: 0, worstInput: 0, faults: [] }
  await judgeSamples(target)
  const begin = process.cpuUsage()
  const warm = Math.floor(inputs * WARM_SHARE)
  let before: number | undefined
  for (let number = 0; number < inputs && tally.faults.length < MAX_FAULTS; number++) {
    if (number === warm) before = await heapBytes()
    progress(number)
    await judgeInput(target, seed, number, tally)
  }
  const grownBytes = grown(before, await heapBytes())
  if (grownBytes !== undefined && grownBytes > MAX_GROWTH_BYTES)
    tally.faults.push({
      promise: 'grows',
      detail: `the heap has ${grownBytes} bytes more than after the first inputs`,
    })
  const { user, system } = process.cpuUsage(begin)
  const seconds = (user + system) / 1e6
  return {
    decoder: target.name,
    inputs,
    ...(target.share === undefined ? {} : { fewer: target.share.why }),
    taken: tally.taken,
    refusals: tally.refusals.size,
    seconds: rounded(seconds),
    inputsPerSecond: Math.round(inputs / seconds),
    worstMs: rounded(tally.worstMs),
    worstInput: tally.worstInput,
    ...(grownBytes === undefined ? {} : { grownBytes }),
    faults: tally.faults,
  }
}

/** One input alone, as a replay. Where it hangs, it hangs. */
export async function judgeOne(target: Target, seed: number, number: number): Promise<readonly Fault[]> {
  const tally: Tally = { taken: 0, refusals: new Set(), worstMs: 0, worstInput: 0, faults: [] }
  await judgeInput(target, seed, number, tally)
  return tally.faults
}

/** Samples are real: one that is refused is a mistake of whoever gave it, and fuzzing with it would show nothing. */
async function judgeSamples(target: Target): Promise<void> {
  if (target.samples.length === 0) throw new Error(`${target.name}: no samples`)
  for (const [index, sample] of target.samples.entries()) {
    const said = await target.take(sample)
    if (!said.isTaken) throw new Error(`${target.name}: sample ${index} is refused: ${said.why}`)
    if (said.again !== undefined && !equalBytes(said.again, sample))
      throw new Error(`${target.name}: sample ${index} is not written again as it is`)
  }
}

async function judgeInput(target: Target, seed: number, number: number, tally: Tally): Promise<void> {
  const input = inputOf(target, seed, number)
  const copy = input.slice()
  const start = performance.now()
  let said: Said
  try {
    const answer = target.take(input)
    said = answer instanceof Promise ? await answer : answer
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    tally.faults.push({
      promise: 'throws',
      input: number,
      detail: `${text.slice(0, 600)}; input ${shown(copy)}`,
    })
    return
  }
  const ms = performance.now() - start
  if (ms > tally.worstMs) await judgeTime(target, copy, number, ms, tally)
  if (!equalBytes(input, copy))
    tally.faults.push({ promise: 'changes its input', input: number, detail: shown(copy) })
  if (!said.isTaken) {
    if (tally.refusals.size < MAX_REFUSALS) tally.refusals.add(kindOf(said.why))
    return
  }
  tally.taken += 1
  if (said.again !== undefined && !equalBytes(said.again, copy))
    tally.faults.push({
      promise: 'takes two encodings',
      input: number,
      detail: `${shown(copy)} is written again as ${shown(said.again)}`,
    })
}

/** The time of an input is the least of a few measurements. */
async function judgeTime(
  target: Target,
  input: Uint8Array,
  number: number,
  first: number,
  tally: Tally,
): Promise<void> {
  let least = first
  for (let chance = 1; chance < CHANCES && least > Math.min(SLOW_MS, Math.max(1, tally.worstMs)); chance++) {
    least = Math.min(least, await timeOf(target, input.slice()))
  }
  if (least > tally.worstMs) {
    tally.worstMs = least
    tally.worstInput = number
  }
  if (least > SLOW_MS)
    tally.faults.push({
      promise: 'slow',
      input: number,
      detail: `${Math.round(least)} ms for ${shown(input)}`,
    })
}

/** A refusal without what it quotes; a copy, because a part of a text keeps all of it in memory. */
const kindOf = (why: string): string => fromUtf8(utf8(why.replace(/[\d"'`].*/s, '').slice(0, 200))) ?? ''

/** Milliseconds of the processor where it cannot wait for anything: what others do on the machine is not its doing. */
async function timeOf(target: Target, input: Uint8Array): Promise<number> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  const answer = target.take(input)
  const { user, system } = process.cpuUsage(before)
  if (answer instanceof Promise) await answer
  const ms = performance.now() - start
  return answer instanceof Promise ? ms : Math.min(ms, (user + system) / 1000)
}

/** Bytes in use, when the collector can be called (`node --expose-gc`). */
async function heapBytes(): Promise<number | undefined> {
  if (globalThis.gc === undefined) return undefined
  // What a WeakRef was made of stays until the turn of the event loop ends (ECMA-262, section 9.9): that is no growth.
  await new Promise((resolve) => setImmediate(resolve))
  // What the first collection releases may hold on to more.
  for (let i = 0; i < 3; i++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function grown(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before
}

function shown(bytes: Uint8Array): string {
  const hex = toHex(bytes.subarray(0, 150))
  return `${hex}${bytes.length > 150 ? `... (${bytes.length} bytes)` : ''}`
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000
