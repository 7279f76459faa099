/**
 * A process that makes credentials and ballots for voters of a benchmark, so that all cores do. Asked over the process channel; a
 * voter's secret follows from the number, and nobody else needs it.
 */
import { unwrap } from '../base/index.ts'
import { decodePoint, deriveScalar } from '../crypto/index.ts'
import { createBallot, createElection, publicCredential, type Question } from '../election/index.ts'
import { encodeTransaction } from '../ledger/index.ts'
import { systemRandom } from '../node/index.ts'

/** What is fixed of an election before its ballots are made. */
export interface ElectionOfBallots {
  readonly name: string
  readonly description: string
  readonly uuid: string
  readonly questions: readonly Question[]
  /** Encoded point. */
  readonly publicKey: Uint8Array
}

/** For the voters `from` to below `to`: their public credentials, or with an election their ballots as transactions. */
export interface Order {
  readonly from: number
  readonly to: number
  readonly election?: ElectionOfBallots
}

process.on('message', (order: Order) => {
  process.send?.(made(order))
})
// Whoever asked is gone.
process.on('disconnect', () => process.exit(0))

function made({ from, to, election: about }: Order): readonly Uint8Array[] {
  const voters = Array.from({ length: to - from }, (_, i) => from + i)
  if (about === undefined) return voters.map((voter) => publicCredential(secretOf(voter)))
  const election = createElection({ ...about, publicKey: unwrap(decodePoint(about.publicKey)) })
  return voters.map((voter) => {
    const ballot = unwrap(createBallot(election, secretOf(voter), [[voter % 2]], systemRandom))
    return encodeTransaction({ kind: 'ballot', ballot })
  })
}

function secretOf(voter: number): bigint {
  return deriveScalar(new TextEncoder().encode(`voter ${voter}`), 'bench')
}
