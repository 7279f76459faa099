/** Sending a transaction and waiting until it is final. */
import { toHex } from '../../base/index.ts'
import { type CertifiedElection, fateOf } from '../../client/index.ts'
import { publicKeyOf } from '../../crypto/index.ts'
import type { ElectionRecord, Party, Transaction } from '../../ledger/index.ts'
import { loadKey } from '../index.ts'
import { CommandError, orFail } from './error.ts'
import type { Connection } from './network.ts'

/** Hands transactions in; fails with the code of the refusal where all peers refuse one of them. */
export async function send(
  { client }: Pick<Connection, 'client'>,
  transactions: readonly Transaction[],
): Promise<void> {
  const submissions = orFail(await client.submit(transactions))
  for (const position of transactions.keys()) {
    const { takenBy, refusals } = fateOf(submissions, position)
    if (takenBy.length > 0) continue
    const refusal = refusals.find(({ code }) => code !== 'busy') ?? refusals[0]
    throw new CommandError(refusal?.code ?? 'refused', refusal?.detail ?? 'no peer took the transaction')
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

/** A private key out of a file, and the party of the genesis file that it belongs to. */
export async function loadPartyKey(
  path: string,
  parties: readonly Party[],
  office: 'administrator' | 'registrar',
): Promise<{ readonly party: Party; readonly privateKey: Uint8Array }> {
  const privateKey = await loadKey(path)
  const publicKey = toHex(publicKeyOf(privateKey))
  const party = parties.find((candidate) => toHex(candidate.publicKey) === publicKey)
  if (party === undefined)
    throw new CommandError(
      `unknown-${office}`,
      `the key in ${path} belongs to no ${office} of this network; its public key is ${publicKey}`,
    )
  return { party, privateKey }
}
