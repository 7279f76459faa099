/** The nouns of the Belenios protocol, version 1, group Ed25519. Section numbers are the specification's (version 3.0). */
import type { Refusal } from '../base/index.ts'
import type { Point } from '../crypto/index.ts'

/** A homomorphic question (4.9.1): choose between min and max of the answers, or vote blank where that is allowed. */
export interface Question {
  readonly question: string
  readonly answers: readonly string[]
  readonly blank: boolean
  readonly min: number
  readonly max: number
}

/** What an election is made of before it has a hash (4.10). */
export interface ElectionParameters {
  readonly description: string
  readonly name: string
  /** The election key y. */
  readonly publicKey: Point
  readonly questions: readonly Question[]
  /** At least 14 base58 characters. */
  readonly uuid: string
  readonly administrator?: string
  readonly credentialAuthority?: string
}

/** An election as voters get it: the exact JSON, and what its bytes determine. */
export interface Election extends ElectionParameters {
  readonly json: string
  /** SHA-256 of `json`, 32 bytes. */
  readonly hash: Uint8Array
  /** phi: `hash` in base64 without padding. */
  readonly fingerprint: string
}

/** One line of the roll: a public credential (encoded point) and the weight of its voter. */
export interface RollEntry {
  readonly credential: Uint8Array
  /** At least 1. */
  readonly weight: bigint
}

/** (challenge, response), both in 0..q-1. */
export interface Proof {
  readonly challenge: bigint
  readonly response: bigint
}

/** A ciphertext as it travels: encoded points, not yet checked. */
export interface EncodedCiphertext {
  readonly alpha: Uint8Array
  readonly beta: Uint8Array
}

/** The encrypted answer to one homomorphic question (4.11.1). */
export interface EncryptedAnswer {
  readonly choices: readonly EncodedCiphertext[]
  /** A 0/1 proof (two branches) for each choice. */
  readonly individualProofs: readonly (readonly Proof[])[]
  /** One branch a value in min..max, with a leading branch where blank is allowed. */
  readonly overallProof: readonly Proof[]
  /** Two branches, only where blank is allowed. */
  readonly blankProof?: readonly Proof[]
}

/** A ballot as it travels (4.17): of right form, its points and proofs not yet verified. */
export interface Ballot {
  readonly uuid: string
  /** The election's hash, 32 bytes. */
  readonly electionHash: Uint8Array
  /** The voter's public credential: an encoded point. */
  readonly credential: Uint8Array
  readonly answers: readonly EncryptedAnswer[]
  /** Schnorr signature over the rest (4.16); the signed `hash` follows from the rest and is not kept. */
  readonly signature: Proof
}

/** Where in a ballot, an archive or a decryption something is wrong. Indexes start at 0. */
export interface Place {
  readonly question?: number
  readonly choice?: number
  readonly proof?: 'individual' | 'overall' | 'blank' | 'signature' | 'decryption' | 'key'
}

export type BallotRefusalCode =
  | 'wrong-election'
  | 'wrong-shape'
  | 'point-malformed'
  | 'point-outside-subgroup'
  | 'individual-proof'
  | 'overall-proof'
  | 'blank-proof'
  | 'bad-signature'
export interface BallotRefusal extends Refusal<BallotRefusalCode> {
  readonly place: Place
}

/** A ciphertext whose halves are known to be points of the subgroup. */
export interface Ciphertext {
  readonly alpha: Point
  readonly beta: Point
}

/** The weighted sum of ballots: a ciphertext a question and choice (4.18). Immutable. */
export interface EncryptedTally {
  readonly ciphertexts: readonly (readonly Ciphertext[])[]
}

/** A trustee's public key with its proof of knowledge (4.5); `signature` only inside threshold parameters. */
export interface TrusteePublicKey {
  readonly publicKey: Point
  readonly proof: Proof
  readonly signature?: Proof
}

/** 4.6.1 */
export interface SignedMessage {
  readonly message: string
  readonly signature: Proof
}

/** 4.6.7 */
export interface ThresholdParameters {
  readonly threshold: number
  readonly certificates: readonly SignedMessage[]
  readonly coefficients: readonly SignedMessage[]
  /** Absent in archives of releases before 2.5.1, which do not verify. */
  readonly signatures?: readonly Proof[]
  readonly verificationKeys: readonly TrusteePublicKey[]
}

/** 4.7 */
export type TrusteeKind =
  | { readonly kind: 'single'; readonly key: TrusteePublicKey }
  | { readonly kind: 'pedersen'; readonly parameters: ThresholdParameters }

/** A partial decryption (4.20): a factor and a proof a question and choice. Points as they travel, not yet checked. */
export interface PartialDecryption {
  readonly factors: readonly (readonly Uint8Array[])[]
  readonly proofs: readonly (readonly Proof[])[]
}

/** Votes a question and choice; a leading blank count where blank is allowed. */
export type Counts = readonly (readonly bigint[])[]

/** 4.4 */
export type EventType =
  | 'Setup'
  | 'Ballot'
  | 'EndBallots'
  | 'EncryptedTally'
  | 'Shuffle'
  | 'EndShuffles'
  | 'PartialDecryption'
  | 'Result'

/** The end of a board: hash and height of its last event. */
export interface BoardHead {
  /** SHA-256 of the last event's JSON, 32 bytes. */
  readonly hash: Uint8Array
  /** 0 for the Setup event. */
  readonly height: number
}

/** One check of an audit; `detail` names the place of a failure. */
export interface AuditCheck {
  /** Stable and numbered, such as `A07`. */
  readonly id: string
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
}

/** What `psephos audit` reports, without the time it took (the command adds that). */
export interface AuditReport {
  readonly ok: boolean
  /** Uuid, or empty where the archive is too damaged to tell. */
  readonly election: string
  readonly name: string
  readonly ballots: number
  readonly counted: number
  /** The result the archive claims, when it has one. */
  readonly result?: Counts
  readonly questions: readonly Question[]
  /** Every check in order; a failing check appears once for each place where it fails (up to a limit that is stated). */
  readonly checks: readonly AuditCheck[]
}
