/** Verifies encoded ballots of one election: what a worker thread is given. */
import { assert, type Result } from '../base/index.ts'
import { decodeBallot } from './ballot-ssz.ts'
import type { BallotRefusal, Election } from './types.ts'
import { verifyBallots } from './verify-ballot.ts'

/** The verdict of `verifyBallot` for each ballot, in order. Their compact forms decode: whoever has them has decoded them before. */
export function verifyEncodedBallots(
  election: Election,
  encoded: readonly Uint8Array[],
): readonly Result<void, BallotRefusal>[] {
  const ballots = encoded.map((bytes) => {
    const ballot = decodeBallot(bytes)
    assert(ballot.ok, 'a ballot is decoded before it is verified')
    return ballot.value
  })
  return verifyBallots(election, ballots)
}
