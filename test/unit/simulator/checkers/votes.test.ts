/** Convictions by the checkers of what validators say: single signing, persist before speak, justification, evidence. */
import assert from 'node:assert/strict'
import { type Message, type Signed, statementBytes } from '../../../../consensus/index.ts'
import type { Happening } from '../../../simulator/types.ts'
import {
  BLOCKS,
  CORRECT,
  changed,
  evidenceOf,
  facts,
  judge,
  PUPPET,
  proposal,
  type RunBlock,
  seatOf,
  secondRound,
  speaks,
  vote,
  votes,
} from './honest-run.ts'

const OTHER = 'ab'.repeat(32)
const [A, B, C] = CORRECT as readonly [number, number, number]
const block = BLOCKS[1]!
const { height } = block
const STARTED: readonly Happening[] = CORRECT.map((index) => ({
  type: 'started',
  atMs: -1,
  seat: seatOf(index),
  height: height - 1,
}))

function convicts(checker: string, run: readonly Happening[], what: RegExp): void {
  const details = judge(checker, [...STARTED, ...run])
  assert.ok(
    details.some((detail) => what.test(detail)),
    `${what} is not among: ${details.join(' | ') || 'nothing'}`,
  )
}

function acquits(checker: string, run: readonly Happening[]): void {
  assert.deepEqual(judge(checker, [...STARTED, ...run]), [])
}

const prepare = (by: number, round: number, blockId: string = block.id): Message => ({
  kind: 'prepare',
  signed: vote<'prepare'>({ kind: 'prepare', height, round, blockId }, by),
})
const ask = (
  by: number,
  round: number,
  prepared?: { round: number; blockId: string },
): Signed<'roundChange'> =>
  vote<'roundChange'>({ kind: 'roundChange', height, round, ...(prepared && { prepared }) }, by)

describe('single signing', () => {
  it('convicts two statements for one slot, also in two lives', () => {
    convicts(
      'single-signing',
      [...speaks(prepare(A, 0)), ...speaks(prepare(A, 0, OTHER))],
      /twice for one slot/,
    )
    const reborn: readonly Happening[] = [
      ...speaks(prepare(A, 0)),
      { type: 'killed', atMs: 1, seat: seatOf(A) },
      { type: 'started', atMs: 2, seat: seatOf(A), height: height - 1 },
      ...speaks(prepare(A, 0, OTHER), undefined, 3),
    ]
    convicts('single-signing', reborn, /twice for one slot/)
  })

  it('takes the same statement twice', () => {
    acquits('single-signing', [...speaks(prepare(A, 0)), ...speaks(prepare(A, 0))])
  })

  it('convicts a slot that goes back, in round or in step', () => {
    convicts('single-signing', [...speaks(prepare(A, 2)), ...speaks(prepare(A, 1))], /goes back/)
    const change: Message = { kind: 'roundChange', signed: ask(A, 1), prepares: [] }
    convicts('single-signing', [...speaks(prepare(A, 1)), ...speaks(change)], /goes back/)
  })

  it('convicts a message that was not signed, by another, or under a false signature', () => {
    const [, said] = speaks(prepare(A, 0)) as [Happening, Happening & { type: 'said' }]
    convicts('single-signing', [said], /never signed/)
    convicts('single-signing', [{ ...said, seat: seatOf(B) }], /speaks as validator/)
    const payload = said.payload.slice()
    payload[payload.length - 20]! ^= 1
    convicts('single-signing', [{ ...said, payload }], /false signature/)
  })

  it('convicts signing while down, in the moment of starting, and at another height than the next', () => {
    const [signing] = speaks(prepare(A, 0)) as [Happening & { type: 'signing' }]
    convicts('single-signing', [{ ...signing, atMs: -1 }], /in the moment it starts/)
    convicts('single-signing', [{ type: 'killed', atMs: 0, seat: seatOf(A) }, signing], /is down/)
    const started: Happening = { type: 'started', atMs: -1, seat: seatOf(A), height }
    convicts('single-signing', [started, signing], /its head is/)
  })

  it('convicts an observer that signs, and what is no statement of this network', () => {
    const [signing] = speaks(prepare(A, 0)) as [Happening & { type: 'signing' }]
    convicts('single-signing', [{ ...signing, seat: 'observer 1' }], /is no validator/)
    const { statement } = prepare(A, 0).signed
    const bytes = statementBytes(new Uint8Array(32), statement)
    convicts('single-signing', [{ ...signing, bytes }], /another network/)
  })
})

