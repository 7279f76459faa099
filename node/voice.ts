/**
 * What this validator says at one height: signs through the last-signed record, sends, and says it again while the height
 * lasts, because gossip loses messages and others may have been away.
 */
import { assert } from '../base/index.ts'
import {
  type AuthenticMessage,
  authenticate,
  type BlockId,
  type Draft,
  encodeMessage,
  type Message,
  statementBytes,
  type Timing,
  type ValidatorSet,
} from '../consensus/index.ts'
import type { Signer } from '../crypto/index.ts'
import { encodeReferring, type WholeBlock } from '../ledger/index.ts'
import type { ConsensusEnvelope } from '../network/index.ts'
import type { LastSigned } from '../storage/index.ts'
import type { Clock, Timer } from './clock.ts'
import { isBare, messageBlockId, messageOf, slotOf } from './consensus-message.ts'
import type { Logger } from './log.ts'

/** The validator that this node is. */
export interface Self {
  readonly index: number
  readonly signer: Signer
}

export interface VoiceOptions {
  readonly height: number
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  readonly timing: Timing
  readonly self: Self
}

export interface VoiceDependencies {
  readonly clock: Clock
  readonly lastSigned: LastSigned
  readonly logger: Logger
  readonly publish: (envelope: ConsensusEnvelope) => void
  /** A block of this height. */
  readonly block: (id: BlockId) => WholeBlock | undefined
}

export class Voice {
  readonly #options: VoiceOptions
  readonly #dependencies: VoiceDependencies
  /** Our messages of the last rounds, by kind and round. */
  readonly #said = new Map<string, Message>()
  #timer: Timer | undefined

  constructor(options: VoiceOptions, dependencies: VoiceDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  /**
   * Signs a draft whose inputs are durable, and sends it. Undefined where the last-signed record refuses: a later statement
   * was signed before a crash, and this one with it.
   */
  async say(draft: Draft): Promise<AuthenticMessage | undefined> {
    const { self, networkId, validators, height } = this.#options
    const { statement } = draft
    assert(statement.height === height, 'a height signs its own statements only')
    const slot = slotOf(statement)
    const signature = await this.#dependencies.lastSigned.sign(
      slot,
      statementBytes(networkId, statement),
      (bytes) => self.signer.sign(bytes),
    )
    if (!signature.ok) {
      this.#dependencies.logger.info('a statement is not signed', { ...slot, code: signature.error.code })
      return undefined
    }
    const message = authenticate(messageOf(draft, self.index, signature.value), validators, networkId)
    assert(message.ok, 'our own messages are authentic')
    this.remember(message.value)
    this.#publish(message.value)
    return message.value
  }

  /** Takes note of a message; ours will be repeated. */
  remember(message: Message): void {
    if (message.signed.validator !== this.#options.self.index) return
    const { kind, round } = message.signed.statement
    this.#said.set(`${kind}/${round}`, message)
  }

  /** Sends a message of ours once more. */
  repeat(message: Message): void {
    this.#publish(message, this.#dependencies.clock.now())
  }

  /** From now on what was said last is repeated, twice a round. */
  start(): void {
    this.#timer?.cancel()
    this.#timer = this.#dependencies.clock.setTimer(this.#options.timing.roundTimeoutMs / 2, () => {
      const rounds = [...this.#said.values()].map((message) => message.signed.statement.round)
      const latest = Math.max(0, ...rounds)
      for (const [key, message] of [...this.#said]) {
        // A commit of the round before may complete a quorum there.
        if (message.signed.statement.round < latest - 1) this.#said.delete(key)
        else this.repeat(message)
      }
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #publish(message: Message, repeat?: number): void {
    const id = isBare(message) ? undefined : messageBlockId(message)
    const block = id === undefined ? undefined : this.#dependencies.block(id)
    if (id !== undefined && block === undefined) {
      const { kind, round } = message.signed.statement
      this.#dependencies.logger.warn('a message stays here for want of its block', { kind, round })
      return
    }
    this.#dependencies.publish({
      message: encodeMessage(message),
      ...(block === undefined ? {} : { block: encodeReferring(block) }),
      ...(repeat === undefined ? {} : { repeat }),
    })
  }
}
