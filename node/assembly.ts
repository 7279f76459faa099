/**
 * Makes blocks whole that came by reference: out of the pool, the blocks of the height under way, and what peers send when asked by id.
 *
 * Whoever brings a block passes it on only when it is whole there, so that its bearer has everything, and is asked first; others are
 * asked when it is slow. A block that names transactions which nobody has is as if it had never come: its round goes by. What that
 * can hold up is bounded: blocks at a time, in all and of one peer, bytes, peers, and time.
 */
import { setMaxListeners } from 'node:events'
import { fromHex } from '../base/index.ts'
import {
  type Decoded,
  decodeWithId,
  MAX_BLOCK_BYTES,
  missingFrom,
  type ReferringBlock,
  resolve,
  type WholeBlock,
} from '../ledger/index.ts'
import { encodeIds, NetworkError, type PeerName, type Transport } from '../network/index.ts'
import { type Clock, sleep } from './clock.ts'
import {
  ASSEMBLY_HEDGE_MS,
  ASSEMBLY_HEDGE_PEERS,
  ASSEMBLY_TIMEOUT_MS,
  MAX_ASSEMBLIES,
  MAX_ASSEMBLIES_PER_PEER,
} from './limits.ts'
import { linkedTo } from './linked.ts'
import type { Logger } from './log.ts'
import type { QueueFill } from './queues.ts'

export interface AssemblyDependencies {
  readonly clock: Clock
  readonly transport: Transport
  readonly logger: Logger
  /** A transaction that is here, by id. */
  readonly find: (id: string) => Decoded | undefined
  /** Peers that are nodes. */
  readonly nodes: () => readonly PeerName[]
  readonly onFailure: (error: unknown) => void
}

export class Assembly {
  readonly #dependencies: AssemblyDependencies
  readonly #stopping = new AbortController()
  /** Blocks under way, by who brought them. */
  readonly #ofPeer = new Map<PeerName, number>()
  #underWay = 0

  constructor(dependencies: AssemblyDependencies) {
    this.#dependencies = dependencies
    setMaxListeners(2 * MAX_ASSEMBLIES, this.#stopping.signal)
  }

  /**
   * The whole block; undefined where its transactions cannot be had in time, or too many are being waited for. `false` where they are
   * not those of its header although none had to be asked for: its bearer should not have passed it on.
   */
  async complete(block: ReferringBlock, from: PeerName): Promise<WholeBlock | false | undefined> {
    const { find, logger } = this.#dependencies
    const missing = missingFrom(block, find)
    if (missing.size === 0) {
      const whole = resolve(block, find)
      return whole.ok ? whole.value : false
    }
    const isFull = (this.#ofPeer.get(from) ?? 0) >= MAX_ASSEMBLIES_PER_PEER
    if (isFull || this.#underWay >= MAX_ASSEMBLIES) return undefined
    this.#count(from, 1)
    try {
      const fetched = await this.#fetch(missing, from)
      const all = (id: string): Decoded | undefined => fetched.get(id) ?? find(id)
      const isWhole = missingFrom(block, all).size === 0
      const whole = isWhole ? resolve(block, all) : undefined
      const { height } = block.header
      logger.debug('a block by reference', { height, missing: missing.size, fetched: fetched.size })
      return whole?.ok === true ? whole.value : undefined
    } finally {
      this.#count(from, -1)
    }
  }

  queues(): readonly QueueFill[] {
    return [{ queue: 'blocks by reference', length: this.#underWay, limit: MAX_ASSEMBLIES }]
  }

  stop(): void {
    this.#stopping.abort()
  }

  #count(from: PeerName, change: 1 | -1): void {
    this.#underWay += change
    const ofPeer = (this.#ofPeer.get(from) ?? 0) + change
    if (ofPeer === 0) this.#ofPeer.delete(from)
    else this.#ofPeer.set(from, ofPeer)
  }

  /** What of these could be had in time. */
  async #fetch(missing: ReadonlySet<string>, from: PeerName): Promise<ReadonlyMap<string, Decoded>> {
    const { clock, nodes } = this.#dependencies
    const fetched = new Map<string, Decoded>()
    const over = linkedTo(this.#stopping.signal)
    const timer = clock.setTimer(ASSEMBLY_TIMEOUT_MS, over.abort)
    const ask = async (peer: PeerName): Promise<void> => {
      await this.#ask(peer, missing, fetched, over.signal)
      if (fetched.size === missing.size) over.abort()
    }
    try {
      const first = ask(from)
      await Promise.race([first, sleep(clock, ASSEMBLY_HEDGE_MS, over.signal)])
      if (over.signal.aborted) return fetched
      const others = nodes().filter((peer) => peer !== from)
      await Promise.race([
        Promise.all([first, ...others.slice(0, ASSEMBLY_HEDGE_PEERS).map(ask)]),
        aborted(over.signal),
      ])
      return fetched
    } finally {
      timer.cancel()
      over.abort()
      over.letGo()
    }
  }

  /** Asks one peer for what is still missing. Never rejects. */
  async #ask(
    peer: PeerName,
    missing: ReadonlySet<string>,
    fetched: Map<string, Decoded>,
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = [...missing].filter((id) => !fetched.has(id)).map((id) => fromHex(id, 32)!)
    let bytes = 0
    try {
      const { transport } = this.#dependencies
      for await (const chunk of transport.request(peer, 'transactions', encodeIds(wanted), signal)) {
        bytes += chunk.length
        const decoded = decodeWithId(chunk)
        // Whatever it is, it was not asked for.
        if (!decoded.ok || !missing.has(decoded.value.id) || bytes > MAX_BLOCK_BYTES) return
        fetched.set(decoded.value.id, decoded.value)
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) this.#dependencies.onFailure(error)
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
