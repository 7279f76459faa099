/** The Arithmetic port in BigInt, where there is no kernel: a statement after the other. */
import { assert, concatAll, type Result } from '../base/index.ts'
import {
  type Arithmetic,
  type CiphertextCommitments,
  type CiphertextGroup,
  GOOD_POINT,
  MALFORMED_POINT,
  OUTSIDE_SUBGROUP,
  type PointVerdict,
  type SchnorrCommitment,
  type SchnorrStatement,
  type WeightedPoints,
} from './arithmetic.ts'
import { type Base, combinationOf, decodeBase, fixedBase, variableBase } from './combination.ts'
import {
  decodeCurvePoint,
  encodePoint,
  GENERATOR,
  modOrder,
  multiply,
  POINT_BYTES,
  type Point,
  type PointRefusal,
} from './group.ts'
import { withPlainBatch } from './plain-batch.ts'
import { createPlainLogarithms } from './plain-logarithms.ts'

const NO_BYTES = new Uint8Array()

export function createPlainArithmetic(): Arithmetic {
  return {
    kind: 'plain',
    check: (encoded) =>
      Array.from({ length: encoded.length / POINT_BYTES }, (_, i) =>
        verdictOf(decodeBase(encoded.subarray(i * POINT_BYTES, (i + 1) * POINT_BYTES))),
      ),
    decode: (encoded) => {
      const base = decodeBase(encoded)
      if (base.ok) return base.value.point
      return base.error.code === 'point-malformed' ? 'malformed' : 'outside'
    },
    combination: (terms) =>
      combinationOf(
        terms.map(([point, scalar]) => [
          point === GENERATOR ? fixedBase(point) : variableBase(point),
          scalar,
        ]),
      ),
    schnorrCommitments: (statements) => statements.map(schnorrCommitment),
    ciphertextCommitments: (key, groups) => groups.map((group) => groupCommitments(fixedBase(key), group)),
    withBatch: withPlainBatch,
    addWeighted,
    logarithms: createPlainLogarithms,
  }
}

function addWeighted(sums: readonly Point[], rows: readonly WeightedPoints[]): readonly Point[] | undefined {
  let totals = sums
  for (const { points, weight } of rows) {
    assert(points.length === sums.length * POINT_BYTES, 'a row has a point for each sum')
    const added: Point[] = []
    for (const [i, total] of totals.entries()) {
      const point = decodeCurvePoint(points.subarray(i * POINT_BYTES, (i + 1) * POINT_BYTES))
      if (!point.ok) return undefined
      const multiple = multiply(point.value, weight < 0n ? -weight : weight)
      added.push(weight < 0n ? total.subtract(multiple) : total.add(multiple))
    }
    totals = added
  }
  return totals
}

function verdictOf(decoded: Result<Base, PointRefusal>): PointVerdict {
  if (decoded.ok) return GOOD_POINT
  return decoded.error.code === 'point-malformed' ? MALFORMED_POINT : OUTSIDE_SUBGROUP
}

function schnorrCommitment({ point, challenge, response }: SchnorrStatement): SchnorrCommitment {
  const base = decodeBase(point)
  if (!base.ok) return { verdict: verdictOf(base), commitment: NO_BYTES }
  const commitment = combinationOf([
    [fixedBase(GENERATOR), response],
    [base.value, challenge],
  ])
  return { verdict: GOOD_POINT, commitment: encodePoint(commitment) }
}

/** A ciphertext whose halves were checked. */
interface Prepared {
  readonly alpha: Base
  readonly beta: Base
}

function groupCommitments(
  key: Base,
  { ciphertexts, sums, equations }: CiphertextGroup,
): CiphertextCommitments {
  const decoded = ciphertexts.map(({ alpha, beta }) => [decodeBase(alpha), decodeBase(beta)] as const)
  const verdicts = decoded.flatMap((halves) => halves.map(verdictOf))
  const good = decoded.flatMap(([alpha, beta]): Prepared[] =>
    alpha.ok && beta.ok ? [{ alpha: alpha.value, beta: beta.value }] : [],
  )
  if (good.length < ciphertexts.length) return { verdicts, sums: NO_BYTES, commitments: NO_BYTES }
  const added = sums.map(([from, to]) => sumOf(good.slice(from, to)))
  const all = [...good, ...added]
  const generator = fixedBase(GENERATOR)
  const commitments = equations.flatMap(({ of, value, challenge, response }) => {
    const { alpha, beta } = all[of]!
    return [
      combinationOf([
        [generator, response],
        [alpha, challenge],
      ]),
      combinationOf([
        [key, response],
        [beta, challenge],
        [generator, modOrder(-challenge * BigInt(value))],
      ]),
    ]
  })
  return {
    verdicts,
    sums: encodedPoints(added.flatMap(({ alpha, beta }) => [alpha.point, beta.point])),
    commitments: encodedPoints(commitments),
  }
}

/** The product of ciphertexts encrypts the sum of their plaintexts. */
function sumOf(ciphertexts: readonly Prepared[]): Prepared {
  const only = ciphertexts.length === 1 ? ciphertexts[0] : undefined
  if (only !== undefined) return only
  const add = (half: 'alpha' | 'beta'): Base =>
    variableBase(
      ciphertexts.map((ciphertext) => ciphertext[half].point).reduce((sum: Point, point) => sum.add(point)),
    )
  return { alpha: add('alpha'), beta: add('beta') }
}

function encodedPoints(points: readonly Point[]): Uint8Array {
  return concatAll(points.map(encodePoint))
}
