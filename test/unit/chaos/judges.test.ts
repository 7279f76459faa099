/** The judges of chaos runs, on fabricated runs: each acquits a clean one and convicts what it is there for. */
import { strict as assert } from 'node:assert'
import type { BlockFact, CastFact, ChainFact, Sighting, StatementFact } from '../../chaos/facts.ts'
import { judgeAgreement, judgeDurability } from '../../chaos/judges/agreement.ts'
import { judgeArchive, judgeBoard, judgeTally } from '../../chaos/judges/ballots.ts'
import { judgeStatements } from '../../chaos/judges/statements.ts'
import { judgeTimes } from '../../chaos/judges/times.ts'

/** A chain of blocks `a1`, `a2`, ...; a changed block keeps the others as they are. */
function aChain(source: string, heights: number, change: Readonly<Record<number, Partial<BlockFact>>> = {}) {
  const blocks = Array.from({ length: heights }, (_, i): BlockFact => {
    const height = i + 1
    return {
      height,
      id: `a${height}`,
      parent: `a${i}`,
      time: 1000 * height,
      ballots: [],
      ...change[height],
    }
  })
  return { source, blocks, isWhole: true }
}

function aCast(tracker: string, change: Partial<CastFact> = {}): CastFact {
  return {
    tracker,
    credential: `voter of ${tracker}`,
    answers: [1, 0],
    begunAt: 1000,
    finalAt: 2000,
    ...change,
  }
}

function aBoard(...casts: readonly CastFact[]) {
  return { source: 'board', ballots: casts.map(({ tracker, credential }) => ({ tracker, credential })) }
}

function details(violations: readonly { readonly detail: string }[]): readonly string[] {
  return violations.map(({ detail }) => detail)
}

describe('the judge of agreement in chaos runs', () => {
  it('acquits chains of different length that agree, and a part of one', () => {
    const part: ChainFact & { isWhole: boolean } = {
      source: 'c',
      blocks: aChain('c', 5).blocks.slice(2),
      isWhole: false,
    }
    assert.deepEqual(judgeAgreement([aChain('a', 5), aChain('b', 3), part]), [])
  })

  it('convicts a fork, even at the last height of one node', () => {
    const found = details(judgeAgreement([aChain('a', 5), aChain('b', 3, { 3: { id: 'b3' } })]))
    assert.deepEqual(found, ['fork at height 3: a has a3, b has b3'])
  })

  it('convicts a gap, a beginning that is missing, another parent, and a time that does not rise', () => {
    const { blocks } = aChain('a', 5)
    const gap = { source: 'a', blocks: blocks.filter(({ height }) => height !== 3), isWhole: true }
    assert.deepEqual(details(judgeAgreement([gap])), ['a has height 4 after height 2'])
    const late = { source: 'a', blocks: blocks.slice(1), isWhole: true }
    assert.deepEqual(details(judgeAgreement([late])), ['a does not begin at height 1'])
    const orphan = aChain('a', 3, { 3: { parent: 'b2' } })
    assert.deepEqual(details(judgeAgreement([orphan])), [
      'a: the parent of height 3 is not the block before it',
    ])
    const stale = aChain('a', 3, { 3: { time: 2000 } })
    assert.deepEqual(details(judgeAgreement([stale])), ["a: the time of height 3 is not above its parent's"])
  })

  it('convicts a node that no longer has what it served', () => {
    assert.deepEqual(judgeDurability(aChain('wire', 4), aChain('disk', 4)), [])
    assert.deepEqual(details(judgeDurability(aChain('wire', 4), aChain('disk', 3))), [
      'wire served height 4, and disk ends at height 3',
    ])
  })
})

