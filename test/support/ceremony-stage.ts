/**
 * A chain with a drafted election whose key ceremony a test plays step by step: everybody does what is next, but for those whom the
 * test leaves out or replaces. What honest members publish follows from their names and is made once, because it costs most.
 */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { modOrder } from '../../crypto/index.ts'
import {
  type ArchiveEntry,
  type AuditReport,
  auditArchive,
  createShare,
  polynomialAt,
  writeArchive,
} from '../../election/index.ts'
import { countedMs } from '../../ledger/ceremony.ts'
import {
  allTrustees,
  archiveTimestamp,
  awaitedPlaces,
  boardEntries,
  type Ceremony,
  type CeremonyStep,
  type ElectionDraft,
  type ElectionRecord,
  electionCeremony,
  type Party,
  type Transaction,
  type TransactionOf,
  transactionId,
} from '../../ledger/index.ts'
import {
  type Attempt,
  certificateBy,
  commitmentBy,
  complaintBy,
  dealingBy,
  keyBy,
  memberCertificates,
  memberKeys,
  memberPolynomial,
} from './ceremony-builders.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  mandatoryCommitmentBy,
  mandatoryKeyBy,
  recordOf,
  seededRandom,
  type TestChain,
  thresholdTrustees,
} from './ledger-builders.ts'

/** The chain, and the election on it. */
export interface CeremonyStage {
  readonly chain: TestChain
  readonly draft: ElectionDraft
}

export interface StageOptions {
  readonly mandatory?: readonly string[]
  readonly changes?: Partial<ElectionDraft>
  readonly voters?: number
  /** Whether the roll is accepted already, so that the last key freezes the election. */
  readonly hasRoll?: boolean
}

/** An election, drafted, with trustees `trustee 1` to `trustee n`, of whom `threshold` decrypt. */
export function aStage(n: number, threshold: number, options: StageOptions = {}): CeremonyStage {
  const chain = aChain()
  const draft = aDraft({ ...thresholdTrustees(n, threshold, options.mandatory), ...options.changes })
  const parts = aPreparation(chain.networkId, draft, aRoll(options.voters ?? 2))
  const roll = options.hasRoll === true ? [...parts.chunks, ...parts.signatures] : []
  extend(chain, [parts.draft, ...roll])
  return { chain, draft }
}

/** The same, to be gone on with on its own. */
export function aCopyOf({ chain, draft }: CeremonyStage): CeremonyStage {
  return {
    draft,
    chain: {
      ...chain,
      image: new Map(chain.image),
      blocks: [...chain.blocks],
      ballots: new Map(chain.ballots),
    },
  }
}

export function stageRecord({ chain, draft }: CeremonyStage): ElectionRecord {
  return recordOf(chain, draft.uuid)
}

export function stageCeremony({ chain, draft }: CeremonyStage): Ceremony {
  const ceremony = electionCeremony(chain.state, draft.uuid)
  assert.ok(ceremony)
  return ceremony
}

/** Who is left out so far and why: name, attempt, kind, and the other party's name. */
export function faultsOf(stage: CeremonyStage): readonly string[] {
  const all = allTrustees(stage.draft)
  return stageCeremony(stage).faults.map(({ place, attempt, kind, other }) => {
    const about = other === undefined ? '' : ` ${all[other]?.name}`
    return `${all[place]?.name} ${attempt} ${kind}${about}`
  })
}

/** Names of the members of the present attempt. */
export function memberNames(stage: CeremonyStage): readonly string[] {
  const all = allTrustees(stage.draft)
  return stageCeremony(stage).members.map(({ place }) => all[place]!.name)
}

const attempts = new Map<string, Attempt>()

/** An attempt with these members; the same value for the same question. */
export function attemptOf(
  { chain, draft }: CeremonyStage,
  attempt: number,
  names: readonly string[],
): Attempt {
  const { networkId } = chain
  const { uuid, mandatoryTrustees, trustees, trusteeThreshold } = draft
  const nameList = (parties: readonly Party[]): string => parties.map(({ name }) => name).join(',')
  const key = [
    toHex(networkId),
    uuid,
    nameList(mandatoryTrustees),
    nameList(trustees),
    trusteeThreshold,
    attempt,
    names.join(','),
  ].join('/')
  const members = trustees.filter(({ name }) => names.includes(name))
  const made = attempts.get(key) ?? { networkId, draft, members, attempt }
  attempts.set(key, made)
  return made
}

