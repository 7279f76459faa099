/** Builders of elections, voters and ballots, and ways to damage them. Everything follows from seeds. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { concat, toBase64, unwrap } from '../../../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  hashToScalar,
  modOrder,
  multiplySecret,
  type Point,
  pointToHex,
  type Random,
  randomScalar,
  sha256,
} from '../../../crypto/index.ts'
import {
  type Ballot,
  ballotJson,
  createBallot,
  createCredential,
  createElection,
  createUuid,
  credentialSecret,
  type Election,
  type EncryptedAnswer,
  publicCredential,
  type Question,
} from '../../../election/index.ts'

/** Bytes that follow from a seed. */
export function seeded(seed: string): Random {
  let counter = 0
  return (length) => {
    const blocks: Uint8Array[] = []
    for (let made = 0; made < length; made += 32) blocks.push(sha256(`${seed}|${counter++}`))
    return concat(...blocks).slice(0, length)
  }
}

export function aQuestion(question: Partial<Question> = {}): Question {
  return { question: 'Which colour?', answers: ['Red', 'Blue'], blank: false, min: 0, max: 1, ...question }
}

/** Six ciphertexts: two, and three with a blank. */
export const SIX_CIPHERTEXTS: readonly Question[] = [
  aQuestion(),
  aQuestion({ question: 'Which animals?', answers: ['Owl', 'Fox', 'Bee'], blank: true, min: 1, max: 2 }),
]

export interface ElectionOptions {
  readonly seed?: string
  readonly description?: string
  readonly questions?: readonly Question[]
  readonly publicKey?: Point
}

export function anElection(options: ElectionOptions = {}): Election {
  const random = seeded(`election ${options.seed ?? ''}`)
  const uuid = createUuid(random)
  return createElection({
    description: options.description ?? 'A small one.',
    name: 'Favourites',
    publicKey: options.publicKey ?? multiplySecret(GENERATOR, randomScalar(random)),
    questions: options.questions ?? SIX_CIPHERTEXTS,
    uuid,
  })
}

export interface Voter {
  /** The private credential. */
  readonly credential: string
  readonly secret: bigint
  readonly publicCredential: Uint8Array
}

export function aVoter(election: Election, name = 'alice'): Voter {
  const credential = createCredential(seeded(`voter ${name}`))
  const secret = credentialSecret(election.uuid, credential)
  return { credential, secret, publicCredential: publicCredential(secret) }
}

/** A first valid answer to every question: blank where allowed, the first `min` answers otherwise. */
export function someAnswers(questions: readonly Question[]): readonly (readonly number[])[] {
  return questions.map(({ answers, blank, min }) =>
    blank ? [1, ...answers.map(() => 0)] : answers.map((_, index) => (index < min ? 1 : 0)),
  )
}

export function aBallot(
  election: Election,
  voter: Voter = aVoter(election),
  answers: readonly (readonly number[])[] = someAnswers(election.questions),
  seed = 'ballot',
): Ballot {
  return unwrap(createBallot(election, voter.secret, answers, seeded(seed)))
}

/** The ballot with another answer to one question. */
export function withAnswer(ballot: Ballot, index: number, change: Partial<EncryptedAnswer>): Ballot {
  const answers = ballot.answers.map((answer, at) => (at === index ? { ...answer, ...change } : answer))
  return { ...ballot, answers }
}

/** The ballot under the voter's credential, with a signature of the voter's that holds. */
export function signedBy(ballot: Ballot, secret: bigint, seed = 'signature'): Ballot {
  const unsigned = { ...ballot, credential: publicCredential(secret) }
  const nonce = randomScalar(seeded(seed))
  const json = ballotJson(unsigned)
  const hash = toBase64(sha256(`${json.slice(0, json.lastIndexOf(',"signature":'))}}`))
  const challenge = hashToScalar(`sig|${hash}|${pointToHex(multiplySecret(GENERATOR, nonce))}`)
  return { ...unsigned, signature: { challenge, response: modOrder(nonce - secret * challenge) } }
}

/** The elements of an array, one of them replaced. */
export function replaced<T>(values: readonly T[], index: number, value: T): readonly T[] {
  return values.map((old, at) => (at === index ? value : old))
}

/** The eight points of small order, the neutral one first. */
export const TORSION_POINTS: readonly Point[] = smallOrderPoints()

function smallOrderPoints(): readonly Point[] {
  // A point of order 8 by its encoding (every table of this curve's points of small order has it).
  const generator = ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
  const points = [ed25519.Point.ZERO]
  for (let i = 1; i < 8; i++) points.push(points[i - 1]!.add(generator))
  return points
}

/** A point plus a point of small order, encoded. */
export function withTorsion(encoded: Uint8Array, torsion: Point): Uint8Array {
  return encodePoint(ed25519.Point.fromBytes(Uint8Array.from(encoded).reverse()).add(torsion))
}
