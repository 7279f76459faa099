/**
 * What validators say, read by code of its own: consensus statements, envelopes, certificates, evidence and their signatures.
 * Sources: "Encodings" in consensus/README.md, docs/protocol.md. The tests hold it against the product's encoders. What cannot
 * be read throws `Unreadable`.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { Facts } from '../types.ts'
import { fixedList, hex, Reader, sha256, Unreadable, variableList } from './ssz.ts'

export type Kind = 'proposal' | 'prepare' | 'commit' | 'roundChange'
const KINDS: readonly Kind[] = ['proposal', 'prepare', 'commit', 'roundChange']
/** Order of a round's statements: what a node signs never goes back in it. */
const STEPS: Readonly<Record<Kind, number>> = { roundChange: 0, proposal: 1, prepare: 2, commit: 3 }

/** A statement; of a round change the block is the prepared one, and `prepared` its round. */
export interface Said {
  readonly kind: Kind
  readonly height: number
  readonly round: number
  /** Hexadecimal; absent in a round change without a prepared block. */
  readonly block?: string
  readonly preparedRound?: number
}

/** A statement under its author's signature. */
export interface Vote {
  readonly said: Said
  readonly validator: number
  readonly signature: Uint8Array
}

/** What travels in a consensus envelope. */
export interface Spoken {
  readonly vote: Vote
  readonly roundChanges: readonly Vote[]
  readonly prepares: readonly Vote[]
  readonly block: Uint8Array | undefined
}

export interface SeenCertificate {
  readonly height: number
  readonly round: number
  readonly block: string
  readonly signatures: readonly { readonly validator: number; readonly signature: Uint8Array }[]
}

const STATEMENT_BYTES = 50
const VOTE_BYTES = STATEMENT_BYTES + 2 + 64
/** What every signed statement begins with. */
export const STATEMENT_DOMAIN: Buffer = Buffer.from('psephos/consensus/statement/1'.padEnd(32, '\0'), 'ascii')

/** Which slot a statement takes, as `[height, round, step]`. */
export function slotOf({ kind, height, round }: Said): readonly [number, number, number] {
  return [height, round, STEPS[kind]]
}

/** Negative where slot `a` is before `b`. */
export function compareSlots(
  a: readonly [number, number, number],
  b: readonly [number, number, number],
): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

/** Whether two statements say the same. */
export function isSame(a: Said, b: Said): boolean {
  return (
    a.kind === b.kind &&
    a.height === b.height &&
    a.round === b.round &&
    a.block === b.block &&
    a.preparedRound === b.preparedRound
  )
}

/** A statement in words. */
export function words({ kind, height, round, block, preparedRound }: Said): string {
  const about = block === undefined ? 'nothing prepared' : `block ${block.slice(0, 8)}`
  const prepared = preparedRound === undefined ? '' : ` prepared in round ${preparedRound}`
  return `${kind} of height ${height}, round ${round}, ${about}${prepared}`
}

function readStatement(reader: Reader): Said {
  const kind = KINDS[reader.uint8() - 1]
  if (kind === undefined) throw new Unreadable('a statement of no known kind')
  const height = reader.uint64()
  const round = reader.uint32()
  const block = hex(reader.bytes(32))
  const isPrepared = reader.boolean()
  const preparedRound = reader.uint32()
  if (kind !== 'roundChange') return { kind, height, round, block }
  return isPrepared ? { kind, height, round, block, preparedRound } : { kind, height, round }
}

/** The bytes that get signed: domain tag, network id, statement. Throws where tag or network are others. */
export function readSigned(bytes: Uint8Array, networkId: Uint8Array): Said {
  const reader = new Reader(bytes)
  if (hex(reader.bytes(32)) !== hex(STATEMENT_DOMAIN))
    throw new Unreadable('not the domain of consensus statements')
  if (hex(reader.bytes(32)) !== hex(networkId)) throw new Unreadable('a statement of another network')
  const said = readStatement(reader)
  reader.end()
  return said
}

