/** The nouns of the replicated state machine. Times are milliseconds since 1970 by block time; keys are 32-byte Ed25519. */
import type { Refusal } from '../base/index.ts'
import type { Ballot, BoardHead, Counts, Question, RollEntry } from '../election/index.ts'
import type { Equivocation } from './evidence-ssz.ts'

/** The genesis file: the same bytes everywhere; their SHA-256 is the network id. */
export interface Genesis {
  /** For people; 1..64 characters. */
  readonly network: string
  readonly time: number
  readonly validators: readonly GenesisValidator[]
  readonly administrators: readonly Party[]
  readonly registrars: readonly Party[]
  /** Who holds the election keys where a draft names nobody else. May be empty: then every draft names its trustees. */
  readonly trustees: readonly Party[]
  readonly parameters: Parameters
}
export interface Party {
  readonly name: string
  readonly publicKey: Uint8Array
}
export interface GenesisValidator extends Party {
  /** libp2p multiaddrs, each with its /p2p/ peer id. */
  readonly addresses: readonly string[]
}
/** What all nodes of a network must agree on, apart from the protocol's constants. Milliseconds. */
export interface Parameters {
  /** Least time between two blocks. */
  readonly blockIntervalMs: number
  /** A block at least this often, so that time moves. */
  readonly heartbeatMs: number
  readonly roundTimeoutMs: number
  readonly roundTimeoutStepMs: number
  readonly roundTimeoutCapMs: number
}

/** Everything about an election that its administrator decides; fixed from the draft on. */
export interface ElectionDraft {
  readonly uuid: string
  readonly name: string
  readonly description: string
  readonly questions: readonly Question[]
  /** Names for the Belenios election; optional there. */
  readonly administratorName?: string
  readonly credentialAuthorityName?: string
  /** Registrars of this election, all registered on the chain, and how many must sign the roll. */
  readonly registrars: readonly Uint8Array[]
  readonly registrarThreshold: number
  /**
   * Who holds the election's key, each by the key that signs its transactions. Trustees have a *place*: their number from 0 in
   * the mandatory ones followed by the others.
   */
  readonly mandatoryTrustees: readonly Party[]
  /** They make one Belenios `Pedersen` key in a ceremony, and any `trusteeThreshold` of them decrypt. */
  readonly trustees: readonly Party[]
  /** 1..number of `trustees`; 0 where there are none. */
  readonly trusteeThreshold: number
  readonly opensAt: number
  readonly closesAt: number
}

export type Transaction =
  | {
      readonly kind: 'draft'
      readonly draft: ElectionDraft
      readonly administrator: Uint8Array
      readonly signature: Uint8Array
    }
  /** The Belenios `Single` key of a mandatory trustee, revealed while the others deal. */
  | (CeremonyAct & {
      readonly kind: 'trusteeKey'
      /** `encodeTrusteeKey`. */
      readonly key: Uint8Array
    })
  | {
      readonly kind: 'rollChunk'
      readonly uuid: string
      readonly registrar: Uint8Array
      /** SHA-256 of the whole roll's `publicCredentialsJson`: the Belenios credentials hash. */
      readonly rollHash: Uint8Array
      readonly isWeighted: boolean
      /** This chunk's place, 0..count-1. */
      readonly index: number
      readonly count: number
      /** In the order of the Belenios list (`compareCredentials`), strictly, within and across chunks. */
      readonly entries: readonly RollEntry[]
      readonly signature: Uint8Array
    }
  | {
      readonly kind: 'rollSignature'
      readonly uuid: string
      readonly registrar: Uint8Array
      readonly rollHash: Uint8Array
      readonly signature: Uint8Array
    }
  /** Carries no signature of its own: the Belenios ballot has one, and it binds the election's hash. */
  | { readonly kind: 'ballot'; readonly ballot: Ballot }
  | {
      readonly kind: 'partialDecryption'
      readonly uuid: string
      readonly trustee: Uint8Array
      /** `encodePartialDecryption`. */
      readonly decryption: Uint8Array
      readonly signature: Uint8Array
    }
  /** Steps of the key ceremony (Belenios specification 4.6), of one attempt at it; see ceremony.ts. */
  | (CeremonyAct & {
      readonly kind: 'ceremonyCertificate'
      /** `encodeTrusteeCertificate`. */
      readonly certificate: Uint8Array
    })
  | (CeremonyAct & {
      readonly kind: 'ceremonyCommitment'
      /** `commitmentTo` the points that its author will reveal: a dealer's coefficients, or a mandatory trustee's key. */
      readonly commitment: Uint8Array
    })
  | (CeremonyAct & {
      readonly kind: 'ceremonyDealing'
      /** `encodePublicPolynomial`. */
      readonly polynomial: Uint8Array
      /** `encodeShare`, one a member in their order, the dealer included. */
      readonly shares: readonly Uint8Array[]
    })
  | (CeremonyAct & {
      readonly kind: 'ceremonyKey'
      /** `encodeMemberKey`. */
      readonly key: Uint8Array
    })
  /** Says that a dealer's share is bad, and proves what was received; the ledger decides who is at fault. */
  | (CeremonyAct & {
      readonly kind: 'ceremonyComplaint'
      /** The place of the accused. */
      readonly dealer: number
      /** The share as it was dealt, and its branch to the dealing's `sharesRoot`. */
      readonly share: Uint8Array
      readonly branch: readonly Uint8Array[]
      /** `encodeComplaint`. */
      readonly complaint: Uint8Array
    })
  /** That a validator contradicted itself in agreement; see evidence.ts. Has no author: the accused has signed it twice. */
  | (Equivocation & { readonly kind: 'evidence' })

