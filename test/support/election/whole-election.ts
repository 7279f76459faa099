/** A whole election as the product runs it, from keys to the result, as far as wanted. Everything follows from seeds. */
import { unwrap } from '../../../base/index.ts'
import { randomScalar } from '../../../crypto/index.ts'
import {
  type ArchiveEntry,
  addToTally,
  type Ballot,
  type BoardHead,
  ballotJson,
  type Counts,
  computeResult,
  createElection,
  createPartialDecryption,
  createTrusteeKey,
  createUuid,
  type Election,
  type EncryptedTally,
  type EventType,
  electionKey,
  emptyTally,
  nextEvent,
  ownedDecryptionJson,
  type PartialDecryption,
  partialDecryptionJson,
  payloadHash,
  publicCredentialsJson,
  type Question,
  type RollEntry,
  resultJson,
  setupJson,
  sizedTallyJson,
  type TrusteeKind,
  tallyJson,
  trusteesJson,
  writeArchive,
} from '../../../election/index.ts'
import { aBallot, aVoter, SIX_CIPHERTEXTS, seeded, someAnswers, type Voter } from './builders.ts'

/** How far the election has come. */
export type Stage = 'open' | 'closed' | 'tallied' | 'decrypted' | 'result'
const STAGES: readonly Stage[] = ['open', 'closed', 'tallied', 'decrypted', 'result']

export interface WholeElectionOptions {
  readonly seed?: string
  readonly questions?: readonly Question[]
  readonly trustees?: number
  /** A weight a voter; absent: three voters, a roll without weights. */
  readonly weights?: readonly bigint[]
  /** Who votes what, in order; absent: each voter once, some answers. */
  readonly votes?: readonly { readonly voter: number; readonly answers: readonly (readonly number[])[] }[]
  readonly until?: Stage
  readonly timestamp?: number
}

export interface WholeElection {
  readonly election: Election
  readonly trustees: readonly TrusteeKind[]
  readonly trusteeKeys: readonly bigint[]
  readonly voters: readonly Voter[]
  readonly roll: readonly RollEntry[]
  readonly ballots: readonly Ballot[]
  readonly tally: EncryptedTally
  readonly totalWeight: bigint
  readonly decryptions: readonly PartialDecryption[]
  readonly result: Counts | undefined
  readonly entries: readonly ArchiveEntry[]
  readonly archive: Uint8Array
}

/** A board that grows: the files of an archive in order. */
export interface GrowingBoard {
  readonly entries: ArchiveEntry[]
  /** Appends the payload's files, what it refers to first, and the event. */
  append(type: EventType, ...payloads: readonly string[]): void
}

export function aBoard(): GrowingBoard {
  const entries: ArchiveEntry[] = []
  let head: BoardHead | undefined
  return {
    entries,
    append: (type, ...payloads) => {
      for (const json of payloads) entries.push({ kind: 'data', json })
      const payload = payloads.at(-1)
      const event = nextEvent(head, type, payload === undefined ? undefined : payloadHash(payload))
      entries.push({ kind: 'event', json: event.json })
      head = event.head
    },
  }
}

export function aWholeElection(options: WholeElectionOptions = {}): WholeElection {
  const { seed = 'whole', questions = SIX_CIPHERTEXTS, timestamp = 1_800_000_000 } = options
  const stage = STAGES.indexOf(options.until ?? 'result')
  const random = seeded(`whole election ${seed}`)
  const trusteeKeys = Array.from({ length: options.trustees ?? 2 }, () => randomScalar(random))
  const trustees = trusteeKeys.map(
    (key): TrusteeKind => ({ kind: 'single', key: createTrusteeKey(key, random) }),
  )
  const election = createElection({
    description: 'From keys to a result.',
    name: `Election ${seed}`,
    publicKey: electionKey(trustees),
    questions,
    uuid: createUuid(random),
  })
  const weights = options.weights ?? [1n, 1n, 1n]
  const voters = weights.map((_, index) => aVoter(election, `${seed} ${index}`))
  const roll = voters.map(({ publicCredential }, index) => ({
    credential: publicCredential,
    weight: weights[index]!,
  }))
  const votes = options.votes ?? voters.map((_, voter) => ({ voter, answers: someAnswers(questions) }))
  const ballots = votes.map(({ voter, answers }, index) =>
    aBallot(election, voters[voter]!, answers, `${seed} ${index}`),
  )
  const counted = new Map(votes.map(({ voter }, index) => [voter, ballots[index]!]))
  const tally = [...counted].reduce(
    (sum, [voter, ballot]) => addToTally(sum, ballot, weights[voter]!),
    emptyTally(questions),
  )
  const totalWeight = [...counted.keys()].reduce((total, voter) => total + weights[voter]!, 0n)
  const decryptions = trusteeKeys.map((key) => createPartialDecryption(election, tally, key, random))
  const owned = decryptions.map((decryption, index) => ({ owner: index + 1, decryption }))
  const result = stage < 4 ? undefined : unwrap(computeResult(trustees, tally, owned, totalWeight))
  const board = aBoard()
  const rollText = publicCredentialsJson(roll, options.weights !== undefined)
  const trusteesText = trusteesJson(trustees)
  const setup = setupJson(payloadHash(election.json), payloadHash(trusteesText), payloadHash(rollText))
  board.append('Setup', election.json, trusteesText, rollText, setup)
  for (const ballot of ballots) board.append('Ballot', ballotJson(ballot))
  if (stage >= 1) board.append('EndBallots')
  if (stage >= 2)
    board.append(
      'EncryptedTally',
      tallyJson(tally),
      sizedTallyJson(counted.size, totalWeight, payloadHash(tallyJson(tally))),
    )
  if (stage >= 3) for (const { owner, decryption } of owned) appendDecryption(board, owner, decryption)
  if (result !== undefined) board.append('Result', resultJson(result))
  const archive = writeArchive(timestamp, board.entries)
  return {
    election,
    trustees,
    trusteeKeys,
    voters,
    roll,
    ballots,
    tally,
    totalWeight,
    decryptions,
    result,
    entries: board.entries,
    archive,
  }
}

export function appendDecryption(board: GrowingBoard, owner: number, decryption: PartialDecryption): void {
  const json = partialDecryptionJson(decryption)
  board.append('PartialDecryption', json, ownedDecryptionJson(owner, payloadHash(json)))
}
