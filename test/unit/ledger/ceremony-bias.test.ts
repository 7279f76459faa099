/**
 * How far a dealer who reveals last can choose the election key (T17; Gennaro and others, 1999). The ledger's own state machine and
 * commitment, with polynomials of one coefficient and without signatures, so that hundreds of ceremonies can be counted.
 *
 * The dealer wants the last bit of the key to be 1. It waits until it knows the coefficients of all others, and then looks for
 * a polynomial of its own that gives such a key.
 */
import { strict as assert } from 'node:assert'
import { concat, equalBytes } from '../../../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  IDENTITY,
  type Point,
  type Random,
  randomScalar,
} from '../../../crypto/index.ts'
import { coefficientBytes, coefficientPoints } from '../../../election/index.ts'
import { atDeadline, newCeremony, withPart } from '../../../ledger/ceremony.ts'
import {
  allTrustees,
  type Ceremony,
  type CeremonyMember,
  commitmentTo,
  type ElectionDraft,
} from '../../../ledger/index.ts'
import { aDraft, GENESIS_TIME, seededRandom, thresholdTrustees } from '../../support/ledger-builders.ts'

/** The rules of one series of ceremonies. */
interface Rules {
  /** Members who want the bit, act last and know each other's secrets; there are two honest ones besides. */
  readonly rushing: number
  /** Whether a dealing must open its dealer's commitment. */
  readonly hasCommitments: boolean
  /** Whether a rushing dealer falls silent rather than reveal coefficients that give the wrong bit. */
  readonly fallsSilent: boolean
}

interface Outcome {
  readonly hasBit: boolean
  /** Keys that came up: the first one, and one more for each time that somebody refused to reveal. */
  readonly draws: number
  readonly ceremony: Ceremony
}

/** Places below are those of honest members. */
const HONEST = 2
/** Polynomials that a rushing dealer tries. */
const TRIES = 10
const ZEROS = new Uint8Array(32)

const hasBit = (points: readonly Point[]): boolean =>
  (encodePoint(points.reduce((product, point) => product.add(point), IDENTITY))[31]! & 1) === 1

function commitmentOf(
  draft: ElectionDraft,
  { attempt }: Ceremony,
  place: number,
  coefficient: Point,
): Uint8Array {
  const trustee = allTrustees(draft)[place]!.publicKey
  const at = { networkId: ZEROS, uuid: draft.uuid, attempt, trustee }
  return commitmentTo(at, coefficientBytes([coefficient]))
}

/** One attempt: the ceremony after it, and the coefficients where all were revealed. */
function anAttempt(
  { hasCommitments, fallsSilent }: Rules,
  draft: ElectionDraft,
  before: Ceremony,
  random: Random,
): { readonly ceremony: Ceremony; readonly coefficients?: readonly Point[] } {
  let ceremony = before
  const publish = (place: number, part: Omit<CeremonyMember, 'place'>): void => {
    ceremony = withPart(draft, ceremony, place, part, ceremony.deadline - 1)
  }
  const places = ceremony.members.map(({ place }) => place)
  const own = new Map(places.map((place) => [place, coefficientPoints([randomScalar(random)])[0]!]))
  for (const place of places) publish(place, { certificate: random(128) })
  for (const [place, coefficient] of own)
    publish(place, { commitment: commitmentOf(draft, ceremony, place, coefficient) })

  assert.equal(ceremony.step, 'dealings')
  const revealed: Point[] = []
  /** False where the ledger refuses it. */
  const reveal = (place: number, coefficient: Point): boolean => {
    const { commitment } = ceremony.members.find((member) => member.place === place)!
    const opened = commitmentOf(draft, ceremony, place, coefficient)
    if (hasCommitments && !equalBytes(commitment!, opened)) return false
    const polynomial = concat(new Uint8Array(128), encodePoint(coefficient))
    publish(place, { dealing: { polynomial, sharesRoot: ZEROS, transaction: ZEROS } })
    revealed.push(coefficient)
    return true
  }
  const last = places.findLast((place) => place >= HONEST)
  for (const [place, coefficient] of own) if (place !== last) assert.ok(reveal(place, coefficient))
  if (last === undefined) return { ceremony, coefficients: revealed }

  // The look: everything is known, and the last one has not revealed. It tries what it has committed to, and others near by.
  let mine = own.get(last)!
  for (let tries = 0; tries < TRIES; tries++, mine = mine.add(GENERATOR))
    if (hasBit([...revealed, mine]) && reveal(last, mine)) return { ceremony, coefficients: revealed }
  if (fallsSilent) return { ceremony }
  assert.ok(reveal(last, own.get(last)!))
  return { ceremony, coefficients: revealed }
}

/** A ceremony up to the key, in as many attempts as it takes. */
function aCeremony(rules: Rules, draft: ElectionDraft, random: Random): Outcome {
  let before = newCeremony(draft, GENESIS_TIME)
  for (let draws = 1; ; draws++) {
    const { ceremony, coefficients } = anAttempt(rules, draft, before, random)
    if (coefficients !== undefined) return { hasBit: hasBit(coefficients), draws, ceremony }
    const outcome = atDeadline(draft, ceremony, { time: ceremony.deadline, stalledMs: 0 })
    assert.equal(outcome.failure, undefined)
    before = outcome.ceremony
  }
}

/** So many ceremonies by the same rules, from a seed. */
function ceremonies(rules: Rules, count: number): readonly Outcome[] {
  const random = seededRandom(`bias ${JSON.stringify(rules)}`)
  const draft = aDraft(thresholdTrustees(HONEST + rules.rushing, 1))
  return Array.from({ length: count }, () => aCeremony(rules, draft, random))
}

