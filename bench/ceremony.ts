/**
 * The key ceremony: what it costs a trustee and a validator, and how many bytes it puts on the chain, for 4 to 32 trustees with the
 * default threshold; every trustee acts with the daemon's own code on the ledger's own state, and a validator that remembers
 * nothing executes the blocks.
 *
 * The largest runs on real daemons as well (`ceremony-network.ts`).
 *
 * References: for times, the multiplications of the group that the protocol asks for (counted below), done one by one; for bytes,
 * the same messages in Belenios' JSON.
 */
import { randomBytes } from 'node:crypto'
import { toHex, unwrap } from '../base/index.ts'
import { quorum } from '../consensus/index.ts'
import { deriveScalar, GENERATOR, multiply, multiplySecret, publicKeyOf } from '../crypto/index.ts'
import { createUuid } from '../election/index.ts'
import {
  type Block,
  buildBlock,
  DEFAULT_PARAMETERS,
  type ElectionDraft,
  electionCeremony,
  electionRecord,
  encodeTransaction,
  executeBlock,
  type Genesis,
  genesisFile,
  genesisState,
  networkIdOf,
  type State,
  signTransaction,
  type Transaction,
  transactionId,
} from '../ledger/index.ts'
import { type Actor, act } from '../node/trustee/acts.ts'
import { dutyOf } from '../node/trustee/duty.ts'
import { trusteePublicKey } from '../node/trustee-secrets.ts'
import { ceremonyOnDaemons, computationAlone } from './ceremony-network.ts'
import { against, median, type Report } from './report.ts'

const SIZES = [4, 8, 16, 32]
const HOUR_MS = 3_600_000
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

/** What one ceremony cost. */
interface Cost {
  /** Of each trustee, all its steps, milliseconds. */
  readonly trusteeMs: readonly number[]
  /** Of one validator that executes all blocks, milliseconds. */
  readonly validatorMs: number
  /** Of all transactions, by kind. */
  readonly bytes: ReadonlyMap<string, number>
  readonly blocks: number
}

/** Prints `ceremony.trustee`, `.validator` and `.bytes` for each size, and `ceremony.network` for the largest. */
export async function run(report: Report): Promise<void> {
  await ceremony(4, 3)
  const scalar = deriveScalar(random(32), 'bench')
  const point = multiplySecret(GENERATOR, scalar)
  const secretMs = timeOf(100, () => multiplySecret(point, scalar))
  const publicMs = timeOf(100, () => multiply(point, scalar))
  for (const size of SIZES) {
    const threshold = quorum(size)
    const cost = await ceremony(size, threshold)
    const note = `${threshold} of ${size} trustees`
    const trustee = median(cost.trusteeMs)
    report({
      bench: `ceremony.trustee.${size}`,
      value: trustee,
      unit: 'ms',
      note: `${note}, one core, all steps of one trustee`,
      reference: against(
        'its multiplications',
        trustee,
        multiplicationsOfTrustee(size, threshold) * secretMs,
      ),
    })
    report({
      bench: `ceremony.validator.${size}`,
      value: cost.validatorMs,
      unit: 'ms',
      note: `${note}, one core, all ${cost.blocks} blocks`,
      reference: against(
        'its multiplications',
        cost.validatorMs,
        multiplicationsOfValidator(size, threshold) * publicMs,
      ),
    })
    const total = [...cost.bytes.values()].reduce((sum, bytes) => sum + bytes, 0)
    const dealings = cost.bytes.get('ceremonyDealing') ?? 0
    report({
      bench: `ceremony.bytes.${size}`,
      value: total,
      unit: 'B',
      note: `${note}, of which dealings ${dealings}`,
      reference: against("Belenios' JSON", total, jsonBytes(size, threshold)),
    })
    if (size !== SIZES.at(-1)) continue
    const whole = (await ceremonyOnDaemons(size)) / 1000
    const alone = computationAlone(size, trustee, cost.validatorMs) / 1000
    report({
      bench: `ceremony.network.${size}`,
      value: whole,
      unit: 's',
      note: `${note}, four daemons and ${size - 4} more trustees on this machine, all steps`,
      reference: against('the computations alone', whole, alone),
    })
  }
}

/** Four for each share dealt (two of the encryption, key and signature), four and a sum for each that is opened, and the proofs. */
function multiplicationsOfTrustee(size: number, threshold: number): number {
  return size * 4 + size * (4 + threshold / 8) + threshold + 6
}