describe('persist before speak', () => {
  it('convicts a signature over inputs that are not durable', () => {
    convicts(
      'persist-before-speak',
      changed('signing', (one) => [{ ...one, undurable: 1 }]),
      /a power cut would take/,
    )
  })

  it('convicts a message above the durable slot, and takes one at or below it', () => {
    const [, said] = speaks(prepare(A, 1)) as [Happening, Happening & { type: 'said' }]
    for (const durableSlot of [undefined, [height, 1, 1], [height, 0, 3], [height - 1, 9, 3]] as const)
      convicts('persist-before-speak', [{ ...said, durableSlot }], /is durable up to/)
    for (const durableSlot of [
      [height, 1, 2],
      [height, 1, 3],
      [height, 2, 0],
      [height + 1, 0, 0],
    ] as const)
      acquits('persist-before-speak', [{ ...said, durableSlot }])
  })
})

describe('the checker of justification', () => {
  const begun = [...proposal(block), ...votes('prepare', block, 0)]
  const other: RunBlock = { ...block, id: OTHER }

  it('convicts a commit that no quorum can have prepared', () => {
    const few = [...proposal(block), ...votes('prepare', block, 0, [A])]
    convicts('justification', [...few, ...votes('commit', block, 0, [B])], /no quorum can have prepared it/)
    // With the puppet two correct ones are enough.
    const enough = [...proposal(block), ...votes('prepare', block, 0, [A, B])]
    acquits('justification', [...enough, ...votes('commit', block, 0, [B])])
  })

  it('convicts a round change that forgets what its author committed', () => {
    const forgets: Message = { kind: 'roundChange', signed: ask(A, 1), prepares: [] }
    convicts(
      'justification',
      [...begun, ...votes('commit', block, 0, [A]), ...speaks(forgets)],
      /it committed/,
    )
    acquits('justification', [...begun, ...votes('commit', block, 0, [B]), ...speaks(forgets)])
  })

  it('convicts a claim without a quorum of prepares for its round and block', () => {
    const { prepares } = secondRound(block)
    const claim = ask(A, 1, { round: 0, blockId: block.id })
    const attach = (list: readonly Signed<'prepare'>[], signed = claim): readonly Happening[] =>
      speaks({ kind: 'roundChange', signed, prepares: list }, block.bytes)
    acquits('justification', [...begun, ...attach(prepares)])
    convicts('justification', attach(prepares), /no quorum can have prepared what it claims/)
    convicts('justification', [...begun, ...attach(prepares.slice(1))], /no quorum of prepares/)
    convicts(
      'justification',
      [...begun, ...attach([prepares[0]!, prepares[1]!, prepares[1]!])],
      /no quorum of prepares/,
    )
    const stranger = vote<'prepare'>({ kind: 'prepare', height, round: 0, blockId: OTHER }, C)
    convicts(
      'justification',
      [...begun, ...attach([...prepares.slice(0, 2), stranger])],
      /no quorum of prepares/,
    )
    convicts('justification', [...begun, ...attach(prepares, ask(A, 1))], /nothing is prepared/)
    convicts(
      'justification',
      [...begun, ...attach(prepares).map((one) => (one.type === 'said' ? bare(one) : one))],
      /block is not with it/,
    )
  })

  it('convicts proposals of the wrong validator, of rounds that nobody asked for, and without justification', () => {
    const { asks, prepares, happenings } = secondRound(block)
    acquits('justification', [...begun, ...happenings])
    const proposer = (height + 1) % facts.n
    const signed = (by: number, id: string = block.id): Signed<'proposal'> =>
      vote<'proposal'>({ kind: 'proposal', height, round: 1, blockId: id }, by)
    const speaksProposal = (
      roundChanges: readonly Signed<'roundChange'>[],
      list: readonly Signed<'prepare'>[],
      by: number = proposer,
    ): readonly Happening[] =>
      speaks({ kind: 'proposal', signed: signed(by), roundChanges, prepares: list }, block.bytes)
    const before = [...begun, ...happenings.slice(0, -2)]
    const wrong = CORRECT.find((index) => index !== proposer)!
    convicts('justification', [...before, ...speaksProposal(asks, prepares, wrong)], /is the proposer/)
    convicts('justification', [...begun, ...speaksProposal(asks, prepares)], /no quorum can have asked/)
    convicts(
      'justification',
      [...before, ...speaksProposal(asks.slice(1), prepares)],
      /no quorum of round changes/,
    )
    convicts('justification', [...before, ...speaksProposal(asks, [])], /no quorum of prepares/)
    const highest = [ask(A, 1), ask(B, 1), ask(C, 1, { round: 0, blockId: OTHER })]
    convicts(
      'justification',
      [...before, ...speaksProposal(highest, prepares)],
      /highest prepared block attached/,
    )
    const late = [ask(A, 2), ask(B, 2), ask(C, 2)]
    convicts('justification', [...before, ...speaksProposal(late, [])], /no quorum of round changes/)
  })

  it('convicts a prepare of another block than the proposer’s, or of a round that nobody asked for', () => {
    convicts('justification', [...proposal(block), ...votes('prepare', other, 0, [A])], /proposed/)
    convicts('justification', [...begun, ...votes('prepare', block, 1, [A])], /no quorum can have asked/)
  })

  it('convicts a prepare of another block once a quorum can have committed one', () => {
    const asks = CORRECT.map((by) => ask(by, 1)).flatMap((signed) =>
      speaks({ kind: 'roundChange', signed, prepares: [] }),
    )
    const committed = votes('commit', block, 0, [A, B])
    convicts(
      'justification',
      [...begun, ...committed, ...asks, ...votes('prepare', other, 1, [C])],
      /can have committed/,
    )
    const one = votes('commit', block, 0, [A])
    const details = judge('justification', [...begun, ...one, ...asks, ...votes('prepare', other, 1, [C])])
    assert.ok(!details.some((detail) => /can have committed/.test(detail)))
  })

  it('convicts attachments where there are none', () => {
    const { asks, prepares } = secondRound(block)
    const signed = vote<'proposal'>(
      { kind: 'proposal', height, round: 0, blockId: block.id },
      height % facts.n,
    )
    const said = (message: Message): readonly Happening[] => speaks(message, block.bytes)
    convicts(
      'justification',
      said({ kind: 'proposal', signed, roundChanges: asks, prepares: [] }),
      /round changes are attached/,
    )
    convicts(
      'justification',
      said({ kind: 'proposal', signed, roundChanges: [], prepares }),
      /nothing is prepared/,
    )
    convicts('justification', [...proposal(block), ...said(prepare(A, 0))], /a block travels with it/)
  })
})

/** An envelope's message without its block. */
function bare(said: Happening & { readonly type: 'said' }): Happening {
  const { payload } = said
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  return { ...said, payload: payload.slice(0, view.getUint32(4, true)) }
}

describe('the checker of evidence', () => {
  const accusing = (evidence: Uint8Array): readonly Happening[] =>
    changed('evidence', (one) => [{ ...one, evidence }])

  it('convicts evidence against a correct validator', () => {
    convicts('evidence', accusing(evidenceOf(A)), /which is correct/)
  })

  it('convicts evidence that is no contradiction, of two authors, falsely signed or unreadable', () => {
    convicts('evidence', accusing(evidenceOf(PUPPET, BLOCKS[0]!.id)), /call/)
    convicts('evidence', accusing(evidenceOf(PUPPET, OTHER, 1)), /call/)
    const forged = evidenceOf(PUPPET)
    forged[forged.length - 1]! ^= 1
    convicts('evidence', accusing(forged), /never signed/)
    const two = new Uint8Array([...evidenceOf(PUPPET).subarray(0, 116), ...evidenceOf(A).subarray(116)])
    convicts('evidence', accusing(two), /two validators/)
    convicts('evidence', accusing(new Uint8Array(10)), /cannot be read/)
  })
})
