/** Decoders that break one promise each: what judge and watchdog must convict. */
import type { Target } from '../../fuzz/types.ts'

const SAMPLE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
const kept: unknown[] = []

function target(name: string, take: Target['take']): Target {
  return { name, covers: [], form: 'bytes', samples: [SAMPLE], take }
}

const isSample = (input: Uint8Array): boolean => input.every((byte, at) => byte === SAMPLE[at])

/** Keeps the processor busy for so long, however little of it there is for this process. */
function work(ms: number): void {
  const begin = process.cpuUsage()
  for (let spent = 0; spent < ms; ) {
    const { user, system } = process.cpuUsage(begin)
    spent = (user + system) / 1000
  }
}

/** By the promise that each breaks; all take their sample as they should. */
export const BAD_DECODERS: Readonly<Record<string, Target>> = {
  good: target('good', (input) => ({ isTaken: true, again: input.slice() })),
  throws: target('throws', (input) => {
    if (!isSample(input)) throw new RangeError('offset is out of bounds')
    return { isTaken: true }
  }),
  slow: target('slow', (input) => {
    if (!isSample(input)) work(1100)
    return { isTaken: true }
  }),
  hangs: target('hangs', (input) => {
    if (!isSample(input)) for (;;);
    return { isTaken: true }
  }),
  dies: target('dies', (input) => {
    if (!isSample(input)) process.kill(process.pid, 'SIGKILL')
    return { isTaken: true }
  }),
  'changes its input': target('changes its input', (input) => {
    input[0] = (input[0] ?? 0) ^ 1
    return { isTaken: true }
  }),
  'takes two encodings': target('takes two encodings', () => ({ isTaken: true, again: SAMPLE })),
  grows: target('grows', () => {
    kept.push(new Array(20_000).fill(0))
    return { isTaken: true }
  }),
  refuses: target('refuses', () => ({ isTaken: false, why: 'nothing is good enough' })),
}
