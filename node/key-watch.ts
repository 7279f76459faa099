/**
 * Whether somebody else signs with this validator's key. The last-signed record is durable before a statement leaves, so an authentic
 * statement of ours that the record cannot have signed, because it is above it or another one in the same slot, is proof: the key is
 * in use elsewhere, or this home is an old copy of the one that signed. There are no false alarms, and nobody can raise one without
 * the key. The node then stops before it says another word.
 *
 * It looks at every authenticated message that gossip brings, of any height and at all times. Before this node says its first word, each peer that is a node is asked for the last statement that it heard of us: that is for copies that
 * start while the original is silent or far ahead. What peers are asked for is kept here, too: the highest statement of each validator.
 *
 * What it cannot see: another machine that signs below our record (that one sees us), and what no peer heard since it was started.
 */
import { ok, type Result, refuse, toHex } from '../base/index.ts'
import {
  decodeSigned,
  type Evidence,
  type Signed,
  statementBytes,
  type ValidatorSet,
  verifySigned,
} from '../consensus/index.ts'
import { encodeStatementRequest, NetworkError, type PeerName, type Transport } from '../network/index.ts'
import { compareSlots, type LastSigned } from '../storage/index.ts'
import { slotOf } from './consensus-message.ts'
import { NodeError } from './error.ts'
import { MAX_KNOWN_PEERS, PENALTY_BAD_STATEMENT } from './limits.ts'
import type { Logger } from './log.ts'
import { RecentMap } from './recent.ts'

export interface KeyWatchOptions {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  /** Our index; undefined: an observer, who has no key to lose. */
  readonly self: number | undefined
}

export interface KeyWatchDependencies {
  readonly transport: Transport
  readonly lastSigned: LastSigned
  readonly logger: Logger
  /** Told when the key is in use elsewhere: nothing more may be signed from then on. */
  readonly onKeyInUse: (error: NodeError) => void
}

export class KeyWatch {
  readonly #options: KeyWatchOptions
  readonly #dependencies: KeyWatchDependencies
  /** The highest statement heard of each validator: at most one each. */
  readonly #heard = new Map<number, Signed>()
  /** Peers that have answered what they heard of us. */
  readonly #asked = new RecentMap<true>(MAX_KNOWN_PEERS)
  #isInUse = false

  constructor(options: KeyWatchOptions, dependencies: KeyWatchDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  /** The highest statement heard of a validator. */
  heard(validator: number): Signed | undefined {
    return this.#heard.get(validator)
  }

  /** Takes an authentic statement that gossip brought; false where it shows that the key is in use elsewhere. */
  hear(signed: Signed): boolean {
    this.#take(signed)
    return !this.#isInUse
  }

  /** Takes a statement of a height that is over, whose signature nobody has verified: it is where it would be a foreign one of ours. */
  hearLate(signed: Signed): void {
    const { validators, networkId } = this.#options
    if (this.#isForeign(signed) && verifySigned(signed, validators, networkId).ok) this.#take(signed)
  }

  /** Takes evidence that agreement found: two authentic statements, of which we can have signed one. */
  tell({ first, second }: Evidence): void {
    if (first.validator === this.#options.self) this.#stop(second, toHex(first.signature))
  }

  /** Asks a peer, once, for the last statement that it heard of us. Resolves when that is known or the peer does not say. */
  async ask(peer: PeerName, signal: AbortSignal): Promise<void> {
    const { transport, logger } = this.#dependencies
    const { self } = this.#options
    if (self === undefined || this.#asked.has(peer)) return
    try {
      const request = encodeStatementRequest({ validator: self })
      for await (const chunk of transport.request(peer, 'statement', request, signal)) {
        const signed = this.#authenticStatement(chunk, self)
        if (signed.ok) this.#take(signed.value)
        else transport.penalise(peer, PENALTY_BAD_STATEMENT, `a false statement: ${signed.error.detail}`)
      }
      this.#asked.set(peer, true)
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      logger.debug('a peer does not say what it heard of us', { peer, code: error.code })
    }
  }

  #authenticStatement(
    bytes: Uint8Array,
    validator: number,
  ): Result<Signed, { code: string; detail: string }> {
    const { validators, networkId } = this.#options
    const signed = decodeSigned(bytes)
    if (!signed.ok) return signed
    if (signed.value.validator !== validator) return refuse('another-validator', 'not of whom it was asked')
    const verified = verifySigned(signed.value, validators, networkId)
    return verified.ok ? ok(signed.value) : verified
  }

  /** Takes an authentic statement. */
  #take(signed: Signed): void {
    const { statement, validator } = signed
    const known = this.#heard.get(validator)
    if (known === undefined || compareSlots(slotOf(statement), slotOf(known.statement)) > 0)
      this.#heard.set(validator, signed)
    if (this.#isForeign(signed)) this.#stop(signed)
  }

  /** Whether it is said to be ours and we cannot have signed it. */
  #isForeign({ statement, validator }: Signed): boolean {
    const { self, networkId } = this.#options
    const { lastSigned } = this.#dependencies
    if (validator !== self) return false
    return !lastSigned.mayHaveSigned(slotOf(statement), statementBytes(networkId, statement))
  }

  #stop({ statement, signature }: Signed, ours?: string): void {
    if (this.#isInUse) return
    this.#isInUse = true
    const { lastSigned, logger, onKeyInUse } = this.#dependencies
    const { kind, height, round } = statement
    const fields = { kind, height, round, signature: toHex(signature), lastSigned: lastSigned.last(), ours }
    logger.error("this validator's key is in use elsewhere", fields)
    onKeyInUse(keyInUse(`a ${kind} of height ${height}, round ${round}`))
  }
}

/** What an operator needs to know. */
function keyInUse(what: string): NodeError {
  return new NodeError(
    'key-in-use',
    `the network shows ${what} that was signed with this validator's key and not from this home: it runs on another machine, too, or this home is an old copy. Let one machine alone have the key; if that is this one, run psephos start --observe until it has caught up, and then psephos repair --signed-up-to HEIGHT, two above the height that the others show`,
  )
}
