import { strict as assert } from 'node:assert'
import { toHex } from '../../../base/index.ts'
import {
  type ArchiveEntry,
  auditArchive,
  ballotId,
  compareArchives,
  payloadHash,
  writeArchive,
} from '../../../election/index.ts'
import { archiveTimestamp, boardEntries, boardIds } from '../../../ledger/index.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aFrozenElection,
  anOpenElection,
  beleniosOf,
  cast,
  closeElection,
  extend,
  recordOf,
  type TestChain,
} from '../../support/ledger-builders.ts'

async function boardOf(chain: TestChain, uuid: string): Promise<readonly ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  for await (const entry of boardEntries(chain.state, uuid, async (id) => chain.ballots.get(toHex(id))!))
    entries.push(entry)
  return entries
}

describe('the board of an election', () => {
  it('is empty before the opening and for an election that is not there', async () => {
    const chain = aChain()
    const uuid = aFrozenElection(chain)
    assert.deepEqual(await boardOf(chain, uuid), [])
    assert.deepEqual(await boardOf(chain, 'nobody'), [])
    assert.deepEqual([...boardIds(chain.state, uuid)], [])
    assert.deepEqual([...boardIds(chain.state, 'nobody')], [])
  })

  it('only ever grows, block by block, and ends in the head that the record has', async () => {
    const chain = aChain()
    const uuid = anOpenElection(chain, { weights: [1n, 20n, 300n] })
    const election = beleniosOf(chain, uuid)
    const boards = [await boardOf(chain, uuid)]
    const ballots = [aBallot(election, 0), aBallot(election, 1), aBallot(election, 0, [[1, 0]], 'newer')]
    const steps = [
      () => extend(chain, ballots.slice(0, 2).map(cast)),
      () => extend(chain, [cast(ballots[2]!)]),
      () => closeElection(chain, uuid),
      () => extend(chain, [aDecryption(chain, uuid, 'validator 2')]),
      () => extend(chain, [aDecryption(chain, uuid, 'validator 1')]),
    ]
    for (const step of steps) {
      step()
      const board = await boardOf(chain, uuid)
      const before = boards.at(-1)!
      assert.ok(board.length > before.length)
      assert.deepEqual(board.slice(0, before.length), before)
      const last = board.at(-1)!
      assert.equal(last.kind, 'event')
      assert.equal(toHex(payloadHash(last.json)), toHex(recordOf(chain, uuid).board!.hash))
      boards.push(board)
    }
    assert.deepEqual(
      boards.at(-1)!.flatMap(({ kind, json }) => (kind === 'event' ? [JSON.parse(json).type] : [])),
      [
        'Setup',
        ...['Ballot', 'Ballot', 'Ballot'],
        'EndBallots',
        'EncryptedTally',
        ...['PartialDecryption', 'PartialDecryption'],
        'Result',
      ],
    )
    assert.deepEqual(
      [...boardIds(chain.state, uuid)].map(toHex).toSorted(),
      ballots.map((ballot) => toHex(ballotId(ballot))).toSorted(),
    )

    const timestamp = archiveTimestamp(recordOf(chain, uuid))
    assert.equal(timestamp, recordOf(chain, uuid).draft.opensAt / 1000)
    const archives = boards.map((board) => writeArchive(timestamp, board))
    for (const [i, archive] of archives.entries()) {
      const report = auditArchive(archive)
      assert.deepEqual(
        report.checks.filter(({ ok }) => !ok),
        [],
      )
      assert.deepEqual(compareArchives(archive, archives.at(-1)!), { ok: true, value: [] }, `archive ${i}`)
    }
    const report = auditArchive(archives.at(-1)!)
    assert.deepEqual([report.ballots, report.counted], [3, 2])
    assert.deepEqual(report.result, [[1n, 20n]])
  })

  it('does not take another ballot for the one it asked for', async () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    const election = beleniosOf(chain, uuid)
    extend(chain, [cast(aBallot(election, 0))])
    const wrong = boardEntries(chain.state, uuid, async () => aBallot(election, 1))
    await assert.rejects(async () => {
      for await (const _ of wrong);
    }, /the ballot given is the one asked for/)
  })
})
