/** Whole elections, made by the official tool and audited by us, and the other way round. */
import { strict as assert } from 'node:assert'
import { unwrap } from '../../base/index.ts'
import {
  addToTally,
  auditArchive,
  ballotJson,
  compareArchives,
  computeResult,
  createElection,
  createPartialDecryption,
  createTrusteeKey,
  electionKey,
  emptyTally,
  payloadHash,
  publicCredentialsJson,
  resultJson,
  setupJson,
  sizedTallyJson,
  type TrusteeKind,
  tallyJson,
  trusteesJson,
  writeArchive,
} from '../../election/index.ts'
import { inToolDirectory, requireBeleniosTool } from '../support/belenios-tool.ts'
import { pack, rehashed, unpack } from '../support/election/archive-files.ts'
import { aBallot, aQuestion, aVoter, SIX_CIPHERTEXTS, seeded } from '../support/election/builders.ts'
import { aCeremony, type CeremonyOptions } from '../support/election/ceremony.ts'
import { isContinuationByTool, refusedByTool } from '../support/election/oracle.ts'
import { runToolElection, type ToolElectionOptions } from '../support/election/tool-election.ts'
import { aBoard, appendDecryption, aWholeElection } from '../support/election/whole-election.ts'

const failed = (archive: Uint8Array): readonly string[] =>
  auditArchive(archive)
    .checks.filter(({ ok }) => !ok)
    .map(({ id, detail }) => `${id} ${detail}`)

const QUESTIONS = [
  { answers: ['A', 'B'], min: 0, max: 1, question: 'One?' },
  { answers: ['C', 'D', 'E'], blank: true, min: 1, max: 2, question: 'Two?' },
]
const VOTES = [
  {
    voter: 0,
    answers: [
      [1, 0],
      [1, 0, 0, 0],
    ],
  },
  {
    voter: 1,
    answers: [
      [0, 1],
      [0, 1, 1, 0],
    ],
  },
  {
    voter: 0,
    answers: [
      [0, 0],
      [0, 0, 0, 1],
    ],
  },
]

describe('archives of the official tool', function () {
  this.timeout(120_000)
  before(function () {
    requireBeleniosTool(this)
  })

  /** Audits the archive after every step, and compares neighbours. */
  const run = (options: ToolElectionOptions): string =>
    inToolDirectory((directory) => {
      const { archives, result, uuid } = runToolElection(directory, options)
      for (const [index, archive] of archives.entries()) {
        assert.deepEqual(failed(archive), [], `step ${index}`)
        if (index > 0) assert.deepEqual(unwrap(compareArchives(archives[index - 1]!, archive)), [])
      }
      const report = auditArchive(archives.at(-1)!)
      assert.equal(report.election, uuid)
      assert.equal(resultJson(report.result!), result)
      return result
    })

  it('pass the audit after every step: three trustees, revotes, blank votes', () => {
    const result = run({
      questions: QUESTIONS,
      weights: [undefined, undefined, undefined],
      votes: VOTES,
      singles: 3,
    })
    assert.equal(result, '{"result":[[0,1],[0,1,1,1]]}')
  })

  it('pass the audit with weights on both sides of 2^30', () => {
    for (const weights of [
      [2n ** 30n - 2n, 1n],
      [2n ** 30n - 1n, 1n],
    ])
      run({ questions: QUESTIONS, weights, votes: VOTES, singles: 1 })
  })

  it('pass the audit with a threshold of trustees and a mandatory one', () => {
    run({
      questions: QUESTIONS,
      weights: [undefined, undefined],
      votes: VOTES,
      singles: 1,
      threshold: { size: 3, threshold: 2 },
    })
  })

  it('pass the audit without any ballot', () => {
    const result = run({ questions: QUESTIONS, weights: [1n, 2n], votes: [], singles: 2 })
    assert.equal(result, '{"result":[[0,0],[0,0,0,0]]}')
  })
})