/** What every step of a ceremony says. */
export interface CeremonyAct {
  readonly uuid: string
  readonly trustee: Uint8Array
  readonly attempt: number
  readonly signature: Uint8Array
}
export type TransactionKind = Transaction['kind']
export type TransactionOf<K extends TransactionKind> = Extract<Transaction, { kind: K }>

/** Why the ledger refuses a transaction. Closed; explained in docs/protocol.md. */
export type RejectionCode =
  | 'malformed'
  | 'unknown-election'
  | 'election-exists'
  | 'draft-invalid'
  | 'unknown-administrator'
  | 'unknown-registrar'
  | 'unknown-trustee'
  | 'unknown-validator'
  | 'bad-signature'
  | 'wrong-phase'
  | 'key-invalid'
  | 'trustee-excluded'
  | 'wrong-attempt'
  | 'wrong-step'
  | 'step-done'
  | 'ceremony-invalid'
  | 'roll-invalid'
  | 'roll-exists'
  | 'roll-incomplete'
  | 'already-signed'
  | 'wrong-election'
  | 'unknown-credential'
  | 'ballot-exists'
  | 'board-full'
  | 'ballot-invalid'
  | 'not-open'
  | 'decryption-exists'
  | 'decryption-invalid'
  | 'already-convicted'
export type Rejection = Refusal<RejectionCode>

/** Where an election stands. `closed` of the design is momentary: the block that closes it also computes the encrypted tally. */
export type Phase = 'draft' | 'frozen' | 'open' | 'decrypting' | 'tallied' | 'abandoned'

export interface BlockHeader {
  readonly networkId: Uint8Array
  readonly height: number
  readonly time: number
  /** Id of the parent; the network id at height 1. */
  readonly parent: Uint8Array
  readonly transactionsRoot: Uint8Array
  /** Of the state AFTER this block. */
  readonly stateRoot: Uint8Array
  readonly validatorsRoot: Uint8Array
  readonly nextValidatorsRoot: Uint8Array
}
export interface Block {
  readonly header: BlockHeader
  /** Encoded; others in the proposer's order first, then ballots, ascending by id. */
  readonly transactions: readonly Uint8Array[]
}
export type BlockRejectionCode =
  | 'malformed'
  | 'wrong-network'
  | 'wrong-height'
  | 'wrong-parent'
  | 'wrong-time'
  | 'wrong-order'
  | 'too-large'
  | 'wrong-transactions-root'
  | 'wrong-state-root'
  | 'wrong-validators-root'
  | 'rejected-transaction'
export type BlockRejection = Refusal<BlockRejectionCode>

/** A roll that is being published: one a registrar, the newest hash. Complete when `received` equals `chunks`. */
export interface RollProgress {
  readonly registrar: Uint8Array
  readonly hash: Uint8Array
  readonly isWeighted: boolean
  readonly chunks: number
  readonly received: number
  /** SSZ root of the list, by place, of the SHA-256 of each chunk's entries (zero: not there yet). */
  readonly chunksRoot: Uint8Array
  /** Who signed it, in order; only a complete roll can be signed. */
  readonly signers: readonly Uint8Array[]
}

/** What the ceremony waits for; `done` where nothing is missing any more. */
export type CeremonyStep = 'certificates' | 'commitments' | 'dealings' | 'keys' | 'done'

/** How a trustee left a ceremony: silent in a step until its deadline, or convicted by a complaint. */
export type CeremonyFaultKind =
  | 'no-certificate'
  | 'no-commitment'
  | 'no-dealing'
  | 'no-key'
  | 'bad-share'
  | 'false-complaint'

export interface CeremonyFault {
  readonly place: number
  readonly attempt: number
  readonly kind: CeremonyFaultKind
  /** The place of the other party of a complaint. */
  readonly other?: number
}