/** The bytes that a statement's signature is under. */
export function signedBytes(networkId: Uint8Array, said: Said): Uint8Array {
  const bytes = Buffer.alloc(32 + 32 + STATEMENT_BYTES)
  bytes.set(STATEMENT_DOMAIN)
  bytes.set(networkId, 32)
  bytes.writeUInt8(KINDS.indexOf(said.kind) + 1, 64)
  bytes.writeBigUInt64LE(BigInt(said.height), 65)
  bytes.writeUInt32LE(said.round, 73)
  if (said.block !== undefined) bytes.set(Buffer.from(said.block, 'hex'), 77)
  if (said.kind === 'roundChange' && said.block !== undefined) {
    bytes.writeUInt8(1, 109)
    bytes.writeUInt32LE(said.preparedRound ?? 0, 110)
  }
  return bytes
}

function readVote(bytes: Uint8Array): Vote {
  const reader = new Reader(bytes)
  const vote = { said: readStatement(reader), validator: reader.uint16(), signature: reader.bytes(64) }
  reader.end()
  return vote
}

/** A gossiped consensus envelope. */
export function readEnvelope(bytes: Uint8Array): Spoken {
  const envelope = new Reader(bytes)
  envelope.offset()
  envelope.offset()
  envelope.bytes(8)
  const [message, blocks] = envelope.variable()
  const reader = new Reader(message!)
  const vote = readVote(reader.bytes(VOTE_BYTES))
  reader.offset()
  reader.offset()
  const [roundChanges, prepares] = reader.variable()
  return {
    vote,
    roundChanges: fixedList(roundChanges!, VOTE_BYTES).map(readVote),
    prepares: fixedList(prepares!, VOTE_BYTES).map(readVote),
    block: variableList(blocks!)[0],
  }
}

/** Two signed statements. */
export function readEvidence(bytes: Uint8Array): readonly [Vote, Vote] {
  if (bytes.length !== 2 * VOTE_BYTES) throw new Unreadable(`${bytes.length} bytes are no evidence`)
  return [readVote(bytes.subarray(0, VOTE_BYTES)), readVote(bytes.subarray(VOTE_BYTES))]
}

/** A certificate. */
export function readCertificate(bytes: Uint8Array): SeenCertificate {
  const reader = new Reader(bytes)
  const [height, round, block] = [reader.uint64(), reader.uint32(), hex(reader.bytes(32))]
  reader.offset()
  const signatures = fixedList(reader.variable()[0]!, 66).map((entry) => {
    const one = new Reader(entry)
    return { validator: one.uint16(), signature: one.bytes(64) }
  })
  return { height, round, block, signatures }
}

/** How many of n validators decide: two thirds, rounded up. */
export function quorumOf(n: number): number {
  return Math.ceil((2 * n) / 3)
}

// ---- signatures -------------------------------------------------------------------------------------------------------

const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** An Ed25519 public key of its 32 bytes. */
function keyOf(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
}

/** Whether an Ed25519 signature is good. */
export function isSignatureOf(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, bytes, keyOf(publicKey), signature)
  } catch {
    return false
  }
}

/** Answers whether a vote's signature is its author's; each signature is verified once, however often it is met. */
export type VoteVerifier = (said: Said, validator: number, signature: Uint8Array) => boolean

const verifiers = new WeakMap<Facts, VoteVerifier>()

/** The verifier of one run's votes: the same for all checkers. */
export function voteVerifier(facts: Facts): VoteVerifier {
  const known = verifiers.get(facts)
  if (known !== undefined) return known
  const verifier = newVerifier(facts)
  verifiers.set(facts, verifier)
  return verifier
}

function newVerifier({ networkId, validatorKeys }: Facts): VoteVerifier {
  const keys = validatorKeys.map(keyOf)
  const known = new Map<string, boolean>()
  return (said, validator, signature) => {
    const key = keys[validator]
    if (key === undefined) return false
    const bytes = signedBytes(networkId, said)
    const name = `${validator}/${hex(sha256(bytes, signature))}`
    let isGood = known.get(name)
    if (isGood === undefined) {
      isGood = verify(null, bytes, key, signature)
      known.set(name, isGood)
    }
    return isGood
  }
}
