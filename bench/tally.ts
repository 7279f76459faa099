/**
 * The encrypted tally of a large yes/no election on one core, from ballots as they are stored: their form is decoded, and their ciphertexts
 * are added in batches, so that no more than one batch is in memory. What it comes to is decrypted and must be the number of ballots.
 *
 * Some hundred different ballots come again and again: making a million would take hours, and adding one costs the same the second time.
 */
import { randomBytes } from 'node:crypto'
import { unwrap } from '../base/index.ts'
import { deriveScalar, GENERATOR, multiplySecret } from '../crypto/index.ts'
import { createPlainArithmetic } from '../crypto/plain-arithmetic.ts'
import {
  addBallots,
  createBallot,
  createCredential,
  createElection,
  createUuid,
  credentialSecret,
  decodeBallot,
  emptyTally,
  encodeBallot,
} from '../election/index.ts'
import { createLogarithms } from '../election/logarithm.ts'
import { against, type BenchOptions, type Report } from './report.ts'

const DEFAULT_BALLOTS = 20_000
const DIFFERENT = 200
const AT_ONCE = 1000
const PLAIN_BALLOTS = 50
const PLAIN_RUNS = 5

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

/** Prints `tally.seconds`, `.cpu` (which other work on the machine does not lengthen), `.rate` and `.form`. */
export async function run(report: Report, { ballots = DEFAULT_BALLOTS }: BenchOptions): Promise<void> {
  const key = deriveScalar(random(32), 'bench')
  const election = createElection({
    name: 'bench',
    description: '',
    publicKey: multiplySecret(GENERATOR, key),
    uuid: createUuid(random),
    questions: [{ question: 'Shall it be?', answers: ['yes'], blank: false, min: 0, max: 1 }],
  })
  const stored = Array.from({ length: Math.min(DIFFERENT, ballots) }, () => {
    const secret = credentialSecret(election.uuid, createCredential(random))
    return encodeBallot(unwrap(createBallot(election, secret, [[1]], random)))
  })
  const decoded = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => unwrap(decodeBallot(stored[(from + i) % stored.length]!)))

  let tally = addBallots(emptyTally(election.questions), [])
  let decoding = 0
  const start = performance.now()
  const spent = process.cpuUsage()
  for (let from = 0; from < ballots; from += AT_ONCE) {
    const begun = process.cpuUsage()
    const some = decoded(from, Math.min(AT_ONCE, ballots - from))
    decoding += cpuSeconds(begun)
    tally = addBallots(
      tally,
      some.map((ballot) => ({ ballot, weight: 1n })),
    )
  }
  const seconds = (performance.now() - start) / 1000
  const cpu = cpuSeconds(spent)
  const { alpha, beta } = tally.ciphertexts[0]![0]!
  const counted = createLogarithms(BigInt(ballots), 1).find(beta.subtract(multiplySecret(alpha, key)))
  if (counted !== BigInt(ballots)) throw new Error(`${ballots} ballots were counted as ${counted}`)

  const rows = decoded(0, PLAIN_BALLOTS).map(({ answers }) => {
    const choice = answers[0]!.choices[0]!
    return { points: new Uint8Array([...choice.alpha, ...choice.beta]), weight: 1n }
  })
  let plainRate = 0
  for (let run = 0; run < PLAIN_RUNS; run++) {
    const begun = process.cpuUsage()
    createPlainArithmetic().addWeighted([GENERATOR, GENERATOR], rows)
    plainRate = Math.max(plainRate, PLAIN_BALLOTS / cpuSeconds(begun))
  }
  const note = `${ballots} ballots of 1 ciphertext, ${stored[0]!.length} bytes each, one core`
  report({ bench: 'tally.seconds', value: seconds, unit: 's', note })
  report({ bench: 'tally.cpu', value: cpu, unit: 's', note: 'of the processor, for the same' })
  report({
    bench: 'tally.rate',
    value: ballots / cpu,
    unit: 'ballots/s',
    reference: against('adding decoded ones in BigInt', ballots / cpu, plainRate),
    note: 'a second of the processor',
  })
  report({
    bench: 'tally.form',
    value: (1e6 * decoding) / ballots,
    unit: 'us',
    note: 'of it a ballot, for its form',
  })
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}
