/** `psephos election list`, `result UUID`: what the network says about elections. */
import type { CertifiedElection } from '../../client/index.ts'
import { waitingText } from '../index.ts'
import type { Context } from './context.ts'
import { turnout } from './election-show.ts'
import { CommandError, orFail } from './error.ts'
import { type NetworkOptions, withNetwork } from './network.ts'
import { isoTime, resultTable, table, toIntegers } from './output.ts'

/** All elections that the peers know of. */
export async function runElectionList(options: NetworkOptions, context: Context): Promise<void> {
  const elections = await withNetwork(options, context, async ({ client }) =>
    orFail(await client.elections()),
  )
  const { output } = context
  output.say(
    elections.length === 0
      ? 'No election yet. An administrator drafts one: psephos election draft --help'
      : table([['uuid', 'phase', 'name'], ...elections.map(({ uuid, name, phase }) => [uuid, phase, name])]),
  )
  output.end({ ok: true, elections })
}

/** The result, once there is one. */
export async function runElectionResult(
  uuid: string,
  options: NetworkOptions,
  context: Context,
): Promise<void> {
  await withNetwork(options, context, async ({ client }) => {
    const read = orFail(await client.election(uuid))
    const { record, height } = read
    if (record.result === undefined) throw new CommandError('not-tallied', whyNoResult(read))
    const { output } = context
    output.say(`${record.draft.name}\n`)
    output.say(resultTable(record.draft.questions, record.result))
    output.say(
      `\n${turnout(record)} Certified at height ${height}. Recount it: psephos export, psephos audit.`,
    )
    output.end({
      ok: true,
      election: uuid,
      height,
      result: toIntegers(record.result),
      ballots: record.ballots,
      voted: record.voted,
    })
  })
}

/** Why there is no result yet, and whom it waits for. */
export function whyNoResult(read: CertifiedElection): string {
  const { phase, draft, reason } = read.record
  const waiting = waitingText(read)
  switch (phase) {
    case 'draft':
    case 'frozen':
      return `election ${draft.uuid} opens at ${isoTime(draft.opensAt)}${waiting === undefined ? '' : `; ${waiting}`}`
    case 'open':
      return `election ${draft.uuid} is open until ${isoTime(draft.closesAt)}; nothing is decrypted before`
    case 'decrypting':
      return `election ${draft.uuid} is closed and ${waiting}; ask again when they have decrypted`
    case 'abandoned':
      return `election ${draft.uuid} was abandoned: ${reason ?? 'no reason is given'}`
    case 'tallied':
      return `election ${draft.uuid} has no result`
  }
}
