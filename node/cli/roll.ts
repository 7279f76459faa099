/** `psephos roll publish` and `roll sign`: registrars put the public credentials of an election on the chain, and co-sign them. */
import { equalBytes, toHex } from '../../base/index.ts'
import { parsePublicCredentials, payloadHash, type RollEntry } from '../../election/index.ts'
import { type ElectionRecord, signTransaction, splitRoll, type Transaction } from '../../ledger/index.ts'
import type { Context } from './context.ts'
import { CommandError, orFail } from './error.ts'
import { readText } from './files.ts'
import { ROLL_BYTES_MAX } from './limits.ts'
import { type Connection, type NetworkOptions, networkOf, withClient } from './network.ts'
import { presentPassphrase } from './passphrase.ts'
import { loadPartyKey, sendAndWait } from './transact.ts'

export interface RollOptions extends NetworkOptions {
  readonly key: string
  readonly timeout: number
}

/** A roll file that was read and checked. */
export interface RollFile {
  readonly entries: readonly RollEntry[]
  readonly isWeighted: boolean
  /** The Belenios credentials hash. */
  readonly hash: Uint8Array
}

/** A registrar's pen. */
export interface Registrar {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

/** Chunks that are handed in before the next wait: the peers' pools take so many with ease. */
const CHUNKS_AT_ONCE = 16

/** Publishes a roll and signs it. */
export async function runRollPublish(
  uuid: string,
  file: string,
  options: RollOptions,
  context: Context,
): Promise<void> {
  await withRegistrar(file, options, context, async (connection, roll, registrar) => {
    const { record } = orFail(await connection.client.election(uuid))
    if (record.roll !== undefined)
      throw new CommandError(
        'roll-exists',
        `election ${uuid} has an accepted roll of ${record.roll.voters} voters; it is frozen`,
      )
    await publishRoll(connection, uuid, roll, registrar, options.timeout, (line) =>
      context.output.progress(line),
    )
    const signed = await signRoll(connection, uuid, roll, registrar, options.timeout)
    report(uuid, roll, signed, context)
  })
}

/** Co-signs a roll that another registrar published: the file says which, so that nobody signs what they do not have. */
export async function runRollSign(
  uuid: string,
  file: string,
  options: RollOptions,
  context: Context,
): Promise<void> {
  await withRegistrar(file, options, context, async (connection, roll, registrar) => {
    const { record } = orFail(await connection.client.election(uuid))
    if (record.phase === 'abandoned')
      throw new CommandError(
        'refused',
        `election ${uuid} was abandoned: ${record.reason ?? 'no reason is given'}; it needs a new draft, and that a roll of its own`,
      )
    if (progressOf(record, roll) === undefined && !isAccepted(record, roll))
      throw new CommandError(
        'roll-unknown',
        `nobody has published this roll (hash ${toHex(roll.hash)}) for election ${uuid}: psephos roll publish ${uuid} ${file}`,
      )
    const signed = await signRoll(connection, uuid, roll, registrar, options.timeout)
    report(uuid, roll, signed, context)
  })
}

/** The entries of a roll file; refusals name the entry. */
export async function readRoll(file: string): Promise<RollFile> {
  const json = (await readText(file, ROLL_BYTES_MAX)).trimEnd()
  const parsed = parsePublicCredentials(json)
  if (!parsed.ok) throw new CommandError(parsed.error.code, `${file}: ${parsed.error.detail}`)
  return { entries: parsed.value.entries, isWeighted: parsed.value.weighted, hash: payloadHash(json) }
}

async function withRegistrar(
  file: string,
  options: RollOptions,
  context: Context,
  use: (connection: Connection, roll: RollFile, registrar: Registrar) => Promise<void>,
): Promise<void> {
  const { trust, peers } = await networkOf(options, context)
  const roll = await readRoll(file)
  const ask = presentPassphrase(options.passphraseFile, context, { of: options.key })
  const { party, privateKey } = await loadPartyKey(options.key, trust.genesis.registrars, 'registrar', ask)
  await withClient(trust, peers, context, (connection) =>
    use(connection, roll, { publicKey: party.publicKey, privateKey }),
  )
}

/** Hands in all chunks, some at a time, until the roll is complete on the chain. */
export async function publishRoll(
  connection: Pick<Connection, 'client' | 'trust'>,
  uuid: string,
  roll: RollFile,
  registrar: Registrar,
  timeoutS: number,
  onProgress: (line: string) => void,
): Promise<void> {
  const chunks = splitRoll(uuid, registrar.publicKey, roll.entries, roll.isWeighted).map((chunk) =>
    signTransaction(connection.trust.networkId, chunk, registrar.privateKey),
  )
  for (let from = 0; from < chunks.length; from += CHUNKS_AT_ONCE) {
    const upTo = Math.min(from + CHUNKS_AT_ONCE, chunks.length)
    const isThere = (record: ElectionRecord): boolean =>
      isAccepted(record, roll) || (progressOf(record, roll)?.received ?? 0) >= upTo
    await sendAndWait(connection, uuid, chunks.slice(from, upTo), isThere, timeoutS)
    onProgress(`roll: chunk ${upTo} of ${chunks.length} is final`)
  }
}

/** Signs a roll that is complete on the chain, and waits until the signature is final. */
export async function signRoll(
  connection: Pick<Connection, 'client' | 'trust'>,
  uuid: string,
  roll: RollFile,
  registrar: Registrar,
  timeoutS: number,
): Promise<ElectionRecord> {
  const { publicKey, privateKey } = registrar
  const transaction: Transaction = signTransaction(
    connection.trust.networkId,
    { kind: 'rollSignature', uuid, registrar: publicKey, rollHash: roll.hash },
    privateKey,
  )
  const hasSigned = (record: ElectionRecord): boolean =>
    isAccepted(record, roll) ||
    (progressOf(record, roll)?.signers.some((signer) => equalBytes(signer, publicKey)) ?? false)
  return (await sendAndWait(connection, uuid, [transaction], hasSigned, timeoutS)).record
}

function progressOf(record: ElectionRecord, roll: RollFile): ElectionRecord['rolls'][number] | undefined {
  return record.rolls.find(({ hash }) => equalBytes(hash, roll.hash))
}

function isAccepted(record: ElectionRecord, roll: RollFile): boolean {
  return record.roll !== undefined && equalBytes(record.roll.hash, roll.hash)
}

function report(uuid: string, roll: RollFile, record: ElectionRecord, { output }: Context): void {
  const accepted = isAccepted(record, roll)
  const signatures = accepted ? record.roll?.signers.length : progressOf(record, roll)?.signers.length
  const missing = record.draft.registrarThreshold - (signatures ?? 0)
  output.say(
    accepted
      ? `The roll of election ${uuid} is accepted: ${roll.entries.length} voters, hash ${toHex(roll.hash)}.`
      : `The roll of election ${uuid} is complete; ${missing} more registrars must sign it: psephos roll sign ${uuid} FILE --key REGISTRAR.key ...`,
  )
  output.end({
    ok: true,
    election: uuid,
    voters: roll.entries.length,
    hash: toHex(roll.hash),
    accepted,
    signatures: signatures ?? 0,
    registrarThreshold: record.draft.registrarThreshold,
  })
}
