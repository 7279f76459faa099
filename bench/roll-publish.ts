/**
 * A roll published to a daemon: seconds, and the daemon's memory while the chunks come in and afterwards. The validator of a network of
 * one, a process of its own on a real disk; everything is verified, each credential is checked to be in the group.
 *
 * Reference: those checks alone, one after the other in this process.
 */

import { decodePoint } from '../crypto/index.ts'
import { createUuid, payloadHash, publicCredentialsJson } from '../election/index.ts'
import { type ElectionDraft, signTransaction } from '../ledger/index.ts'
import { publishRoll, signRoll } from '../node/cli/roll.ts'
import { loadPartyKey, sendAndWait } from '../node/cli/transact.ts'
import { systemRandom } from '../node/index.ts'
import { type Daemons, onDaemons } from './daemons.ts'
import { fillingCredentials } from './filling-credentials.ts'
import { residentMemory } from './memory.ts'
import { against, type BenchOptions, type Report } from './report.ts'

const DEFAULT_VOTERS = 20_000
const CHECKED = 500
const OPENS_IN_MS = 86_400_000
const TIMEOUT_S = 600

/** Prints `roll-publish.seconds` and `roll-publish.memory*`. */
export async function run(report: Report, { voters = DEFAULT_VOTERS }: BenchOptions): Promise<void> {
  const credentials = fillingCredentials(voters)
  const alone = checkMs(credentials.slice(0, CHECKED)) * voters
  await onDaemons(1, async (daemons) => {
    const pid = daemons.pids[0] ?? 0
    const { now: before } = await residentMemory(pid)
    const ms = await publish(daemons, credentials)
    const { now, peak } = await residentMemory(pid)
    report({
      bench: 'roll-publish.seconds',
      value: ms / 1000,
      unit: 's',
      note: `a roll of ${voters}, until it is signed`,
      reference: against('the checks of its credentials', ms / 1000, alone / 1000),
    })
    report({ bench: 'roll-publish.memory.before', value: before, unit: 'MB' })
    report({ bench: 'roll-publish.memory', value: now, unit: 'MB', note: 'right afterwards' })
    report({ bench: 'roll-publish.memory.peak', value: peak, unit: 'MB', note: 'the most until then' })
  })
}

async function publish(
  { connection, testnet }: Daemons,
  credentials: readonly Uint8Array[],
): Promise<number> {
  const { trust } = connection
  const { administrators, registrars } = trust.genesis
  const [administrator, registrar] = [
    await loadPartyKey(testnet.administratorKey, administrators, 'administrator'),
    await loadPartyKey(testnet.registrarKeys[0] ?? '', registrars, 'registrar'),
  ]
  const draft = aDraft(testnet)
  const body = { kind: 'draft', draft, administrator: administrator.party.publicKey } as const
  const transaction = signTransaction(trust.networkId, body, administrator.privateKey)
  await sendAndWait(connection, draft.uuid, [transaction], () => true, TIMEOUT_S)
  const entries = credentials.map((credential) => ({ credential, weight: 1n }))
  const hash = payloadHash(publicCredentialsJson(entries, false))
  const pen = { publicKey: registrar.party.publicKey, privateKey: registrar.privateKey }
  const roll = { entries, isWeighted: false, hash }
  const began = performance.now()
  const tell = (line: string): void => void process.stderr.write(`${line}\n`)
  await publishRoll(connection, draft.uuid, roll, pen, TIMEOUT_S, tell)
  await signRoll(connection, draft.uuid, roll, pen, TIMEOUT_S)
  return performance.now() - began
}

function aDraft({ genesis }: Daemons['testnet']): ElectionDraft {
  const opensAt = Date.now() + OPENS_IN_MS
  return {
    uuid: createUuid(systemRandom),
    name: 'bench',
    description: '',
    questions: [{ question: 'Shall it be built?', answers: ['Yes'], blank: false, min: 0, max: 1 }],
    registrars: genesis.registrars.map(({ publicKey }) => publicKey),
    registrarThreshold: 1,
    mandatoryTrustees: [],
    trustees: genesis.trustees,
    trusteeThreshold: genesis.trustees.length,
    opensAt,
    closesAt: opensAt + OPENS_IN_MS,
  }
}

/** Milliseconds for one. */
function checkMs(credentials: readonly Uint8Array[]): number {
  const began = performance.now()
  for (const credential of credentials) decodePoint(credential)
  return (performance.now() - began) / credentials.length
}