/** The attempt that the ceremony is in. */
export function presentAttempt(stage: CeremonyStage): Attempt {
  return attemptOf(stage, stageCeremony(stage).attempt, memberNames(stage))
}

const published = new WeakMap<Attempt, Map<string, Transaction>>()

function once<T extends Transaction>(at: Attempt, what: string, make: () => T): T {
  const made = published.get(at) ?? new Map<string, Transaction>()
  published.set(at, made)
  const transaction = (made.get(what) as T | undefined) ?? make()
  made.set(what, transaction)
  return transaction
}

/** What an honest trustee does in a step. */
export function honestPart(at: Attempt, step: Exclude<CeremonyStep, 'done'>, name: string): Transaction {
  const { networkId, draft, attempt } = at
  if (draft.mandatoryTrustees.some((trustee) => trustee.name === name)) {
    const make = step === 'commitments' ? mandatoryCommitmentBy : mandatoryKeyBy
    return once(at, `${step} ${name}`, () => make(networkId, draft, name, { attempt }))
  }
  switch (step) {
    case 'certificates':
      return once(at, `certificate ${name}`, () => certificateBy(at, name))
    case 'commitments':
      return once(at, `commitment ${name}`, () => commitmentBy(at, name))
    case 'dealings':
      return honestDealing(at, name)
    case 'keys':
      return once(at, `key ${name}`, () => keyBy(at, name))
  }
}

export function honestDealing(at: Attempt, name: string): TransactionOf<'ceremonyDealing'> {
  return once(at, `dealing ${name}`, () => dealingBy(at, name))
}

/** What the present step waits for, but for those named. */
export function partsOfStep(stage: CeremonyStage, without: readonly string[] = []): readonly Transaction[] {
  const ceremony = stageCeremony(stage)
  const { step } = ceremony
  if (step === 'done') return []
  const at = presentAttempt(stage)
  return awaitedPlaces(ceremony)
    .map((place) => allTrustees(stage.draft)[place]!.name)
    .filter((name) => !without.includes(name))
    .map((name) => honestPart(at, step, name))
}

/** Ids of what honest members published and some stage has verified. */
const verified = new Set<string>()

/** One block in which everybody does what is next, but for those named. What was verified once is remembered, as by a node. */
export function playStep(stage: CeremonyStage, without: readonly string[] = [], time?: number): void {
  const parts = partsOfStep(stage, without)
  extend(stage.chain, parts, time, (id) => verified.has(id))
  for (const part of parts) verified.add(toHex(transactionId(part)))
}

/** Blocks in which everybody does what is next, until the ceremony is at a step. */
export function playTo(stage: CeremonyStage, step: CeremonyStep): void {
  for (let blocks = 0; stageCeremony(stage).step !== step; blocks++) {
    assert.ok(blocks < 5, `the ceremony gets to ${step}`)
    playStep(stage)
  }
}

/** Empty blocks, none of which comes later than counts for deadlines, up to a time. */
export function passTime({ chain }: CeremonyStage, until: number): void {
  const most = countedMs(chain.genesis.parameters)
  while (chain.state.head.time + most < until) extend(chain, [], chain.state.head.time + most)
}

/** A block at the deadline of the present step, after others that keep time moving. */
export function passDeadline(stage: CeremonyStage, transactions: readonly Transaction[] = []): void {
  const { deadline } = stageCeremony(stage)
  passTime(stage, deadline)
  extend(stage.chain, transactions, deadline)
}

/** From `frozen` to `decrypting`: opened, voters 0 and 1 vote for the first answer, closed. */
export function vote(stage: CeremonyStage): void {
  const { chain, draft } = stage
  extend(chain, [], draft.opensAt)
  const election = beleniosOf(chain, draft.uuid)
  extend(
    chain,
    [0, 1].map((voter) => cast(aBallot(election, voter, [[1, 0]]))),
  )
  closeElection(chain, draft.uuid)
}

