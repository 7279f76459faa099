/** Elections and ballots for the benchmarks. */
import { randomBytes } from 'node:crypto'
import { unwrap } from '../base/index.ts'
import { deriveScalar, GENERATOR, multiplySecret } from '../crypto/index.ts'
import {
  type Ballot,
  createBallot,
  createCredential,
  createElection,
  createUuid,
  credentialSecret,
  type Election,
} from '../election/index.ts'

export const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

/** A kind of election, and what its voters answer. */
export interface Sample {
  readonly name: string
  readonly ciphertexts: number
  readonly election: Election
  readonly answers: readonly (readonly number[])[]
}

function anElection(answers: number, min: number): Election {
  return createElection({
    name: 'bench',
    description: '',
    publicKey: multiplySecret(GENERATOR, deriveScalar(random(32), 'bench')),
    uuid: createUuid(random),
    questions: [
      {
        question: 'Which?',
        answers: Array.from({ length: answers }, (_, index) => `answer ${index}`),
        blank: false,
        min,
        max: 1,
      },
    ],
  })
}

/** Yes or no: one ciphertext. */
export function yesOrNo(): Sample {
  return { name: 'yes-no', ciphertexts: 1, election: anElection(1, 0), answers: [[1]] }
}

/** One of some answers. */
export function oneOf(count: number, name = `one-of-${count}`): Sample {
  const answers = [Array.from({ length: count }, (_, choice) => (choice === 1 ? 1 : 0))]
  return { name, ciphertexts: count, election: anElection(count, 1), answers }
}

/** One of six: six ciphertexts, as in the figures that are known of belenios-tool. */
export function oneOfSix(): Sample {
  return oneOf(6, 'six')
}

/** A ballot of a voter of its own. */
export function aBallot({ election, answers }: Sample): Ballot {
  const secret = credentialSecret(election.uuid, createCredential(random))
  return unwrap(createBallot(election, secret, answers, random))
}

/** The shortest of some runs, in seconds for one of `count` things that each run does. */
export function shortest(runs: number, count: number, work: () => void): number {
  work()
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    work()
    best = Math.min(best, (performance.now() - start) / 1000 / count)
  }
  return best
}
