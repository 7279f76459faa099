/** `psephos status`: what a node says about itself, in words first. Nothing here is certified. */
import { z } from 'zod'
import { fromUtf8 } from '../../base/index.ts'
import type { Transport } from '../../network/index.ts'
import type { Context } from './context.ts'
import { CommandError } from './error.ts'
import { type NetworkOptions, networkOf, withClient } from './network.ts'
import { isoTime, pairs, table } from './output.ts'

/** What the command relies on of a peer's report; the rest goes into the JSON as it is. */
const REPORT = z.looseObject({
  name: z.string(),
  network: z.string(),
  networkId: z.string(),
  role: z.enum(['validator', 'observer']),
  isTrustee: z.boolean(),
  peerId: z.string(),
  addresses: z.array(z.string()),
  height: z.number(),
  blockId: z.string(),
  stateRoot: z.string(),
  // What a date can be.
  blockTime: z.number().min(-8.64e15).max(8.64e15),
  now: z.number(),
  peers: z.array(
    z.looseObject({ id: z.string(), addresses: z.array(z.string()), height: z.number().optional() }),
  ),
  clients: z.number(),
  validators: z.array(
    z.looseObject({
      index: z.number(),
      name: z.string(),
      publicKey: z.string(),
      isSelf: z.boolean(),
      lastHeard: z
        .looseObject({
          height: z.number(),
          round: z.number(),
          kind: z.enum(['proposal', 'prepare', 'commit', 'roundChange']),
          agoMs: z.number(),
        })
        .optional(),
      contradiction: z
        .looseObject({ kind: z.string(), height: z.number(), round: z.number(), since: z.number() })
        .optional(),
    }),
  ),
  isCatchingUp: z.boolean(),
  proofsVerifiedTo: z.number(),
  consensus: z
    .looseObject({ height: z.number(), round: z.number(), proposer: z.number(), phase: z.string() })
    .optional(),
  pool: z.looseObject({ transactions: z.number(), bytes: z.number(), verifying: z.number() }),
  elections: z.record(z.string(), z.number()),
  waitingElections: z.array(
    z.looseObject({
      uuid: z.string(),
      name: z.string(),
      phase: z.string(),
      waiting: z.string(),
      missing: z.array(z.string()),
    }),
  ),
  waiting: z.string().optional(),
})
type Report = z.infer<typeof REPORT>

/** Bytes of a report: 256 validators, as many peers, and elections that wait for as many trustees. */
const REPORT_BYTES_MAX = 4 * 1024 * 1024

/** A node's report: as it came, and in words. */
export interface NodeReport {
  readonly json: object
  readonly text: string
}

/** Asks the home's own node, or the peers given; the network's where the home is that of a trustee, which listens nowhere. */
export async function runStatus(options: NetworkOptions, context: Context): Promise<void> {
  const { trust, peers, ownPeers } = await networkOf(options, context)
  const own = ownPeers.length > 0 && options.peer === undefined
  const asked = own ? ownPeers : peers
  const report = await withClient(trust, asked, context, ({ transport }) =>
    firstReport(transport, asked, own),
  )
  context.output.say(report.text)
  context.output.end({ ok: true, ...report.json })
}

async function firstReport(
  transport: Transport,
  addresses: readonly string[],
  own: boolean,
): Promise<NodeReport> {
  const reasons: string[] = []
  for (const address of addresses) {
    try {
      const peer = await transport.dial(address)
      return await askReport(transport, peer)
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : 'no answer')
    }
  }
  const advice = own ? '; is the node running? psephos start --home DIR' : ''
  throw new CommandError(
    'no-peer',
    `${addresses.join(', ') || 'the node'} does not answer (${reasons.join('; ')})${advice}`,
  )
}

async function askReport(transport: Transport, peer: string): Promise<NodeReport> {
  let bytes = new Uint8Array(0)
  for await (const chunk of transport.request(peer, 'diagnostics', new Uint8Array(0))) {
    if (bytes.length + chunk.length > REPORT_BYTES_MAX) throw new Error('its report is too long')
    const longer = new Uint8Array(bytes.length + chunk.length)
    longer.set(bytes)
    longer.set(chunk, bytes.length)
    bytes = longer
  }
  return readReport(bytes)
}

