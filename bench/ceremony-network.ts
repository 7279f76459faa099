/**
 * A key ceremony of 32 trustees on real daemons: four validators as processes of their own, each with its trustee, and 28 trustees more
 * in this process, which read certified state from the daemons and hand their transactions to them. All of it shares this
 * machine's cores.
 *
 * Reference: the computations alone (the trustees' and each validator's, as `ceremony.ts` measures them in the same run), spread over the
 * cores without a gap. The rest is agreement, gossip, certified reads and waiting for the slowest in each step.
 */
import { availableParallelism } from 'node:os'
import { toHex } from '../base/index.ts'
import { fateOf } from '../client/index.ts'
import { quorum } from '../consensus/index.ts'
import { createUuid } from '../election/index.ts'
import { decodeTransaction, type ElectionDraft, signTransaction, type Transaction } from '../ledger/index.ts'
import { DEFAULT_DEMO_ELECTION } from '../node/cli/demo/questions.ts'
import { orFail } from '../node/cli/error.ts'
import type { Connection } from '../node/cli/network.ts'
import type { Testnet } from '../node/cli/testnet.ts'
import { loadPartyKey, sendAndWait } from '../node/cli/transact.ts'
import { SILENT, systemClock, systemRandom, trusteePublicKey } from '../node/index.ts'
import type { TrusteeBoard } from '../node/trustee/board.ts'
import { Trustee } from '../node/trustee/trustee.ts'
import { onDaemons } from './daemons.ts'

const VALIDATORS = 4
/** Looks of all trustees of this process at the certified state. */
const LOOK_MS = 300
const OPENS_IN_MS = 3_600_000
const TIMEOUT_MS = 600_000

/** Milliseconds from the draft being final until the ceremony of `size` trustees is, on four daemons. */
export function ceremonyOnDaemons(size: number): Promise<number> {
  return onDaemons(VALIDATORS, ({ connection, testnet }) => measure(connection, testnet, size))
}

async function measure(connection: Connection, testnet: Testnet, size: number): Promise<number> {
  const { client, trust } = connection
  const seeds = Array.from({ length: size - VALIDATORS }, () => systemRandom(32))
  const draft = draftFor(testnet, seeds, size)
  const { administrators } = trust.genesis
  const { party, privateKey } = await loadPartyKey(testnet.administratorKey, administrators, 'administrator')
  const body = { kind: 'draft', draft, administrator: party.publicKey } as const
  const transaction = signTransaction(trust.networkId, body, privateKey)
  await sendAndWait(connection, draft.uuid, [transaction], () => true, TIMEOUT_MS / 1000)
  const began = performance.now()
  const board = sharedBoard(connection, draft.uuid)
  let failure: unknown
  const trustees = seeds.map(
    (seed) =>
      new Trustee(
        { networkId: trust.networkId, seed },
        {
          clock: systemClock,
          random: systemRandom,
          board,
          logger: SILENT,
          onFailure: (error) => {
            failure ??= error
          },
        },
      ),
  )
  for (const trustee of trustees) trustee.start()
  const looks = setInterval(() => {
    for (const trustee of trustees) trustee.look()
  }, LOOK_MS)
  try {
    const isDone = (_: unknown, { step }: { readonly step: string }): boolean =>
      step === 'done' || failure !== undefined
    const { ceremony } = orFail(await client.waitFor(draft.uuid, isDone, TIMEOUT_MS))
    if (failure !== undefined) throw failure
    if (ceremony.members.length !== size) throw new Error('a trustee was left out: the machine is too busy')
    return performance.now() - began
  } finally {
    clearInterval(looks)
    for (const trustee of trustees) await trustee.stop()
  }
}

/** One certified look for all trustees of this process, at most every {@link LOOK_MS}; each would look for itself elsewhere. */
function sharedBoard({ client }: Connection, uuid: string): TrusteeBoard {
  let looked = {
    at: Number.NEGATIVE_INFINITY,
    standings: Promise.resolve<Awaited<ReturnType<TrusteeBoard['standings']>>>([]),
  }
  const transactions = new Map<string, Promise<Transaction | undefined>>()
  let handed: Promise<unknown> = Promise.resolve()
  return {
    standings: () => {
      if (performance.now() - looked.at >= LOOK_MS)
        looked = { at: performance.now(), standings: client.election(uuid).then((read) => [orFail(read)]) }
      return looked.standings
    },
    transaction: (id) => {
      const known = transactions.get(toHex(id)) ?? client.transaction(id).then(orFail)
      transactions.set(toHex(id), known)
      return known
    },
    // One after the other: a peer serves one client only so many requests at a time.
    submit: (bytes) => {
      const decoded = orFail(decodeTransaction(bytes))
      const turn = handed.then(async () => {
        const submitted = await client.submit([decoded])
        if (!submitted.ok) return submitted.error
        return { code: fateOf(submitted.value, 0).takenBy.length > 0 ? 'accepted' : 'busy', detail: '' }
      })
      handed = turn
      return turn
    },
    isWaiting: () => false,
  }
}

function draftFor(testnet: Testnet, seeds: readonly Uint8Array[], size: number): ElectionDraft {
  const opensAt = Date.now() + OPENS_IN_MS
  return {
    uuid: createUuid(systemRandom),
    name: 'bench',
    description: '',
    questions: DEFAULT_DEMO_ELECTION.questions,
    registrars: testnet.genesis.registrars.map(({ publicKey }) => publicKey),
    registrarThreshold: 1,
    mandatoryTrustees: [],
    trustees: [
      ...testnet.genesis.trustees,
      ...seeds.map((seed, i) => ({ name: `notary ${i + 1}`, publicKey: trusteePublicKey(seed) })),
    ],
    trusteeThreshold: quorum(size),
    opensAt,
    closesAt: opensAt + OPENS_IN_MS,
  }
}

/** The same work without a gap: what the trustees and the validators compute, over the cores. Milliseconds. */
export function computationAlone(size: number, trusteeMs: number, validatorMs: number): number {
  const cores = Math.min(availableParallelism(), VALIDATORS)
  return (size * trusteeMs + VALIDATORS * validatorMs) / cores
}
