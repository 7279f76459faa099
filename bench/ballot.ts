/**
 * Ballots created and verified per second on one core: one question of five answers, blank allowed, so six ciphertexts a
 * ballot, as in the figures that are known of belenios-tool.
 *
 * Reference: the same number of multiplications done one by one with noble-curves. A commitment of a proof takes two of
 * them, and a point from outside one more (its subgroup check).
 */
import { randomBytes } from 'node:crypto'
import { unwrap } from '../base/index.ts'
import { deriveScalar, GENERATOR, multiply, multiplySecret } from '../crypto/index.ts'
import {
  type Ballot,
  createBallot,
  createCredential,
  createElection,
  createUuid,
  credentialSecret,
  verifyBallot,
} from '../election/index.ts'
import { against, type Report } from './report.ts'

const BALLOTS = 60
const ANSWERS = 5
const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

/** Prints `ballot.create` and `ballot.verify`. */
export async function run(report: Report): Promise<void> {
  const publicKey = multiplySecret(GENERATOR, deriveScalar(random(32), 'bench'))
  const election = createElection({
    name: 'bench',
    description: '',
    publicKey,
    uuid: createUuid(random),
    questions: [
      {
        question: 'Which?',
        answers: Array.from({ length: ANSWERS }, (_, index) => `answer ${index}`),
        blank: true,
        min: 1,
        max: 1,
      },
    ],
  })
  const make = (): Ballot => {
    const secret = credentialSecret(election.uuid, createCredential(random))
    return unwrap(createBallot(election, secret, [[0, 1, 0, 0, 0, 0]], random))
  }
  const warm = Array.from({ length: 5 }, make)
  for (const ballot of warm) unwrap(verifyBallot(election, ballot))

  const ballots: Ballot[] = []
  const created = rate(BALLOTS, () => ballots.push(make()))
  const verified = rate(BALLOTS, (index) => unwrap(verifyBallot(election, ballots[index]!)))
  const multiplications = multiplicationsOf(ballots[0]!)
  const scalar = deriveScalar(random(32), 'bench')
  const plain = multiplySecret(GENERATOR, scalar)
  const perSecond = rate(200, () => multiply(plain, scalar)) / multiplications
  const size = { note: `${ANSWERS + 1} ciphertexts, one core` }
  report({ bench: 'ballot.create', value: created, unit: 'ballots/s', ...size })
  report({
    bench: 'ballot.verify',
    value: verified,
    unit: 'ballots/s',
    reference: against(`${multiplications} multiplications one by one`, verified, perSecond),
    ...size,
  })
}

function multiplicationsOf(ballot: Ballot): number {
  const branches = ballot.answers.flatMap(({ individualProofs, overallProof, blankProof }) => [
    ...individualProofs.flat(),
    ...overallProof,
    ...(blankProof ?? []),
  ]).length
  const points = 1 + 2 * ballot.answers.reduce((sum, { choices }) => sum + choices.length, 0)
  return 4 * branches + 2 + points
}

function rate(times: number, action: (index: number) => void): number {
  const start = performance.now()
  for (let index = 0; index < times; index++) action(index)
  return (1000 * times) / (performance.now() - start)
}
