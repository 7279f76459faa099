/** Elections that the ledger ran, before the official tool: at every height, and as they grow. */
import { strict as assert } from 'node:assert'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../base/index.ts'
import {
  type ArchiveEntry,
  auditArchive,
  ballotJson,
  type Question,
  writeArchive,
} from '../../election/index.ts'
import { archiveTimestamp, boardEntries } from '../../ledger/index.ts'
import { inToolDirectory, requireBeleniosTool, type ToolDirectory } from '../support/belenios-tool.ts'
import { aCeremonyRun } from '../support/ceremony-builders.ts'
import { passDeadline } from '../support/ceremony-stage.ts'
import { refusedByTool } from '../support/election/oracle.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  type ElectionOptions,
  extend,
  recordOf,
  type TestChain,
  thresholdTrustees,
} from '../support/ledger-builders.ts'

const QUESTIONS: readonly Question[] = [
  { question: 'Shall it be built?', answers: ['Yes', 'No'], blank: false, min: 1, max: 1 },
  { question: 'Who « pays »?', answers: ['City', 'State', '"Both"'], blank: true, min: 1, max: 2 },
]

async function archiveOf(chain: TestChain, uuid: string): Promise<Uint8Array> {
  const entries: ArchiveEntry[] = []
  for await (const entry of boardEntries(chain.state, uuid, async (id) => chain.ballots.get(toHex(id))!))
    entries.push(entry)
  return writeArchive(archiveTimestamp(recordOf(chain, uuid)), entries)
}

/** An election with these ballots, archived at each step from the opening to the result. */
async function archives(
  options: ElectionOptions,
  ballots: readonly (readonly [voter: number, answers: readonly (readonly number[])[]])[],
): Promise<{ readonly uuid: string; readonly chain: TestChain; readonly all: readonly Uint8Array[] }> {
  const chain = aChain()
  const uuid = anOpenElection(chain, options)
  const election = beleniosOf(chain, uuid)
  const all = [await archiveOf(chain, uuid)]
  for (const [i, [voter, answers]] of ballots.entries()) {
    extend(chain, [cast(aBallot(election, voter, answers, `ballot ${i}`))])
    all.push(await archiveOf(chain, uuid))
  }
  closeElection(chain, uuid)
  all.push(await archiveOf(chain, uuid))
  for (const name of ['validator 2', 'validator 1']) {
    extend(chain, [aDecryption(chain, uuid, name)])
    all.push(await archiveOf(chain, uuid))
  }
  return { uuid, chain, all }
}

/** The archive in a directory of its own, under the name that the tool looks for. */
function put(directory: ToolDirectory, name: string, uuid: string, archive: Uint8Array): string {
  mkdirSync(join(directory.path, name))
  directory.write(`${name}/${uuid}.bel`, archive)
  return name
}

describe('an election that the ledger ran, before the official tool', () => {
  before(function () {
    requireBeleniosTool(this)
  })

  const cases: readonly (readonly [string, ElectionOptions, Parameters<typeof archives>[1], unknown])[] = [
    [
      'with weights, a blank vote and one voter who voted twice',
      { draft: { questions: QUESTIONS, administratorName: 'Ada' }, weights: [1n, 20n, 300n] },
      [
        [
          0,
          [
            [1, 0],
            [0, 1, 1, 0],
          ],
        ],
        [
          1,
          [
            [0, 1],
            [0, 0, 1, 1],
          ],
        ],
        [
          2,
          [
            [1, 0],
            [0, 0, 0, 1],
          ],
        ],
        [
          0,
          [
            [0, 1],
            [1, 0, 0, 0],
          ],
        ],
      ],
      {
        result: [
          [300, 21],
          [1, 0, 20, 320],
        ],
      },
    ],
    ['with one voter and one question', { voters: 1 }, [[0, [[0, 1]]]], { result: [[0, 1]] }],
    ['in which nobody voted', { voters: 2 }, [], { result: [[0, 0]] }],
  ]
  for (const [what, options, ballots, result] of cases)
    it(`is accepted at every height, ${what}`, async function () {
      this.timeout(60_000)
      const { uuid, chain, all } = await archives(options, ballots)
      assert.deepEqual(
        JSON.parse(JSON.stringify({ result: recordOf(chain, uuid).result }, asNumbers)),
        result,
      )
      inToolDirectory((directory) => {
        const names = all.map((archive, i) => put(directory, `height${i}`, uuid, archive))
        for (const name of names) directory.must(['election', 'verify', '--dir', name])
        for (const [i, name] of names.entries()) {
          if (i > 0) directory.must(['election', 'verify-diff', '--dir1', names[i - 1]!, '--dir2', name])
          directory.must(['election', 'verify-diff', '--dir1', name, '--dir2', names.at(-1)!])
        }
        // `election verify` drops what it finds about ballots: each of them again, against the election as opened.
        for (const [id, ballot] of chain.ballots) {
          const file = directory.write(`${id}.json`, ballotJson(ballot))
          directory.must(['election', 'verify-ballot', '--dir', names[0]!, '--ballot', file])
        }
      })
    })

  it('T25 is no update of an archive when a ballot was dropped from it', async function () {
    this.timeout(60_000)
    const { uuid, all } = await archives({ voters: 2 }, [
      [0, [[1, 0]]],
      [1, [[1, 0]]],
    ])
    inToolDirectory((directory) => {
      const [full, cut] = [put(directory, 'full', uuid, all[2]!), put(directory, 'cut', uuid, all[1]!)]
      assert.ok(directory.run(['election', 'verify-diff', '--dir1', cut, '--dir2', full]).ok)
      assert.ok(!directory.run(['election', 'verify-diff', '--dir1', full, '--dir2', cut]).ok)
    })
  })

  it('grows by its last bytes only: each archive continues the one before, byte for byte', async () => {
    const { all } = await archives({ voters: 2 }, [[0, [[1, 0]]]])
    for (const [i, archive] of all.entries()) {
      const before = all[i - 1] ?? new Uint8Array()
      assert.ok(archive.length > before.length)
      assert.deepEqual(archive.slice(0, before.length), before)
    }
  })
})

