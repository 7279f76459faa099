/**
 * The board of a trustee that runs alone: peers that it asks. What it acts upon is certified by a quorum; two peers are asked each
 * time, and others the next time (T24). That some are silent, behind or lie can delay a trustee and never mislead it.
 *
 * Lists of elections are uncertified: they only say where to look. An election is read until it is certified that this trustee is
 * none of its trustees, which a draft fixes for good, or that it is over; then never again. Elections of this trustee are read at
 * each look while they may need it, whatever the lists say.
 */
import { assert, equalBytes } from '../../base/index.ts'
import { type CertifiedElection, type Client, type ClientError, fateOf } from '../../client/index.ts'
import { allTrustees, decodeTransaction, type ElectionRecord } from '../../ledger/index.ts'
import type { Clock } from '../clock.ts'
import { NodeError } from '../error.ts'
import { MAX_NEW_READS, MAX_OWN_READS, MAX_SETTLED_ELECTIONS, MAX_TRANSACTION_QUESTIONS } from '../limits.ts'
import { RecentMap } from '../recent.ts'
import type { TrusteeBoard } from './board.ts'

export interface ClientBoardDependencies {
  readonly client: Pick<Client, 'elections' | 'election' | 'transaction' | 'submit'>
  /** For nothing but when to look. */
  readonly clock: Pick<Clock, 'now'>
  /** Told once when no peer can be read any more, with the reason, and once when one can again. */
  readonly onPeers: (areThere: boolean, reason: string) => void
}

/** A board for the trustee with this key. */
export function createClientBoard(
  publicKey: Uint8Array,
  { client, clock, onPeers }: ClientBoardDependencies,
): TrusteeBoard {
  /** Elections of this trustee that are not over, each as it was read at the greatest height. */
  const own = new Map<string, CertifiedElection>()
  /** Those that need no further look. */
  const settled = new RecentMap<true>(MAX_SETTLED_ELECTIONS)
  const takeOwn = inTurn(MAX_OWN_READS)
  const takeNew = inTurn(MAX_NEW_READS)
  let areThere = true

  const tell = (now: boolean, reason: string): void => {
    if (now !== areThere) onPeers(now, reason)
    areThere = now
  }

  /** Whether nobody answers at present. A fork is evidence, and ends everything; whatever else goes wrong passes. */
  const isAlone = (error: ClientError): boolean => {
    if (error.code === 'fork') throw new NodeError('fork', error.detail)
    if (error.code === 'unknown-election') return false
    tell(false, error.detail)
    return true
  }

  const keep = (read: CertifiedElection): void => {
    const { draft, phase } = read.record
    const isOurs = allTrustees(draft).some((trustee) => equalBytes(trustee.publicKey, publicKey))
    if (!isOurs || phase === 'tallied' || phase === 'abandoned') {
      own.delete(draft.uuid)
      settled.set(draft.uuid, true)
    } else if ((own.get(draft.uuid)?.height ?? -1) <= read.height) own.set(draft.uuid, read)
  }

  /** Reads what may have changed; false where nobody answers. */
  const look = async (): Promise<boolean> => {
    const listed = await client.elections()
    if (!listed.ok) return !isAlone(listed.error)
    const wanted = new Set(listed.value.filter(({ phase }) => isTime(phase)).map(({ uuid }) => uuid))
    const known = [...own.values()].filter(
      ({ record }) => isTime(record.phase) || wanted.has(record.draft.uuid) || isClosed(record, clock.now()),
    )
    const others = [...wanted].filter((uuid) => !own.has(uuid) && !settled.has(uuid))
    for (const uuid of [...takeOwn(known.map(({ record }) => record.draft.uuid)), ...takeNew(others)]) {
      const read = await client.election(uuid)
      if (read.ok) keep(read.value)
      else if (isAlone(read.error)) return false
    }
    return true
  }

  return {
    standings: async () => {
      // Where nobody answers, what was certified before still is: the trustee goes on with what it has made for it.
      if (await look()) tell(true, '')
      return [...own.values()].filter(({ record }) => isTime(record.phase))
    },
    transaction: async (id) => {
      // Some peers may be a block behind the one whose answer named the transaction: each question goes to others.
      for (let question = 0; question < MAX_TRANSACTION_QUESTIONS; question++) {
        const read = await client.transaction(id)
        if (!read.ok) return undefined
        if (read.value !== undefined) return read.value
      }
      return undefined
    },
    submit: async (bytes) => {
      const decoded = decodeTransaction(bytes)
      assert(decoded.ok, 'a trustee hands in what it has encoded')
      const submitted = await client.submit([decoded.value])
      if (!submitted.ok) return submitted.error
      const { takenBy, refusals } = fateOf(submitted.value, 0)
      if (takenBy.length > 0) return { code: 'accepted', detail: '' }
      return (
        refusals.find(({ code }) => code !== 'busy') ?? { code: 'busy', detail: 'all peers are too busy' }
      )
    },
    // Whether the pools of the peers still have it is unknown: it is offered again after a while.
    isWaiting: () => false,
  }
}

/** Whether trustees have something to do in this phase. */
function isTime(phase: string): boolean {
  return phase === 'draft' || phase === 'decrypting'
}

function isClosed({ draft }: ElectionRecord, now: number): boolean {
  return now >= draft.closesAt
}

/** Takes so many of a list at a time, and all of them in turn. */
function inTurn(most: number): (uuids: readonly string[]) => readonly string[] {
  let next = 0
  return (uuids) => {
    if (uuids.length <= most) return uuids
    const first = next % uuids.length
    next = first + most
    return [...uuids.slice(first), ...uuids.slice(0, first)].slice(0, most)
  }
}
