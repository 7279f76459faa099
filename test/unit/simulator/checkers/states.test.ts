/** Convictions by the checkers of what blocks lead to: evidence on the chain, state root, ballots. */
import assert from 'node:assert/strict'
import { statementBytes } from '../../../../consensus/index.ts'
import type { Happening } from '../../../simulator/types.ts'
import { committing, convicts, withBlock } from './convictions.ts'
import {
  BALLOTS,
  BLOCKS,
  CORRECT,
  changed,
  facts,
  honestRun,
  judge,
  PUPPET,
  START,
  seatOf,
  vote,
} from './honest-run.ts'

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
