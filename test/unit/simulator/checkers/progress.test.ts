/** Convictions by the checkers of progress and limits: liveness, bounds. */
import assert from 'node:assert/strict'
import type { Happening, QueueFill } from '../../../simulator/types.ts'
import { BALLOTS, BLOCKS, CORRECT, changed, facts, honestRun, judge, START, seatOf } from './honest-run.ts'

const { livenessMs } = facts

function convicts(checker: string, run: readonly Happening[], what: RegExp): void {
  const details = judge(checker, run)
  assert.ok(
    details.some((detail) => what.test(detail)),
    `${what} is not among: ${details.join(' | ') || 'nothing'}`,
  )
}

const healedAt = (honestRun().find(({ type }) => type === 'healed') as Happening).atMs
const without = (isLost: (happening: Happening) => boolean): readonly Happening[] =>
  honestRun().filter((happening) => !isLost(happening))
const isCommitOf = (happening: Happening, seat: string, above: number): boolean =>
  happening.type === 'committed' && happening.seat === seat && happening.height > above

describe('liveness', () => {
  it('convicts a node or an observer that finalises nothing new when faults have ended', () => {
    for (const seat of [seatOf(CORRECT[1]!), 'observer 1'])
      convicts(
        'liveness',
        without((one) => isCommitOf(one, seat, BLOCKS[1]!.height)),
        new RegExp(`${seat} is at height`),
      )
  })

  it('convicts when the time is up, not only at the end', () => {
    const seat = seatOf(CORRECT[1]!)
    const stuck = without((one) => isCommitOf(one, seat, BLOCKS[1]!.height) || one.type === 'ended')
    const tick = (atMs: number): Happening => ({ type: 'fill', atMs, seat, queues: [] })
    assert.deepEqual(judge('liveness', [...stuck, tick(healedAt + livenessMs)]), [])
    convicts('liveness', [...stuck, tick(healedAt + livenessMs + 1)], /is at height/)
  })

  it('does not take a height that others had before for a new one', () => {
    const seat = 'observer 1'
    const behind = without((one) => isCommitOf(one, seat, START + 1))
    convicts('liveness', behind, /observer 1 is at height/)
  })

  const late = (atMs: number): Happening => ({ type: 'fill', atMs, seat: 'observer 1', queues: [] })
  const open = (happenings: readonly Happening[]): readonly Happening[] =>
    happenings.filter(
      (one) => one.type !== 'ended' && !(one.type === 'committed' && one.height > BLOCKS[1]!.height),
    )
  const lost: Happening = {
    type: 'cast',
    atMs: 100,
    seat: seatOf(CORRECT[0]!),
    ballot: { ...BALLOTS[0]!, id: 'ee'.repeat(32), bytes: Uint8Array.of(5, 1, 2, 3) },
    outcome: 'accepted',
  }
  const casting = (cast: Happening): readonly Happening[] => open(changed('cast', (one) => [one, cast]))
  const upTo = healedAt + livenessMs

  it('convicts an accepted ballot that is not final in time', () => {
    convicts('liveness', [...casting(lost), late(upTo + 1)], /accepted the ballot eeee/)
    assert.ok(!judge('liveness', [...casting(lost), late(upTo)]).some((detail) => /accepted/.test(detail)))
  })

  it('owes nothing for ballots that are final, forged, refused, or died with their node', () => {
    const dies: Happening = { type: 'killed', atMs: 150, seat: lost.type === 'cast' ? lost.seat : '' }
    const runs: readonly (readonly Happening[])[] = [
      open(honestRun()),
      casting({ ...lost, outcome: 'busy' } as Happening),
      casting({ ...lost, ballot: { ...BALLOTS[0]!, bytes: Uint8Array.of(5), isValid: false } } as Happening),
      open(changed('cast', (one) => [one, lost, dies])),
    ]
    for (const run of runs)
      assert.ok(!judge('liveness', [...run, late(upTo + 1)]).some((detail) => /accepted/.test(detail)))
  })

  it('owes nothing for ballots that the closing overtook', () => {
    const run = changed('cast', (one) => [one, lost])
    assert.ok(!judge('liveness', [...run, late(upTo + 1)]).some((detail) => /accepted/.test(detail)))
  })

  it('convicts a node that stops by itself, unless its disk was made to fail', () => {
    const failed = { type: 'failed', atMs: 0, seat: seatOf(0), code: 'divergence', detail: 'x' } as const
    convicts('liveness', [{ ...failed, isExpected: false }], /stops by itself: divergence/)
    assert.deepEqual(judge('liveness', [{ ...failed, isExpected: true }]), [])
  })

  it('convicts an election that is not tallied in time', () => {
    const ending = (atMs: number): readonly Happening[] =>
      changed('ended', ({ heads }) => [
        { type: 'ended', atMs, heads: heads.map((head) => ({ ...head, phase: 'decrypting' })) },
      ])
    convicts('liveness', ending(healedAt + 2 * livenessMs), /the election is decrypting/)
    assert.deepEqual(judge('liveness', ending(healedAt + 500)), [])
  })
})

describe('bounds', () => {
  const filling = (...queues: readonly QueueFill[]): readonly Happening[] =>
    changed('fill', (one) => [{ ...one, queues }])

  it('convicts a queue above its limit, and takes a full one', () => {
    convicts('bounds', filling({ queue: 'mailbox', length: 11, limit: 10 }), /holds 11, at most 10/)
    assert.deepEqual(judge('bounds', filling({ queue: 'mailbox', length: 10, limit: 10 })), [])
  })

  it('convicts a queue without a limit, one that moves, and lengths that are none', () => {
    for (const limit of [Number.POSITIVE_INFINITY, Number.NaN, 0])
      convicts('bounds', filling({ queue: 'mailbox', length: 0, limit }), /has no limit/)
    convicts('bounds', filling({ queue: 'pool', length: 0, limit: 200 }), /moves from 200 to 100/)
    convicts('bounds', filling({ queue: 'mailbox', length: -1, limit: 10 }), /holds -1/)
  })

  it('convicts more bytes in all queues together than a small machine has', () => {
    const queue = (name: string): QueueFill => ({ queue: `${name} bytes`, length: 2 ** 28, limit: 2 ** 29 })
    convicts('bounds', filling(queue('a'), queue('b'), queue('c')), /bytes in its queues/)
  })
})
