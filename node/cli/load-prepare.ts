/** `psephos load prepare UUID`: makes ballots for a load beforehand, so that making them does not disturb what is measured. */

import type { ElectionRecord } from '../../ledger/index.ts'
import type { OfferedTransaction } from '../../network/index.ts'
import type { Context } from './context.ts'
import { CommandError, orFail } from './error.ts'
import { readText, writeNewFileOf } from './files.ts'
import { CREDENTIALS_BYTES_MAX, LOAD_PROGRESS_MS, MAX_PREPARED_BALLOTS } from './limits.ts'
import { encodeBallotFile, type Purpose } from './load/ballot-file.ts'
import { makeBallots } from './load/ballot-makers.ts'
import { type NetworkOptions, withNetwork } from './network.ts'
import { readCredentials } from './voters-file.ts'

export interface LoadPrepareOptions extends NetworkOptions {
  readonly credentials: string
  readonly count?: number
  readonly out: string
}

/** Reads the certified election, makes a ballot for each of the first credentials, and writes them to a file. */
export async function runLoadPrepare(
  uuid: string,
  options: LoadPrepareOptions,
  context: Context,
): Promise<void> {
  const { output } = context
  const { out } = options
  const signal = context.signal()
  const { record, purpose } = await withNetwork(options, context, async ({ client, trust }) => {
    const { record } = orFail(await client.election(uuid))
    return { record, purpose: purposeOf(record, trust.networkId) }
  })
  const credentials = await firstCredentials(options)
  const total = credentials.length
  const began = performance.now()
  const tell = (done: number): void => output.progress(`ballots: ${done} of ${total} made`)
  const made = told(makeBallots(record, credentials), tell, signal)
  await writeNewFileOf(out, encodeBallotFile(purpose, total, made), 0o600)
  const seconds = (performance.now() - began) / 1000
  output.say(
    `${out}: ${total} ballots for election ${uuid}, made in ${seconds.toFixed(1)} s. Whoever has this file can cast them:\n\n  psephos load run ${uuid} --ballots ${out} --rate N --seconds S ...`,
  )
  output.end({ ok: true, election: uuid, ballots: total, out, seconds: Math.round(1000 * seconds) / 1000 })
}

/** What ballots are made for, once nothing about the election can change any more. */
export function purposeOf({ draft, electionHash, phase }: ElectionRecord, networkId: Uint8Array): Purpose {
  if (electionHash === undefined)
    throw new CommandError(
      'not-open',
      `election ${draft.uuid} is still in phase ${phase}: without its key and roll there are no ballots for it`,
    )
  return { networkId, uuid: draft.uuid, electionHash }
}

async function firstCredentials({
  credentials: path,
  count,
}: LoadPrepareOptions): Promise<readonly string[]> {
  const read = readCredentials(await readText(path, CREDENTIALS_BYTES_MAX))
  if (!read.ok) throw new CommandError(read.error.code, `${path}: ${read.error.detail}`)
  const there = read.value.length
  const wanted = count ?? Math.min(there, MAX_PREPARED_BALLOTS)
  if (wanted > there)
    throw new CommandError(
      'too-few-credentials',
      `${path} has ${there} credentials, and ${wanted} ballots are asked for: one each`,
    )
  return read.value.slice(0, wanted)
}

/** The same ballots, with progress; ends with a failure when the command is interrupted. */
async function* told(
  batches: AsyncIterable<readonly OfferedTransaction[]>,
  tell: (done: number) => void,
  signal: AbortSignal,
): AsyncGenerator<readonly OfferedTransaction[]> {
  let done = 0
  let toldAt = performance.now()
  for await (const batch of batches) {
    if (signal.aborted) throw new CommandError('interrupted', 'stopped on request; no file is left')
    done += batch.length
    yield batch
    if (performance.now() - toldAt < LOAD_PROGRESS_MS) continue
    toldAt = performance.now()
    tell(done)
  }
  tell(done)
}
