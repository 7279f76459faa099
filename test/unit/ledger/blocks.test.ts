import { strict as assert } from 'node:assert'
import { compareBytes, toHex, unwrap } from '../../../base/index.ts'
import { sha256 } from '../../../crypto/index.ts'
import { ballotId } from '../../../election/index.ts'
import {
  type Block,
  type BlockHeader,
  type BlockRejectionCode,
  blockId,
  buildBlock,
  decodeBlock,
  decodeHeader,
  encodeBlock,
  encodeHeader,
  encodeTransaction,
  executeBlock,
  splitRoll,
  stateRoot,
  type Transaction,
  transactionsRoot,
  validatorsRoot,
} from '../../../ledger/index.ts'
import {
  CHUNK_ENTRIES,
  MAX_BLOCK_BYTES,
  MAX_BLOCK_POINTS,
  MAX_BLOCK_TRANSACTIONS,
} from '../../../ledger/limits.ts'
import {
  aBallot,
  aChain,
  aDraft,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  extend,
  inputsOf,
  keyOf,
  signed,
  type TestChain,
} from '../../support/ledger-builders.ts'

const SOON = 50

/** A good next block with the draft of an election. */
function aGoodBlock(): {
  readonly chain: TestChain
  readonly block: Block
  readonly transaction: Transaction
} {
  const chain = aChain()
  const { draft } = aPreparation(chain.networkId, aDraft(), aRoll(1))
  const time = chain.state.head.time + SOON
  const { block } = buildBlock(chain.state, [draft], time, inputsOf(chain, [draft]))
  return { chain, block, transaction: draft }
}

function assertBad(chain: TestChain, block: Block, code: BlockRejectionCode, detail?: RegExp): void {
  const before = toHex(stateRoot(chain.state))
  const executed = executeBlock(chain.state, block, inputsOf(chain, []))
  assert.ok(!executed.ok, 'the block was taken')
  assert.equal(executed.error.code, code, executed.error.detail)
  if (detail !== undefined) assert.match(executed.error.detail, detail)
  assert.equal(toHex(stateRoot(chain.state)), before)
}

/** The block with other transactions and a header that fits them (but not the state root). */
function withTransactions(block: Block, transactions: readonly Uint8Array[]): Block {
  return {
    header: { ...block.header, transactionsRoot: transactionsRoot(transactions) },
    transactions,
  }
}

describe('a block', () => {
  it('is read back as it was written, and so is its header', () => {
    const { block } = aGoodBlock()
    assert.deepEqual(unwrap(decodeBlock(encodeBlock(block))), block)
    assert.deepEqual(unwrap(decodeHeader(encodeHeader(block.header))), block.header)
    assert.equal(decodeBlock(encodeBlock(block).slice(0, 200)).ok, false)
    assert.equal(decodeHeader(encodeHeader(block.header).slice(1)).ok, false)
    assert.equal(decodeBlock(new Uint8Array(MAX_BLOCK_BYTES + 1)).ok, false)
  })

  it('gives the same state when it is built and when it is executed', () => {
    const { chain, block, transaction } = aGoodBlock()
    const built = buildBlock(chain.state, [transaction], block.header.time, inputsOf(chain, []))
    const executed = unwrap(executeBlock(chain.state, block, inputsOf(chain, [])))
    assert.deepEqual(executed.changes, built.execution.changes)
    assert.equal(toHex(stateRoot(executed.state)), toHex(block.header.stateRoot))
    assert.deepEqual(executed.state.head, {
      height: 1,
      id: blockId(block.header),
      time: block.header.time,
    })
    assert.equal(toHex(block.header.parent), toHex(chain.networkId))
  })

  const headers: readonly (readonly [
    string,
    BlockRejectionCode,
    (header: BlockHeader) => Partial<BlockHeader>,
  ])[] = [
    ['of another network', 'wrong-network', () => ({ networkId: sha256('other') })],
    ['of a height that is not the next', 'wrong-height', ({ height }) => ({ height: height + 1 })],
    ['on another parent', 'wrong-parent', () => ({ parent: sha256('other') })],
    ['at the time of its parent', 'wrong-time', ({ time }) => ({ time: time - SOON })],
    ['earlier than its parent', 'wrong-time', ({ time }) => ({ time: time - SOON - 1 })],
    ['with another transactions root', 'wrong-transactions-root', () => ({ transactionsRoot: sha256('') })],
    ['with another state root', 'wrong-state-root', () => ({ stateRoot: sha256('other') })],
    [
      'with other validators',
      'wrong-validators-root',
      () => ({ validatorsRoot: validatorsRoot([keyOf('x')]) }),
    ],
    [
      'with other next validators',
      'wrong-validators-root',
      () => ({ nextValidatorsRoot: validatorsRoot([]) }),
    ],
  ]
  for (const [what, code, change] of headers)
    it(`is refused ${what}`, () => {
      const { chain, block } = aGoodBlock()
      assertBad(chain, { ...block, header: { ...block.header, ...change(block.header) } }, code)
    })

  it('is refused with a transaction that is none', () => {
    const { chain, block } = aGoodBlock()
    assertBad(chain, withTransactions(block, [Uint8Array.of(9)]), 'malformed', /transaction 0/)
  })

  it('is refused as a whole with one transaction that is refused, and says which', () => {
    const { chain, block, transaction } = aGoodBlock()
    const bytes = encodeTransaction(transaction)
    const twice = withTransactions(block, [bytes, bytes])
    assertBad(chain, twice, 'rejected-transaction', /transaction 1 \(draft .*election-exists/)
  })

  it('is refused with ballots out of order, doubled, or before other transactions', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    const ballots = [0, 1].map((voter) => cast(aBallot(beleniosOf(chain, uuid), voter)))
    const { draft } = aPreparation(
      chain.networkId,
      aDraft({ uuid: 'Second1Bridge2', opensAt: 2e12, closesAt: 3e12 }),
      aRoll(1),
    )
    const all = [draft, ...ballots]
    const { block } = buildBlock(chain.state, all, chain.state.head.time + 1, inputsOf(chain, all))
    const [first, a, b] = block.transactions as [Uint8Array, Uint8Array, Uint8Array]
    unwrap(executeBlock(chain.state, block, inputsOf(chain, all)))
    for (const order of [
      [first, b, a],
      [first, a, a, b],
      [a, b, first],
      [a, first, b],
    ])
      assertBad(chain, withTransactions(block, order), 'wrong-order')
  })

  it('T34 has its ballots ascending by id, whatever order they came in', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain, { voters: 5 })
    const ballots = [0, 1, 2, 3, 4].map((voter) => aBallot(beleniosOf(chain, uuid), voter))
    const build = (order: readonly (typeof ballots)[number][]): Block =>
      buildBlock(chain.state, order.map(cast), chain.state.head.time + 1, inputsOf(chain, [])).block
    const block = build(ballots)
    assert.deepEqual(build(ballots.toReversed()), block)
    const sorted = ballots.toSorted((a, b) => compareBytes(ballotId(a), ballotId(b)))
    assert.deepEqual(block.transactions, sorted.map(cast).map(encodeTransaction))
  })

  it('leaves out what is rejected, says why, and takes the rest', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    const good = cast(aBallot(beleniosOf(chain, uuid), 0))
    const stranger = cast(aBallot(beleniosOf(chain, uuid), 17))
    const candidates = [stranger, good, good]
    const { block, rejected } = buildBlock(
      chain.state,
      candidates,
      chain.state.head.time + 1,
      inputsOf(chain, candidates),
    )
    assert.deepEqual(block.transactions, [encodeTransaction(good)])
    assert.deepEqual(
      rejected.map(({ rejection }) => rejection.code),
      ['unknown-credential'],
    )
  })

  it('asks for the proofs of ballots that nobody verified, and only of those', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    const ballots = [0, 1].map((voter) => aBallot(beleniosOf(chain, uuid), voter))
    const asked: string[] = []
    const inputs = inputsOf(chain, ballots.map(cast), (id) => {
      asked.push(id)
      return id === toHex(ballotId(ballots[0]!))
    })
    buildBlock(chain.state, ballots.map(cast), chain.state.head.time + 1, inputs)
    assert.deepEqual(asked.toSorted(), ballots.map((ballot) => toHex(ballotId(ballot))).toSorted())
  })
})

