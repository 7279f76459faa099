/**
 * A finalised chain without a network: the blocks of an election with a large roll or many ballots, built and committed by a node's own
 * chain on a real disk, and signed with all validators' keys. What is left is the home of a node that has it all.
 *
 * Ballots and credentials are made here and known to be good: what a validator would verify about them (proofs, that a credential is in
 * the group) is remembered as verified. All else is what a node does.
 */
import { join } from 'node:path'
import { assert, toHex, unwrap } from '../base/index.ts'
import { type Certificate, statementBytes } from '../consensus/index.ts'
import {
  encodePoint,
  GENERATOR,
  multiplySecret,
  PRIVATE_KEY_BYTES,
  publicKeyOf,
  randomScalar,
  sign,
} from '../crypto/index.ts'
import { createTrusteeKey, createUuid, encodeTrusteeKey, type Question } from '../election/index.ts'
import {
  commitmentTo,
  DEFAULT_PARAMETERS,
  decodeTransaction,
  type ElectionDraft,
  electionRecord,
  type Genesis,
  genesisFile,
  identified,
  networkIdOf,
  signTransaction,
  splitRoll,
  type Transaction,
  type Unsigned,
} from '../ledger/index.ts'
import { peerNameOf } from '../network/index.ts'
import { createBallotArchive } from '../node/ballot-archive.ts'
import { Chain } from '../node/chain.ts'
import { freePorts } from '../node/cli/testnet.ts'
import { dataPaths } from '../node/home.ts'
import { createHome, systemClock, systemRandom } from '../node/index.ts'
import { createInlineVerifier } from '../node/verifier.ts'
import { openChainStore, openGuards, openLevelDatabase } from '../storage/index.ts'
import { startBallotMakers } from './ballot-makers.ts'
import type { ElectionOfBallots } from './ballot-worker.ts'
import { fillingCredentials } from './filling-credentials.ts'

/** The last node of a network that is gone: its home has the whole chain. */
export interface MadeChain {
  readonly uuid: string
  readonly genesis: Genesis
  readonly genesisPath: string
  readonly networkId: Uint8Array
  readonly home: string
  readonly address: string
  readonly height: number
  /** Ballots that are not on the chain yet, as encoded transactions. */
  readonly spare: readonly Uint8Array[]
}

export interface ChainToMake {
  readonly directory: string
  readonly validators: number
  readonly questions: readonly Question[]
  readonly ballots: number
  readonly ballotsPerBlock: number
  /** Names on the roll, where they are more than those who vote. */
  readonly voters?: number
  /** Ballots to make beside those on the chain. */
  readonly spare?: number
  /** Whether the home is a validator's, the first one's. */
  readonly hasVote?: boolean
  readonly onProgress: (text: string) => void
}

const BLOCK_MS = 200
/** As many as fit: a block has at most 1,024 points. */
const CHUNKS_A_BLOCK = 2
const DAY_MS = 86_400_000
/** The order of a commit among a round's statements (`SigningSlot`). */
const COMMIT_STEP = 3
/** How often progress is told. */
const TELL_MS = 5000

