/**
 * A disk that can be full, for one daemon's data and nobody else's, without being root: a tmpfs in a user namespace of its own
 * (real ENOSPC), or where the system grants none, a limit on the size of files (EFBIG, which a program meets at the same calls).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Daemon } from './daemon.ts'

const call = promisify(execFile)

/** Holds a chain of some thousand ballots several times over. */
const DISK_BYTES: number = 128 * 1024 * 1024

export interface SmallDisk {
  readonly kind: 'tmpfs' | 'file-size limit'
  /** In front of the daemon's command, as long as the disk is not full. */
  readonly within: readonly string[]
  /** The same while it is. */
  readonly withinFull: readonly string[]
  /** Leaves so many bytes of room. The daemon runs. */
  fill(daemon: Daemon, roomBytes: number): Promise<void>
  /** Makes room again. */
  empty(): Promise<void>
  /** Puts the data back where they were; the daemon does not run. */
  close(): Promise<void>
}

/** A small disk under the data of a daemon that does not run; undefined where this system grants neither kind. */
export async function smallDisk(daemon: Daemon): Promise<SmallDisk | undefined> {
  return (await tmpfsDisk(daemon.home)) ?? (await limitedFiles(daemon.home))
}

/** The namespace lives as long as the process that holds it; everybody else enters it. */
async function tmpfsDisk(home: string): Promise<SmallDisk | undefined> {
  const data = join(home, 'data')
  const disk = join(home, 'disk')
  const mount =
    'set -e; mkdir -p "$2"; mount -t tmpfs -o size="$3" none "$2"; cp -a "$1"/. "$2"/; mount --bind "$2" "$1"; echo mounted; exec cat'
  const holder = spawn('unshare', ['-rm', 'sh', '-c', mount, 'sh', data, disk, String(DISK_BYTES)])
  if (!(await says(holder, 'mounted'))) return undefined
  const within = ['nsenter', '-t', String(holder.pid), '-U', '-m', '--preserve-credentials', '--']
  const inside = (script: string, ...args: string[]): Promise<unknown> =>
    call(within[0]!, [...within.slice(1), 'sh', '-ec', script, 'sh', ...args])
  const filler = join(disk, 'filler')
  return {
    kind: 'tmpfs',
    within,
    withinFull: within,
    fill: (_, roomBytes) =>
      inside(
        'free=$(df --output=avail -B1 "$1" | tail -n 1); head -c $((free - $2)) /dev/zero > "$1/filler"',
        disk,
        String(roomBytes),
      ).then(() => undefined),
    empty: () => inside('rm -f "$1"', filler).then(() => undefined),
    close: async () => {
      await inside('umount "$1"; rm -rf "$1"/*; cp -a "$2"/. "$1"/', data, disk)
      const ended = new Promise((resolve) => holder.once('close', resolve))
      holder.stdin.end()
      await ended
    },
  }
}

/** Node ignores SIGXFSZ, so that a write beyond the limit fails like one on a full disk. */
async function limitedFiles(home: string): Promise<SmallDisk | undefined> {
  const works = await call('prlimit', ['--fsize=1048576', '--', 'true']).then(
    () => true,
    () => false,
  )
  if (!works) return undefined
  return {
    kind: 'file-size limit',
    within: [],
    withinFull: ['prlimit', '--fsize=64', '--'],
    fill: async (daemon, roomBytes) => {
      const bytes = (await largestLog(join(home, 'data', 'chain'))) + roomBytes
      await call('prlimit', ['--pid', String(daemon.pid), `--fsize=${bytes}:`])
    },
    empty: async () => undefined,
    close: async () => undefined,
  }
}

async function largestLog(directory: string): Promise<number> {
  const logs = (await readdir(directory)).filter((name) => name.endsWith('.log'))
  const sizes = await Promise.all(logs.map(async (name) => (await stat(join(directory, name))).size))
  return Math.max(0, ...sizes)
}

/** Whether a process says a line; false where it ends instead. */
function says(child: ChildProcess, line: string): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('close', () => resolve(false))
    if (child.stdout === null) return resolve(false)
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (text === line) resolve(true)
    })
  })
}
