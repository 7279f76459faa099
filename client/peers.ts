/**
 * The peers of a client: dialled when they are needed, asked side by side, and left out for good once one has lied.
 *
 * Two addresses of one peer are one peer: "two peers said so" must mean two. A peer that does not answer is asked after the
 * others the next time; one whose answer cannot be true is not asked again.
 */
import type { Refusal, Result } from '../base/index.ts'
import type { PeerName, Protocol, Transport } from '../network/index.ts'
import { ADDRESSES_MAX } from './limits.ts'

/** A peer and why its answer was not taken. */
export interface Fault {
  readonly peer: string
  readonly detail: string
}

/** What a question brought: answers that passed their check, lies, silence. */
export interface Answers<T> {
  readonly answers: readonly { readonly peer: PeerName; readonly value: T }[]
  readonly lies: readonly Fault[]
  readonly silent: readonly Fault[]
}

/** A question: what is asked, and what makes an answer credible. */
export interface Question<T> {
  readonly protocol: Protocol
  readonly request: Uint8Array
  readonly chunksMax: number
  readonly bytesMax: number
  readonly check: (chunks: readonly Uint8Array[]) => Result<T, Refusal>
  /** Told of each credible answer as it comes, while others are still waited for. */
  readonly onAnswer?: (peer: PeerName, value: T) => void
}

/** The peers that a client talks to. */
export interface Peers {
  /** Asks until `enough` credible answers are there or nobody is left, `enough` peers at a time. */
  ask<T>(question: Question<T>, enough: number): Promise<Answers<T>>
  /** From now on this peer is not asked. */
  leaveOut(peer: PeerName, detail: string): void
}

interface Entry {
  readonly address: string
  name?: PeerName
  /** Whether it did not answer the last time: then others are asked before it. */
  isSilent?: boolean
}

/** The peers behind these addresses, asked in this order; where `rotates`, each question begins with the next one. */
export function createPeers(
  addresses: readonly string[],
  transport: Transport,
  warn: (warning: string) => void,
  rotates = false,
): Peers {
  const entries: Entry[] = [...new Set(addresses)].slice(0, ADDRESSES_MAX).map((address) => ({ address }))
  const left = new Map<PeerName, string>()
  let turn = 0

  /** Entries in the order of the next question: whoever was silent the last time (since everybody's turn) comes after the others. */
  const inOrder = (): Entry[] => {
    const first = rotates && entries.length > 0 ? turn++ % entries.length : 0
    if (rotates && first === 0) for (const entry of entries) entry.isSilent = false
    const order = [...entries.slice(first), ...entries.slice(0, first)]
    return order.sort((a, b) => Number(a.isSilent ?? false) - Number(b.isSilent ?? false))
  }

  const leaveOut = (peer: PeerName, detail: string): void => {
    if (left.has(peer)) return
    left.set(peer, detail)
    warn(`peer ${peer} is left out: ${detail}`)
  }

  const reach = async (entry: Entry): Promise<PeerName> => {
    const known = entry.name
    if (known !== undefined && transport.peers().some((peer) => peer.id === known)) return known
    entry.name = await transport.dial(entry.address)
    return entry.name
  }

  const askOne = async <T>(entry: Entry, question: Question<T>, asked: Set<PeerName>): Promise<Answer<T>> => {
    let peer: PeerName
    try {
      peer = await reach(entry)
    } catch (error) {
      // The transport's reason may begin with the address, too: once is enough.
      const detail = reasonOf(error).replace(`${entry.address}: `, '')
      return { kind: 'silent', fault: { peer: entry.name ?? entry.address, detail } }
    }
    const lie = left.get(peer)
    if (lie !== undefined) return { kind: 'lie', fault: { peer, detail: lie } }
    if (asked.has(peer)) return { kind: 'again' }
    asked.add(peer)
    let chunks: readonly Uint8Array[]
    try {
      chunks = await collect(transport, peer, question)
    } catch (error) {
      return { kind: 'silent', fault: { peer, detail: reasonOf(error) } }
    }
    const checked = question.check(chunks)
    if (checked.ok) {
      question.onAnswer?.(peer, checked.value)
      return { kind: 'answer', peer, value: checked.value }
    }
    leaveOut(peer, checked.error.detail)
    return { kind: 'lie', fault: { peer, detail: checked.error.detail } }
  }

  const ask = async <T>(question: Question<T>, enough: number): Promise<Answers<T>> => {
    const answers: { readonly peer: PeerName; readonly value: T }[] = []
    const lies: Fault[] = []
    const silent: Fault[] = []
    const asked = new Set<PeerName>()
    const waiting = inOrder()
    while (answers.length < enough && waiting.length > 0) {
      const batch = waiting.splice(0, enough - answers.length)
      const said = await Promise.all(batch.map((entry) => askOne(entry, question, asked)))
      for (const [i, answer] of said.entries()) {
        const entry = batch[i]
        if (entry !== undefined) entry.isSilent = answer.kind === 'silent'
        if (answer.kind === 'answer') answers.push(answer)
        else if (answer.kind === 'lie') lies.push(answer.fault)
        else if (answer.kind === 'silent') silent.push(answer.fault)
      }
    }
    return { answers, lies, silent }
  }

  return { ask, leaveOut }
}

type Answer<T> =
  | { readonly kind: 'answer'; readonly peer: PeerName; readonly value: T }
  | { readonly kind: 'lie'; readonly fault: Fault }
  | { readonly kind: 'silent'; readonly fault: Fault }
  /** Another address of a peer that was asked already. */
  | { readonly kind: 'again' }

async function collect<T>(
  transport: Transport,
  peer: PeerName,
  question: Question<T>,
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of transport.request(peer, question.protocol, question.request)) {
    chunks.push(chunk)
    bytes += chunk.length
    if (chunks.length > question.chunksMax || bytes > question.bytesMax)
      throw new Error(`answers ${question.protocol} at greater length than is allowed`)
  }
  return chunks
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'does not answer'
}

/** Faults in one line, for people. */
export function faultList(faults: readonly Fault[]): string {
  return faults.map(({ peer, detail }) => `${peer}: ${detail}`).join('; ')
}
