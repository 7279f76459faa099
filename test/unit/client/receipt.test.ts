import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { BRANCH_MAX, RECEIPT_CHARACTERS_MAX, verifyReceipt } from '../../../client/index.ts'
import { createReceipt } from '../../../client/receipt.ts'
import { type Ballot, ballotId, tracker } from '../../../election/index.ts'
import { aCopy, ballotAnswer, certify, viewOf } from '../../support/certified-peers.ts'
import {
  aBallot,
  aChain,
  aGenesis,
  anOpenElection,
  beleniosOf,
  cast,
  extend,
  type TestChain,
} from '../../support/ledger-builders.ts'

interface Cast {
  readonly chain: TestChain
  readonly uuid: string
  readonly ballot: Ballot
}

const aCastBallot = (() => {
  let made: Cast | undefined
  return (): Cast => {
    if (made === undefined) {
      const chain = aChain(aGenesis({ validators: 4 }))
      const uuid = anOpenElection(chain)
      const ballot = aBallot(beleniosOf(chain, uuid), 0)
      extend(chain, [cast(ballot), cast(aBallot(beleniosOf(chain, uuid), 1))])
      made = { chain, uuid, ballot }
    }
    return { ...made, chain: aCopy(made.chain) }
  }
})()

function receiptOf({ chain, uuid, ballot }: Cast): string {
  const answer = ballotAnswer(viewOf(chain), {
    uuid,
    ballotId: ballotId(ballot),
    credential: ballot.credential,
  })
  const { head, record, onBoard, counting } = answer
  assert.ok(record !== undefined && onBoard !== undefined && counting !== undefined)
  return createReceipt(uuid, chain.networkId, { head, record, onBoard, counting }).json
}

const trustOf = (chain: TestChain) => ({ genesis: chain.genesis, networkId: chain.networkId })

/** Every leaf of a JSON value, as a path. */
function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
}

/** A changed copy: one digit, letter or number other than before. */
function withChange(receipt: unknown, path: readonly string[]): unknown {
  const copy = structuredClone(receipt) as Record<string, unknown>
  let at = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  const key = path.at(-1)!
  const old = at[key]
  at[key] = typeof old === 'number' ? old + 1 : changed(String(old))
  return copy
}

function changed(text: string): string {
  const middle = Math.floor(text.length / 2)
  return text.slice(0, middle) + (text[middle] === '1' ? '2' : '1') + text.slice(middle + 1)
}

describe('receipts', () => {
  it('verify offline against the genesis file alone', () => {
    const made = aCastBallot()
    const verified = unwrap(verifyReceipt(receiptOf(made), trustOf(made.chain)))
    assert.deepEqual(verified, {
      uuid: made.uuid,
      tracker: tracker(ballotId(made.ballot)),
      height: made.chain.state.head.height,
      time: made.chain.state.head.time,
      counts: true,
    })
  })

  it('tell that the ballot did not count any more when the voter had voted again', () => {
    const made = aCastBallot()
    extend(made.chain, [cast(aBallot(beleniosOf(made.chain, made.uuid), 0, undefined, 'again'))])
    const verified = unwrap(verifyReceipt(receiptOf(made), trustOf(made.chain)))
    assert.equal(verified.counts, false)
  })

  it('T26 are refused after any single change', () => {
    const made = aCastBallot()
    const receipt: unknown = JSON.parse(receiptOf(made))
    const paths = leaves(receipt)
    assert.ok(paths.length > 50)
    for (const path of paths) {
      const verified = verifyReceipt(JSON.stringify(withChange(receipt, path)), trustOf(made.chain))
      assert.ok(!verified.ok, `a change of ${path.join('.')} went unnoticed`)
    }
  })

  it('are refused with a field more or less, in any object', () => {
    const made = aCastBallot()
    const receipt = JSON.parse(receiptOf(made)) as Record<string, unknown>
    const refused = (value: unknown): void => {
      const verified = verifyReceipt(JSON.stringify(value), trustOf(made.chain))
      assert.ok(!verified.ok && verified.error.code === 'receipt-malformed')
    }
    for (const key of Object.keys(receipt)) refused({ ...receipt, [key]: undefined })
    refused({ ...receipt, more: 1 })
    for (const part of ['record', 'board', 'counting'])
      refused({ ...receipt, [part]: { ...(receipt[part] as object), more: 1 } })
  })

  it('T15 are refused against the genesis file of another network', () => {
    const made = aCastBallot()
    const other = aChain(aGenesis({ validators: 4, network: 'another network' }))
    const verified = verifyReceipt(receiptOf(made), trustOf(other))
    assert.ok(!verified.ok && verified.error.code === 'wrong-network')
  })

  it('T29 are refused with the signatures of fewer validators than a quorum', () => {
    const made = aCastBallot()
    const { header } = made.chain.blocks.at(-1)!
    const receipt = JSON.parse(receiptOf(made)) as Record<string, unknown>
    const { certificate } = certify(made.chain, header, [0, 3])
    const verified = verifyReceipt(
      JSON.stringify({ ...receipt, certificate: Buffer.from(certificate).toString('hex') }),
      trustOf(made.chain),
    )
    assert.ok(!verified.ok && verified.error.code === 'no-quorum')
  })

  it('are read up to their limits and not beyond', () => {
    const made = aCastBallot()
    const receipt = JSON.parse(receiptOf(made)) as { board: { branch: string[] } }
    const hash = '0'.repeat(64)
    const withBranch = (length: number) =>
      verifyReceipt(
        JSON.stringify({ ...receipt, board: { ...receipt.board, branch: Array(length).fill(hash) } }),
        trustOf(made.chain),
      )
    const atLimit = withBranch(BRANCH_MAX)
    assert.ok(!atLimit.ok && atLimit.error.code === 'bad-proof', 'read, and found to prove nothing')
    const beyond = withBranch(BRANCH_MAX + 1)
    assert.ok(!beyond.ok && beyond.error.code === 'receipt-malformed')
    const long = verifyReceipt(' '.repeat(RECEIPT_CHARACTERS_MAX + 1), trustOf(made.chain))
    assert.ok(!long.ok && /too long/.test(long.error.detail))
  })

  it('that are no JSON are malformed', () => {
    const { chain } = aCastBallot()
    for (const text of ['', '{', '[]', 'null', '"receipt"']) {
      const verified = verifyReceipt(text, trustOf(chain))
      assert.ok(!verified.ok && verified.error.code === 'receipt-malformed', text)
    }
  })
})
