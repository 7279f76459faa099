/**
 * The daemons of a demo: operating-system processes of their own, each running `psephos start`. They are always stopped: in
 * order, by force when that takes too long, and by themselves when this process disappears (their standard input ends).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { close, openSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CommandError } from '../error.ts'
import { DAEMON_START_TIMEOUT_MS, DAEMON_STOP_TIMEOUT_MS } from '../limits.ts'

/** Running daemons. */
export interface Daemons {
  readonly pids: readonly number[]
  /** Stops all; resolves when none is left. Idempotent. */
  stop(): Promise<void>
}

/** A daemon to start. */
export interface DaemonToStart {
  readonly name: string
  readonly home: string
  /** More options of `psephos start`. */
  readonly options?: readonly string[]
  /** Where its log goes instead of into its home. */
  readonly log?: string
}

interface Running {
  readonly name: string
  readonly child: ChildProcess
  /** Resolves to how it ended. */
  readonly ended: Promise<string>
}

/** Starts a daemon for each node and waits until all are ready; when one is not, the others are stopped. */
export async function startDaemons(
  { nodes }: { readonly nodes: readonly DaemonToStart[] },
  self: readonly string[],
  onEnd: (name: string, how: string) => void,
): Promise<Daemons> {
  const running = nodes.map((node) => launch(node, self))
  let isStopping = false
  const killAll = (): void => {
    for (const { child } of running) child.kill('SIGKILL')
  }
  process.on('exit', killAll)
  const stop = async (): Promise<void> => {
    isStopping = true
    await Promise.all(running.map(stopOne))
    process.off('exit', killAll)
  }
  try {
    await Promise.all(running.map(isReady))
  } catch (error) {
    await stop()
    throw error
  }
  for (const { name, ended } of running)
    void ended.then((how) => {
      if (!isStopping) onEnd(name, how)
    })
  return { pids: running.map(({ child }) => child.pid ?? 0), stop }
}

function launch(
  { name, home, options = [], log: path = join(home, 'log.jsonl') }: DaemonToStart,
  [executable = process.execPath, ...self]: readonly string[],
): Running {
  const log = openSync(path, 'a', 0o600)
  const args = [...self, 'start', '--home', home, ...options, '--json', '--stop-with-stdin']
  const child = spawn(executable, args, { stdio: ['pipe', 'pipe', log] })
  close(log, () => {})
  // A daemon that is gone has no use for the pipe that would tell it to stop.
  child.stdin?.on('error', () => {})
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal))
  })
  return { name, child, ended }
}

/** Resolves at the line by which `start` says that it is ready. */
async function isReady({ name, child, ended }: Running): Promise<void> {
  const { stdout } = child
  if (stdout === null) throw new CommandError('daemon-failed', `${name} has no output`)
  const lines = createInterface({ input: stdout })
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new CommandError('daemon-failed', `${name}: ${why}`))
      lines.once('line', (line) => {
        const failure = /"detail":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1]
        if (line.includes('"ready":true')) resolve()
        else fail(failure ?? 'it did not start')
      })
      void ended.then((how) => fail(`it ended before it was ready (${how}); its log lies beside its keys`))
      timer = setTimeout(() => fail('it was not ready in time'), DAEMON_START_TIMEOUT_MS)
    })
  } finally {
    clearTimeout(timer)
    lines.close()
    stdout.resume()
  }
}

async function stopOne({ child, ended }: Running): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), DAEMON_STOP_TIMEOUT_MS)
  await ended
  clearTimeout(timer)
}
