/** Sending a transaction and waiting until it is final. */
import { setTimeout as wait } from 'node:timers/promises'
import { toHex } from '../../base/index.ts'
import { type CertifiedElection, fateOf } from '../../client/index.ts'
import { publicKeyOf } from '../../crypto/index.ts'
import type { ElectionRecord, Party, Transaction } from '../../ledger/index.ts'
import { type AskPassphrase, loadKey } from '../index.ts'
import { CommandError, orFail } from './error.ts'
import type { Connection } from './network.ts'

/** How often what all peers were too busy for is offered again, and after which time. */
const BUSY_ATTEMPTS = 20
const BUSY_WAIT_MS = 500

/** Hands transactions in; fails with the code of the refusal where all peers refuse one of them. */
export async function send(
  { client }: Pick<Connection, 'client'>,
  transactions: readonly Transaction[],
): Promise<void> {
  let waiting = transactions
  for (let attempt = 1; ; attempt++) {
    const submissions = orFail(await client.submit(waiting))
    const fates = waiting.map((transaction, i) => ({ transaction, ...fateOf(submissions, i) }))
    const untaken = fates.filter(({ takenBy }) => takenBy.length === 0)
    const refusal = untaken.flatMap(({ refusals }) => refusals).find(({ code }) => code !== 'busy')
    if (refusal !== undefined) throw new CommandError(refusal.code, refusal.detail)
    if (untaken.length === 0) return
    if (attempt === BUSY_ATTEMPTS) throw new CommandError('busy', 'all peers are too busy; try again later')
    waiting = untaken.map(({ transaction }) => transaction)
    await wait(BUSY_WAIT_MS)
  }
}

/** Hands transactions in and waits until the record shows what they do. */
export async function sendAndWait(
  connection: Pick<Connection, 'client'>,
  uuid: string,
  transactions: readonly Transaction[],
  isDone: (record: ElectionRecord) => boolean,
  timeoutS: number,
): Promise<CertifiedElection> {
  await send(connection, transactions)
  return orFail(await connection.client.waitFor(uuid, isDone, timeoutS * 1000))
}

/** A private key out of a file, and the party of the genesis file that it belongs to; `ask` is called when it is encrypted. */
export async function loadPartyKey(
  path: string,
  parties: readonly Party[],
  office: 'administrator' | 'registrar',
  ask?: AskPassphrase,
): Promise<{ readonly party: Party; readonly privateKey: Uint8Array }> {
  const privateKey = await loadKey(path, office, ask)
  const publicKey = toHex(publicKeyOf(privateKey))
  const party = parties.find((candidate) => toHex(candidate.publicKey) === publicKey)
  if (party === undefined)
    throw new CommandError(
      `unknown-${office}`,
      `the key in ${path} belongs to no ${office} of this network; its public key is ${publicKey}`,
    )
  return { party, privateKey }
}
