/** A thread that makes ballots of one election: asked with private credentials, it answers with encoded transactions. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert, unwrap } from '../../../base/index.ts'
import { createAcceleratedBallot, credentialSecret } from '../../../election/index.ts'
import { decodeRecord, electionOf, encodeTransaction } from '../../../ledger/index.ts'
import type { OfferedTransaction } from '../../../network/index.ts'
import { systemRandom } from '../../index.ts'
import { randomChoice } from '../demo/voters.ts'

/** Private credentials of some voters. */
export type Order = readonly string[]
/** A ballot for each, encoded as transactions, with their accelerators. */
export type Made = readonly OfferedTransaction[]

const port = parentPort
const election = electionOf(unwrap(decodeRecord(workerData as Uint8Array)))
assert(port !== null && election !== undefined, 'a thread for a frozen election')

port.on('message', (credentials: Order) => {
  const made: Made = credentials.map(ballotOf)
  port.postMessage(made)
})

/** A voter who chooses at random. */
function ballotOf(credential: string): OfferedTransaction {
  assert(election !== undefined, 'an election to vote in')
  const secret = credentialSecret(election.uuid, credential)
  const answers = randomChoice(election.questions, systemRandom)
  const { ballot, accelerator } = unwrap(createAcceleratedBallot(election, secret, answers, systemRandom))
  return { bytes: encodeTransaction({ kind: 'ballot', ballot }), accelerator }
}