describe('our archives', function () {
  this.timeout(120_000)
  before(function () {
    requireBeleniosTool(this)
  })

  it('are accepted by the official tool, ballots included, at every stage', () => {
    const votes = [
      ...VOTES,
      {
        voter: 2,
        answers: [
          [1, 0],
          [0, 1, 0, 0],
        ],
      },
    ]
    for (const until of ['open', 'closed', 'tallied', 'decrypted', 'result'] as const) {
      const { archive } = aWholeElection({ seed: 'ours', votes, until })
      assert.deepEqual(failed(archive), [])
      assert.deepEqual(refusedByTool(archive), [], until)
    }
  })

  it('are accepted with weights on both sides of 2^30, one trustee or four, and without ballots', () => {
    for (const options of [
      { weights: [2n ** 30n - 2n, 1n], votes: VOTES, trustees: 1 },
      { weights: [2n ** 30n - 1n, 1n], votes: VOTES, trustees: 4 },
      { weights: [2n ** 33n, 3n], votes: VOTES, trustees: 2 },
      { votes: [] },
    ]) {
      const { archive } = aWholeElection({ seed: 'weights', ...options })
      assert.deepEqual(failed(archive), [])
      assert.deepEqual(refusedByTool(archive), [])
    }
  })

  it('are accepted with names and answers of every kind of character', () => {
    const odd = 'quote " back \\ slash / tab \t line \n nul \u0001 del \u007f é 投票 🗳 \u2028'
    const questions = [aQuestion({ question: odd, answers: [odd, '', ' '], min: 1, max: 3 })]
    const { archive } = aWholeElection({ questions })
    assert.deepEqual(refusedByTool(archive), [])
  })

  it('T25 are continuations of their earlier copies for the tool too', () => {
    const votes = [
      ...VOTES,
      {
        voter: 2,
        answers: [
          [1, 0],
          [0, 1, 0, 0],
        ],
      },
    ]
    const whole = aWholeElection({ seed: 'diff', votes })
    const upTo = (count: number): Uint8Array => writeArchive(1_800_000_000, whole.entries.slice(0, count))
    const isOurs = (a: Uint8Array, b: Uint8Array): boolean => unwrap(compareArchives(a, b)).length === 0
    const other = aWholeElection({ seed: 'diff', votes: [...votes].reverse() }).archive
    const pairs: readonly (readonly [Uint8Array, Uint8Array])[] = [
      [upTo(9), whole.archive],
      [upTo(14), whole.archive],
      [whole.archive, upTo(9)],
      [whole.archive, other],
    ]
    assert.deepEqual(
      pairs.map(([a, b]) => isContinuationByTool(a, b)),
      [true, true, false, false],
    )
    assert.deepEqual(
      pairs.map(([a, b]) => isOurs(a, b)),
      [true, true, false, false],
    )
  })

  /** An election whose trustees are one single and a ceremony of our own making. */
  const withCeremony = (options: CeremonyOptions): Uint8Array => {
    const random = seeded('interop ceremony')
    const { parameters, shares } = aCeremony(3, 2, random, options)
    const trustees: readonly TrusteeKind[] = [
      { kind: 'single', key: createTrusteeKey(99n, random) },
      { kind: 'pedersen', parameters },
    ]
    const election = createElection({
      description: '',
      name: 'Ceremony',
      publicKey: electionKey(trustees),
      questions: SIX_CIPHERTEXTS,
      uuid: 'aaaaaaaaaaaaaa',
    })
    const voter = aVoter(election)
    const ballot = aBallot(election, voter, [
      [1, 0],
      [0, 0, 1, 1],
    ])
    const roll = publicCredentialsJson([{ credential: voter.publicCredential, weight: 1n }], false)
    const tally = addToTally(emptyTally(election.questions), ballot, 1n)
    const owned = [
      [1, 99n],
      [2, shares[0]!],
      [4, shares[2]!],
    ] as const
    const decryptions = owned.map(([owner, key]) => ({
      owner,
      decryption: createPartialDecryption(election, tally, key, random),
    }))
    const board = aBoard()
    const keys = trusteesJson(trustees)
    board.append(
      'Setup',
      election.json,
      keys,
      roll,
      setupJson(payloadHash(election.json), payloadHash(keys), payloadHash(roll)),
    )
    board.append('Ballot', ballotJson(ballot))
    board.append('EndBallots')
    board.append('EncryptedTally', tallyJson(tally), sizedTallyJson(1, 1n, payloadHash(tallyJson(tally))))
    for (const { owner, decryption } of decryptions) appendDecryption(board, owner, decryption)
    board.append('Result', resultJson(unwrap(computeResult(trustees, tally, decryptions, 1n))))
    return writeArchive(1_800_000_000, board.entries)
  }

  it('with threshold trustees are accepted, any threshold of whom decrypted', () => {
    const archive = withCeremony({})
    assert.deepEqual(failed(archive), [])
    assert.deepEqual(refusedByTool(archive), [])
  })

  it('that the tool refuses, we refuse too: trustees, tally, decryptions, result', () => {
    const archive = withCeremony({})
    const files = unpack(archive)
    const edit = (start: string, from: RegExp, to: string): Uint8Array => {
      const at = files.findIndex(({ text }) => text.startsWith(start))
      return pack(rehashed(files, at, files[at]!.text.replace(from, to)))
    }
    const damaged = [
      withCeremony({ context: { index: 1 } }),
      withCeremony({ withoutSignatures: true }),
      edit('{"result"', /1/, '0'),
      edit('{"decryption_factors"', /"response":"\d/, '"response":"'),
      edit('[["Single"', /"response":"\d/, '"response":"'),
      edit('[[{"alpha"', /"alpha":"(\w+)","beta":"(\w+)"/, '"alpha":"$2","beta":"$1"'),
    ]
    for (const [index, bytes] of damaged.entries()) {
      assert.notDeepEqual(refusedByTool(bytes), [], `tool ${index}`)
      assert.notDeepEqual(failed(bytes), [], `ours ${index}`)
    }
  })
})