/** One block with the partial decryptions of these trustees. */
export function decrypt({ chain, draft }: CeremonyStage, names: readonly string[]): void {
  extend(
    chain,
    names.map((name) => aDecryption(chain, draft.uuid, name)),
  )
}

/** An election with a result by two of three and a mandatory trustee; `trustee 2` was left out. */
export function aTalliedStage(): CeremonyStage {
  const stage = aStage(4, 2, { mandatory: ['court'], hasRoll: true })
  playTo(stage, 'keys')
  playStep(stage, ['trustee 2'])
  passDeadline(stage)
  playTo(stage, 'done')
  vote(stage)
  decrypt(stage, ['trustee 3', 'court', 'trustee 4'])
  return stage
}

/** The archive of the election as it stands. */
export async function archiveOf(stage: CeremonyStage): Promise<Uint8Array> {
  const { chain, draft } = stage
  const entries: ArchiveEntry[] = []
  for await (const entry of boardEntries(
    chain.state,
    draft.uuid,
    async (id) => chain.ballots.get(toHex(id))!,
  ))
    entries.push(entry)
  return writeArchive(archiveTimestamp(stageRecord(stage)), entries)
}

/** Asserts that an election opens, and that its archive, which begins there, passes the audit. */
export async function assertOpens(stage: CeremonyStage): Promise<void> {
  extend(stage.chain, [], stage.draft.opensAt)
  assert.equal(stageRecord(stage).phase, 'open')
  assertAudited(await archiveOf(stage))
}

function assertAudited(archive: Uint8Array): AuditReport {
  const report = auditArchive(archive)
  assert.deepEqual(
    report.checks.filter(({ ok }) => !ok),
    [],
  )
  return report
}

/** Asserts that an election was tallied with both votes, and that its archive passes the audit. */
export async function assertTallied(stage: CeremonyStage): Promise<void> {
  const { phase, result, reason } = stageRecord(stage)
  assert.equal(phase, 'tallied', reason)
  assert.deepEqual(result, [[2n, 0n]])
  assert.deepEqual(assertAudited(await archiveOf(stage)).result, result)
}

/** How a dealer can make a share bad; all of them are points of the group with some data. */
export type BadShare = 'wrong' | 'undecryptable' | 'of another recipient'
export const BAD_SHARES: readonly BadShare[] = ['wrong', 'undecryptable', 'of another recipient']

/** The dealing of a member with a bad share for another one. */
export function badDealing(
  at: Attempt,
  name: string,
  victim: string,
  how: BadShare = 'wrong',
): TransactionOf<'ceremonyDealing'> {
  const numberOf = (one: string): number => at.members.findIndex((member) => member.name === one)
  const number = numberOf(victim)
  return once(at, `dealing ${name} ${how} ${victim}`, () => {
    if (how === 'undecryptable')
      return dealingBy(at, name, { shares: { [number]: (right) => right.with(-1, right.at(-1)! ^ 1) } })
    const other = honestDealing(at, name).shares.findIndex((_, i) => i !== number)
    if (how === 'of another recipient') {
      assert.ok(other >= 0, 'there is another recipient')
      return dealingBy(at, name, { shares: { [number]: () => honestDealing(at, name).shares[other]! } })
    }
    const { encryption } = memberCertificates(at)[number]!
    const secret = modOrder(polynomialAt(memberPolynomial(at, name), number + 1) + 1n)
    const wrong = createShare(memberKeys(at, name), encryption, secret, seededRandom('wrong share'))
    return dealingBy(at, name, { shares: { [number]: () => wrong } })
  })
}

/** The complaint of a member about what a dealer dealt it. */
export function complaintOf(
  at: Attempt,
  name: string,
  dealing: TransactionOf<'ceremonyDealing'>,
  dealer: string,
): TransactionOf<'ceremonyComplaint'> {
  return once(at, `complaint ${name} ${dealer} ${toHex(dealing.signature)}`, () =>
    complaintBy(at, name, dealing, dealer),
  )
}
