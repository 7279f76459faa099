import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, concatAll, toHex, unwrap } from '../../../../base/index.ts'
import {
  accelerateBallot,
  acceleratorBytes,
  type Ballot,
  createCredential,
  tracker,
  verifyBallot,
} from '../../../../election/index.ts'
import { decodeTransaction, encodeTransaction, transactionId } from '../../../../ledger/index.ts'
import { encodeTransactionBatch, type OfferedTransaction } from '../../../../network/index.ts'
import { writeNewFileOf } from '../../../../node/cli/files.ts'
import { BALLOTS_PER_ORDER, MAX_PREPARED_BALLOTS } from '../../../../node/cli/limits.ts'
import { decodeBallotFile, encodeBallotFile, type Purpose } from '../../../../node/cli/load/ballot-file.ts'
import { makeBallots } from '../../../../node/cli/load/ballot-makers.ts'
import {
  aBallot,
  aChain,
  aDraft,
  anOpenElection,
  beleniosOf,
  cast,
  recordOf,
  seededRandom,
} from '../../../support/ledger-builders.ts'
import { inTemporaryDirectory } from '../../../support/temporary-directory.ts'

const chain = aChain()
const uuid = anOpenElection(chain)
const election = beleniosOf(chain, uuid)
const PURPOSE: Purpose = { networkId: chain.networkId, uuid, electionHash: election.hash }
const BALLOTS = [0, 1, 2].map((voter): OfferedTransaction => {
  const ballot = aBallot(election, voter)
  const bytes = encodeTransaction(cast(ballot))
  return voter === 0 ? { bytes } : { bytes, accelerator: unwrap(accelerateBallot(election, ballot)) }
})

async function fileOf(ballots: readonly OfferedTransaction[], purpose = PURPOSE): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of encodeBallotFile(purpose, ballots.length, [ballots])) pieces.push(piece)
  return concatAll(pieces)
}

function problem(file: Uint8Array): string {
  const read = decodeBallotFile(file)
  return read.ok ? 'taken' : read.error.detail
}

describe('a file of prepared ballots', () => {
  it('holds the ballots, and for which network and election they are', async () => {
    const { ballots, ...purpose } = unwrap(decodeBallotFile(await fileOf(BALLOTS)))
    assert.deepEqual(
      ballots.map((one) => toHex(encodeTransactionBatch([one]))),
      BALLOTS.map((one) => toHex(encodeTransactionBatch([one]))),
    )
    assert.deepEqual(purpose, PURPOSE)
    assert.deepEqual(unwrap(decodeBallotFile(await fileOf([]))).ballots, [])
  })

  it('is refused where it is cut off, goes on after its end, or is another file', async () => {
    const file = await fileOf(BALLOTS)
    assert.match(problem(file.subarray(0, file.length - 1)), /ballot 3 of 3 is cut off/)
    assert.match(problem(concat(file, Uint8Array.of(0))), /1 bytes after the last ballot/)
    assert.match(problem(file.subarray(0, 60)), /does not begin as/)
    assert.match(problem(readFileSync(new URL(import.meta.url))), /does not begin as/)
  })

  it('is refused with more ballots than are read at once', async () => {
    const file = await fileOf([])
    const at = file.length - 1 - uuid.length - 4
    new DataView(file.buffer, file.byteOffset).setUint32(at, MAX_PREPARED_BALLOTS + 1, true)
    assert.match(problem(file), /1048577 ballots, at most 1048576/)
    new DataView(file.buffer, file.byteOffset).setUint32(at, MAX_PREPARED_BALLOTS, true)
    assert.match(problem(file), /ballot 1 of 1048576 is cut off/)
  })

  it('is refused with anything but ballots of its election', async () => {
    const draft = encodeTransaction({
      kind: 'draft',
      draft: aDraft(),
      administrator: new Uint8Array(32),
      signature: new Uint8Array(64),
    })
    assert.match(problem(await fileOf([{ bytes: draft }])), /ballot 1 of 1: a transaction "draft"/)
    const other = { ...PURPOSE, electionHash: new Uint8Array(32) }
    assert.match(problem(await fileOf(BALLOTS, other)), /ballot 1 of 3: it is for another election/)
  })

  it('is not left half-written when the ballots fail, and takes the place of no other file', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'load.ballots')
      const fails = async function* (): AsyncGenerator<readonly OfferedTransaction[]> {
        yield BALLOTS
        throw new Error('no more')
      }
      await assert.rejects(writeNewFileOf(path, encodeBallotFile(PURPOSE, 6, fails()), 0o600), /no more/)
      assert.throws(() => readFileSync(path), /ENOENT/)
      await writeNewFileOf(path, encodeBallotFile(PURPOSE, 3, [BALLOTS]), 0o600)
      await assert.rejects(writeNewFileOf(path, encodeBallotFile(PURPOSE, 0, []), 0o600), /exists already/)
      assert.deepEqual(new Uint8Array(readFileSync(path)), await fileOf(BALLOTS))
    }))
})

describe('threads that make ballots', function () {
  this.timeout(60_000)

  it('make a valid one for each credential, each thread several orders, all of them different', async () => {
    const count = 2 * BALLOTS_PER_ORDER * 2 + 3
    const credentials = Array.from({ length: count }, (_, i) => createCredential(seededRandom(`voter ${i}`)))
    const made: Ballot[] = []
    const trackers = new Set<string>()
    for await (const batch of makeBallots(recordOf(chain, uuid), credentials))
      for (const { bytes, accelerator } of batch) {
        const transaction = unwrap(decodeTransaction(bytes))
        assert.ok(transaction.kind === 'ballot')
        assert.equal(accelerator?.length, acceleratorBytes(election.questions))
        made.push(transaction.ballot)
        trackers.add(tracker(transactionId(transaction)))
      }
    assert.equal(made.length, count)
    assert.equal(trackers.size, count)
    for (const ballot of made.slice(-3)) unwrap(verifyBallot(election, ballot))
  })

  it('end when nobody wants more of them', async () => {
    const credentials = Array.from({ length: 200 }, (_, i) => createCredential(seededRandom(`voter ${i}`)))
    for await (const batch of makeBallots(recordOf(chain, uuid), credentials)) {
      assert.equal(batch.length, BALLOTS_PER_ORDER)
      break
    }
  })
})
