/**
 * Files as a disk has them: what was written is in the operating system's memory, what was synced is on the disk. A process may die
 * and the files have what it wrote; a power cut takes what was not synced, or leaves any part of it: some writes and not others, a
 * beginning of one, zeros where the length grew and the bytes did not come (POSIX promises no more).
 */
import { assert } from '../../../base/index.ts'
import type { Files, OpenFile } from '../../../storage/index.ts'
import type { Dice } from '../types.ts'

/** What comes before and after each effect on a disk: the moments at which everything may end. */
export interface Moments {
  /** Never resolves once the process is dead. */
  moment(): Promise<void>
  /** Waits while a disk forces bytes down. What is under way then is in memory only, and everything else goes on. */
  seek(): Promise<void>
}

/** How a disk fails: no room, or errors. */
export type Ailment = 'full' | 'failing'

type Change =
  | { readonly type: 'write'; readonly bytes: Uint8Array; readonly position: number }
  | { readonly type: 'truncate'; readonly length: number }

/** Carries out an effect between two moments. */
type Guarded = <T>(work: () => T) => Promise<T>

interface File {
  durable: Uint8Array
  /** Not synced, in order. */
  pending: Change[]
}

/** The files of one machine. They outlive the processes that open them. */
export class SimulatedFiles {
  readonly #files = new Map<string, File>()
  ailment: Ailment | undefined

  /** The port as a process sees it. */
  opened(moments: Moments): Files {
    const guarded: Guarded = async (work) => {
      await moments.moment()
      const result = work()
      await moments.moment()
      return result
    }
    const forced: Guarded = async (work) => {
      await moments.seek()
      return guarded(work)
    }
    return {
      read: (path, maxBytes) => guarded(() => this.#read(path, maxBytes)),
      prepare: async () => {},
      replace: (path, bytes) =>
        forced(() => {
          this.#assertWell()
          this.#files.set(path, { durable: bytes.slice(), pending: [] })
        }),
      open: (path) => guarded(() => this.#open(path, guarded, forced)),
    }
  }

  /** Whether everything that was written to a file is on the disk. */
  isSynced(path: string): boolean {
    return (this.#files.get(path)?.pending.length ?? 0) === 0
  }

  /** What a power cut would leave at least. */
  durable(path: string): Uint8Array | undefined {
    return this.#files.get(path)?.durable
  }

  /** Power is cut: of what was not synced some is lost. How many writes were torn or lost. */
  cutPower(dice: Dice): number {
    let torn = 0
    for (const file of this.#files.values()) {
      let bytes = file.durable
      for (const change of file.pending) {
        const fate = dice.between(0, 4)
        if (fate > 0) torn++
        bytes = apply(bytes, fate === 0 ? change : damage(change, fate, dice))
      }
      file.durable = bytes
      file.pending = []
    }
    return torn
  }

  #read(path: string, maxBytes: number): Uint8Array | undefined {
    if (this.ailment === 'failing') throw systemError('EIO', path)
    const file = this.#files.get(path)
    if (file === undefined) return undefined
    const bytes = file.pending.reduce(apply, file.durable)
    assert(bytes.length <= maxBytes, 'files stay within what their readers take')
    return bytes.slice()
  }

  #open(path: string, guarded: Guarded, forced: Guarded): OpenFile {
    const file = this.#files.get(path)
    if (file === undefined) throw systemError('ENOENT', path)
    return {
      write: (bytes, position) =>
        guarded(() => {
          // A disk that is full takes the beginning.
          if (this.ailment !== undefined) {
            const part = bytes.slice(0, bytes.length >> 1)
            file.pending.push({ type: 'write', bytes: part, position })
          }
          this.#assertWell()
          file.pending.push({ type: 'write', bytes: bytes.slice(), position })
        }),
      truncate: (length) =>
        guarded(() => {
          this.#assertWell()
          file.pending.push({ type: 'truncate', length })
        }),
      sync: () =>
        forced(() => {
          this.#assertWell()
          file.durable = file.pending.reduce(apply, file.durable)
          file.pending = []
        }),
      close: () => guarded(() => {}),
    }
  }

  #assertWell(): void {
    if (this.ailment !== undefined) throw systemError(this.ailment === 'full' ? 'ENOSPC' : 'EIO', 'write')
  }
}

function apply(bytes: Uint8Array, change: Change | undefined): Uint8Array {
  if (change === undefined) return bytes
  if (change.type === 'truncate') {
    const cut = new Uint8Array(change.length)
    cut.set(bytes.subarray(0, change.length))
    return cut
  }
  const written = new Uint8Array(Math.max(bytes.length, change.position + change.bytes.length))
  written.set(bytes)
  written.set(change.bytes, change.position)
  return written
}

/** Bytes that a disk writes whole or not at all. */
const SECTOR_BYTES = 512

/** What is left of a change that was under way: nothing, a beginning, or some sectors and not others. */
function damage(change: Change, fate: number, dice: Dice): Change | undefined {
  if (change.type === 'truncate' || fate === 1) return undefined
  const { position, bytes } = change
  if (fate === 2) return { ...change, bytes: bytes.slice(0, dice.between(0, bytes.length)) }
  const holed = bytes.slice()
  const first = position - (position % SECTOR_BYTES)
  for (let at = first; at < position + bytes.length; at += SECTOR_BYTES) {
    if (dice.chance(0.5)) holed.fill(0, Math.max(0, at - position), at + SECTOR_BYTES - position)
  }
  return { ...change, bytes: holed }
}

/** An error as the operating system gives it. */
export function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: the simulated disk refuses: ${what}`), { code })
}
