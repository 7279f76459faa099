/** The nouns of the threshold key ceremony (specification 4.6). Members count from 1. */
import type { Point } from '../../crypto/index.ts'
import type { Proof } from '../types.ts'

/** Between how many members, and how many of them decrypt: 1 <= threshold <= size. */
export interface CeremonyContext {
  readonly size: number
  readonly threshold: number
}

/** Private keys of one trustee in one attempt (4.6.1), both in 0..q-1. */
export interface CeremonyKeys {
  readonly signing: bigint
  readonly decryption: bigint
}

/** What a certificate says beside its context (4.6.2), and its signature. */
export interface TrusteeCertificate {
  readonly verification: Point
  readonly encryption: Point
  readonly signature: Proof
}

/** Whose polynomial: the context, every member's certificate (verified), and the dealer's index, from 1. */
export interface PolynomialPlace {
  readonly context: CeremonyContext
  readonly certificates: readonly TrusteeCertificate[]
  readonly index: number
}

/** A dealer's commitments to its coefficients, A_0 and on, threshold many, and its two signatures (4.6.4). */
export interface PublicPolynomial {
  readonly coefficients: readonly Point[]
  /** Over the coefficients. */
  readonly signature: Proof
  /** Over all certificates and the coefficients. */
  readonly certificatesSignature: Proof
}

/** A message of 4.6.1, encrypted: what `send` makes (4.6.3). Points are checked, the rest is anything. */
export interface EncryptedMessage {
  readonly alpha: Point
  readonly beta: Point
  readonly data: Uint8Array
}

/** An encrypted share: `send(sk_i, ek_j, {"secret":...})`. */
export type EncryptedShare = EncryptedMessage

/** Whose share: both certificates (verified), the recipient's index, from 1, and the dealer's coefficients (verified). */
export interface SharePlace {
  readonly dealer: TrusteeCertificate
  readonly recipient: TrusteeCertificate
  readonly index: number
  readonly coefficients: readonly Point[]
}

/** A recipient's statement that a share is bad, with what opens it. */
export interface Complaint {
  /** alpha^dk. */
  readonly sharedSecret: Point
  /** log_g(ek) = log_alpha(sharedSecret). */
  readonly proof: Proof
}
