/**
 * Random histories of a network: whatever happens in whatever order, the durable image gives the state back, a block executes
 * to what it was built to, versions of the state do not touch each other, and the result is what the voters chose.
 */
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { toHex, unwrap } from '../../base/index.ts'
import { ballotId } from '../../election/index.ts'
import {
  buildBlock,
  decodeTransaction,
  encodeTransaction,
  executeBlock,
  loadState,
  proveCounting,
  stateRoot,
  type Transaction,
} from '../../ledger/index.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  commit,
  inputsOf,
  recordOf,
  type TestChain,
} from '../support/ledger-builders.ts'

const VOTERS = 4
const WEIGHTS = [1n, 10n, 100n, 1000n]

/** All that prepares the election; made once, like the ballots, because signing and encrypting cost most. */
const PARTS = aPreparation(aChain().networkId, aDraft(), aRoll(VOTERS, WEIGHTS), true)
/** Ballots that voters could cast: two choices twice each, made once because they cost most. */
const election = (() => {
  const chain = aChain()
  const { draft, keys, chunks, signatures } = PARTS
  next(chain, [draft, ...keys, ...chunks, ...signatures], 1)
  return beleniosOf(chain, aDraft().uuid)
})()
const BALLOTS = Array.from({ length: VOTERS }, (_, voter) =>
  [0, 1, 2, 3].map((n) => ({
    voter,
    choice: n % 2,
    ballot: aBallot(election, voter, n % 2 === 0 ? [[1, 0]] : [[0, 1]], `${n}`),
  })),
).flat()
const byId = new Map(BALLOTS.map((entry) => [toHex(ballotId(entry.ballot)), entry]))

/** The next block out of candidates, some of which may be refused; what was taken. */
function next(chain: TestChain, candidates: readonly Transaction[], wait: number): readonly Transaction[] {
  const inputs = inputsOf(chain, candidates, () => true)
  const parent = chain.state
  const root = toHex(stateRoot(parent))
  const built = buildBlock(parent, candidates, parent.head.time + wait, inputs)
  const executed = unwrap(executeBlock(parent, built.block, inputs))
  assert.deepEqual(executed.changes, built.execution.changes)
  assert.equal(toHex(stateRoot(executed.state)), toHex(built.block.header.stateRoot))
  assert.equal(toHex(stateRoot(parent)), root)
  const taken = built.block.transactions.map((bytes) => unwrap(decodeTransaction(bytes)))
  commit(chain, built.block, executed, taken)
  return taken
}

/** What can be in one block: indexes into the preparation, into BALLOTS, and trustees that decrypt. */
const STEP = fc.record({
  parts: fc.array(fc.nat(5), { maxLength: 3 }),
  ballots: fc.array(fc.nat(BALLOTS.length - 1), { maxLength: 4 }),
  trustees: fc.subarray(['validator 1', 'validator 2']),
  wait: fc.oneof(fc.integer({ min: 1, max: 900 }), fc.constant(4000)),
})

function candidatesOf(
  chain: TestChain,
  parts: readonly Transaction[],
  step: { parts: readonly number[]; ballots: readonly number[]; trustees: readonly string[] },
): readonly Transaction[] {
  const isClosed = chain.blocks.length > 0 && recordOf(chain, aDraft().uuid).phase === 'decrypting'
  return [
    ...step.parts.map((i) => parts[i % parts.length]!),
    ...step.ballots.map((i) => cast(BALLOTS[i]!.ballot)),
    ...(isClosed ? step.trustees.map((name) => aDecryption(chain, aDraft().uuid, name)) : []),
  ]
}

function assertLoads(chain: TestChain): void {
  const loaded = unwrap(loadState(chain.genesis, chain.networkId, chain.image.values()))
  assert.equal(toHex(stateRoot(loaded)), toHex(stateRoot(chain.state)))
  assert.deepEqual(loaded.head, chain.state.head)
}

/** What should count, by the model: the last ballot of each voter in the order of the chain. */
function assertCounted(chain: TestChain, last: ReadonlyMap<number, string>): void {
  const { uuid } = aDraft()
  const record = recordOf(chain, uuid)
  const expected = [0n, 0n]
  for (const [voter, id] of last) {
    const entry = byId.get(id)!
    expected[entry.choice]! += WEIGHTS[voter]!
    const { credential } = aRoll(VOTERS)[voter]!
    assert.equal(toHex(proveCounting(chain.state, uuid, credential)!.ballotId), id)
  }
  assert.equal(record.voted, last.size)
  if (record.phase === 'tallied') assert.deepEqual(record.result, [expected])
}

/** One history that goes all the way; the others stop where chance lets them. */
const STILL = { parts: [], ballots: [], trustees: [], wait: 4000 }
const WHOLE = [
  { ...STILL, ballots: [0, 1, 5], wait: 1 },
  { ...STILL, ballots: [2, 8], wait: 900 },
  ...[STILL, STILL, STILL],
  { ...STILL, trustees: ['validator 1', 'validator 2'], wait: 1 },
]

describe('any history of an election', () => {
  it('gives the same state from the image, from building and from executing, and counts right', () => {
    let tallied = 0
    fc.assert(
      fc.property(fc.boolean(), fc.array(STEP, { minLength: 3, maxLength: 9 }), (isPrepared, steps) => {
        const chain = aChain()
        const { draft, keys, chunks, signatures } = PARTS
        const parts = [...keys, ...chunks, ...signatures]
        next(chain, [draft, ...(isPrepared ? parts : [])], 1)
        if (isPrepared) next(chain, [], 9_999)
        const last = new Map<number, string>()
        for (const step of steps) {
          for (const transaction of next(chain, candidatesOf(chain, parts, step), step.wait)) {
            if (transaction.kind !== 'ballot') continue
            const id = toHex(ballotId(transaction.ballot))
            last.set(byId.get(id)!.voter, id)
          }
          assertLoads(chain)
        }
        assertCounted(chain, last)
        if (recordOf(chain, aDraft().uuid).phase === 'tallied') tallied += 1
      }),
      { numRuns: 20, examples: [[true, WHOLE]] },
    )
    assert.ok(tallied > 0, 'some histories reach a result')
  })

  it('is not changed by blocks that were executed beside it and dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(BALLOTS.length - 1), { minLength: 1, maxLength: 6 }), (picks) => {
        const chain = aChain()
        const { draft, keys, chunks, signatures } = PARTS
        next(chain, [draft, ...keys, ...chunks, ...signatures], 1)
        next(chain, [], 10_000)
        const fork = { ...chain, image: new Map(chain.image), blocks: [...chain.blocks] }
        const root = toHex(stateRoot(chain.state))
        for (const pick of picks) next(fork, [cast(BALLOTS[pick]!.ballot)], 1)
        assert.equal(toHex(stateRoot(chain.state)), root)
        for (const pick of picks) next(chain, [cast(BALLOTS[pick]!.ballot)], 1)
        assert.equal(toHex(stateRoot(chain.state)), toHex(stateRoot(fork.state)))
      }),
      { numRuns: 10 },
    )
  })
})

describe('bytes from anywhere', () => {
  it('never make a decoder throw, and what is read is written back to the same bytes', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.uint8Array({ maxLength: 400 }), (kind, rest) => {
        const bytes = Uint8Array.of(kind, ...rest)
        const decoded = decodeTransaction(bytes)
        if (decoded.ok) assert.deepEqual(encodeTransaction(decoded.value), bytes)
        else assert.equal(decoded.error.code, 'malformed')
      }),
      { numRuns: 300 },
    )
  })
})
