/** Elections and ballots on a network of daemons: what benchmarks of finality share. */
import { type Ballot, createBallot, credentialSecret } from '../election/index.ts'
import { draftElection, prepareElection } from '../node/cli/demo/prepare.ts'
import type { Stage } from '../node/cli/demo/stage.ts'
import { orFail } from '../node/cli/error.ts'
import { send } from '../node/cli/transact.ts'
import { systemRandom } from '../node/index.ts'

const OPEN_TIMEOUT_MS = 120_000
const FINAL_TIMEOUT_MS = 600_000

/** Brings the stage's election to `open`, with one ballot made for each of its voters. */
export async function openElection(
  stage: Stage,
): Promise<{ readonly uuid: string; readonly ballots: readonly Ballot[] }> {
  const { uuid } = await draftElection(stage, { slowness: 2, patience: 1 })
  const { election, issued } = await prepareElection(stage, uuid)
  const ballots = stage.voters.map(({ choices }, i) => {
    const secret = credentialSecret(election.uuid, issued[i]?.credential ?? '')
    return orFail(createBallot(election, secret, choices[0], systemRandom))
  })
  orFail(await stage.connection.client.waitFor(uuid, ({ phase }) => phase === 'open', OPEN_TIMEOUT_MS))
  return { uuid, ballots }
}

/**
 * Hands ballots in, `atOnce` in one request and `lanes` requests at the same time; milliseconds from the first one until the
 * election has `total` ballots.
 */
export async function castTogether(
  { connection }: Stage,
  uuid: string,
  ballots: readonly Ballot[],
  { atOnce, lanes, total }: { readonly atOnce: number; readonly lanes: number; readonly total: number },
): Promise<number> {
  const waiting = [...ballots]
  const start = performance.now()
  const lane = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, atOnce)
      await send(
        connection,
        batch.map((ballot) => ({ kind: 'ballot', ballot })),
      )
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  orFail(await connection.client.waitFor(uuid, (record) => record.ballots === total, FINAL_TIMEOUT_MS))
  return performance.now() - start
}