/** A trustee that takes part in the present attempt, and what it has published in it. */
export interface CeremonyMember {
  readonly place: number
  readonly certificate?: Uint8Array
  readonly commitment?: Uint8Array
  readonly dealing?: {
    /** `encodePublicPolynomial`. */
    readonly polynomial: Uint8Array
    /** SSZ root of the list of the SHA-256 of the encrypted shares, in the order of the members. */
    readonly sharesRoot: Uint8Array
    /** The id of the transaction that has the shares themselves. */
    readonly transaction: Uint8Array
  }
  readonly key?: Uint8Array
}

/** What a mandatory trustee has published in the present attempt. */
export interface MandatoryPart {
  readonly commitment?: Uint8Array
  /** `encodeTrusteeKey`. */
  readonly key?: Uint8Array
}

/** How an election's key comes about. The state commits to it by its root in the record; immutable. */
export interface Ceremony {
  /** From 1: each time that somebody is left out, it starts again. */
  readonly attempt: number
  readonly step: CeremonyStep
  /** Block time up to which the step must be complete; who is missing from then on is left out. 0 where `step` is `done`. */
  readonly deadline: number
  /** In the order of the draft; the Belenios index of a member is its number here, from 1. */
  readonly members: readonly CeremonyMember[]
  /** Who is left out, and why, oldest first. */
  readonly faults: readonly CeremonyFault[]
  /** By place: the draft's mandatory trustees, who are never left out. */
  readonly mandatory: readonly MandatoryPart[]
}

/** One election as the state commits to it: small, SSZ, its `hash_tree_root` is a leaf of the state. Big lists are roots. */
export interface ElectionRecord {
  readonly draft: ElectionDraft
  readonly administrator: Uint8Array
  readonly phase: Phase
  /** SSZ root of the ceremony. */
  readonly ceremonyRoot: Uint8Array
  /** Rolls that registrars are publishing, in order of their first chunk; empty once one is accepted. */
  readonly rolls: readonly RollProgress[]
  /** The accepted roll. */
  readonly roll?: {
    /** The registrar who published it. */
    readonly registrar: Uint8Array
    readonly hash: Uint8Array
    /** SSZ root of the list of entries. */
    readonly root: Uint8Array
    readonly isWeighted: boolean
    readonly voters: number
    readonly totalWeight: bigint
    readonly signers: readonly Uint8Array[]
  }
  /** The Belenios election key y (an encoded point), computed by the ledger; from `frozen` on. */
  readonly electionKey?: Uint8Array
  /** SHA-256 of the Belenios election JSON, from `frozen` on. */
  readonly electionHash?: Uint8Array
  /** From `open` on. */
  readonly board?: BoardHead
  /** SSZ root of the list of ballot ids in board order, and how many. */
  readonly ballotsRoot: Uint8Array
  readonly ballots: number
  /** SSZ root of the list, by place on the roll, of the id of the ballot that counts (zero: none). */
  readonly countingRoot: Uint8Array
  /** Voters with a ballot that counts, and their weight. */
  readonly voted: number
  readonly votedWeight: bigint
  /** `encodeTally` of the ballots that count. */
  readonly tally?: Uint8Array
  /** In order of arrival; `owner` counts the trustees of the Belenios structure from 1. */
  readonly decryptions: readonly { readonly owner: number; readonly decryption: Uint8Array }[]
  readonly result?: Counts
  /** Why it was abandoned. */
  readonly reason?: string
}

/** A key and its new value (undefined: removed) in the durable image of the state. Opaque to storage. */
export interface Change {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

/** What execution needs beside the state. Pure code reads nothing: ask `neededBallots` first. */
export interface ExecutionInputs {
  /** Whether this ballot's proofs were verified before (by id, hexadecimal); a ballot that was not is verified here. */
  readonly isVerified: (ballotId: string) => boolean
  /** The ballots that `neededBallots` named, by id in hexadecimal. */
  readonly ballots: ReadonlyMap<string, Ballot>
}

/** An election's record with its Merkle branch to the state root. */
export interface RecordProof {
  /** SSZ of the record. */
  readonly record: Uint8Array
  readonly index: number
  readonly branch: readonly Uint8Array[]
}
/** All convictions with their Merkle branch to the state root. */
export interface ConvictionsProof {
  /** SSZ of the list. */
  readonly convictions: Uint8Array
  readonly branch: readonly Uint8Array[]
}
/** That a ballot is on the board, at which position; under `ballotsRoot`. */
export interface BoardProof {
  readonly ballotId: Uint8Array
  readonly position: number
  readonly branch: readonly Uint8Array[]
}
/** That a credential is on the roll with a weight, and which ballot counts for it (zeros: none); under the record's roots. */
export interface CountingProof {
  readonly entry: RollEntry
  readonly place: number
  readonly rollBranch: readonly Uint8Array[]
  readonly ballotId: Uint8Array
  readonly countingBranch: readonly Uint8Array[]
}
