/**
 * The Arithmetic port: what the verification of proofs asks of the group, about PUBLIC points and scalars only (time depends on the data).
 * Two adapters: the kernel (WebAssembly) and plain BigInt arithmetic where there is none; one suite of tests holds both to this contract
 * and to noble-curves, which does everything that is secret.
 *
 * It speaks of many statements at once, so that the kernel computes two at a time and inverts once for all.
 */
import type { WithPointBatch } from './batch.ts'
import type { Point } from './group.ts'

/** The halves of a ciphertext as they were sent: 32 bytes each. */
export interface EncodedPair {
  readonly alpha: Uint8Array
  readonly beta: Uint8Array
}

/** What was found out about a sent point: 0 where it is the canonical encoding of a point of the prime-order subgroup. */
export type PointVerdict = 0 | 1 | 2
export const GOOD_POINT = 0
export const MALFORMED_POINT = 1
export const OUTSIDE_SUBGROUP = 2

/** A proof of knowledge of the logarithm of a sent point. */
export interface SchnorrStatement {
  readonly point: Uint8Array
  readonly challenge: bigint
  readonly response: bigint
}
export interface SchnorrCommitment {
  readonly verdict: PointVerdict
  /** g^response point^challenge, encoded; nothing where the point is not good. */
  readonly commitment: Uint8Array
}

/** That a ciphertext encrypts a value, with the challenge and the response that are said to show it. */
export interface Equation {
  /** The ciphertext: index among the group's ciphertexts, and behind them its sums. */
  readonly of: number
  readonly value: number
  readonly challenge: bigint
  readonly response: bigint
}
/** Sent ciphertexts with what is stated of them and of their sums. */
export interface CiphertextGroup {
  readonly ciphertexts: readonly EncodedPair[]
  /** Sums of the ciphertexts from..to-1, each with at least one. */
  readonly sums: readonly (readonly [from: number, to: number])[]
  readonly equations: readonly Equation[]
}
export interface CiphertextCommitments {
  /** Of alpha and beta of each ciphertext. Where one is not good there are no sums and no commitments. */
  readonly verdicts: readonly PointVerdict[]
  /** Alpha and beta of each sum, encoded: 64 bytes each. */
  readonly sums: Uint8Array
  /** A = g^response alpha^challenge and B = key^response (beta / g^value)^challenge of each equation, encoded: 64 bytes each. */
  readonly commitments: Uint8Array
}

/** A point for each sum, 32 bytes each, on the curve or not, and how often they count: more than -q and less than q. */
export interface WeightedPoints {
  readonly points: Uint8Array
  readonly weight: bigint
}

/** Finds logarithms up to one bound. */
export interface Logarithms {
  /** The m in 0..bound with [m]G = P, or undefined where there is none. */
  find(point: Point): bigint | undefined
}

export interface Arithmetic {
  readonly kind: 'simd' | 'scalar' | 'plain'
  /** The verdicts on n sent points, n x 32 bytes. */
  check(encoded: Uint8Array): readonly PointVerdict[]
  /** The point of 32 bytes, with its verdict. */
  decode(encoded: Uint8Array): Point | 'malformed' | 'outside'
  /** [k1]P1 + [k2]P2 + ... for scalars in 0..q-1. */
  combination(terms: readonly (readonly [Point, bigint])[]): Point
  schnorrCommitments(statements: readonly SchnorrStatement[]): readonly SchnorrCommitment[]
  /** With the same key for all. */
  ciphertextCommitments(key: Point, groups: readonly CiphertextGroup[]): readonly CiphertextCommitments[]
  readonly withBatch: WithPointBatch
  /** Sums with [weight] of each row's points added, or undefined where a point is not one of the curve. Their order is not looked at. */
  addWeighted(sums: readonly Point[], rows: readonly WeightedPoints[]): readonly Point[] | undefined
  /** For `count` logarithms in 0..bound, which share a table; `bound` is at most MAX_LOGARITHM. */
  logarithms(bound: bigint, count: number): Logarithms
}
