/** Real processes for end-to-end tests: the built `psephos`, its nodes, and a limit on every wait. */
import { strict as assert } from 'node:assert'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The executable of the build. */
export const MAIN: string = fileURLToPath(new URL('../../dist/node/cli/main.js', import.meta.url))

/** What a command printed and how it ended. */
export interface CommandRun {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** For `before` hooks: the executable that the tests run has to be there. */
export function requireBuild(): void {
  assert.ok(
    existsSync(MAIN),
    `${MAIN} is missing: end-to-end tests run the build, so run \`npm run build\` first`,
  )
}

/** How a command is run. */
export interface RunOptions {
  readonly stdin?: string
  readonly limitMs?: number
  readonly cwd?: string
  /** Called with all of stderr so far, whenever there is more. */
  readonly onStderr?: (text: string, child: ChildProcess) => void
}

/** Runs `psephos` to its end; kills it after the time limit. */
export function psephos(args: readonly string[], options: RunOptions = {}): Promise<CommandRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: options.cwd, stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      options.onStderr?.(stderr, child)
    })
    child.stdin.on('error', () => {}).end(options.stdin ?? '')
    const limitMs = options.limitMs ?? 60_000
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`psephos ${args.join(' ')} took longer than ${limitMs} ms\n${stdout}\n${stderr}`))
    }, limitMs)
    child.once('error', reject)
    child.once('close', (exitCode) => {
      clearTimeout(timer)
      resolve({ exitCode, stdout, stderr })
    })
  })
}

/** Runs `psephos --json` and gives the one object that it printed; fails where the command does. */
export async function psephosJson<T>(args: readonly string[], options: RunOptions = {}): Promise<T> {
  const run = await psephos([...args, '--json'], options)
  assert.equal(run.exitCode, 0, `psephos ${args.join(' ')}: ${run.stderr}${run.stdout}`)
  assert.equal(run.stdout.trimEnd().split('\n').length, 1, 'one JSON object on stdout')
  return JSON.parse(run.stdout) as T
}

/** Expects a refusal: exit code, one line with this code, the same in JSON, and no stack. */
export async function expectRefusal(
  args: readonly string[],
  code: string,
  message: RegExp,
  options: RunOptions = {},
): Promise<void> {
  const run = await psephos([...args, '--json'], options)
  const said = `psephos ${args.join(' ')}: ${run.stderr}${run.stdout}`
  assert.ok(run.exitCode === 1 || run.exitCode === 2, said)
  const errors = run.stderr.split('\n').filter((line) => line.startsWith('error: '))
  assert.equal(errors.length, 1, said)
  assert.match(errors[0] ?? '', new RegExp(`^error: (?:${code}): `), said)
  assert.match(errors[0] ?? '', message, said)
  assert.doesNotMatch(run.stderr, /\n\s+at |internal/, said)
  const { ok, error } = JSON.parse(run.stdout) as { ok: boolean; error: { code: string } }
  assert.equal(ok, false)
  assert.match(error.code, new RegExp(`^(?:${code})$`))
}

/** A node, or a trustee, of a test: an operating-system process. */
export interface NodeProcess {
  readonly home: string
  readonly pid: number
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL. */
  kill(): Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the node of a home, with more options where it needs them, and resolves when it says that it is ready. */
export function startNode(home: string, options: readonly string[] = []): Promise<NodeProcess> {
  return startProcess(home, ['start', '--home', home, ...options])
}

/** The same for the trustee of a home, which has no validator. */
export function startTrustee(home: string, options: readonly string[] = []): Promise<NodeProcess> {
  return startProcess(home, ['trustee', 'run', '--home', home, '--poll', '1', ...options])
}

async function startProcess(home: string, args: readonly string[]): Promise<NodeProcess> {
  const child = spawn(process.execPath, [MAIN, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-10_000)
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<string>((resolve) => lines.once('line', resolve))
  const first = await Promise.race([
    ready,
    ended.then((code) => `ended with ${code}`),
    wait(60_000, 'not ready in a minute', { ref: false }),
  ])
  assert.match(first, /"ready":true/, `${home}: ${first}\n${log}`)
  return {
    home,
    pid: child.pid ?? 0,
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Asks again and again until the answer is not undefined. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  limitMs: number,
  everyMs = 300,
): Promise<T> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    assert.ok(Date.now() < deadline, `${what}: not within ${limitMs} ms`)
    await wait(everyMs)
  }
}

/** Whether a process of this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
