/**
 * A steady load of ballots: several clients, each with voters, peers and a connection of its own, that cast one ballot after the
 * other and wait for the receipt. Some voters cast two at once. Every ballot made is remembered, reported final or not.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { toHex, unwrap } from '../../base/index.ts'
import { createClient } from '../../client/index.ts'
import {
  ballotId,
  createBallot,
  credentialSecret,
  type Election,
  publicCredential,
  tracker,
} from '../../election/index.ts'
import { createLibp2pTransport, type Transport } from '../../network/index.ts'
import type { Offices } from '../e2e/town.ts'
import type { Dice } from '../simulator/types.ts'
import type { CastFact } from './facts.ts'

/** How long a client waits for a receipt: longer than most losses of the quorum, so that ballots survive them in the pools. */
const RECEIPT_MS = 45_000
/** Between two ballots of a client: four clients then bring about three ballots a second. */
const PAUSE_MS = [300, 1200] as const
const TWO_AT_ONCE = 0.1

/** Which peers each client knows: all, or some of them, so that ballots come in everywhere. */
const PEERS_OF_CLIENTS = [
  [0, 1, 2, 3],
  [1, 0],
  [2, 3, 0],
  [3, 2],
] as const

export interface LoadOptions {
  readonly offices: Offices
  readonly election: Election
  /** Private credentials. */
  readonly credentials: readonly string[]
  readonly dice: Dice
}

export class Load {
  readonly #options: LoadOptions
  readonly #stopping = new AbortController()
  readonly #casts: CastFact[] = []
  readonly #troubles = new Map<string, number>()
  #clients: Promise<void>[] = []
  #transports: Transport[] = []

  constructor(options: LoadOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { offices, credentials, dice } = this.#options
    const share = Math.floor(credentials.length / PEERS_OF_CLIENTS.length)
    for (const [i, places] of PEERS_OF_CLIENTS.entries()) {
      const transport = await createLibp2pTransport({
        networkId: offices.trust.networkId,
        listen: [],
        bootstrap: [],
        gossip: false,
      })
      await transport.start()
      this.#transports.push(transport)
      const peers = places.flatMap((place) => offices.addresses[place] ?? [])
      const voters = credentials.slice(i * share, (i + 1) * share)
      this.#clients.push(this.#run(transport, peers, voters, dice.fork(`client ${i}`)))
    }
  }

  /** Every ballot made so far. */
  casts(): readonly CastFact[] {
    return this.#casts
  }

  /** Why clients got no receipt, and how often. */
  troubles(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#troubles)
  }

  /** Stops casting, waits for what is under way and closes the connections. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#clients)
    await Promise.all(this.#transports.map((transport) => transport.stop()))
    this.#transports = []
  }

  async #run(
    transport: Transport,
    peers: readonly string[],
    voters: readonly string[],
    dice: Dice,
  ): Promise<void> {
    const { signal } = this.#stopping
    for (let turn = 0; !signal.aborted; turn++) {
      const voter = dice.pick(voters)
      const ballots = dice.chance(TWO_AT_ONCE) ? 2 : 1
      const casts = Array.from({ length: ballots }, (_, i) =>
        this.#cast(transport, peers, voter, dice.fork(`ballot ${turn}.${i}`)),
      )
      const codes = await Promise.all(casts)
      if (codes.includes('not-open')) return
      await wait(dice.between(...PAUSE_MS), undefined, { signal }).catch(() => undefined)
    }
  }

  /** Casts one ballot; the code of the trouble, if there was any. */
  async #cast(
    transport: Transport,
    peers: readonly string[],
    credential: string,
    dice: Dice,
  ): Promise<string | undefined> {
    const { offices, election } = this.#options
    const answers = dice.chance(0.6) ? [1, 0] : [0, 1]
    const secret = credentialSecret(election.uuid, credential)
    const fact = { credential: toHex(publicCredential(secret)), answers, begunAt: Date.now() }
    const { signal } = this.#stopping
    const client = createClient(
      { trust: offices.trust, peers },
      {
        transport,
        random: randomOf(dice),
        now: Date.now,
        sleep: (ms) => wait(ms, undefined, { signal }).then(() => undefined),
      },
    )
    const cast = await client
      .vote(election.uuid, credential, [answers], RECEIPT_MS)
      .catch((error: unknown) => ({
        ok: false as const,
        error: { code: signal.aborted ? 'ended' : String(error) },
      }))
    if (cast.ok) {
      this.#casts.push({ ...fact, tracker: cast.value.tracker, finalAt: Date.now() })
      return undefined
    }
    const { code } = cast.error
    this.#troubles.set(code, (this.#troubles.get(code) ?? 0) + 1)
    // The client does not say which ballot it made; the same randomness makes the same one.
    const ballot = unwrap(createBallot(election, secret, [answers], randomOf(dice)))
    this.#casts.push({ ...fact, tracker: tracker(ballotId(ballot)) })
    return code
  }
}

/** The same bytes in the same order each time. */
function randomOf(dice: Dice): (length: number) => Uint8Array {
  const own = dice.fork('randomness')
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) bytes.set(own.bytes().subarray(0, length - at), at)
    return bytes
  }
}
