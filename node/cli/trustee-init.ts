/** `psephos trustee init`: the home of a trustee that is no validator, and the card by which drafts name it. */
import { toHex } from '../../base/index.ts'
import { createTrusteeHome, type TrusteeCard } from '../index.ts'
import type { Context } from './context.ts'
import { readInput } from './files.ts'
import { GENESIS_BYTES_MAX } from './limits.ts'
import { chosenProtection, type ProtectionOptions } from './passphrase.ts'

export interface TrusteeInitOptions extends ProtectionOptions {
  readonly home: string
  readonly name: string
  readonly genesis: string
  readonly peer?: readonly string[]
}

/** Makes home and card. */
export async function runTrusteeInit(options: TrusteeInitOptions, context: Context): Promise<void> {
  const { output } = context
  const { name, home: directory, peer = [] } = options
  const genesisFile = await readInput(options.genesis, GENESIS_BYTES_MAX)
  const protection = await chosenProtection(options, context, directory)
  const { home, card } = await createTrusteeHome(directory, { genesisFile, name, peers: peer }, protection)
  output.say(
    [
      `The home of the trustee ${name} lies in ${directory} (network id ${toHex(home.networkId)}).`,
      '',
      cardText(card),
      '',
      'Make a backup before the first election: a seed that is lost is not made again.',
      `  psephos trustee backup --home ${directory} --out FILE`,
      'Then let it work, for all elections that name it:',
      `  psephos trustee run --home ${directory}`,
    ].join('\n'),
  )
  output.end({
    ok: true,
    home: directory,
    network: toHex(home.networkId),
    card,
    encrypted: protection !== undefined,
  })
}

/** The card, and what is to be done with it. */
export function cardText(card: TrusteeCard): string {
  return [
    'Its card, which the administrator puts into the "trustees" of a draft (also in card.json):',
    `  ${JSON.stringify(card)}`,
  ].join('\n')
}
