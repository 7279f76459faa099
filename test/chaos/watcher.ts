/** Asks every daemon for its blocks while the run goes on, as any peer may, and compares them at once. */
import { setTimeout as wait } from 'node:timers/promises'
import { decodeCertifiedBlock, encodeBlocksRequest, type Transport } from '../../network/index.ts'
import type { Daemon } from './daemon.ts'
import type { BlockFact, ChainFact } from './facts.ts'
import { blockFact } from './records.ts'

const INTERVAL_MS = 1000
const PATIENCE_MS = 5000
const BLOCKS_AT_ONCE = 64

export interface WatcherOptions {
  readonly daemons: readonly Daemon[]
  readonly addresses: readonly string[]
  readonly transport: Transport
  readonly uuid: string
  readonly onFork: (detail: string) => void
}

export class Watcher {
  readonly #options: WatcherOptions
  readonly #served: BlockFact[][]
  readonly #agreed = new Map<number, string>()
  readonly #stopping = new AbortController()
  #loops: Promise<void>[] = []

  constructor(options: WatcherOptions) {
    this.#options = options
    this.#served = options.daemons.map(() => [])
  }

  start(): void {
    this.#loops = this.#options.daemons.map((_, place) => this.#watch(place))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#loops)
  }

  /** What a daemon has served so far. */
  served(place: number): ChainFact {
    return { source: `daemon ${place + 1} over the wire`, blocks: this.#served[place] ?? [] }
  }

  async #watch(place: number): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      // A daemon that was killed in the middle of an answer is what this run is about.
      if (this.#options.daemons[place]?.isReady) await this.#ask(place).catch(() => undefined)
      await wait(INTERVAL_MS, undefined, { signal }).catch(() => undefined)
    }
  }

  async #ask(place: number): Promise<void> {
    const { transport, addresses, uuid, onFork } = this.#options
    const blocks = this.#served[place] ?? []
    const patience = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.#stopping.signal])
    const peer = await transport.dial(addresses[place] ?? '', patience)
    const from = (blocks.at(-1)?.height ?? 0) + 1
    const request = encodeBlocksRequest({ from, count: BLOCKS_AT_ONCE })
    for await (const chunk of transport.request(peer, 'blocks', request, patience)) {
      const certified = decodeCertifiedBlock(chunk)
      if (!certified.ok)
        return onFork(`daemon ${place + 1} serves what is no block: ${certified.error.detail}`)
      const block = blockFact(certified.value.block, uuid)
      blocks.push(block)
      const agreed = this.#agreed.get(block.height)
      if (agreed === undefined) this.#agreed.set(block.height, block.id)
      else if (agreed !== block.id)
        onFork(`height ${block.height}: daemon ${place + 1} serves ${block.id}, another one served ${agreed}`)
    }
  }
}
