/** `psephos election draft FILE`: an administrator fixes everything about an election. */
import { createUuid } from '../../election/index.ts'
import { allTrustees, signTransaction } from '../../ledger/index.ts'
import { systemRandom } from '../index.ts'
import type { Context } from './context.ts'
import { readDraft } from './draft-file.ts'
import { CommandError, orFail } from './error.ts'
import { readJson } from './files.ts'
import { DRAFT_BYTES_MAX } from './limits.ts'
import { type NetworkOptions, networkOf, withClient } from './network.ts'
import { isoTime } from './output.ts'
import { presentPassphrase } from './passphrase.ts'
import { loadPartyKey, sendAndWait } from './transact.ts'

export interface DraftOptions extends NetworkOptions {
  readonly key: string
  readonly timeout: number
}

/** Reads the file, signs the draft, waits until it is final. */
export async function runElectionDraft(file: string, options: DraftOptions, context: Context): Promise<void> {
  const { output } = context
  const { trust, peers } = await networkOf(options, context)
  const { genesis } = trust
  const read = readDraft(await readJson(file, DRAFT_BYTES_MAX), {
    genesis,
    now: Date.now(),
    newUuid: () => createUuid(systemRandom),
  })
  if (!read.ok) throw new CommandError(read.error.code, `${file}: ${read.error.detail}`)
  const draft = orFail(read)
  const ask = presentPassphrase(options.passphraseFile, context, { of: options.key })
  const { party, privateKey } = await loadPartyKey(options.key, genesis.administrators, 'administrator', ask)
  const transaction = signTransaction(
    trust.networkId,
    { kind: 'draft', draft, administrator: party.publicKey },
    privateKey,
  )
  output.progress(`drafting election ${draft.uuid}`)
  const { height } = await withClient(trust, peers, context, (connection) =>
    sendAndWait(connection, draft.uuid, [transaction], () => true, options.timeout),
  )
  const trustees = allTrustees(draft)
    .map(({ name }) => name)
    .join(', ')
  output.say(
    [
      `Election ${draft.uuid} is drafted (final at height ${height}).`,
      `It opens at ${isoTime(draft.opensAt)} and closes at ${isoTime(draft.closesAt)}.`,
      `Its trustees make its key before that, by themselves, if they run now: ${trustees}.`,
      `  psephos election show ${draft.uuid} ...     says how far they are, and whom it waits for`,
      'Its roll must be published before that, too:',
      `  psephos credentials generate --voters voters.csv --election ${draft.uuid} --out ./letters`,
      `  psephos roll publish ${draft.uuid} ./letters/roll.json --key REGISTRAR.key ...`,
    ].join('\n'),
  )
  output.end({
    ok: true,
    election: draft.uuid,
    height,
    opensAt: isoTime(draft.opensAt),
    closesAt: isoTime(draft.closesAt),
  })
}
