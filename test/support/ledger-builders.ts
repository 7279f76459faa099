/**
 * Builders of networks, elections and chains for tests: deterministic by seed, and made with the ledger's own functions, so that
 * what they build is what a node would have. Every private key is the hash of a name.
 */
import { strict as assert } from 'node:assert'
import { concat, toHex, unwrap, utf8 } from '../../base/index.ts'
import { deriveScalar, publicKeyOf, type Random, sha256 } from '../../crypto/index.ts'
import {
  type Ballot,
  ballotId,
  createBallot,
  createPartialDecryption,
  createTrusteeKey,
  createUuid,
  decodeTally,
  type Election,
  encodePartialDecryption,
  encodeTrusteeKey,
  publicCredential,
  type Question,
  type RollEntry,
} from '../../election/index.ts'
import {
  type Block,
  buildBlock,
  type Change,
  type ElectionDraft,
  type ElectionRecord,
  type Execution,
  type ExecutionInputs,
  electionOf,
  electionRecord,
  executeBlock,
  type Genesis,
  genesisFile,
  genesisState,
  neededBallots,
  networkIdOf,
  type State,
  signTransaction,
  splitRoll,
  type Transaction,
  type Unsigned,
} from '../../ledger/index.ts'

/** Bytes that follow from a seed: SHA-256 of seed and counter. */
export function seededRandom(seed: string): Random {
  let counter = 0
  return (length) => {
    const blocks: Uint8Array[] = []
    for (let have = 0; have < length; have += 32) blocks.push(sha256(`${seed}/${counter++}`))
    return concat(...blocks).slice(0, length)
  }
}

/** The private key of a named party. */
export function privateKeyOf(name: string): Uint8Array {
  return sha256(`private key of ${name}`)
}

/** The public key of a named party. */
export function keyOf(name: string): Uint8Array {
  return publicKeyOf(privateKeyOf(name))
}

