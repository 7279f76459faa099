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
import {
  decodeSigned,
  type Evidence,
  MAX_ROUND,
  type Signed,
  statementBytes,
  type ValidatorSet,
  verifySigned,
} from '../consensus/index.ts'
import { encodeStatementRequest, NetworkError, type PeerName, type Transport } from '../network/index.ts'
import type { LastSigned, SigningSlot } from '../storage/index.ts'
import { slotOf } from './consensus-message.ts'
import { NodeError } from './error.ts'
import { MAX_KNOWN_PEERS, PENALTY_BAD_STATEMENT } from './limits.ts'
import type { Logger } from './log.ts'
import { RecentMap } from './recent.ts'

export interface OwnKeyOptions {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  /** Our index; undefined: an observer, who has no key to watch. */
  readonly self: number | undefined
}

export interface OwnKeyDependencies {
  readonly lastSigned: LastSigned
  readonly transport: Transport
  readonly logger: Logger
  /** The node must stop, at once. */
  readonly onFailure: (error: NodeError) => void
}

export class OwnKey {
  readonly #options: OwnKeyOptions
  readonly #dependencies: OwnKeyDependencies
  /** Peers that have answered. */
  readonly #asked = new RecentMap<true>(MAX_KNOWN_PEERS)

  constructor(options: OwnKeyOptions, dependencies: OwnKeyDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  /** Whether a statement, if it is authentic, shows that the key is used elsewhere. */
  isForeign({ validator, statement }: Signed): boolean {
    const { self, networkId } = this.#options
    if (validator !== self) return false
    return !this.#dependencies.lastSigned.mayHaveSigned(
      slotOf(statement),
      statementBytes(networkId, statement),
    )
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

  /** Asks a node, once, for our last words. Resolves when it has answered, or does not within the signal's time. */
  async ask(peer: PeerName, signal: AbortSignal): Promise<void> {
    const { transport, logger } = this.#dependencies
    const { self } = this.#options
    if (self === undefined || this.#asked.has(peer)) return
    try {
      const request = encodeStatementRequest({ validator: self })
      for await (const chunk of transport.request(peer, 'statement', request, signal)) {
        const signed = this.#authentic(chunk, self)
        if (signed === undefined) transport.penalise(peer, PENALTY_BAD_STATEMENT, 'a false statement of ours')
        else this.hear(signed)
      }
      this.#asked.set(peer, true)
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      logger.debug('a peer did not say what it heard of us', { peer, code: error.code })
    }
  }

  /** The statement, if it is one that our key has signed. */
  #authentic(bytes: Uint8Array, self: number): Signed | undefined {
    const { validators, networkId } = this.#options
    const signed = decodeSigned(bytes)
    if (!signed.ok || signed.value.validator !== self) return undefined
    return verifySigned(signed.value, validators, networkId).ok ? signed.value : undefined
  }

  #fail(slot: SigningSlot): void {
    const { logger, lastSigned, onFailure } = this.#dependencies
    const last = lastSigned.last()
    logger.error('the key of this validator signs elsewhere', { heard: words(slot), recorded: words(last) })
    onFailure(
      new NodeError(
        'key-in-use',
        `the key of this validator has signed ${words(slot)}, and the last that this home signed is ${words(last)}. If a copy of this home runs on another machine, run one of them only, and never the other again. If this home comes from a backup, and nothing else runs with the key: let it catch up with psephos start --home DIR --observe, stop it, then psephos repair --home DIR --signed-up-to HEIGHT: two above the highest height that the other validators show, and not below ${slot.height}`,
      ),
    )
  }
}

function words(slot: SigningSlot | undefined): string {
  return slot === undefined ? 'nothing' : `height ${slot.height}, round ${slot.round}, step ${slot.step}`
}
