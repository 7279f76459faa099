/**
 * A daemon as an operating-system process: started, killed, stopped, frozen from outside; what it says is read as it says it
 * and kept in a file. It ends with this process, whatever happens to that (`--stop-with-stdin`).
 */
import { strict as assert } from 'node:assert'
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { MAIN } from '../e2e/processes.ts'

/** A machine under load takes its time; a daemon that is not ready by then never will be. */
const READY_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 60_000

/** A line of its log: pino's fields. */
export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** How a process ended, with the lines `error: CODE: ...` that it said. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  readonly errors: readonly string[]
}

/** What the owner wants to know. */
export interface DaemonEvents {
  onReady(): void
  onGone(): void
  onLine(line: LogLine): void
  /** It ended, and nobody had asked for it. */
  onUnexpectedEnd(ending: Ending): void
}

/** How this start differs from an ordinary one. */
export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** A command in front of it that becomes the daemon, such as `nsenter`. */
  readonly within?: readonly string[]
}

interface Life {
  readonly child: ChildProcessWithoutNullStreams
  readonly ready: Promise<boolean>
  readonly ended: Promise<Ending>
  isReady: boolean
  isFrozen: boolean
  /** Somebody means it to end. */
  isOver: boolean
}

export class Daemon {
  readonly place: number
  readonly home: string
  readonly #events: DaemonEvents
  readonly #log: WriteStream
  #life: Life | undefined

  constructor(options: { place: number; home: string; logFile: string }, events: DaemonEvents) {
    this.place = options.place
    this.home = options.home
    this.#events = events
    this.#log = createWriteStream(options.logFile, { flags: 'a' })
  }

  get isRunning(): boolean {
    return this.#life !== undefined
  }

  /** Ready, and not frozen. */
  get isReady(): boolean {
    return this.#life?.isReady === true && !this.#life.isFrozen
  }

  get pid(): number {
    return this.#alive().child.pid ?? 0
  }

  /** Begins a life; {@link ready} tells how that went. */
  launch(options: StartOptions = {}): void {
    assert.ok(this.#life === undefined, 'a daemon runs once at a time')
    const line = [process.execPath, MAIN, 'start', '--home', this.home, '--stop-with-stdin', '--json']
    const [command = '', ...args] = [...(options.within ?? []), ...line]
    const child = spawn(command, args, { env: { ...process.env, ...options.environment } })
    child.stdin.on('error', () => undefined)
    const errors: string[] = []
    const stderr = createInterface({ input: child.stderr })
    stderr.on('line', (text) => {
      this.#log.write(`${text}\n`)
      if (text.startsWith('error: ')) errors.push(text)
      const parsed = parseLine(text)
      if (parsed !== undefined) this.#events.onLine(parsed)
    })
    const hasEnded = new Promise<Ending>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve({ code, signal, errors }))
    })
    const isReady = new Promise<boolean>((resolve) => {
      createInterface({ input: child.stdout }).once('line', (text) => resolve(text.includes('"ready":true')))
    })
    const life: Life = {
      child,
      ready: Promise.race([isReady, hasEnded.then(() => false)]),
      ended: hasEnded.finally(() => this.#onEnd(life)),
      isReady: false,
      isFrozen: false,
      isOver: false,
    }
    this.#life = life
    this.#log.write(`-- started, process ${child.pid}\n`)
    void life.ended.then((ending) => {
      this.#log.write(`-- ended: code ${ending.code}, signal ${ending.signal}\n`)
      if (!life.isOver) this.#events.onUnexpectedEnd(ending)
    })
    void life.ready.then((ready) => {
      if (!ready || this.#life !== life || life.isOver) return
      life.isReady = true
      if (!life.isFrozen) this.#events.onReady()
    })
  }

  /** Resolves once it serves; fails where it ends instead. */
  async ready(): Promise<void> {
    const { ready, ended } = this.#alive()
    const timer = new AbortController()
    const late = wait(READY_LIMIT_MS, undefined, { signal: timer.signal }).catch(() => undefined)
    const said = await Promise.race([ready, late])
    timer.abort()
    if (said === true) return
    const why = said === undefined ? `not ready in ${READY_LIMIT_MS} ms` : JSON.stringify(await ended)
    throw new Error(`daemon ${this.place + 1} did not start: ${why}`)
  }

  async start(options: StartOptions = {}): Promise<void> {
    this.launch(options)
    await this.ready()
  }

  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<Ending> {
    return this.#end('SIGKILL')
  }

  /** SIGTERM; fails where it does not end in order. */
  async stop(): Promise<void> {
    this.thaw()
    const late = setTimeout(() => this.#life?.child.kill('SIGKILL'), STOP_LIMIT_MS)
    const ending = await this.#end('SIGTERM')
    clearTimeout(late)
    assert.equal(
      ending.code,
      0,
      `daemon ${this.place + 1} was stopped and ended with ${JSON.stringify(ending)}`,
    )
  }

  /** It is about to end by itself; resolves when it has. */
  expectEnd(): Promise<Ending> {
    const life = this.#alive()
    life.isOver = true
    return life.ended
  }

  /** SIGSTOP. */
  freeze(): void {
    const life = this.#alive()
    life.isFrozen = true
    life.child.kill('SIGSTOP')
    if (life.isReady) this.#events.onGone()
  }

  /** SIGCONT; nothing where it is not frozen. */
  thaw(): void {
    const life = this.#life
    if (life === undefined || !life.isFrozen) return
    life.isFrozen = false
    life.child.kill('SIGCONT')
    if (life.isReady) this.#events.onReady()
  }

  /** Ends it by force and closes its log. */
  async close(): Promise<void> {
    if (this.#life !== undefined) await this.kill()
    await new Promise((resolve) => this.#log.end(resolve))
  }

  #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ending> {
    const life = this.#alive()
    life.isOver = true
    life.child.kill(signal)
    return life.ended
  }

  #alive(): Life {
    assert.ok(this.#life !== undefined, `daemon ${this.place + 1} runs`)
    return this.#life
  }

  #onEnd(life: Life): void {
    this.#life = undefined
    if (life.isReady && !life.isFrozen) this.#events.onGone()
  }
}

/** The object of a line of the log; undefined for anything else. */
function parseLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value = JSON.parse(text) as LogLine
    return typeof value.level === 'number' && typeof value.msg === 'string' ? value : undefined
  } catch {
    // The last line of a killed daemon may be half a line.
    return undefined
  }
}
