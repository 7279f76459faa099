/** Blocks by reference, and the transactions that they refer to. */
import { unwrap } from '../../base/index.ts'
import {
  buildWholeBlock,
  type Decoded,
  decodeReferring,
  encodeReferring,
  identified,
  type ReferringBlock,
  type WholeBlock,
} from '../../ledger/index.ts'
import { aBallot, aChain, anOpenElection, beleniosOf, cast } from './ledger-builders.ts'

/** A block of so many ballots, whole and by reference. */
export function aBlockOfBallots(voters: number): {
  readonly whole: WholeBlock
  readonly referring: ReferringBlock
  readonly find: (id: string) => Decoded | undefined
} {
  const chain = aChain()
  const uuid = anOpenElection(chain, { voters })
  const election = beleniosOf(chain, uuid)
  const ballots = Array.from({ length: voters }, (_, voter) => identified(cast(aBallot(election, voter))))
  const time = chain.state.head.time + 50
  const inputs = { isVerified: () => true, ballots: new Map<string, never>() }
  const { block: whole } = buildWholeBlock(chain.state, ballots, time, inputs)
  const known = new Map(ballots.map((ballot) => [ballot.id, ballot]))
  return {
    whole,
    referring: unwrap(decodeReferring(encodeReferring(whole))),
    find: (id) => known.get(id),
  }
}
