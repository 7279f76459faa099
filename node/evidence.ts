/**
 * Evidence on its way to the chain. When agreement finds that a validator contradicted itself, the two signed statements become a
 * transaction of our own, once a validator, which waits in the pool and is gossiped like any other; every node that saw the
 * contradiction does the same, observers too. What the pool has no room for, or has lost, is offered again after each block
 * until the validator is convicted.
 */
import { compareBytes, equalBytes, toHex } from '../base/index.ts'
import { type Evidence, type Signed, statementBytes, type ValidatorSet } from '../consensus/index.ts'
import {
  type Conviction,
  convictionOf,
  convictions,
  encodeTransaction,
  type SignedContent,
  STATEMENT_CONTENT_BYTES,
  type TransactionOf,
} from '../ledger/index.ts'
import type { Chain } from './chain.ts'
import type { Logger } from './log.ts'
import type { Pool } from './pool.ts'

export interface WitnessOptions {
  readonly networkId: Uint8Array
  readonly validators: ValidatorSet
  /** Our index; undefined: an observer. */
  readonly self: number | undefined
}

export interface WitnessDependencies {
  readonly chain: Chain
  readonly pool: Pool
  readonly logger: Logger
  readonly onFailure: (error: unknown) => void
}

/** Carries what agreement found to the chain. */
export class Witness {
  readonly #options: WitnessOptions
  readonly #dependencies: WitnessDependencies
  /** Transactions that are not on the chain yet, by validator: the first contradiction of each. */
  readonly #waiting = new Map<number, Uint8Array>()

  constructor(options: WitnessOptions, dependencies: WitnessDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    dependencies.chain.onCommit(({ height, state }) => {
      for (const conviction of convictions(state))
        if (conviction.height === height) this.#announce(conviction)
      for (const validator of [...this.#waiting.keys()]) this.#offer(validator)
    })
  }

  /** Takes evidence whose signatures are verified. Nobody testifies against itself. */
  tell(evidence: Evidence): void {
    const { networkId, validators, self } = this.#options
    const { validator } = evidence.first
    if (validator === self || this.#waiting.has(validator)) return
    this.#waiting.set(validator, encodeTransaction(evidenceTransaction(evidence, validators, networkId)))
    this.#offer(validator)
  }

  #announce({ validator: key, slot, height: since, evidence }: Conviction): void {
    const validator = this.#options.validators.keys.findIndex((other) => equalBytes(other, key))
    const fields = { validator, publicKey: toHex(key), ...slot, since, evidence: toHex(evidence) }
    this.#dependencies.logger.error('a validator is convicted on the chain', fields)
  }

  #offer(validator: number): void {
    const { chain, pool, logger, onFailure } = this.#dependencies
    const key = this.#options.validators.keys[validator]
    const bytes = this.#waiting.get(validator)
    if (key === undefined || bytes === undefined) return
    if (convictionOf(chain.state(), key) !== undefined) {
      this.#waiting.delete(validator)
      return
    }
    pool.add(bytes, undefined, true).then(({ code, detail }) => {
      if (code === 'accepted') logger.info('evidence is offered', { validator, publicKey: toHex(key) })
      else if (code !== 'known') logger.debug('evidence is not taken yet', { validator, code, detail })
    }, onFailure)
  }
}

/** The transaction that convicts whom consensus found to have contradicted itself. */
export function evidenceTransaction(
  { first, second }: Evidence,
  validators: ValidatorSet,
  networkId: Uint8Array,
): TransactionOf<'evidence'> {
  const { kind, height, round } = first.statement
  const content = ({ statement, signature }: Signed): SignedContent => ({
    content: statementBytes(networkId, statement).slice(-STATEMENT_CONTENT_BYTES),
    signature,
  })
  const [one, other] = [content(first), content(second)]
  const ascends = compareBytes(one.content, other.content) < 0
  return {
    kind: 'evidence',
    validator: validators.keys[first.validator]!,
    slot: { kind, height, round },
    first: ascends ? one : other,
    second: ascends ? other : one,
  }
}
