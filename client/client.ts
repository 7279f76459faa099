/** The client: certified reads, submission, voting, export, over a transport that its owner starts and stops. */
import { type Result, refuse } from '../base/index.ts'
import type { Ceremony, ElectionRecord } from '../ledger/index.ts'
import { readBlocks } from './blocks.ts'
import { exportArchive } from './export.ts'
import { createHeads } from './heads.ts'
import { POLL_INTERVAL_MS } from './limits.ts'
import { createPeers } from './peers.ts'
import { listElections, type Reader, readElection, readTransaction } from './reads.ts'
import { submitTo } from './submit.ts'
import type { CertifiedElection, Client, ClientDependencies, ClientError, ClientOptions } from './types.ts'
import { castBallot } from './voter.ts'

/** A client of the network that `trust` names, through these peers. */
export function createClient(options: ClientOptions, dependencies: ClientDependencies): Client {
  const { transport, onWarning } = dependencies
  const reader: Reader = {
    trust: options.trust,
    peers: createPeers(options.peers, transport, onWarning ?? (() => {}), options.rotates),
    heads: createHeads(),
  }
  return {
    elections: () => listElections(reader),
    election: (uuid) => readElection(reader, uuid),
    transaction: (id) => readTransaction(reader, id),
    blocks: (from) => readBlocks(reader, from),
    submit: (transactions) => submitTo(reader.peers, transactions),
    waitFor: (uuid, condition, timeoutMs) => waitFor(reader, uuid, condition, timeoutMs, dependencies),
    vote: (uuid, credential, answers, timeoutMs) =>
      castBallot(reader, { uuid, credential, answers, timeoutMs }, dependencies),
    export: (uuid) => exportArchive(reader, uuid),
  }
}

/** Looks again and again. A fork ends the wait at once; so does an election that was abandoned, unless that is awaited. */
async function waitFor(
  reader: Reader,
  uuid: string,
  condition: (record: ElectionRecord, ceremony: Ceremony) => boolean,
  timeoutMs: number,
  { now, sleep }: Pick<ClientDependencies, 'now' | 'sleep'>,
): Promise<Result<CertifiedElection, ClientError>> {
  const deadline = now() + timeoutMs
  for (;;) {
    const read = await readElection(reader, uuid)
    if (read.ok && condition(read.value.record, read.value.ceremony)) return read
    if (read.ok && read.value.record.phase === 'abandoned')
      return refuse(
        'refused',
        `election ${uuid} was abandoned: ${read.value.record.reason ?? 'no reason is given'}`,
      )
    if (!read.ok && read.error.code === 'fork') return read
    if (now() >= deadline) {
      const last = read.ok
        ? `it stands at phase ${read.value.record.phase}, height ${read.value.height}`
        : read.error.detail
      return refuse('not-final-in-time', `election ${uuid} did not get there within ${timeoutMs} ms: ${last}`)
    }
    await sleep(POLL_INTERVAL_MS)
  }
}
