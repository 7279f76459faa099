/**
 * The test that the kernel passes before it is trusted with anything, some five milliseconds at its first use: questions about ordinary
 * points, points outside the subgroup and bytes that are no point, whose answers are held against the pinned hash of the right ones. An
 * engine that compiles vectors wrongly must not decide elections. That BigInt arithmetic gives the same hash is a unit test.
 */
import { bigEndian, concatAll, toHex, utf8 } from '../base/index.ts'
import type { Arithmetic } from './arithmetic.ts'
import { encodeCoordinates } from './coordinates.ts'
import { encodePoint, GENERATOR, modOrder, multiply, POINT_BYTES } from './group.ts'
import { sha256 } from './hash.ts'

const RIGHT_ANSWERS = 'd1f542c99b1b1687f111185b236ad250578401019024cb6f5b1d7b640034817f'

/** A point of order 4, (sqrt(-1), 0), the same with a component in the subgroup, and bytes that are not canonical. */
const OF_ORDER_4 = new Uint8Array(POINT_BYTES)
const NOT_CANONICAL = new Uint8Array(POINT_BYTES).fill(255)

/** Numbers that look random and are the same everywhere. */
function scalar(name: string): bigint {
  return modOrder(bigEndian(sha256(`psephos kernel self-test ${name}`)))
}

/** Whether an arithmetic answers rightly. */
export function isSound(arithmetic: Arithmetic): boolean {
  return answersOf(arithmetic) === RIGHT_ANSWERS
}

/** The hash of an arithmetic's answers to everything that the self-test asks, in hexadecimal. */
export function answersOf(arithmetic: Arithmetic): string {
  const [p, q, key] = ['a', 'b', 'c'].map((name) => multiply(GENERATOR, scalar(name))) as [
    typeof GENERATOR,
    typeof GENERATOR,
    typeof GENERATOR,
  ]
  const [first, second] = [encodePoint(p), encodePoint(q)]
  const [signature] = arithmetic.schnorrCommitments([
    { point: first, challenge: scalar('d'), response: scalar('e') },
  ])
  const [group] = arithmetic.ciphertextCommitments(key, [
    {
      ciphertexts: [
        { alpha: first, beta: second },
        { alpha: second, beta: first },
      ],
      sums: [[0, 2]],
      equations: [0, 1, 2].map((of) => {
        return { of, value: of, challenge: scalar(`f${of}`), response: scalar(`g${of}`) }
      }),
    },
  ])
  const sum = arithmetic.combination([
    [GENERATOR, scalar('h')],
    [p, scalar('i')],
    [q, scalar('j')],
  ])
  const sums = arithmetic.addWeighted([p, q], [{ points: concatAll([second, first]), weight: -3n }]) ?? []
  // [1]P + [2]Q vanishes for P = -[2]Q, octupled both, and does not with a third of something else.
  const batch = arithmetic.withBatch((points) => {
    const isTaken = points.octuple(encodeCoordinates([multiply(q, modOrder(-2n)), q]))
    const terms = [
      { index: 0, scalar: 1n },
      { index: 1, scalar: 2n },
    ]
    const outcomes = [isTaken, points.vanishes(terms, 0n), points.vanishes(terms, 3n)]
    return concatAll([Uint8Array.from(outcomes.map(Number)), points.encodings(0, points.count)])
  })
  const answers = [
    Uint8Array.from(arithmetic.check(concatAll([first, second, OF_ORDER_4, NOT_CANONICAL]))),
    signature?.commitment ?? utf8('none'),
    group?.sums ?? utf8('none'),
    group?.commitments ?? utf8('none'),
    encodePoint(sum),
    ...sums.map(encodePoint),
    batch,
  ]
  return toHex(sha256(concatAll(answers)))
}