/** Asserts that a number of successes is within so many standard deviations of what a probability gives. */
function assertNear(successes: number, count: number, probability: number, deviations = 3.5): void {
  const expected = count * probability
  const deviation = Math.sqrt(count * probability * (1 - probability))
  assert.ok(
    Math.abs(successes - expected) <= deviations * deviation,
    `${successes} of ${count}, expected ${expected} ± ${(deviations * deviation).toFixed(1)}`,
  )
}

const bits = (outcomes: readonly Outcome[]): number => outcomes.filter((outcome) => outcome.hasBit).length

describe('T17 a dealer who reveals last and looks for a polynomial that gives the key it wants', () => {
  const COUNT = 400

  it('has its way in half of the ceremonies, as anybody, because it has committed before', () => {
    const outcomes = ceremonies({ rushing: 1, hasCommitments: true, fallsSilent: false }, COUNT)
    assertNear(bits(outcomes), COUNT, 1 / 2)
    assert.ok(outcomes.every(({ draws, ceremony }) => draws === 1 && ceremony.faults.length === 0))
  })

  it('would have its way almost always without commitments: that is what they are for', () => {
    const outcomes = ceremonies({ rushing: 1, hasCommitments: false, fallsSilent: false }, COUNT)
    assert.ok(bits(outcomes) >= COUNT * 0.99, `${bits(outcomes)} of ${COUNT}`)
  })

  it('and falls silent otherwise is left out by name, and gets one fresh draw for it: 3 of 4', () => {
    const outcomes = ceremonies({ rushing: 1, hasCommitments: true, fallsSilent: true }, COUNT)
    assertNear(bits(outcomes), COUNT, 3 / 4)
    const silent = outcomes.filter(({ draws }) => draws > 1)
    assertNear(silent.length, COUNT, 1 / 2)
    for (const { draws, ceremony } of silent) {
      assert.equal(draws, 2)
      assert.deepEqual(ceremony.faults, [{ place: HONEST, attempt: 1, kind: 'no-dealing' }])
      assert.deepEqual([ceremony.attempt, ceremony.members.length], [2, HONEST])
    }
  })

  it('gets no more draws than it has accomplices to lose, each of them left out by name', () => {
    const count = 200
    const outcomes = ceremonies({ rushing: 3, hasCommitments: true, fallsSilent: true }, count)
    assertNear(bits(outcomes), count, 15 / 16)
    for (const { draws, ceremony } of outcomes) {
      assert.ok(draws <= 4)
      assert.equal(ceremony.faults.length, draws - 1)
      assert.ok(ceremony.faults.every(({ place, kind }) => place >= HONEST && kind === 'no-dealing'))
      assert.equal(new Set(ceremony.faults.map(({ place }) => place)).size, draws - 1)
    }
  })
})

/** Whether the key of a ceremony of two members and a mandatory trustee has the bit; the mandatory one wants it, and reveals last. */
function lastMandatory(hasCommitments: boolean, random: Random): boolean {
  const draft = aDraft(thresholdTrustees(HONEST, 1, ['court']))
  let ceremony = newCeremony(draft, GENESIS_TIME)
  const publish = (place: number, part: Omit<CeremonyMember, 'place'>): void => {
    ceremony = withPart(draft, ceremony, place, part, ceremony.deadline - 1)
  }
  const [court = 0, ...members] = allTrustees(draft).map((_, place) => place)
  const own = allTrustees(draft).map(() => coefficientPoints([randomScalar(random)])[0]!)
  for (const place of members) publish(place, { certificate: random(128) })
  for (const [place, point] of own.entries())
    publish(place, { commitment: commitmentOf(draft, ceremony, place, point) })
  for (const place of members)
    publish(place, {
      dealing: { polynomial: encodePoint(own[place]!), sharesRoot: ZEROS, transaction: ZEROS },
    })

  // It waits as long as it likes: no deadline leaves it out. It knows everything, and tries keys until one is right.
  const late = { time: ceremony.deadline + 1000, stalledMs: 0 }
  assert.equal(atDeadline(draft, ceremony, late).ceremony, ceremony)
  const others = members.map((place) => own[place]!)
  let mine = own[court]!
  const opens = (key: Point): boolean =>
    equalBytes(ceremony.mandatory[court]!.commitment!, commitmentOf(draft, ceremony, court, key))
  let key = mine
  for (let tries = 0; tries < TRIES && !hasBit([...others, key]); tries++, mine = mine.add(GENERATOR))
    if (!hasCommitments || opens(mine)) key = mine
  publish(court, { key: encodePoint(key) })
  assert.deepEqual([ceremony.step, ceremony.attempt, ceremony.faults], ['keys', 1, []])
  return hasBit([...others, key])
}

describe('T17 a mandatory trustee who reveals last and looks for a key that gives the one it wants', () => {
  const COUNT = 200
  const successes = (hasCommitments: boolean): number => {
    const random = seededRandom(`mandatory bias ${hasCommitments}`)
    return Array.from({ length: COUNT }, () => lastMandatory(hasCommitments, random)).filter(Boolean).length
  }

  it('has its way in half of the ceremonies, as anybody, because it has committed before', () => {
    assertNear(successes(true), COUNT, 1 / 2)
  })

  it('would have its way almost always without commitments: that is what they are for', () => {
    assert.ok(successes(false) >= COUNT * 0.99)
  })
})