const names = (noun: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${noun} ${i + 1}`)

/** 2025-01-01. */
export const GENESIS_TIME = 1_735_689_600_000

/** A genesis with parties named `validator 1`, `administrator 1`, `registrar 1` ... */
export function aGenesis(
  options: {
    readonly network?: string
    readonly validators?: number
    readonly administrators?: number
    readonly registrars?: number
  } = {},
): Genesis {
  const party = (name: string): { name: string; publicKey: Uint8Array } => ({
    name,
    publicKey: keyOf(name),
  })
  return {
    network: options.network ?? 'test network',
    time: GENESIS_TIME,
    validators: names('validator', options.validators ?? 2).map((name) => ({
      ...party(name),
      addresses: [],
    })),
    administrators: names('administrator', options.administrators ?? 1).map(party),
    registrars: names('registrar', options.registrars ?? 3).map(party),
    parameters: {
      blockIntervalMs: 100,
      heartbeatMs: 1000,
      roundTimeoutMs: 3000,
      roundTimeoutStepMs: 2000,
      roundTimeoutCapMs: 30_000,
    },
  }
}

/** Two small questions: one of one, and one or two of three with blank. */
export const QUESTIONS: readonly Question[] = [
  { question: 'Shall it be built?', answers: ['Yes', 'No'], blank: false, min: 1, max: 1 },
]

/** A draft of an election in {@link aGenesis}' network: opens 10 s, closes 20 s after the genesis. */
export function aDraft(changes: Partial<ElectionDraft> = {}): ElectionDraft {
  return {
    uuid: createUuid(seededRandom('uuid')),
    name: 'The bridge',
    description: 'About the bridge over the river.',
    questions: QUESTIONS,
    registrars: [keyOf('registrar 1'), keyOf('registrar 2'), keyOf('registrar 3')],
    registrarThreshold: 2,
    trustees: [keyOf('validator 1'), keyOf('validator 2')],
    opensAt: GENESIS_TIME + 10_000,
    closesAt: GENESIS_TIME + 20_000,
    ...changes,
  }
}

/** Signs with the key of a named party. */
export function signed(networkId: Uint8Array, body: Unsigned<Transaction>, name: string): Transaction {
  return signTransaction(networkId, body, privateKeyOf(name))
}

/** A voter of tests: the secret exponent of a credential. */
export function secretOf(voter: number): bigint {
  return deriveScalar(utf8(`voter ${voter}`), 'test')
}

/** The roll of voters 0..count-1. Weight of a voter: from `weights`, else 1. */
export function aRoll(count: number, weights: readonly bigint[] = []): readonly RollEntry[] {
  return Array.from({ length: count }, (_, voter) => ({
    credential: publicCredential(secretOf(voter)),
    weight: weights[voter] ?? 1n,
  }))
}

/** A trustee's private scalar in one election. */
export function trusteeScalar(uuid: string, name: string): bigint {
  return deriveScalar(privateKeyOf(name), `trustee ${uuid}`)
}

/** A verified ballot of a voter. */
export function aBallot(
  election: Election,
  voter: number,
  answers: readonly (readonly number[])[] = election.questions.map(({ answers: list, blank }) => {
    const choices = new Array<number>(list.length + (blank ? 1 : 0)).fill(0)
    choices[choices.length - 1] = 1
    return choices
  }),
  seed = 'ballot',
): Ballot {
  return unwrap(createBallot(election, secretOf(voter), answers, seededRandom(`${seed} of voter ${voter}`)))
}

/** A chain that grows by blocks made and executed by the ledger, and what a node would keep beside it. */
export interface TestChain {
  readonly networkId: Uint8Array
  readonly genesis: Genesis
  state: State
  /** The durable image after the last block, by key in hexadecimal. */
  readonly image: Map<string, readonly [Uint8Array, Uint8Array]>
  readonly blocks: Block[]
  readonly ballots: Map<string, Ballot>
}

export function aChain(genesis: Genesis = aGenesis()): TestChain {
  const networkId = networkIdOf(genesisFile(genesis))
  return {
    networkId,
    genesis,
    state: genesisState(genesis, networkId),
    image: new Map(),
    blocks: [],
    ballots: new Map(),
  }
}

/** What a node gives to execution: nothing is verified before, unless said so. */
export function inputsOf(
  chain: TestChain,
  transactions: readonly Transaction[],
  isVerified: (id: string) => boolean = () => false,
): ExecutionInputs {
  const needed = neededBallots(chain.state, transactions).map(toHex)
  return { isVerified, ballots: new Map(needed.map((id) => [id, chain.ballots.get(id)!])) }
}

/** Adds what a block changed to an image. */
export function keepChanges(image: TestChain['image'], changes: readonly Change[]): void {
  for (const { key, value } of changes) {
    if (value === undefined) image.delete(toHex(key))
    else image.set(toHex(key), [key, value])
  }
}

/**
 * One more block with all of these transactions, verified and built, then executed again from its parent by somebody who remembers
 * what was verified. Fails where one is refused.
 */
export function extend(
  chain: TestChain,
  transactions: readonly Transaction[],
  time: number = chain.state.head.time + 100,
  isVerified?: (id: string) => boolean,
): Execution {
  const inputs = inputsOf(chain, transactions, isVerified)
  const built = buildBlock(chain.state, transactions, time, inputs)
  assert.deepEqual(
    built.rejected.map(({ rejection }) => rejection),
    [],
  )
  assert.equal(built.block.transactions.length, transactions.length)
  const execution = unwrap(executeBlock(chain.state, built.block, { ...inputs, isVerified: () => true }))
  commit(chain, built.block, execution, transactions)
  return execution
}

/** Makes an executed block the chain's head. */
export function commit(
  chain: TestChain,
  block: Block,
  execution: Execution,
  transactions: readonly Transaction[],
): void {
  for (const transaction of transactions)
    if (transaction.kind === 'ballot')
      chain.ballots.set(toHex(ballotId(transaction.ballot)), transaction.ballot)
  chain.blocks.push(block)
  keepChanges(chain.image, execution.changes)
  chain.state = execution.state
}

/** The record of an election that is there. */
export function recordOf(chain: TestChain, uuid: string): ElectionRecord {
  const record = electionRecord(chain.state, uuid)
  assert.ok(record, `no election ${uuid}`)
  return record
}

/** The Belenios election of a frozen record. */
export function beleniosOf(chain: TestChain, uuid: string): Election {
  const election = electionOf(recordOf(chain, uuid))
  assert.ok(election, `election ${uuid} is not frozen`)
  return election
}

/** The transactions that bring a draft to `frozen`: keys of all trustees, the roll's chunks, signatures of the first registrars. */
export interface Preparation {
  readonly draft: Transaction
  readonly keys: readonly Transaction[]
  readonly chunks: readonly Transaction[]
  readonly signatures: readonly Transaction[]
}

export function aPreparation(
  networkId: Uint8Array,
  draft: ElectionDraft,
  roll: readonly RollEntry[],
  isWeighted = false,
): Preparation {
  const { uuid } = draft
  const nameOf = (key: Uint8Array): string => {
    const all = ['validator', 'registrar', 'trustee'].flatMap((noun) => names(noun, 16))
    return all.find((name) => toHex(keyOf(name)) === toHex(key))!
  }
  const chunks = splitRoll(uuid, draft.registrars[0]!, roll, isWeighted)
  const first = chunks[0]
  assert.ok(first?.kind === 'rollChunk')
  const { rollHash } = first
  return {
    draft: signed(
      networkId,
      { kind: 'draft', draft, administrator: keyOf('administrator 1') },
      'administrator 1',
    ),
    keys: draft.trustees.map((trustee) => {
      const name = nameOf(trustee)
      const random = seededRandom(`${uuid} key of ${name}`)
      const key = encodeTrusteeKey(createTrusteeKey(trusteeScalar(uuid, name), random))
      return signed(networkId, { kind: 'trusteeKey', uuid, trustee, key }, name)
    }),
    chunks: chunks.map((chunk) => signed(networkId, chunk, nameOf(draft.registrars[0]!))),
    signatures: draft.registrars
      .slice(0, draft.registrarThreshold)
      .map((registrar) =>
        signed(networkId, { kind: 'rollSignature', uuid, registrar, rollHash }, nameOf(registrar)),
      ),
  }
}

/** Options of {@link anElection}. */
export interface ElectionOptions {
  readonly draft?: Partial<ElectionDraft>
  readonly voters?: number
  /** By voter; makes the roll weighted. */
  readonly weights?: readonly bigint[]
}

/** Drafts an election on the chain and brings it to `frozen`, in two blocks. Returns its uuid. */
export function aFrozenElection(chain: TestChain, options: ElectionOptions = {}): string {
  const draft = aDraft(options.draft)
  const roll = aRoll(options.voters ?? 3, options.weights)
  const isWeighted = options.weights !== undefined
  const { draft: first, keys, chunks, signatures } = aPreparation(chain.networkId, draft, roll, isWeighted)
  extend(chain, [first])
  extend(chain, [...keys, ...chunks, ...signatures])
  assert.equal(recordOf(chain, draft.uuid).phase, 'frozen')
  return draft.uuid
}

/** The same, and open. */
export function anOpenElection(chain: TestChain, options: ElectionOptions = {}): string {
  const uuid = aFrozenElection(chain, options)
  extend(chain, [], recordOf(chain, uuid).draft.opensAt)
  return uuid
}

/** A block at the closing time. */
export function closeElection(chain: TestChain, uuid: string): void {
  extend(chain, [], recordOf(chain, uuid).draft.closesAt)
}

/** A right partial decryption of a named trustee. */
export function aDecryption(chain: TestChain, uuid: string, name: string, seed = ''): Transaction {
  const record = recordOf(chain, uuid)
  const tally = unwrap(decodeTally(record.draft.questions, record.tally!))
  const random = seededRandom(`decryption of ${name} ${seed}`)
  const decryption = createPartialDecryption(
    beleniosOf(chain, uuid),
    tally,
    trusteeScalar(uuid, name),
    random,
  )
  return signed(
    chain.networkId,
    {
      kind: 'partialDecryption',
      uuid,
      trustee: keyOf(name),
      decryption: encodePartialDecryption(decryption),
    },
    name,
  )
}

/** A ballot as a transaction. */
export function cast(ballot: Ballot): Transaction {
  return { kind: 'ballot', ballot }
}
