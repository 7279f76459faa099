/**
 * The trustee inside the daemon: for each election whose draft names its key it publishes a key, and after the closing its
 * partial decryption. It reads finalised state only (T22: what it decrypts is the tally that a quorum certified, and nothing
 * else), keeps nothing on disk but its seed, and does again after a restart whatever is not on the chain yet (T23).
 *
 * The private key of an election is derived from the seed, the network and the election's uuid, so that no key serves two
 * elections.
 */
import { assert, equalBytes, toHex } from '../base/index.ts'
import { deriveScalar, publicKeyOf, type Random } from '../crypto/index.ts'
import {
  createPartialDecryption,
  createTrusteeKey,
  decodeTally,
  decodeTrusteeKey,
  encodePartialDecryption,
  encodeTrusteeKey,
} from '../election/index.ts'
import {
  type ElectionRecord,
  electionOf,
  elections,
  encodeTransaction,
  type State,
  signTransaction,
  type Transaction,
  transactionId,
} from '../ledger/index.ts'
import type { Chain } from './chain.ts'
import type { Clock, Timer } from './clock.ts'
import { TRUSTEE_RETRY_MS } from './limits.ts'
import type { Logger } from './log.ts'
import type { Pool } from './pool.ts'

export interface TrusteeOptions {
  readonly networkId: Uint8Array
  /** Signs the trustee's transactions; drafts name its public key. */
  readonly signingKey: Uint8Array
  readonly seed: Uint8Array
}

export interface TrusteeDependencies {
  readonly clock: Clock
  readonly random: Random
  readonly chain: Chain
  readonly pool: Pool
  readonly logger: Logger
}

interface Offered {
  readonly bytes: Uint8Array
  readonly id: string
  readonly at: number
}

export class Trustee {
  readonly #options: TrusteeOptions
  readonly #dependencies: TrusteeDependencies
  readonly #publicKey: Uint8Array
  /** What was made and is not on the chain yet, by duty and uuid: offered again as it is. */
  readonly #offered = new Map<string, Offered>()
  #timer: Timer | undefined
  #turn: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: TrusteeOptions, dependencies: TrusteeDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#publicKey = publicKeyOf(options.signingKey)
    dependencies.chain.onCommit(() => this.#look())
  }

  start(): void {
    this.#look()
    this.#lookLater()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await this.#turn
  }

  /** Blocks may stop coming while what we offered is lost: look again after a while in any case. */
  #lookLater(): void {
    this.#timer = this.#dependencies.clock.setTimer(TRUSTEE_RETRY_MS, () => {
      this.#look()
      this.#lookLater()
    })
  }

  #look(): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#isStopped) return
      const state = this.#dependencies.chain.state()
      const duties = new Set<string>()
      for (const record of elections(state)) {
        const duty = dutyOf(record, this.#publicKey)
        if (duty === undefined) continue
        const key = `${duty}/${record.draft.uuid}`
        duties.add(key)
        await this.#fulfil(key, duty, record, state)
      }
      for (const key of this.#offered.keys()) if (!duties.has(key)) this.#offered.delete(key)
    })
  }

  async #fulfil(key: string, duty: Duty, record: ElectionRecord, state: State): Promise<void> {
    const { clock, pool, logger } = this.#dependencies
    let offered = this.#offered.get(key)
    if (offered !== undefined) {
      if (pool.get(offered.id) !== undefined || clock.now() - offered.at < TRUSTEE_RETRY_MS) return
      offered = { ...offered, at: clock.now() }
    } else {
      const transaction = duty === 'key' ? this.#key(record) : this.#decryption(record)
      if (transaction === undefined) return
      await clock.pause()
      offered = {
        bytes: encodeTransaction(transaction),
        id: toHex(transactionId(transaction)),
        at: clock.now(),
      }
    }
    this.#offered.set(key, offered)
    const outcome = await pool.add(offered.bytes, undefined, true)
    const fields = { election: record.draft.uuid, duty, code: outcome.code, height: state.head.height }
    if (outcome.code === 'accepted' || outcome.code === 'known') logger.info('trustee', fields)
    else logger.warn('trustee: the transaction was not taken', fields)
  }

  #privateKey(uuid: string): bigint {
    const { seed, networkId } = this.#options
    return deriveScalar(seed, `psephos/trustee/single/1|${toHex(networkId)}|${uuid}`)
  }

  #key({ draft: { uuid } }: ElectionRecord): Transaction {
    const key = createTrusteeKey(this.#privateKey(uuid), this.#dependencies.random)
    return signTransaction(
      this.#options.networkId,
      { kind: 'trusteeKey', uuid, trustee: this.#publicKey, key: encodeTrusteeKey(key) },
      this.#options.signingKey,
    )
  }

  /** Undefined where the election's key is not from our seed: another home of this trustee published it. */
  #decryption(record: ElectionRecord): Transaction | undefined {
    const { logger, random } = this.#dependencies
    const { uuid, questions } = record.draft
    const election = electionOf(record)
    assert(election !== undefined, 'an election that is being decrypted was opened')
    assert(record.tally !== undefined, 'an election that is being decrypted has a tally')
    const tally = decodeTally(questions, record.tally)
    assert(tally.ok, 'a finalised tally is well-formed')
    const privateKey = this.#privateKey(uuid)
    const ours = encodeTrusteeKey(createTrusteeKey(privateKey, random))
    const published = record.trusteeKeys[placeOf(record, this.#publicKey)]
    if (published === undefined || !isSamePublicKey(ours, published)) {
      logger.error('the trustee seed is not the one that this election was begun with', { election: uuid })
      return undefined
    }
    const decryption = createPartialDecryption(election, tally.value, privateKey, random)
    return signTransaction(
      this.#options.networkId,
      {
        kind: 'partialDecryption',
        uuid,
        trustee: this.#publicKey,
        decryption: encodePartialDecryption(decryption),
      },
      this.#options.signingKey,
    )
  }
}

type Duty = 'key' | 'decryption'

function placeOf(record: ElectionRecord, key: Uint8Array): number {
  return record.draft.trustees.findIndex((trustee) => equalBytes(trustee, key))
}

/** What the trustee with this key owes an election in its present state. */
export function dutyOf(record: ElectionRecord, key: Uint8Array): Duty | undefined {
  const place = placeOf(record, key)
  if (place < 0) return undefined
  if (record.phase === 'draft' && record.trusteeKeys[place] === undefined) return 'key'
  // The only tally that exists in the state is the one of all finalised ballots, computed at the closing.
  if (record.phase !== 'decrypting') return undefined
  return record.decryptions.some(({ owner }) => owner === place + 1) ? undefined : 'decryption'
}

function isSamePublicKey(a: Uint8Array, b: Uint8Array): boolean {
  const [first, second] = [decodeTrusteeKey(a), decodeTrusteeKey(b)]
  return first.ok && second.ok && first.value.publicKey.equals(second.value.publicKey)
}