interface Party {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

/** Makes the chain; its last block is a moment old. */
export async function makeChain(wanted: ChainToMake): Promise<MadeChain> {
  const { onProgress, ballots, spare = 0 } = wanted
  const parties = someParties(wanted.validators)
  const place = await aHome(wanted, parties)
  const makers = startBallotMakers()
  const growing = await openChain(dataPaths(place.home).database, place, parties.validators)
  try {
    const voting = ballots + spare
    const credentials = await makers.credentials(voting, teller(onProgress, 'credentials', voting))
    const others = fillingCredentials(Math.max(0, (wanted.voters ?? 0) - voting))
    const draft = aDraft(place.genesis, wanted.questions)
    const about = await prepareElection(growing, place, parties, draft, [...credentials, ...others])
    const made = await makers.ballots(voting, about, teller(onProgress, 'ballots', voting))
    await growing.fill(
      made.slice(0, ballots),
      wanted.ballotsPerBlock,
      teller(onProgress, 'ballots on the chain', ballots),
    )
    const { height, id } = growing.chain.state().head
    if (wanted.hasVote) await rememberSigning(place, toHex(id), height, parties.validators[0]!)
    return { ...place, uuid: draft.uuid, height, spare: made.slice(ballots) }
  } finally {
    makers.stop()
    await growing.close()
  }
}

type Place = Omit<MadeChain, 'uuid' | 'height' | 'spare'>

interface Parties {
  readonly validators: readonly Party[]
  readonly administrator: Party
  readonly registrar: Party
  readonly trustee: Party
}

function someParties(validators: number): Parties {
  return {
    validators: Array.from({ length: validators }, aParty),
    administrator: aParty(),
    registrar: aParty(),
    trustee: aParty(),
  }
}

/** The home of the node that is left, and the genesis of its network. */
async function aHome({ directory, hasVote = false }: ChainToMake, parties: Parties): Promise<Place> {
  const networkKey = systemRandom(PRIVATE_KEY_BYTES)
  const [port] = await freePorts(1)
  const listen = `/ip4/127.0.0.1/tcp/${port}`
  const address = `${listen}/p2p/${peerNameOf(networkKey)}`
  const party = (name: string, { publicKey }: Party): { name: string; publicKey: Uint8Array } => ({
    name,
    publicKey,
  })
  const genesis: Genesis = {
    network: 'bench',
    time: Date.now() - DAY_MS,
    validators: parties.validators.map((one, i) => ({
      ...party(`validator-${i + 1}`, one),
      addresses: i === 0 ? [address] : [],
    })),
    administrators: [party('administrator', parties.administrator)],
    registrars: [party('registrar', parties.registrar)],
    trustees: [party('trustee', parties.trustee)],
    parameters: DEFAULT_PARAMETERS,
  }
  const file = genesisFile(genesis)
  const home = join(directory, 'full')
  const validator = parties.validators[0]?.privateKey
  const keys = { network: networkKey, ...(hasVote && validator !== undefined ? { validator } : {}) }
  const settings = { name: 'full', listen: [listen], peers: [], logLevel: 'warn' } as const
  await createHome(home, { genesisFile: file, settings: { ...settings, peers: [] }, keys })
  return { genesis, genesisPath: join(home, 'genesis.json'), networkId: networkIdOf(file), home, address }
}

/** Leaves the guards against double signing as a validator does that has just committed the last block. */
async function rememberSigning(
  { home, networkId }: Place,
  blockId: string,
  height: number,
  { privateKey }: Party,
): Promise<void> {
  const { journal, lastSigned } = await openGuards(dataPaths(home), 0)
  await journal.reset(height)
  const bytes = statementBytes(networkId, { kind: 'commit', height, round: 0, blockId })
  unwrap(await lastSigned.sign({ height, round: 0, step: COMMIT_STEP }, bytes, (it) => sign(it, privateKey)))
  await journal.close()
  await lastSigned.close()
}

/** Brings an election to `open`. */
async function prepareElection(
  growing: GrowingChain,
  { networkId }: Place,
  { administrator, registrar, trustee }: Parties,
  draft: ElectionDraft,
  credentials: readonly Uint8Array[],
): Promise<ElectionOfBallots> {
  const { uuid, name, description, questions } = draft
  const sign = (by: Party, body: Unsigned<Transaction>): Transaction =>
    signTransaction(networkId, body, by.privateKey)
  const entries = credentials.map((credential) => ({ credential, weight: 1n }))
  const chunks = splitRoll(uuid, registrar.publicKey, entries, false)
  const rollHash = chunks[0]?.kind === 'rollChunk' ? chunks[0].rollHash : undefined
  assert(rollHash !== undefined, 'a roll has a hash')
  await growing.extend([
    sign(administrator, { kind: 'draft', draft, administrator: administrator.publicKey }),
  ])
  await growing.extend(keyOf(networkId, uuid, trustee).map((body) => sign(trustee, body)))
  for (let at = 0; at < chunks.length; at += CHUNKS_A_BLOCK)
    await growing.extend(chunks.slice(at, at + CHUNKS_A_BLOCK).map((chunk) => sign(registrar, chunk)))
  await growing.extend([
    sign(registrar, { kind: 'rollSignature', uuid, registrar: registrar.publicKey, rollHash }),
  ])
  await growing.extend([], draft.opensAt)
  const record = electionRecord(growing.chain.state(), uuid)
  assert(record?.phase === 'open' && record.electionKey !== undefined, 'the election is open')
  return { name, description, questions, uuid, publicKey: record.electionKey }
}

function aParty(): Party {
  const privateKey = systemRandom(PRIVATE_KEY_BYTES)
  return { privateKey, publicKey: publicKeyOf(privateKey) }
}

function aDraft(genesis: Genesis, questions: readonly Question[]): ElectionDraft {
  const opensAt = genesis.time + DAY_MS / 2
  return {
    uuid: createUuid(systemRandom),
    name: 'catching up',
    description: '',
    questions,
    registrars: genesis.registrars.map(({ publicKey }) => publicKey),
    registrarThreshold: 1,
    mandatoryTrustees: genesis.trustees,
    trustees: [],
    trusteeThreshold: 0,
    opensAt,
    closesAt: opensAt + 30 * DAY_MS,
  }
}

/** The ceremony of a single trustee: its commitment, then its key. */
function keyOf(
  networkId: Uint8Array,
  uuid: string,
  { publicKey: trustee }: Party,
): readonly Unsigned<Transaction>[] {
  const scalar = randomScalar(systemRandom)
  const act = { uuid, trustee, attempt: 1 }
  const point = encodePoint(multiplySecret(GENERATOR, scalar))
  const key = encodeTrusteeKey(createTrusteeKey(scalar, systemRandom))
  const commitment = commitmentTo({ networkId, ...act }, point)
  return [
    { kind: 'ceremonyCommitment', ...act, commitment },
    { kind: 'trusteeKey', ...act, key },
  ]
}

interface GrowingChain {
  readonly chain: Chain
  /** As many blocks as these good transactions need; the first at a time, or a moment after the last. */
  extend(transactions: readonly Transaction[], time?: number): Promise<void>
  /** Good ballots, so many a block. */
  fill(ballots: readonly Uint8Array[], perBlock: number, onProgress: (done: number) => void): Promise<void>
  close(): Promise<void>
}

async function openChain(
  path: string,
  { genesis, networkId }: Place,
  validators: readonly Party[],
): Promise<GrowingChain> {
  const store = await openChainStore(await openLevelDatabase(path), networkId)
  const verifier = createInlineVerifier({ clock: systemClock })
  const dependencies = { store, verifier, ballots: createBallotArchive(store), clock: systemClock }
  const chain = await Chain.open({ genesis, networkId }, dependencies)
  const extend = async (transactions: readonly Transaction[], time?: number): Promise<void> => {
    let waiting = new Map(transactions.map(identified).map((one) => [one.id, one] as const))
    for (const id of waiting.keys()) chain.rememberVerified(id)
    for (let at = time; ; at = undefined) {
      const { block, rejected } = await chain.build(
        [...waiting.values()],
        at ?? chain.state().head.time + BLOCK_MS,
      )
      assert(rejected.size === 0, `the ledger takes what was made: ${[...rejected.values()][0]?.code}`)
      await chain.commit(block, certificateOf(networkId, block.header.height, block.id, validators))
      waiting = new Map(waiting)
      for (const { id } of block.transactions) waiting.delete(id)
      if (waiting.size === 0) return
      assert(block.transactions.length > 0, 'a block has room for some')
    }
  }
  return {
    chain,
    extend,
    fill: async (ballots, perBlock, onProgress) => {
      for (let at = 0; at < ballots.length; at += perBlock) {
        const some = ballots.slice(at, at + perBlock).map((bytes) => unwrap(decodeTransaction(bytes)))
        await extend(some)
        onProgress(Math.min(ballots.length, at + perBlock))
      }
    },
    close: () => store.close(),
  }
}

function certificateOf(
  networkId: Uint8Array,
  height: number,
  blockId: string,
  validators: readonly Party[],
): Certificate {
  const bytes = statementBytes(networkId, { kind: 'commit', height, round: 0, blockId })
  const signatures = validators.map(({ privateKey }, validator) => ({
    validator,
    signature: sign(bytes, privateKey),
  }))
  return { height, round: 0, blockId, signatures }
}

/** Tells every few seconds how far something is, and when it is done. */
function teller(tell: (text: string) => void, what: string, total: number): (done: number) => void {
  let toldAt = performance.now()
  return (done) => {
    if (done < total && performance.now() - toldAt < TELL_MS) return
    toldAt = performance.now()
    tell(`${done} of ${total} ${what}`)
  }
}
