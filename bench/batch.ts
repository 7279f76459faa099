/**
 * Ballots verified by their accelerators, one core, in batches of 256, against the exact path on the same ballots. Both begin with decoded
 * ballots and end with verdicts.
 */
import { unwrap } from '../base/index.ts'
import { arithmetic } from '../crypto/index.ts'
import {
  type AcceleratedBallot,
  createAcceleratedBallot,
  createCredential,
  credentialSecret,
  verifyBallots,
  verifySentBallots,
} from '../election/index.ts'
import { against, type Report } from './report.ts'
import { oneOfSix, random, type Sample, shortest, yesOrNo } from './sample.ts'

const BALLOTS = 256
const RUNS = 7

/** Prints `batch.yes-no` and `batch.six`. */
export async function run(report: Report): Promise<void> {
  for (const sample of [yesOrNo(), oneOfSix()]) {
    const { election } = sample
    const sent = Array.from({ length: BALLOTS }, () => ({ election, ...made(sample) }))
    const ballots = sent.map(({ ballot }) => ballot)
    const tools = { withBatch: arithmetic().withBatch, random }
    const exact = shortest(RUNS, BALLOTS, () => {
      if (verifyBallots(election, ballots).some(({ ok }) => !ok)) throw new Error('a good ballot was refused')
    })
    const fast = shortest(RUNS, BALLOTS, () => {
      if (verifySentBallots(sent, tools).some(({ accelerator }) => accelerator !== 'right'))
        throw new Error('a right accelerator was not')
    })
    report({
      bench: `batch.${sample.name}`,
      value: 1 / fast,
      unit: 'ballots/s',
      reference: against('the exact path', 1 / fast, 1 / exact),
      note: `${sample.ciphertexts} ciphertexts, batches of ${BALLOTS}, one core`,
    })
  }
}

function made({ election, answers }: Sample): AcceleratedBallot {
  const secret = credentialSecret(election.uuid, createCredential(random))
  return unwrap(createAcceleratedBallot(election, secret, answers, random))
}
