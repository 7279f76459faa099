/**
 * The compact form of ballots: SSZ, about 40 % of the JSON, lossless both ways.
 *
 * Scalars are `uint256` below q, points their 32 bytes, so the length follows from the election alone: every choice of
 * every voter of an election has the same (T35). One value has one encoding (T05): SSZ is checked by encoding again, scalars
 * by q. A blank proof is a list of no or one pair.
 */
import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  UintBigintType,
  VectorCompositeType,
} from '@chainsafe/ssz'
import { codec, fromUtf8, ok, type Refusal, type Result, refuse, utf8 } from '../base/index.ts'
import { ORDER } from '../crypto/index.ts'
import { MAX_BALLOT_BYTES, MAX_CHOICES, MAX_QUESTIONS, MAX_UUID_LENGTH } from './limits.ts'
import type { Ballot, EncryptedAnswer, Proof } from './types.ts'

const BYTES_32 = new ByteVectorType(32)
const SCALAR = new UintBigintType(32)
const PROOF = new ContainerType({ challenge: SCALAR, response: SCALAR })
const PAIR = new VectorCompositeType(PROOF, 2)
const CHOICE = new ContainerType({ alpha: BYTES_32, beta: BYTES_32, proofs: PAIR })
const ANSWER = new ContainerType({
  choices: new ListCompositeType(CHOICE, MAX_CHOICES),
  overallProof: new ListCompositeType(PROOF, MAX_CHOICES + 2),
  blankProof: new ListCompositeType(PAIR, 1),
})
const BALLOT = new ContainerType({
  uuid: new ByteListType(MAX_UUID_LENGTH),
  electionHash: BYTES_32,
  credential: BYTES_32,
  answers: new ListCompositeType(ANSWER, MAX_QUESTIONS),
  signature: PROOF,
})

interface CompactAnswer {
  readonly choices: readonly {
    readonly alpha: Uint8Array
    readonly beta: Uint8Array
    readonly proofs: readonly Proof[]
  }[]
  readonly overallProof: readonly Proof[]
  readonly blankProof: readonly (readonly Proof[])[]
}
interface CompactBallot {
  readonly uuid: Uint8Array
  readonly electionHash: Uint8Array
  readonly credential: Uint8Array
  readonly answers: readonly CompactAnswer[]
  readonly signature: Proof
}

const BALLOT_CODEC = codec<typeof BALLOT, CompactBallot>(BALLOT, MAX_BALLOT_BYTES)

/** The compact form of a ballot of right form (two branches an individual or blank proof). */
export function encodeBallot(ballot: Ballot): Uint8Array {
  const { electionHash, credential, signature } = ballot
  const answers = ballot.answers.map(
    ({ choices, individualProofs, overallProof, blankProof }): CompactAnswer => ({
      choices: choices.map(({ alpha, beta }, index) => ({ alpha, beta, proofs: individualProofs[index]! })),
      overallProof,
      blankProof: blankProof === undefined ? [] : [blankProof],
    }),
  )
  return BALLOT_CODEC.encode({ uuid: utf8(ballot.uuid), electionHash, credential, answers, signature })
}

/** The ballot of its compact form; its points and proofs are not verified yet. Never throws. */
export function decodeBallot(bytes: Uint8Array): Result<Ballot, Refusal<'ballot-malformed'>> {
  const decoded = BALLOT_CODEC.decode(bytes)
  if (!decoded.ok) return refuse('ballot-malformed', decoded.error.detail)
  const { electionHash, credential, answers: compact, signature } = decoded.value
  const uuid = fromUtf8(decoded.value.uuid)
  if (uuid === undefined) return refuse('ballot-malformed', 'the uuid is not text')
  const answers = compact.map(
    ({ choices, overallProof, blankProof }): EncryptedAnswer => ({
      choices: choices.map(({ alpha, beta }) => ({ alpha, beta })),
      individualProofs: choices.map(({ proofs }) => proofs),
      overallProof,
      ...(blankProof[0] === undefined ? {} : { blankProof: blankProof[0] }),
    }),
  )
  const ballot: Ballot = { uuid, electionHash, credential, answers, signature }
  return hasReducedScalars(ballot)
    ? ok(ballot)
    : refuse('ballot-malformed', 'a scalar is not reduced modulo the order')
}

function hasReducedScalars({ answers, signature }: Ballot): boolean {
  const isReduced = ({ challenge, response }: Proof): boolean => challenge < ORDER && response < ORDER
  return (
    isReduced(signature) &&
    answers.every(
      ({ individualProofs, overallProof, blankProof = [] }) =>
        individualProofs.every((proofs) => proofs.every(isReduced)) &&
        overallProof.every(isReduced) &&
        blankProof.every(isReduced),
    )
  )
}
