/** Collects what validators signed, once a slot and content: off the wire, out of journals, out of certificates. */

import type { Trust } from '../../client/index.ts'
import {
  authenticate,
  decodeMessage,
  type Message,
  type Signed,
  type ValidatorSet,
} from '../../consensus/index.ts'
import { createLibp2pTransport, decodeEnvelope, type Transport } from '../../network/index.ts'
import type { StatementFact } from './facts.ts'

/** Statements without repetitions: each keeps the source where it was first seen. */
export class Statements {
  readonly #facts = new Map<string, StatementFact>()
  readonly #latest = new Map<number, StatementFact>()

  /** How many different ones there are. */
  get size(): number {
    return this.#facts.size
  }

  add(fact: StatementFact): void {
    const { validator, kind, height, round, content } = fact
    const key = `${validator}/${kind}/${height}/${round}/${content}`
    if (this.#facts.has(key)) return
    this.#facts.set(key, fact)
    if (height >= (this.#latest.get(validator)?.height ?? 0)) this.#latest.set(validator, fact)
  }

  /** The message's own statement and those that it carries. Its signatures have been verified. */
  addMessage(message: Message, source: string): void {
    for (const signed of signedOf(message)) this.add(factOf(signed, source))
  }

  facts(): Iterable<StatementFact> {
    return this.#facts.values()
  }

  /** What a validator was last seen to say; undefined where it has never said anything. */
  latestOf(validator: number): StatementFact | undefined {
    return this.#latest.get(validator)
  }
}

/** Listens to what validators gossip, like any observer, and passes nothing on. */
export async function startEavesdropper(
  trust: Trust,
  addresses: readonly string[],
  statements: Statements,
): Promise<Transport> {
  const validators: ValidatorSet = { keys: trust.genesis.validators.map(({ publicKey }) => publicKey) }
  const transport = await createLibp2pTransport({
    networkId: trust.networkId,
    listen: [],
    bootstrap: addresses,
    gossip: true,
  })
  transport.subscribe('consensus', async (_, payload) => {
    const envelope = decodeEnvelope(payload)
    const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
    if (!message.ok) return 'ignore'
    const authentic = authenticate(message.value, validators, trust.networkId)
    if (authentic.ok) statements.addMessage(authentic.value, 'gossip')
    return 'ignore'
  })
  await transport.start()
  return transport
}

function signedOf(message: Message): readonly Signed[] {
  switch (message.kind) {
    case 'proposal':
      return [message.signed, ...message.roundChanges, ...message.prepares]
    case 'roundChange':
      return [message.signed, ...message.prepares]
    default:
      return [message.signed]
  }
}

function factOf({ statement, validator }: Signed, source: string): StatementFact {
  const { kind, height, round } = statement
  const content =
    statement.kind !== 'roundChange'
      ? statement.blockId
      : statement.prepared === undefined
        ? 'not prepared'
        : `prepared ${statement.prepared.blockId} in round ${statement.prepared.round}`
  return { validator, kind, height, round, content, source }
}
