/**
 * Builders of networks, elections and chains for tests: deterministic by seed, and made with the ledger's own functions, so that
 * what they build is what a node would have. Every private key is the hash of a name.
 */
import { strict as assert } from 'node:assert'
import { toHex, unwrap, utf8 } from '../../base/index.ts'
import { deriveScalar, encodePoint, GENERATOR, multiplySecret } from '../../crypto/index.ts'
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
  commitmentTo,
  type ElectionDraft,
  type ElectionRecord,
  type Execution,
  type ExecutionInputs,
  electionCeremony,
  electionOf,
  electionRecord,
  executeBlock,
  type Genesis,
  genesisFile,
  genesisState,
  neededBallots,
  networkIdOf,
  type Party,
  type State,
  signTransaction,
  splitRoll,
  type Transaction,
  type TransactionOf,
  type Unsigned,
} from '../../ledger/index.ts'
import { aCeremonyRun, shareOf } from './ceremony-builders.ts'
import { keyOf, privateKeyOf, seededRandom } from './parties.ts'

export { keyOf, privateKeyOf, seededRandom } from './parties.ts'

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
    readonly trustees?: readonly Party[]
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
    trustees: options.trustees ?? [],
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

/** A trustee as drafts name it; the key is that of the named party. */
export function aTrustee(name: string): Party {
  return { name, publicKey: keyOf(name) }
}

/** The part of a draft that says: `threshold` of the trustees named `trustee 1` ..., and these mandatory ones. */
export function thresholdTrustees(
  count: number,
  threshold: number,
  mandatory: readonly string[] = [],
): Pick<ElectionDraft, 'mandatoryTrustees' | 'trustees' | 'trusteeThreshold'> {
  return {
    mandatoryTrustees: mandatory.map(aTrustee),
    trustees: names('trustee', count).map(aTrustee),
    trusteeThreshold: threshold,
  }
}

/** A draft of an election in {@link aGenesis}' network, with two mandatory trustees: opens 10 s, closes 20 s after the genesis. */
export function aDraft(changes: Partial<ElectionDraft> = {}): ElectionDraft {
  return {
    uuid: createUuid(seededRandom('uuid')),
    name: 'The bridge',
    description: 'About the bridge over the river.',
    questions: QUESTIONS,
    registrars: [keyOf('registrar 1'), keyOf('registrar 2'), keyOf('registrar 3')],
    registrarThreshold: 2,
    mandatoryTrustees: [aTrustee('validator 1'), aTrustee('validator 2')],
    trustees: [],
    trusteeThreshold: 0,
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

/** A mandatory trustee's private scalar in one election. */
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

/** The transactions that bring a draft to `frozen`: keys of all trustees or their whole ceremony, the roll's chunks, signatures of the first registrars. */
export interface Preparation {
  readonly draft: Transaction
  readonly keys: readonly Transaction[]
  readonly chunks: readonly Transaction[]
  readonly signatures: readonly Transaction[]
}

/** The key of a mandatory trustee; `scalar` is its private part. */
export function mandatoryKeyBy(
  networkId: Uint8Array,
  { uuid }: ElectionDraft,
  name: string,
  { scalar = trusteeScalar(uuid, name), attempt = 1 }: MandatoryKeyOptions = {},
): Transaction {
  const key = encodeTrusteeKey(createTrusteeKey(scalar, seededRandom(`${uuid} key of ${name}`)))
  return signed(networkId, { kind: 'trusteeKey', uuid, trustee: keyOf(name), attempt, key }, name)
}

export interface MandatoryKeyOptions {
  /** Instead of the trustee's own. */
  readonly scalar?: bigint
  readonly attempt?: number
}

/** The commitment of a mandatory trustee to its key. */
export function mandatoryCommitmentBy(
  networkId: Uint8Array,
  { uuid }: ElectionDraft,
  name: string,
  { scalar = trusteeScalar(uuid, name), attempt = 1 }: MandatoryKeyOptions = {},
): Transaction {
  const act = { uuid, trustee: keyOf(name), attempt }
  const point = encodePoint(multiplySecret(GENERATOR, scalar))
  const commitment = commitmentTo({ networkId, ...act }, point)
  return signed(networkId, { kind: 'ceremonyCommitment', ...act, commitment }, name)
}

function keysOf(networkId: Uint8Array, draft: ElectionDraft): readonly Transaction[] {
  const run = aCeremonyRun(networkId, draft)
  const names = draft.mandatoryTrustees.map(({ name }) => name)
  return [
    ...run.certificates,
    ...names.map((name) => mandatoryCommitmentBy(networkId, draft, name)),
    ...run.commitments,
    ...names.map((name) => mandatoryKeyBy(networkId, draft, name)),
    ...run.dealings,
    ...run.keys,
  ]
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
    // Only where asked for: daemons run their ceremony themselves, with keys of their own.
    get keys() {
      return keysOf(networkId, draft)
    },
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
export function aDecryption(
  chain: TestChain,
  uuid: string,
  name: string,
  seed = '',
): TransactionOf<'partialDecryption'> {
  const record = recordOf(chain, uuid)
  const tally = unwrap(decodeTally(record.draft.questions, record.tally!))
  const random = seededRandom(`decryption of ${name} ${seed}`)
  const { draft } = record
  const isMandatory = draft.mandatoryTrustees.some((trustee) => trustee.name === name)
  const ceremony = electionCeremony(chain.state, uuid)
  assert.ok(ceremony)
  const secret = isMandatory ? trusteeScalar(uuid, name) : shareOf(draft, ceremony, name)
  const decryption = createPartialDecryption(beleniosOf(chain, uuid), tally, secret, random)
  const transaction = signed(
    chain.networkId,
    {
      kind: 'partialDecryption',
      uuid,
      trustee: keyOf(name),
      decryption: encodePartialDecryption(decryption),
    },
    name,
  )
  assert.ok(transaction.kind === 'partialDecryption')
  return transaction
}

/** A ballot as a transaction. */
export function cast(ballot: Ballot): Transaction {
  return { kind: 'ballot', ballot }
}
