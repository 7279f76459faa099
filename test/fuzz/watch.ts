/**
 * Runs decoders in a process of their own under a watchdog. A process that stays on one input for too long, or dies of one, has
 * convicted that decoder; the next process goes on with the decoders after it.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import type { Fault, Plan, Verdict } from './types.ts'

/** How long an input may hold the process up. Well above the second that it may take, because others share the machine. */
const HANG_MS = 20_000
const LOOK_MS = 500
/** Making the recordings, on a busy machine. */
const START_MS = 180_000
/** A decoder that asks for more memory than this dies of it. */
const HEAP_MIB = 1024
const CHILD = join(import.meta.dirname, 'child.ts')

/** A process that runs decoders: its command, for tests that plant another one. */
export interface WatchOptions {
  readonly child?: string
  readonly hangMs?: number
}

/** Verdicts for all these targets, told as they come. */
export async function watch(
  names: readonly string[],
  plan: Plan,
  onVerdict: (verdict: Verdict) => void,
  options: WatchOptions = {},
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  const tell = (verdict: Verdict): void => {
    verdicts.push(verdict)
    onVerdict(verdict)
  }
  while (verdicts.length < names.length) {
    const left = names.slice(verdicts.length)
    const end = await runChild(left, plan, tell, options)
    if (end === undefined) continue
    // The first without a verdict is the one that it happened to.
    const name = names[verdicts.length]
    if (name !== undefined) tell(convicted(name, plan, end))
  }
  return verdicts
}

function convicted(decoder: string, { inputs }: Plan, fault: Fault): Verdict {
  const nothing = {
    taken: 0,
    refusals: 0,
    seconds: 0,
    inputsPerSecond: 0,
    worstMs: HANG_MS,
    worstInput: fault.input ?? 0,
  }
  return { decoder, inputs, ...nothing, faults: [fault] }
}

/** Runs one process to its end; the fault that ended it early. */
function runChild(
  names: readonly string[],
  { seed, inputs }: Plan,
  onVerdict: (verdict: Verdict) => void,
  { child = CHILD, hangMs = HANG_MS }: WatchOptions,
): Promise<Fault | undefined> {
  return inTemporaryDirectory(async (directory) => {
    const progress = join(directory, 'progress')
    const flags = ['--expose-gc', `--max-old-space-size=${HEAP_MIB}`, '--import', 'tsx']
    const args = [...flags, child, progress, String(seed), String(inputs), ...names]
    const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const died = new Promise<string>((resolve) => {
      running.once('error', ({ message }) => resolve(message))
      running.once('close', (code, signal) => resolve(code === 0 ? '' : `it ended with ${signal ?? code}`))
    })
    let errors = ''
    running.stderr.on('data', (chunk: Uint8Array) => {
      errors = (errors + new TextDecoder().decode(chunk)).slice(-2000)
    })
    createInterface({ input: running.stdout }).on('line', (line) => onVerdict(JSON.parse(line) as Verdict))
    let seen = ''
    let since = Date.now()
    let isHung = false
    const timer = setInterval(() => {
      const now = placeIn(progress).join(' ')
      if (now !== seen) {
        seen = now
        since = Date.now()
      } else if (Date.now() - since > (now === '' ? START_MS : hangMs)) {
        isHung = true
        running.kill('SIGKILL')
      }
    }, LOOK_MS)
    const end = await died
    clearInterval(timer)
    if (end === '') return undefined
    const input = placeIn(progress)[1]
    const detail = isHung ? `no answer within ${hangMs} ms` : `${end}: ${errors.trim()}`
    return { promise: isHung ? 'hangs' : 'dies', ...(input === undefined ? {} : { input }), detail }
  })
}

/** Which target and input the process is at; nothing before the first. */
function placeIn(path: string): readonly number[] {
  try {
    const bytes = readFileSync(path)
    return bytes.length === 8 ? [bytes.readUInt32LE(0), bytes.readUInt32LE(4)] : []
  } catch {
    return []
  }
}
