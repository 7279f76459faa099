/** `psephos receipt verify FILE`: checks a voter's receipt offline, against the genesis file alone. */
import { verifyReceipt } from '../../client/index.ts'
import type { Context } from './context.ts'
import { CommandError } from './error.ts'
import { readText } from './files.ts'
import { RECEIPT_BYTES_MAX } from './limits.ts'
import { readTrust } from './network.ts'
import { isoTime } from './output.ts'

/** Says what the receipt proves. */
export async function runReceiptVerify(
  file: string,
  options: { readonly genesis: string },
  { output }: Context,
): Promise<void> {
  const trust = await readTrust(options.genesis)
  const verified = verifyReceipt(await readText(file, RECEIPT_BYTES_MAX), trust)
  if (!verified.ok) throw new CommandError(verified.error.code, `${file}: ${verified.error.detail}`)
  const { uuid, tracker, height, time, counts } = verified.value
  output.say(
    [
      `The receipt is genuine. A quorum of the validators of "${trust.genesis.network}" signed that ballot`,
      '',
      `  ${tracker}`,
      '',
      `is on the board of election ${uuid} at height ${height} (${isoTime(time)}).`,
      counts
        ? 'At that height it was the ballot that counts for its credential.'
        : 'At that height another ballot of the same credential counted: the voter had voted again.',
    ].join('\n'),
  )
  output.end({ ok: true, election: uuid, tracker, height, time: isoTime(time), counts })
}