describe('the limits of a block', () => {
  it('hold for the number of transactions: one more is refused, and a proposer stops before', () => {
    const { chain, block } = aGoodBlock()
    const many = withTransactions(
      { ...block, header: block.header },
      new Array<Uint8Array>(MAX_BLOCK_TRANSACTIONS).fill(Uint8Array.of(9)),
    )
    assertBad(chain, many, 'malformed')
    const tooMany = { ...many, transactions: [...many.transactions, Uint8Array.of(9)] }
    assertBad(chain, tooMany, 'too-large', /transactions, at most/)
  })

  it('hold for bytes and for roll entries, which cost most', () => {
    const chain = aChain()
    const uuid = aDraft().uuid
    const { draft } = aPreparation(chain.networkId, aDraft(), aRoll(1))
    extend(chain, [draft])
    // Points are not looked at here: isVerified says that they are good.
    const entries = Array.from({ length: 3 * CHUNK_ENTRIES }, (_, i) => ({
      credential: sha256(`credential ${i}`),
      weight: 1n,
    }))
    const chunks = splitRoll(uuid, keyOf('registrar 1'), entries, false).map((chunk) =>
      signed(chain.networkId, chunk, 'registrar 1'),
    )
    assert.equal(chunks.length, 3)
    const inputs = inputsOf(chain, [], () => true)
    const time = chain.state.head.time + 1
    const { block } = buildBlock(chain.state, chunks, time, inputs)
    assert.equal(block.transactions.length, MAX_BLOCK_POINTS / CHUNK_ENTRIES)
    unwrap(executeBlock(chain.state, block, inputs))
    const tooMuch = withTransactions(block, chunks.map(encodeTransaction))
    const refused = executeBlock(chain.state, tooMuch, inputs)
    assert.ok(!refused.ok && refused.error.code === 'too-large')
  })

  it('leave out of a proposal what does not fit, and keep the encoded block within its bytes', () => {
    const chain = aChain()
    const long = 'x'.repeat(1000)
    const drafts = Array.from({ length: 12 }, (_, i) =>
      signed(
        chain.networkId,
        {
          kind: 'draft',
          administrator: keyOf('administrator 1'),
          draft: aDraft({
            uuid: `BigE2ectionNo${'abcdefghijkmn'[i]}`,
            questions: [
              { question: 'Q', answers: new Array<string>(100).fill(long), blank: false, min: 0, max: 1 },
            ],
          }),
        },
        'administrator 1',
      ),
    )
    const { block, rejected } = buildBlock(
      chain.state,
      drafts,
      chain.state.head.time + 1,
      inputsOf(chain, []),
    )
    assert.deepEqual(rejected, [])
    assert.equal(block.transactions.length, 10)
    const bytes = encodeBlock(block)
    assert.ok(bytes.length <= MAX_BLOCK_BYTES && bytes.length > MAX_BLOCK_BYTES - 110_000)
    assert.deepEqual(unwrap(decodeBlock(bytes)), block)
    const more = withTransactions(block, drafts.slice(0, 11).map(encodeTransaction))
    assertBad(chain, more, 'too-large')
  })
})
