/** Where a node stands at the end: its head, and what its state says of the election. */
import { equalBytes, toHex } from '../../../base/index.ts'
import { electionRecord, proveCounting } from '../../../ledger/index.ts'
import type { Happening } from '../types.ts'
import type { Machine } from './machine.ts'

export type Head = (Happening & { readonly type: 'ended' })['heads'][number]

const NONE = new Uint8Array(32)

/** Undefined where the node does not run. */
export function headOf(
  { seat, node }: Machine,
  uuid: string,
  credentials: readonly Uint8Array[],
): Head | undefined {
  if (node === undefined) return undefined
  const state = node.chain.state()
  const record = electionRecord(state, uuid)
  const counting = credentials.flatMap((credential) => {
    const id = proveCounting(state, uuid, credential)?.ballotId
    return id === undefined || equalBytes(id, NONE) ? [] : [[toHex(credential), toHex(id)] as const]
  })
  return {
    seat: seat.name,
    height: state.head.height,
    phase: record?.phase ?? 'unknown',
    ...(record?.result === undefined ? {} : { result: record.result[0]!.map(Number) }),
    counting: new Map(counting),
  }
}

/** Whether every one of them has the result of the election. */
export function areTallied(machines: readonly Machine[], uuid: string): boolean {
  return machines.every(
    ({ node }) => node !== undefined && electionRecord(node.chain.state(), uuid)?.phase === 'tallied',
  )
}
