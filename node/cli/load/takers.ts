/** The peers that take a load's ballots, over the transport. */
import {
  decodeOutcomes,
  encodeTransactionBatch,
  type SubmitOutcome,
  type Transport,
} from '../../../network/index.ts'
import { CommandError, orFail } from '../error.ts'
import type { Output } from '../output.ts'
import type { Taker } from './offer.ts'

/** Those of the addresses that can be reached, each peer once. */
export async function reachTakers(
  transport: Transport,
  addresses: readonly string[],
  output: Pick<Output, 'warn'>,
): Promise<readonly Taker[]> {
  const names = new Set<string>()
  await Promise.all(
    [...new Set(addresses)].map(async (address) => {
      try {
        names.add(await transport.dial(address))
      } catch (error) {
        output.warn(`${address} takes no part: ${error instanceof Error ? error.message : 'no answer'}`)
      }
    }),
  )
  if (names.size === 0) throw new CommandError('no-peer', 'no peer answers; start a daemon, or name others')
  return [...names].sort().map((name) => ({
    name,
    submit: async (ballots) => {
      let outcomes: readonly SubmitOutcome[] = []
      const request = encodeTransactionBatch(ballots)
      for await (const chunk of transport.request(name, 'submit', request))
        outcomes = orFail(decodeOutcomes(chunk))
      if (outcomes.length !== ballots.length)
        throw new CommandError('untrusted-answer', `${name} does not answer for each ballot`)
      return outcomes
    },
  }))
}
