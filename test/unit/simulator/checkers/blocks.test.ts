/** Convictions by the checkers of blocks: agreement, validity, state root, ballots. */
import assert from 'node:assert/strict'
import { fromHex, toHex, unwrap } from '../../../../base/index.ts'
import { statementBytes } from '../../../../consensus/index.ts'
import { type Block, blockId, decodeBlock, encodeBlock, transactionsRoot } from '../../../../ledger/index.ts'
import type { Happening } from '../../../simulator/types.ts'
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
  PUPPET,
  START,
  seatOf,
  vote,
} from './honest-run.ts'

type Committed = Happening & { readonly type: 'committed' }

/** The commit of a changed block, with its id and a good certificate; its header is that of its transactions. */
function withBlock(
  committed: Committed,
  change: (block: Block) => Partial<Block>,
  isConsistent = true,
): Committed {
  const block = unwrap(decodeBlock(committed.block))
  const next = { ...block, ...change(block) }
  const header = isConsistent
    ? { ...next.header, transactionsRoot: transactionsRoot(next.transactions) }
    : next.header
  const id = toHex(blockId(header))
  return {
    ...committed,
    block: encodeBlock({ ...next, header }),
    certificate: certificateOf({ height: committed.height, id }, 0),
  }
}

function convicts(checker: string, run: readonly Happening[], what: RegExp): void {
  const details = judge(checker, run)
  assert.ok(
    details.some((detail) => what.test(detail)),
    `${what} is not among: ${details.join(' | ') || 'nothing'}`,
  )
}

/** The honest run with the first commit of the block at that place changed. */
function committing(place: number, change: (committed: Committed) => Committed): readonly Happening[] {
  return changed(
    'committed',
    (committed) => [change(committed)],
    ({ height }) => height === BLOCKS[place]!.height,
  )
}

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

  it('takes the block that a node starts on, once, and only that one', () => {
    const seat = seatOf(CORRECT[0]!)
    const run = honestRun()
    const last = run.findLast((one): one is Committed => one.type === 'committed' && one.seat === seat)!
    const started: Happening = { type: 'started', atMs: 901, seat, height: last.height }
    assert.deepEqual(judge('agreement', [...run, started, last]), [])
    convicts('agreement', [...run, started, last, last], /on top of/)
    convicts('agreement', [...run, { ...started, height: last.height + 1 }, last], /on top of/)
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

describe('evidence on the chain', () => {
  const block = BLOCKS[1]!
  /** Evidence as docs/protocol.md has it: key, slot, and twice content and signature. */
  const accusation = (index: number, ids: readonly [string, string], signer = index): Uint8Array => {
    const slot = { kind: 'prepare', height: block.height, round: 0 } as const
    const [first, second] = ids.map((id) => {
      const { statement, signature } = vote<'prepare'>({ ...slot, blockId: id }, signer)
      return [statementBytes(facts.networkId, statement), signature] as const
    }) as [readonly [Uint8Array, Uint8Array], readonly [Uint8Array, Uint8Array]]
    const key = facts.validatorKeys[index] ?? new Uint8Array(32)
    const parts = [Uint8Array.of(12), key, first[0].slice(64, 77)]
    for (const [bytes, signature] of [first, second]) parts.push(bytes.slice(77), signature)
    return new Uint8Array(Buffer.concat(parts))
  }
  const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)]
  const finalising = (...evidence: readonly Uint8Array[]): readonly Happening[] =>
    committing(1, (committed) =>
      withBlock(committed, ({ transactions }) => ({ transactions: [...evidence, ...transactions] })),
    )

  it('is taken when it is true, once a validator', () => {
    const run = finalising(accusation(PUPPET, [a, b]))
    assert.equal(accusation(PUPPET, [a, b]).length, 248)
    assert.deepEqual(judge('evidence', run), [])
    assert.ok(!judge('validity', run).some((detail) => /evidence/.test(detail)))
    convicts(
      'validity',
      finalising(accusation(PUPPET, [a, b]), accusation(PUPPET, [b, a])),
      /two pieces of evidence/,
    )
  })

  it('convicts when it is against a correct one, a stranger, or no contradiction', () => {
    convicts('evidence', finalising(accusation(CORRECT[0]!, [a, b])), /which is correct/)
    convicts('evidence', finalising(accusation(99, [a, b], PUPPET)), /against a stranger/)
    convicts('evidence', finalising(accusation(PUPPET, [a, a])), /no contradiction/)
    convicts('evidence', finalising(accusation(PUPPET, [a, b], CORRECT[0])), /never signed/)
    convicts('evidence', finalising(accusation(PUPPET, [a, b]).slice(0, -1)), /cannot be read/)
  })
})

describe('the checker of state roots', () => {
  it('convicts a root that is not the header’s, and two nodes that differ', () => {
    const run = committing(0, (committed) => ({ ...committed, stateRoot: '11'.repeat(32) }))
    convicts('state-root', run, /the header says/)
    convicts('state-root', run, /different states/)
  })
})

describe('the checker of ballots', () => {
  type Head = (Happening & { readonly type: 'ended' })['heads'][number]
  const ending = (change: (head: Head) => Partial<Head>): readonly Happening[] =>
    changed('ended', (ended) => [
      { ...ended, heads: ended.heads.map((head, i) => (i === 0 ? { ...head, ...change(head) } : head)) },
    ])

  it('convicts a lost ballot, one that counts again, and one that is not there', () => {
    const [first, other, second] = BALLOTS as [(typeof BALLOTS)[0], (typeof BALLOTS)[0], (typeof BALLOTS)[0]]
    const counting = (entries: readonly (readonly [string, string])[]): readonly Happening[] =>
      ending(() => ({ counting: new Map(entries) }))
    convicts('ballots', counting([[first.credential, second.id]]), /counts nothing/)
    convicts(
      'ballots',
      counting([
        [first.credential, first.id],
        [other.credential, other.id],
      ]),
      /counts .*, not/,
    )
    convicts(
      'ballots',
      counting([
        [first.credential, second.id],
        [other.credential, other.id],
        ['ff', 'ff'],
      ]),
      /none is on the chain/,
    )
  })

  it('convicts a result that a recount does not give, or that is there too early or not at all', () => {
    convicts(
      'ballots',
      ending(() => ({ result: [2, 1] })),
      /the result is 2,1, the ballots say 1,1/,
    )
    convicts(
      'ballots',
      ending(() => ({ phase: 'open' })),
      /it is decrypting or tallied/,
    )
    convicts(
      'ballots',
      ending(() => ({ phase: 'decrypting' })),
      /its result/,
    )
    convicts(
      'ballots',
      ending(() => ({ height: 99 })),
      /which nobody finalised/,
    )
  })

  it('convicts a height that was final and is gone after a restart', () => {
    const seat = seatOf(CORRECT[0]!)
    const run: readonly Happening[] = [
      ...honestRun(),
      { type: 'started', atMs: 5000, seat, height: START + 1 },
    ]
    convicts('ballots', run, /starts again at/)
  })
})
