/** Verifies many ballots of one election at once: what a worker thread is given. */
import { assert, type Result } from '../base/index.ts'
import { decodeBallot } from './ballot-ssz.ts'
import type { BallotRefusal, Election } from './types.ts'
import { verifyBallot } from './verify-ballot.ts'

/** The verdict of `verifyBallot` for each ballot, in order. Their compact forms decode: whoever has them has decoded them before. */
export function verifyBallots(
  election: Election,
  encoded: readonly Uint8Array[],
): readonly Result<void, BallotRefusal>[] {
  return encoded.map((bytes) => {
    const ballot = decodeBallot(bytes)
    assert(ballot.ok, 'a ballot is decoded before it is verified')
    return verifyBallot(election, ballot.value)
  })
}
