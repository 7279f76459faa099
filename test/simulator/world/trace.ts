/**
 * The trace of a run: a hash over everything that happened and every message that arrived, with its time. Two runs with one hash
 * went the same way. On request it is written down as lines to read.
 */
import { createHash } from 'node:crypto'
import { toHex } from '../../../base/index.ts'
import type { Happening } from '../types.ts'

/** Where lines go, if anybody reads them. */
export type WriteLine = (line: string) => void

/** Characters that wait for the hash. */
const CHUNK_LENGTH = 65_536

export class Trace {
  readonly #hash = createHash('sha256')
  readonly #startMs: number
  readonly #write: WriteLine | undefined
  #waiting = ''

  constructor(startMs: number, write?: WriteLine) {
    this.#startMs = startMs
    this.#write = write
  }

  /** Gossip or a request, or a part of an answer, arrived. */
  delivery(atMs: number, from: string, to: string, what: string): void {
    this.#add(`${atMs} ${from} > ${to} ${what}`)
    this.#line(atMs, '  ', () => `${from} > ${to}: ${what.length > 40 ? what.slice(0, 40) : what}`)
  }

  happening(happening: Happening): void {
    this.#add(JSON.stringify(happening, plain))
    if (happening.type !== 'fill') this.#line(happening.atMs, '* ', () => words(happening))
  }

  /** Something that the world did: a fault begins or ends. */
  fault(atMs: number, what: string): void {
    this.#add(`${atMs} ${what}`)
    this.#line(atMs, '! ', () => what)
  }

  /** A line of a node's log: for readers only. */
  log(atMs: number, seat: string, level: string, message: string, fields: unknown): void {
    this.#line(atMs, '- ', () => `${seat}: ${level}: ${message} ${JSON.stringify(fields ?? {}, plain)}`)
  }

  /** Whether somebody reads along. */
  get isRead(): boolean {
    return this.#write !== undefined
  }

  /** Ends the trace; hexadecimal. */
  end(): string {
    return this.#hash.update(this.#waiting).digest('hex')
  }

  #add(line: string): void {
    this.#waiting += `${line}\n`
    if (this.#waiting.length < CHUNK_LENGTH) return
    this.#hash.update(this.#waiting)
    this.#waiting = ''
  }

  #line(atMs: number, mark: string, text: () => string): void {
    this.#write?.(`${((atMs - this.#startMs) / 1000).toFixed(3).padStart(8)} ${mark}${text()}`)
  }
}

function plain(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (value instanceof Map) return [...value]
  return typeof value === 'bigint' ? String(value) : value
}

/** What a happening says, without its bytes. */
function words({ atMs: _, type, ...fields }: Happening): string {
  const short = Object.entries(fields).map(([name, value]) => {
    if (value instanceof Uint8Array) return `${name}=${value.length} bytes`
    return `${name}=${typeof value === 'string' ? value : JSON.stringify(value, plain)}`
  })
  return `${type} ${short.join(' ')}`
}