/** A subgroup check for each point of a dealing (two a share), two for each signature and proof, a sum for each key share. */
function multiplicationsOfValidator(size: number, threshold: number): number {
  const certificate = 2 + 2 + 2
  const dealing = threshold + 2 * size + 4 + 2
  const key = 1 + 4 + 2 + threshold / 4
  return size * (certificate + 2 + dealing + key)
}

/** A share is about 1,150 characters, a certificate 510, a coefficient 67, a signature 178, a key 360. */
function jsonBytes(size: number, threshold: number): number {
  return size * (510 + 67 * threshold + 2 * 178 + 1150 * size + 360)
}

async function ceremony(size: number, threshold: number): Promise<Cost> {
  const seeds = Array.from({ length: size }, () => random(32))
  const { start, draft } = await drafted(seeds, threshold)
  const finalised = new Map<string, Transaction>()
  const bytes = new Map<string, number>()
  const trusteeMs = seeds.map(() => 0)
  const blocks: Block[] = []
  let state = start
  for (;;) {
    const record = electionRecord(state, draft.uuid)!
    const standing = { record, ceremony: electionCeremony(state, draft.uuid)! }
    if (standing.ceremony.step === 'done') break
    const acts: Transaction[] = []
    for (const [i, seed] of seeds.entries()) {
      const duty = dutyOf(standing, trusteePublicKey(seed))
      if (duty === undefined) continue
      const actor: Actor = {
        networkId: state.networkId,
        seed,
        random,
        pause: async () => {},
        transaction: async (id) => finalised.get(toHex(id)),
      }
      const began = performance.now()
      acts.push(unwrap(await act(actor, duty, standing)))
      trusteeMs[i]! += performance.now() - began
    }
    const time = state.head.time + 100
    // The proposer's own work is not what is measured; everybody else executes the block below.
    const built = buildBlock(state, acts, time, { isVerified: () => true, ballots: new Map() })
    for (const encoded of built.block.transactions) {
      const transaction = acts.find((one) => sameBytes(encodeTransaction(one), encoded))!
      finalised.set(toHex(transactionId(transaction)), transaction)
      bytes.set(transaction.kind, (bytes.get(transaction.kind) ?? 0) + encoded.length)
    }
    blocks.push(built.block)
    state = built.execution.state
  }
  return { trusteeMs, validatorMs: executionMs(start, blocks), bytes, blocks: blocks.length }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

function executionMs(start: State, blocks: readonly Block[]): number {
  const began = performance.now()
  let state = start
  for (const block of blocks)
    state = unwrap(executeBlock(state, block, { isVerified: () => false, ballots: new Map() })).state
  return performance.now() - began
}

/** A network of one validator with an election that these trustees are to hold the key of. */
async function drafted(
  seeds: readonly Uint8Array[],
  threshold: number,
): Promise<{ readonly start: State; readonly draft: ElectionDraft }> {
  const key = random(32)
  const party = { name: 'bench', publicKey: publicKeyOf(key) }
  const time = Date.now()
  const genesis: Genesis = {
    network: 'bench',
    time,
    validators: [{ ...party, addresses: [] }],
    administrators: [party],
    registrars: [party],
    trustees: [],
    parameters: DEFAULT_PARAMETERS,
  }
  const networkId = networkIdOf(genesisFile(genesis))
  const draft: ElectionDraft = {
    uuid: createUuid(random),
    name: 'bench',
    description: '',
    questions: [{ question: 'Yes?', answers: ['Yes', 'No'], blank: false, min: 1, max: 1 }],
    registrars: [party.publicKey],
    registrarThreshold: 1,
    mandatoryTrustees: [],
    trustees: seeds.map((seed, i) => ({ name: `trustee ${i + 1}`, publicKey: trusteePublicKey(seed) })),
    trusteeThreshold: threshold,
    opensAt: time + HOUR_MS,
    closesAt: time + 2 * HOUR_MS,
  }
  const transaction = signTransaction(
    networkId,
    { kind: 'draft', draft, administrator: party.publicKey },
    key,
  )
  const inputs = { isVerified: () => false, ballots: new Map() }
  const built = buildBlock(genesisState(genesis, networkId), [transaction], time + 100, inputs)
  return { start: built.execution.state, draft }
}

function timeOf(times: number, action: () => void): number {
  const start = performance.now()
  for (let i = 0; i < times; i++) action()
  return (performance.now() - start) / times
}
