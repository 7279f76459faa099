/**
 * Agreement on an opaque block id a height, QBFT-shaped. The rules are numbered in README.md beside this file.
 */
import type { Refusal, Result } from '../base/index.ts'
import type {
  AuthenticMessage,
  Certificate,
  Effect,
  Evidence,
  HeightOptions,
  HeightReport,
  Input,
  Message,
  Statement,
  ValidatorSet,
} from './types.ts'

export type * from './types.ts'

const notYet = (): never => {
  throw new Error('not yet')
}

/** floor((n - 1) / 3). */
export function maxFaulty(_n: number): number {
  return notYet()
}
/** The one quorum formula. */
export function quorum(_n: number): number {
  return notYet()
}
/** Index of the proposer. */
export function proposerOf(_height: number, _round: number, _n: number): number {
  return notYet()
}

/** The state of one height: immutable; opaque outside this folder. */
export interface State {
  readonly height: number
}
export function createState(_options: HeightOptions): State {
  return notYet()
}
export function step(
  _state: State,
  _input: Input,
): { readonly state: State; readonly effects: readonly Effect[] } {
  return notYet()
}
export function report(_state: State): HeightReport {
  return notYet()
}

/** The canonical bytes that get signed: domain tag, network id, statement. */
export function statementBytes(_networkId: Uint8Array, _statement: Statement): Uint8Array {
  return notYet()
}
export function authenticate(
  _message: Message,
  _validators: ValidatorSet,
  _networkId: Uint8Array,
): Result<AuthenticMessage, Refusal<'unknown-validator' | 'bad-signature' | 'inconsistent'>> {
  return notYet()
}
export function encodeMessage(_message: Message): Uint8Array {
  return notYet()
}
export function decodeMessage(_bytes: Uint8Array): Result<Message, Refusal<'malformed'>> {
  return notYet()
}
export function encodeStatement(_statement: Statement): Uint8Array {
  return notYet()
}
export function encodeCertificate(_certificate: Certificate): Uint8Array {
  return notYet()
}
export function decodeCertificate(_bytes: Uint8Array): Result<Certificate, Refusal<'malformed'>> {
  return notYet()
}
export function verifyCertificate(
  _certificate: Certificate,
  _validators: ValidatorSet,
  _networkId: Uint8Array,
): Result<void, Refusal<'no-quorum' | 'unknown-validator' | 'bad-signature' | 'not-ascending'>> {
  return notYet()
}
export function verifyEvidence(
  _evidence: Evidence,
  _validators: ValidatorSet,
  _networkId: Uint8Array,
): Result<void, Refusal<'not-equivocation' | 'unknown-validator' | 'bad-signature'>> {
  return notYet()
}
