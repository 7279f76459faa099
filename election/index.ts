/** The Belenios protocol, version 1, group Ed25519. Pure; knows no chain. */
import type { Refusal, Result } from '../base/index.ts'
import type { Point, Random } from '../crypto/index.ts'
import type {
  AuditReport,
  Ballot,
  BallotRefusal,
  BoardHead,
  Counts,
  Election,
  ElectionParameters,
  EncryptedTally,
  EventType,
  PartialDecryption,
  Place,
  Question,
  RollEntry,
  TrusteeKind,
  TrusteePublicKey,
} from './types.ts'

export type * from './types.ts'

const notYet = (): never => {
  throw new Error('not yet')
}

// ---- elections and questions -------------------------------------------------------------------------------------
/** Questions out of parsed JSON in Belenios' form; `Lists` and `NonHomomorphic` are refused by name. */
export function parseQuestions(
  _json: unknown,
): Result<readonly Question[], Refusal<'questions-invalid' | 'question-type-unsupported'>> {
  return notYet()
}
export function questionsJson(_questions: readonly Question[]): string {
  return notYet()
}
/** Ciphertexts of an answer: the answers, and one more where blank is allowed. */
export function choiceCount(_question: Question): number {
  return notYet()
}
export function createElection(_parameters: ElectionParameters): Election {
  return notYet()
}
export function parseElection(
  _json: string,
): Result<Election, Refusal<'election-malformed' | 'questions-invalid' | 'question-type-unsupported'>> {
  return notYet()
}
/** 14 base58 characters. */
export function createUuid(_random: Random): string {
  return notYet()
}
export function isUuid(_text: string): boolean {
  return notYet()
}

// ---- credentials --------------------------------------------------------------------------------------------------
export function createCredential(_random: Random): string {
  return notYet()
}
export function isCredential(_text: string): boolean {
  return notYet()
}
/** The secret exponent of a private credential (4.8). */
export function credentialSecret(_uuid: string, _credential: string): bigint {
  return notYet()
}
/** g^secret, encoded. */
export function publicCredential(_secret: bigint): Uint8Array {
  return notYet()
}
/** The Belenios list: sorted; with weights on every line when `weighted`, on none otherwise. */
export function publicCredentialsJson(_entries: readonly RollEntry[], _weighted: boolean): string {
  return notYet()
}
export function parsePublicCredentials(
  _json: string,
): Result<
  { readonly entries: readonly RollEntry[]; readonly weighted: boolean },
  Refusal<
    | 'roll-malformed'
    | 'roll-unsorted'
    | 'roll-duplicate'
    | 'roll-weight'
    | 'point-malformed'
    | 'point-outside-subgroup'
  >
> {
  return notYet()
}

// ---- ballots ------------------------------------------------------------------------------------------------------
/**
 * Encrypts and signs. `answers` has a 0/1 a choice and question; where blank is allowed the first one says "blank".
 */
export function createBallot(
  _election: Election,
  _secret: bigint,
  _answers: readonly (readonly number[])[],
  _random: Random,
): Result<Ballot, Refusal<'answers-invalid'>> {
  return notYet()
}
export function ballotJson(_ballot: Ballot): string {
  return notYet()
}
/** Only the canonical JSON of a ballot is taken (T05). */
export function parseBallot(
  _json: string,
): Result<Ballot, Refusal<'ballot-malformed' | 'question-type-unsupported'>> {
  return notYet()
}
/** The compact form: SSZ, lossless both ways. */
export function encodeBallot(_ballot: Ballot): Uint8Array {
  return notYet()
}
export function decodeBallot(_bytes: Uint8Array): Result<Ballot, Refusal<'ballot-malformed'>> {
  return notYet()
}
/** SHA-256 of the JSON, 32 bytes: the Belenios tracker before base64. Remembered per ballot object. */
export function ballotId(_ballot: Ballot): Uint8Array {
  return notYet()
}
/** What a voter writes down: the id in base64 without padding. */
export function tracker(_id: Uint8Array): string {
  return notYet()
}
/** Everything about a ballot that needs no roll: election, shape, points, every proof, signature. */
export function verifyBallot(_election: Election, _ballot: Ballot): Result<void, BallotRefusal> {
  return notYet()
}

// ---- trustees -----------------------------------------------------------------------------------------------------
export function createTrusteeKey(_privateKey: bigint, _random: Random): TrusteePublicKey {
  return notYet()
}
export function verifyTrusteeKey(_key: TrusteePublicKey): boolean {
  return notYet()
}
export function encodeTrusteeKey(_key: TrusteePublicKey): Uint8Array {
  return notYet()
}
export function decodeTrusteeKey(
  _bytes: Uint8Array,
): Result<TrusteePublicKey, Refusal<'key-malformed' | 'point-malformed' | 'point-outside-subgroup'>> {
  return notYet()
}
export function trusteesJson(_trustees: readonly TrusteeKind[]): string {
  return notYet()
}
export function parseTrustees(_json: string): Result<readonly TrusteeKind[], Refusal<'trustees-malformed'>> {
  return notYet()
}
/** All proofs, certificates, signatures and key shares of a trustees structure. */
export function verifyTrustees(_trustees: readonly TrusteeKind[]): Result<void, Refusal<'trustees-invalid'>> {
  return notYet()
}
/** The product of the sub-keys: the election key y. */
export function electionKey(_trustees: readonly TrusteeKind[]): Point {
  return notYet()
}
/** Verification keys in the order in which `owner` (from 1) counts them. */
export function verificationKeys(_trustees: readonly TrusteeKind[]): readonly Point[] {
  return notYet()
}

