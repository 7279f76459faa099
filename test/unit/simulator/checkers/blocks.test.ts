/** Convictions by the checkers of blocks: agreement, validity. */
import assert from 'node:assert/strict'
import { fromHex, unwrap } from '../../../../base/index.ts'
import { type Block, decodeBlock } from '../../../../ledger/index.ts'
import type { Happening } from '../../../simulator/types.ts'
import { type Committed, committing, convicts, withBlock } from './convictions.ts'
import {
  BALLOTS,
  BLOCKS,
  CORRECT,
  certificateOf,
  changed,
  facts,
  honestRun,
  judge,
  made,
  START,
  seatOf,
} from './honest-run.ts'

describe('agreement', () => {
  it('convicts two blocks of one height', () => {
    const run = committing(1, (committed) =>
      withBlock(committed, ({ header }) => ({ header: { ...header, time: header.time + 1 } })),
    )
    convicts('agreement', run, /two blocks of height/)
  })

  it('convicts another block at the height where the run begins', () => {
    const other: Happening = {
      ...(honestRun().find(({ type }) => type === 'committed') as Committed),
      height: START,
    }
    convicts('agreement', [other], /two blocks of height/)
  })

  it('convicts a node that skips a height, or commits one again', () => {
    const skips = changed('committed', () => [])
    convicts('agreement', skips, /on top of/)
    const again = changed('committed', (committed) => [committed, committed])
    convicts('agreement', again, /on top of/)
  })

  it('convicts a fork across lives', () => {
    const seat = seatOf(CORRECT[0]!)
    const run = committing(1, (committed) => committed)
    const first = run.find((happening): happening is Committed => happening.type === 'committed')!
    const fork = withBlock(first, ({ header }) => ({ header: { ...header, time: header.time + 1 } }))
    const restarted: readonly Happening[] = [
      ...run,
      { type: 'killed', atMs: 900, seat },
      { type: 'started', atMs: 901, seat, height: START },
      { ...fork, atMs: 902, seat },
    ]
    convicts('agreement', restarted, /two blocks of height/)
  })
})