/** The archive of an election with two ballots, whose key a ceremony made and which these trustees decrypted, in this order. */
async function thresholdArchive(
  trustees: ReturnType<typeof thresholdTrustees>,
  decrypting: readonly string[],
  silent: readonly string[] = [],
): Promise<Uint8Array> {
  const chain = aChain()
  const draft = aDraft(trustees)
  const { uuid } = draft
  const { draft: first, keys, chunks, signatures } = aPreparation(chain.networkId, draft, aRoll(2))
  extend(chain, [first])
  if (silent.length === 0) extend(chain, [...keys, ...chunks, ...signatures])
  else {
    const { certificates } = aCeremonyRun(chain.networkId, draft)
    const present = certificates.filter((_, i) => !silent.includes(draft.trustees[i]!.name))
    extend(chain, [...present, ...chunks, ...signatures])
    passDeadline({ chain, draft })
    extend(chain, aCeremonyRun(chain.networkId, draft, 2, silent).all)
  }
  assert.equal(recordOf(chain, uuid).phase, 'frozen')
  extend(chain, [], draft.opensAt)
  const election = beleniosOf(chain, uuid)
  for (const voter of [0, 1]) extend(chain, [cast(aBallot(election, voter, [[voter, 1 - voter]]))])
  closeElection(chain, uuid)
  for (const name of decrypting) extend(chain, [aDecryption(chain, uuid, name)])
  assert.deepEqual(recordOf(chain, uuid).result, [[1n, 1n]])
  return archiveOf(chain, uuid)
}

describe('an election whose key came out of a ceremony on the ledger', function () {
  this.timeout(120_000)
  before(function () {
    requireBeleniosTool(this)
  })

  const trusteesFrom = (first: number, last: number): readonly string[] =>
    Array.from({ length: last - first + 1 }, (_, i) => `trustee ${first + i}`)

  for (const [count, official] of [
    [1, [1]],
    [4, [1, 3]],
    [7, [5]],
  ] as const)
    it(`T16 T20 is sound with any threshold of ${count}, also for the official tool`, async () => {
      for (let threshold = 1; threshold <= count; threshold++) {
        const what = `${threshold} of ${count}`
        // The last ones decrypt, in reverse order: numbers and order are not those of the list.
        const decrypting = trusteesFrom(count - threshold + 1, count).toReversed()
        const archive = await thresholdArchive(thresholdTrustees(count, threshold), decrypting)
        const audit = auditArchive(archive)
        assert.deepEqual(
          [audit.ok, audit.result],
          [true, [[1n, 1n]]],
          `${what}: ${JSON.stringify(audit.checks)}`,
        )
        if (official.some((one) => one === threshold)) assert.deepEqual(refusedByTool(archive), [], what)
      }
    })

  it('T16 is sound with a mandatory trustee before the threshold, whoever decrypts first', async () => {
    const trustees = thresholdTrustees(3, 2, ['validator 1'])
    for (const decrypting of [
      ['validator 1', 'trustee 1', 'trustee 3'],
      ['trustee 3', 'trustee 2', 'validator 1'],
      ['trustee 2', 'validator 1', 'trustee 1'],
    ]) {
      const archive = await thresholdArchive(trustees, decrypting)
      assert.ok(auditArchive(archive).ok, decrypting.join())
      assert.deepEqual(refusedByTool(archive), [], decrypting.join())
    }
  })

  it('T20 is sound without a trustee that was left out of its ceremony', async () => {
    const archive = await thresholdArchive(thresholdTrustees(4, 2), ['trustee 4', 'trustee 1'], ['trustee 2'])
    assert.ok(auditArchive(archive).ok)
    assert.deepEqual(refusedByTool(archive), [])
  })
})

/** Counts as JSON numbers. */
function asNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