describe('the judge of ballots in chaos runs', () => {
  it('acquits a board with everything final, and with a ballot whose voter has no receipt', () => {
    const unsure: CastFact = { tracker: 'b', credential: 'v', answers: [0, 1], begunAt: 1 }
    const casts = [aCast('a'), unsure, { ...unsure, tracker: 'c' }]
    assert.deepEqual(judgeBoard(aBoard(aCast('a'), unsure), casts), [])
  })

  it('convicts a final ballot that is lost, one that is there twice, and one out of nowhere', () => {
    const [a, b] = [aCast('a'), aCast('b')]
    assert.deepEqual(details(judgeBoard(aBoard(a), [a, b])), [
      'board: ballot b was reported final and is missing',
    ])
    assert.deepEqual(details(judgeBoard(aBoard(a, b, a), [a, b])), ['board: ballot a is there twice'])
    assert.deepEqual(details(judgeBoard(aBoard(a, b), [a])), ['board: ballot b was made by nobody'])
  })

  it('convicts a ballot that hangs on another credential', () => {
    const stolen = aCast('a', { credential: 'somebody else' })
    assert.deepEqual(details(judgeBoard(aBoard(stolen), [aCast('a')])), [
      'board: ballot a has another credential',
    ])
  })

  it('convicts a board on which a voter changed their mind backwards; ballots at the same time may have any order', () => {
    const first = aCast('a', { credential: 'v', begunAt: 1000, finalAt: 2000 })
    const second = aCast('b', { credential: 'v', begunAt: 3000, finalAt: 4000 })
    const meanwhile = aCast('c', { credential: 'v', begunAt: 1500, finalAt: 2500 })
    assert.deepEqual(details(judgeBoard(aBoard(second, first), [first, second])), [
      'board: ballot b was cast after a was final and stands before it',
    ])
    assert.deepEqual(judgeBoard(aBoard(meanwhile, first), [first, meanwhile]), [])
  })
})

describe('the judge of the tally in chaos runs', () => {
  const first = aCast('a', { credential: 'v', answers: [1, 0] })
  const second = aCast('b', { credential: 'v', answers: [0, 1] })
  const other = aCast('c', { answers: [1, 0] })
  const casts = [first, second, other]
  const board = aBoard(first, other, second)

  it('acquits the count of the last ballot of each voter', () => {
    assert.deepEqual(judgeTally(board, casts, { result: [1, 1], voted: 2 }), [])
  })

  it('convicts a result in which two ballots of a voter count, or the first instead of the last', () => {
    assert.deepEqual(details(judgeTally(board, casts, { result: [2, 1], voted: 3 })), [
      'the result is 2, 1, the count in the clear 1, 1',
      '3 have voted by the record, 2 by the board',
    ])
    assert.equal(judgeTally(board, casts, { result: [2, 0], voted: 2 }).length, 1)
  })
})

describe('the judge of archives in chaos runs', () => {
  it('convicts an archive that lacks a ballot of the board', () => {
    const board = aBoard(aCast('a'), aCast('b'))
    assert.deepEqual(judgeArchive(new Set(['a', 'b', 'setup']), board), [])
    assert.deepEqual(details(judgeArchive(new Set(['a', 'setup']), board)), [
      'ballot b is on the board and not in the archive',
    ])
  })
})

describe('the judge of statements in chaos runs', () => {
  const commit: StatementFact = {
    validator: 1,
    kind: 'commit',
    height: 7,
    round: 0,
    content: 'a',
    source: 'gossip',
  }

  it('acquits repetitions, other rounds, other heights, other kinds and other validators', () => {
    const others = [{ round: 1 }, { height: 8 }, { kind: 'prepare' }, { validator: 2 }]
    const statements = others.map((other) => ({ ...commit, ...other, content: 'b' }))
    assert.deepEqual(judgeStatements([commit, { ...commit, source: 'journal' }, ...statements]), [])
  })

  it('convicts two contents in one slot, wherever they were seen', () => {
    const found = details(judgeStatements([commit, { ...commit, content: 'b', source: 'journal' }]))
    assert.deepEqual(found, [
      'validator 1 contradicts itself: commit at height 7, round 0: a (gossip) and b (journal)',
    ])
  })

  it('convicts two round changes that differ in what was prepared', () => {
    const change = { ...commit, kind: 'roundChange', round: 1, content: 'not prepared' }
    assert.equal(judgeStatements([change, { ...change, content: 'prepared a in round 0' }]).length, 1)
  })
})

describe('the judge of times in chaos runs', () => {
  const { blocks } = aChain('a', 3)
  const final = (height: number, at: number): Sighting => ({
    at,
    place: 0,
    type: 'finalised',
    height,
    round: 0,
  })

  it('acquits blocks up to the lead, and those whose finality nobody saw', () => {
    assert.deepEqual(judgeTimes(blocks, [final(1, 0), final(2, 1001)], 1000), [])
  })

  it('convicts a block of the future by the first sighting, not the last', () => {
    const found = details(judgeTimes(blocks, [final(3, 1999), final(3, 9000)], 1000))
    assert.deepEqual(found, ['the block of height 3 is 1001 ms ahead of its finality'])
  })
})