/** A report as a node sends it; throws where it has another form. */
export function readReport(bytes: Uint8Array): NodeReport {
  let json: unknown
  try {
    json = JSON.parse(fromUtf8(bytes) ?? '')
  } catch {
    throw new Error('its report is not JSON')
  }
  const report = REPORT.safeParse(json)
  if (!report.success) throw new Error('its report has another form; is it another release?')
  return { json: report.data, text: describe(report.data) }
}

function describe(report: Report): string {
  const parts = [
    words(report),
    '',
    pairs([
      ['network', `${report.network} (${report.networkId})`],
      ['height', `${report.height}, ${isoTime(report.blockTime)}`],
      ['block', report.blockId],
      ['state root', report.stateRoot],
      ['proofs verified', proofsLine(report)],
      ['peer id', report.peerId],
      ['addresses', report.addresses.join(' ')],
      ['pool', `${report.pool.transactions} transactions, ${report.pool.verifying} being verified`],
      ['elections', electionsLine(report)],
    ]),
    '',
    table([
      ['validator', 'last heard', 'with'],
      ...report.validators.map(({ name, isSelf, lastHeard }) => [
        isSelf ? `${name} (this node)` : name,
        lastHeard === undefined ? (isSelf ? '' : 'never') : `${(lastHeard.agoMs / 1000).toFixed(1)} s ago`,
        lastHeard === undefined
          ? ''
          : `${lastHeard.kind} of height ${lastHeard.height}, round ${lastHeard.round}`,
      ]),
    ]),
  ]
  const contradictions = report.validators.flatMap(contradictionLine)
  if (contradictions.length > 0) parts.push('', ...contradictions)
  if (report.waitingElections.length > 0)
    parts.push(
      '',
      table([
        ['election', 'phase', 'waits for its trustees'],
        ...report.waitingElections.map(({ uuid, phase, waiting }) => [uuid, phase, waiting]),
      ]),
    )
  if (report.peers.length > 0)
    parts.push(
      '',
      table([
        ['peer', 'height', 'address'],
        ...report.peers.map(({ id, height, addresses }) => [
          id,
          height === undefined ? '?' : `${height}`,
          addresses[0] ?? '',
        ]),
      ]),
    )
  return parts.join('\n')
}

/** A convicted validator is named, with where to look. */
function contradictionLine({ name, contradiction }: Report['validators'][number]): readonly string[] {
  if (contradiction === undefined) return []
  const { kind, height, round, since } = contradiction
  return [
    `${name} contradicted itself at height ${height}, round ${round} (two different statements of kind ${kind}); on the chain since height ${since}`,
  ]
}

function words(report: Report): string {
  const age = Math.max(0, (report.now - report.blockTime) / 1000).toFixed(1)
  const role = report.isTrustee ? `${report.role} and trustee` : report.role
  const peers = report.peers.length === 1 ? '1 peer' : `${report.peers.length} peers`
  const clients =
    report.clients === 0 ? '' : ` and ${report.clients === 1 ? '1 client' : `${report.clients} clients`}`
  const where = `${report.name} (${role}) stands at height ${report.height}, finalised ${age} s ago, with ${peers}${clients}`
  const doing = report.isCatchingUp
    ? 'It is catching up with the others and signs nothing yet.'
    : report.consensus === undefined
      ? 'It follows the chain.'
      : `At height ${report.consensus.height} it is in round ${report.consensus.round}, ${report.consensus.phase.replaceAll('-', ' ')}.`
  return `${where}. ${doing}${report.waiting === undefined ? '' : `\nIt waits: ${report.waiting}`}`
}

function proofsLine({ proofsVerifiedTo, height }: Report): string {
  const left = height - proofsVerifiedTo
  return left <= 0
    ? 'all, by this node'
    : `up to height ${proofsVerifiedTo}; those of ${left} more certified blocks are being verified`
}

function electionsLine({ elections }: Report): string {
  const present = Object.entries(elections).filter(([, count]) => count > 0)
  return present.map(([phase, count]) => `${count} ${phase}`).join(', ') || 'none'
}
