/** What processes and the loopback have done so far, as Linux counts it in /proc. */
import { readFile } from 'node:fs/promises'

/** Since the start of a process, or of the machine. */
export interface Costs {
  /** Milliseconds of a core, of each process. */
  readonly cpuMs: readonly number[]
  /** Bytes over the loopback, whoever sent them. */
  readonly loopbackBytes: number
}

/** What a clock tick of /proc is, on every machine that Node runs on. */
const TICK_MS = 10

/** Undefined where there is no /proc. */
export async function costsOf(pids: readonly number[]): Promise<Costs | undefined> {
  try {
    return { cpuMs: await Promise.all(pids.map(cpuMsOf)), loopbackBytes: await loopbackBytes() }
  } catch {
    return undefined
  }
}

/** What was done between two looks. */
export function between(before: Costs, after: Costs): Costs {
  return {
    cpuMs: after.cpuMs.map((ms, i) => ms - (before.cpuMs[i] ?? 0)),
    loopbackBytes: after.loopbackBytes - before.loopbackBytes,
  }
}

async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // After the name, which may hold anything and ends with the last bracket: state is field 3, utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return TICK_MS * (Number(fields[11]) + Number(fields[12]))
}

async function loopbackBytes(): Promise<number> {
  const devices = await readFile('/proc/net/dev', 'utf8')
  return Number(/^\s*lo:\s*(\d+)/m.exec(devices)?.[1])
}
