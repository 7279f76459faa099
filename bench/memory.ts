/** How much memory a process takes, as Linux tells it. */
import { readFile } from 'node:fs/promises'

const KIBIBYTE = 1024
const MEGABYTE = 1_000_000

/** Resident memory of a process in megabytes: now, and the most it ever was. Linux only. */
export async function residentMemory(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (name: string): number => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
    if (kibibytes === undefined) throw new Error(`/proc/${pid}/status does not say ${name}`)
    return (Number(kibibytes) * KIBIBYTE) / MEGABYTE
  }
  return { now: read('VmRSS'), peak: read('VmHWM') }
}