describe('validity', () => {
  const header =
    (change: (header: Block['header']) => Partial<Block['header']>, isConsistent = true) =>
    (committed: Committed): Committed =>
      withBlock(
        committed,
        (block) => ({ header: { ...block.header, ...change(block.header) } }),
        isConsistent,
      )
  const bytes32 = fromHex('5a'.repeat(32), 32)!

  it('convicts headers that do not continue their parent', () => {
    convicts(
      'validity',
      committing(
        1,
        header(() => ({ networkId: bytes32 })),
      ),
      /another network/,
    )
    convicts(
      'validity',
      committing(
        1,
        header(() => ({ parent: bytes32 })),
      ),
      /its parent is/,
    )
    convicts(
      'validity',
      committing(
        1,
        header(() => ({ height: 77 })),
      ),
      /header says height 77/,
    )
    convicts(
      'validity',
      committing(
        0,
        header(() => ({ time: facts.startTime })),
      ),
      /is not above/,
    )
    convicts(
      'validity',
      committing(
        0,
        header(() => ({ transactionsRoot: bytes32 }), false),
      ),
      /not that of its transactions/,
    )
  })

  it('convicts a time that is ahead of every correct clock, and not one that is just not', () => {
    const allowed = facts.maxLeadMs + facts.maxSkewMs
    const ahead = (ms: number): readonly Happening[] =>
      committing(2, (committed) => ({ ...committed, clockMs: BLOCKS[2]!.time - ms }))
    convicts('validity', ahead(allowed + 1), /further ahead/)
    assert.deepEqual(judge('validity', ahead(allowed)), [])
  })

  it('convicts certificates that are no quorum of good signatures for the block', () => {
    const certified = (certificate: Uint8Array): readonly Happening[] =>
      committing(0, (committed) => ({ ...committed, certificate }))
    const block = BLOCKS[0]!
    const [a, b, c] = CORRECT as readonly [number, number, number]
    convicts('validity', certified(certificateOf(block, 0, [a, b])), /has 2 validators of 4, not 3/)
    convicts('validity', certified(certificateOf(block, 0, [a, b, b])), /counts a validator twice/)
    convicts('validity', certified(certificateOf(BLOCKS[1]!, 0)), /its certificate is for/)
    const forged = certificateOf(block, 0, [a, b, c])
    forged[forged.length - 1]! ^= 1
    convicts('validity', certified(forged), new RegExp(`false signature of validator ${c}`))
    convicts('validity', certified(forged.slice(1)), /finalises a bad block/)
  })

  it('judges every certificate of a block, not only the first', () => {
    const run = changed(
      'committed',
      (committed) => [{ ...committed, certificate: certificateOf(BLOCKS[0]!, 0, [CORRECT[0]!]) }],
      ({ seat }) => seat === 'observer 1',
    )
    convicts('validity', run, /observer 1 finalises .* has 1 validators/)
  })

  const transactions =
    (change: (transactions: readonly Uint8Array[]) => readonly Uint8Array[]) =>
    (committed: Committed): Committed =>
      withBlock(committed, (block) => ({ transactions: change(block.transactions) }))

  it('convicts ballots that nobody made, forged ones, and ones of others', () => {
    const stranger = made(2, [1, 0], 'never cast')
    convicts(
      'validity',
      committing(
        1,
        transactions(() => [stranger.bytes]),
      ),
      /that no voter made/,
    )
    const forged = changed('cast', (cast) => [{ ...cast, ballot: { ...cast.ballot, isValid: false } }])
    convicts('validity', forged, /the forged ballot/)
    const others = changed('cast', (cast) => [{ ...cast, ballot: { ...cast.ballot, credential: '00' } }])
    convicts('validity', others, /for another election or voter/)
    const elsewhere = { election: { ...facts.election, uuid: 'another' } }
    assert.ok(judge('validity', honestRun(), elsewhere).some((detail) => /for another election/.test(detail)))
  })

  it('convicts ballots before the opening and from the closing on', () => {
    const { time } = BLOCKS[1]!
    for (const window of [{ closesAt: time }, { opensAt: time + 1 }]) {
      const details = judge('validity', honestRun(), { election: { ...facts.election, ...window } })
      assert.ok(details.some((detail) => /open from/.test(detail)))
    }
    const last = { election: { ...facts.election, closesAt: time + 1, opensAt: time } }
    assert.ok(
      !judge('validity', honestRun(), last).some((detail) => detail.includes(BALLOTS[2]!.id.slice(0, 16))),
    )
  })

  it('convicts a transaction that is final twice, in one block or in two', () => {
    convicts(
      'validity',
      committing(
        1,
        transactions(([one]) => [one!, one!]),
      ),
      /for the second time/,
    )
    convicts(
      'validity',
      committing(
        1,
        transactions(([one]) => [one!, BALLOTS[0]!.bytes]),
      ),
      /for the second time/,
    )
  })

  it('convicts an order that tells of arrival', () => {
    convicts(
      'validity',
      committing(
        0,
        transactions((all) => [...all].reverse()),
      ),
      /ballots out of order/,
    )
    const decryption = unwrap(decodeBlock(BLOCKS[3]!.bytes)).transactions[0]!
    convicts(
      'validity',
      committing(
        0,
        transactions((all) => [...all, decryption]),
      ),
      /after a ballot/,
    )
  })

  it('convicts partial decryptions before the closing, twice, or unsigned, and kinds that nobody makes', () => {
    const [first, second] = unwrap(decodeBlock(BLOCKS[3]!.bytes)).transactions as [Uint8Array, Uint8Array]
    const unsigned = first.slice()
    unsigned[5]! ^= 1
    convicts(
      'validity',
      committing(
        1,
        transactions(() => [first]),
      ),
      /before the closing/,
    )
    convicts(
      'validity',
      committing(
        3,
        transactions(() => [unsigned, second]),
      ),
      /not signed by its trustee/,
    )
    convicts(
      'validity',
      committing(
        3,
        transactions(() => [first, first]),
      ),
      /two partial decryptions/,
    )
    convicts(
      'validity',
      committing(
        1,
        transactions(() => [Uint8Array.of(1, 2, 3)]),
      ),
      /of kind 1/,
    )
  })

  it('convicts what cannot be read', () => {
    convicts(
      'validity',
      committing(0, (committed) => ({ ...committed, block: committed.block.slice(0, 99) })),
      /bad block/,
    )
  })
})
