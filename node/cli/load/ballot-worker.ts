/** A thread that makes ballots of one election: asked with private credentials, it answers with encoded transactions. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert, unwrap } from '../../../base/index.ts'
import { createBallot, credentialSecret } from '../../../election/index.ts'
import { decodeRecord, electionOf, encodeTransaction } from '../../../ledger/index.ts'
import { systemRandom } from '../../index.ts'
import { randomChoice } from '../demo/voters.ts'

/** Private credentials of some voters. */
export type Order = readonly string[]
/** A ballot for each, encoded as transactions. */
export type Made = readonly Uint8Array[]

const port = parentPort
const election = electionOf(unwrap(decodeRecord(workerData as Uint8Array)))
assert(port !== null && election !== undefined, 'a thread for a frozen election')

port.on('message', (credentials: Order) => {
  const made: Made = credentials.map(ballotOf)
  port.postMessage(made)
})

/** A voter who chooses at random. */
function ballotOf(credential: string): Uint8Array {
  assert(election !== undefined, 'an election to vote in')
  const secret = credentialSecret(election.uuid, credential)
  const answers = randomChoice(election.questions, systemRandom)
  const ballot = unwrap(createBallot(election, secret, answers, systemRandom))
  return encodeTransaction({ kind: 'ballot', ballot })
}