// ---- tally --------------------------------------------------------------------------------------------------------
export function emptyTally(_questions: readonly Question[]): EncryptedTally {
  return notYet()
}
/** Adds a VERIFIED ballot with its weight; a negative weight takes it out again. */
export function addToTally(_tally: EncryptedTally, _ballot: Ballot, _weight: bigint): EncryptedTally {
  return notYet()
}
export function tallyJson(_tally: EncryptedTally): string {
  return notYet()
}
export function encodeTally(_tally: EncryptedTally): Uint8Array {
  return notYet()
}
export function decodeTally(
  _questions: readonly Question[],
  _bytes: Uint8Array,
): Result<EncryptedTally, Refusal<'tally-malformed'>> {
  return notYet()
}
/** The payload of the EncryptedTally event. `tallyHash`: SHA-256 of `tallyJson`. */
export function sizedTallyJson(_numTallied: number, _totalWeight: bigint, _tallyHash: Uint8Array): string {
  return notYet()
}
export function createPartialDecryption(
  _election: Election,
  _tally: EncryptedTally,
  _privateKey: bigint,
  _random: Random,
): PartialDecryption {
  return notYet()
}
export function verifyPartialDecryption(
  _election: Election,
  _tally: EncryptedTally,
  _publicKey: Point,
  _decryption: PartialDecryption,
): Result<
  void,
  Refusal<'wrong-shape' | 'point-malformed' | 'point-outside-subgroup' | 'decryption-proof'> & {
    readonly place: Place
  }
> {
  return notYet()
}
export function partialDecryptionJson(_decryption: PartialDecryption): string {
  return notYet()
}
export function encodePartialDecryption(_decryption: PartialDecryption): Uint8Array {
  return notYet()
}
export function decodePartialDecryption(
  _bytes: Uint8Array,
): Result<PartialDecryption, Refusal<'decryption-malformed'>> {
  return notYet()
}
export function ownedDecryptionJson(_owner: number, _payload: Uint8Array): string {
  return notYet()
}
/** Combines VERIFIED partial decryptions (Lagrange inside Pedersen items) and solves the logarithms up to `totalWeight`. */
export function computeResult(
  _trustees: readonly TrusteeKind[],
  _tally: EncryptedTally,
  _decryptions: readonly { readonly owner: number; readonly decryption: PartialDecryption }[],
  _totalWeight: bigint,
): Result<Counts, Refusal<'not-enough-decryptions' | 'logarithm-not-found'>> {
  return notYet()
}
/** Whether `computeResult` has what it needs from these owners. */
export function canCombine(_trustees: readonly TrusteeKind[], _owners: ReadonlySet<number>): boolean {
  return notYet()
}
export function resultJson(_counts: Counts): string {
  return notYet()
}

// ---- the board and its archive -------------------------------------------------------------------------------------
/** SHA-256 of a payload's JSON: the name of its data file. */
export function payloadHash(_json: string): Uint8Array {
  return notYet()
}
export function setupJson(_election: Uint8Array, _trustees: Uint8Array, _credentials: Uint8Array): string {
  return notYet()
}
/** The next event after `parent` (none: the Setup event): its JSON and the board's new head. */
export function nextEvent(
  _parent: BoardHead | undefined,
  _type: EventType,
  _payload?: Uint8Array,
): { readonly json: string; readonly head: BoardHead } {
  return notYet()
}
/** One file of an archive, in order. */
export type ArchiveEntry =
  | { readonly kind: 'data'; readonly json: string }
  | { readonly kind: 'event'; readonly json: string }
/** The `.bel` bytes (ustar). `timestamp`: seconds since 1970. */
export function writeArchive(_timestamp: number, _entries: Iterable<ArchiveEntry>): Uint8Array {
  return notYet()
}
/** The entries of a `.bel`; every name must be the hash of its content, every header a plain ustar one. */
export function readArchive(
  _bytes: Uint8Array,
): Result<
  { readonly timestamp: number; readonly entries: readonly ArchiveEntry[] },
  Refusal<'archive-malformed'>
> {
  return notYet()
}
/** What `later` lacks or changed of `earlier`; empty when it extends it (T25; the official tool's verify-diff). */
export function compareArchives(
  _earlier: Uint8Array,
  _later: Uint8Array,
): Result<readonly string[], Refusal<'archive-malformed'>> {
  return notYet()
}
/** Verifies an archive, complete or still growing, and reports every failing check with its place. */
export function auditArchive(
  _bytes: Uint8Array,
  _onProgress?: (ballotsVerified: number, ballots: number) => void,
): AuditReport {
  return notYet()
}
