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
import type { Testnet } from '../testnet.ts'

/** Running daemons. */
export interface Daemons {
  readonly pids: readonly number[]
  /** Stops all; resolves when none is left. Idempotent. */
  stop(): Promise<void>
}

interface Running {
  readonly name: string
  readonly child: ChildProcess
  /** Resolves to how it ended. */
  readonly ended: Promise<string>
}

/** Starts a daemon for each node and waits until all are ready; when one is not, the others are stopped. */
export async function startDaemons(
  testnet: Testnet,
  self: readonly string[],
  onEnd: (name: string, how: string) => void,
): Promise<Daemons> {
  const running = testnet.nodes.map((node) => launch(node.name, node.home, self))
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
  name: string,
  home: string,
  [executable = process.execPath, ...args]: readonly string[],
): Running {
  const log = openSync(join(home, 'log.jsonl'), 'a', 0o600)
  const child = spawn(executable, [...args, 'start', '--home', home, '--json', '--stop-with-stdin'], {
    stdio: ['pipe', 'pipe', log],
  })
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
