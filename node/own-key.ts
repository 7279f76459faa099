/**
 * Whether the key of this validator is used elsewhere. The last-signed record is durable before a statement leaves, so nothing that
 * this home ever said is above it. An authentic statement of ours that is, or that differs in the recorded slot, was made by somebody
 * else with our key, or by this home after the backup that it was restored from. Either way to go on is to contradict oneself
 * (T31): the node stops.
 *
 * It looks at everything of ours that comes by, in gossip and in certificates, at all times; and it asks its peers for our last words
 * before it says the first one. A peer that lies can do nothing, because it would need our signature. A peer that says nothing can
 * hide what it heard, hence all are asked.
 *
 * Two copies that start at the same moment may still contradict each other before either hears of the other: only an operator can
 * rule that out.
 */
import { equalBytes } from '../base/index.ts'
import {
  decodeSigned,
  type Evidence,
  MAX_ROUND,
  type Signed,
  statementBytes,
  type ValidatorSet,
  verifySigned,
} from '../consensus/index.ts'
import { sha256 } from '../crypto/index.ts'
import { encodeStatementRequest, NetworkError, type PeerName, type Transport } from '../network/index.ts'
import { compareSlots, type LastSigned, type SigningSlot } from '../storage/index.ts'
import type { Clock } from './clock.ts'
import { slotOf } from './consensus-message.ts'
import { NodeError } from './error.ts'
import { STATUS_TIMEOUT_MS } from './limits.ts'
import type { Logger } from './log.ts'

export interface OwnKeyOptions {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  /** Our index; undefined: an observer, who has no key to watch. */
  readonly self: number | undefined
}

export interface OwnKeyDependencies {
  readonly clock: Clock
  readonly lastSigned: LastSigned
  readonly transport: Transport
  readonly logger: Logger
  /** The node must stop, at once. */
  readonly onFailure: (error: NodeError) => void
}

export class OwnKey {
  readonly #options: OwnKeyOptions
  readonly #dependencies: OwnKeyDependencies

  constructor(options: OwnKeyOptions, dependencies: OwnKeyDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  /** Whether a statement, if it is authentic, shows that the key is used elsewhere. */
  isForeign({ validator, statement }: Signed): boolean {
    if (validator !== this.#options.self) return false
    const last = this.#dependencies.lastSigned.last()
    const order = last === undefined ? 1 : compareSlots(slotOf(statement), last)
    if (last === undefined || order !== 0) return order > 0
    return !equalBytes(sha256(statementBytes(this.#options.networkId, statement)), last.hash)
  }

  /** Takes a statement whose signature was verified, anybody's. */
  hear(signed: Signed): void {
    if (this.isForeign(signed)) this.#fail(slotOf(signed.statement))
  }

  /**
   * Takes evidence that agreement found, against anybody. What lies below a barrier that `psephos repair` set was dealt with: it
   * stops nobody a second time.
   */
  hearEvidence({ first }: Evidence): void {
    if (first.validator !== this.#options.self) return
    const last = this.#dependencies.lastSigned.last()
    const slot = slotOf(first.statement)
    const isDealtWith = last?.round === MAX_ROUND && last.height >= slot.height
    if (!isDealtWith) this.#fail(slot)
  }

  /**
   * Asks nodes for our last words, all at once: no more than there are connections. Resolves when all have answered, or were silent for
   * too long.
   */
  async ask(peers: readonly PeerName[]): Promise<void> {
    const { self } = this.#options
    if (self === undefined) return
    await Promise.all(peers.map((peer) => this.#askOne(peer, self)))
  }

  async #askOne(peer: PeerName, self: number): Promise<void> {
    const { transport, clock, logger } = this.#dependencies
    const { validators, networkId } = this.#options
    const silence = new AbortController()
    const timer = clock.setTimer(STATUS_TIMEOUT_MS, () => silence.abort())
    try {
      const request = encodeStatementRequest(self)
      for await (const chunk of transport.request(peer, 'statement', request, silence.signal)) {
        const signed = decodeSigned(chunk)
        if (signed.ok && verifySigned(signed.value, validators, networkId).ok) this.hear(signed.value)
        else logger.warn('a peer gave a statement of ours that we did not sign', { peer })
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      logger.debug('a peer did not say what it heard of us', { peer, code: error.code })
    } finally {
      timer.cancel()
    }
  }

  #fail(slot: SigningSlot): void {
    const { logger, lastSigned, onFailure } = this.#dependencies
    const last = lastSigned.last()
    logger.error('the key of this validator signs elsewhere', { heard: words(slot), recorded: words(last) })
    onFailure(
      new NodeError(
        'key-in-use',
        `the key of this validator has signed ${words(slot)}, and the last that this home signed is ${words(last)}. If a copy of this home runs on another machine, run one of them only, and never the other again. If this home comes from a backup, and nothing else runs with the key: let it catch up with psephos start --home DIR --observe, stop it, then psephos repair --home DIR --signed-up-to ${slot.height}`,
      ),
    )
  }
}

function words(slot: SigningSlot | undefined): string {
  return slot === undefined ? 'nothing' : `height ${slot.height}, round ${slot.round}, step ${slot.step}`
}
