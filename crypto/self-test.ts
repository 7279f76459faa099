/**
 * The test that the kernel passes before it is trusted with anything, some ten milliseconds at its first use: the same questions to
 * both arithmetics, about ordinary points, points outside the subgroup and bytes that are no point. An engine that compiles
 * vectors wrongly must not decide elections.
 */
import { bigEndian, concatAll, equalBytes, utf8 } from '../base/index.ts'
import type { Arithmetic } from './arithmetic.ts'
import { decodeCurvePoint, encodePoint, GENERATOR, modOrder, multiply, POINT_BYTES } from './group.ts'
import { sha256 } from './hash.ts'

/** Numbers that look random and are the same everywhere. */
function scalar(name: string): bigint {
  return modOrder(bigEndian(sha256(`psephos kernel self-test ${name}`)))
}

/** A point of order 4, (sqrt(-1), 0), and bytes that are not canonical. */
const OF_ORDER_4 = new Uint8Array(32)
const NOT_CANONICAL = new Uint8Array(32).fill(255)

/** Whether two arithmetics agree. */
export function isSelfConsistent(tried: Arithmetic, reference: Arithmetic): boolean {
  const points = ['a', 'b', 'c'].map((name) => multiply(GENERATOR, scalar(name)))
  const [p, q, key] = points as [typeof GENERATOR, typeof GENERATOR, typeof GENERATOR]
  const ofOrder4 = decodeCurvePoint(OF_ORDER_4)
  const outside = ofOrder4.ok ? ofOrder4.value.add(p) : p
  const encoded = concatAll([...[...points, outside].map(encodePoint), OF_ORDER_4, NOT_CANONICAL])
  const answers = [tried, reference].map((arithmetic) => {
    const [signature] = arithmetic.schnorrCommitments([
      { point: encodePoint(p), challenge: scalar('d'), response: scalar('e') },
    ])
    const [group] = arithmetic.ciphertextCommitments(key, [
      {
        ciphertexts: [
          { alpha: encodePoint(p), beta: encodePoint(q) },
          { alpha: encodePoint(q), beta: encodePoint(p) },
        ],
        sums: [[0, 2]],
        equations: [0, 1, 2].map((of) => ({
          of,
          value: of,
          challenge: scalar(`f${of}`),
          response: scalar(`g${of}`),
        })),
      },
    ])
    const sum = arithmetic.combination([
      [GENERATOR, scalar('h')],
      [p, scalar('i')],
      [q, scalar('j')],
    ])
    const sums = arithmetic.addWeighted(
      [p, q, key],
      [1n, -1n, scalar('k')].map((weight) => ({ points: encoded.subarray(0, 3 * POINT_BYTES), weight })),
    )
    const logarithms = arithmetic.logarithms(100n, 2)
    return concatAll([
      Uint8Array.from(arithmetic.check(encoded)),
      signature!.commitment,
      group!.sums,
      group!.commitments,
      encodePoint(sum),
      ...(sums ?? []).map(encodePoint),
      utf8(`${logarithms.find(multiply(GENERATOR, 77n))} ${logarithms.find(p)}`),
    ])
  })
  return equalBytes(answers[0]!, answers[1]!)
}
