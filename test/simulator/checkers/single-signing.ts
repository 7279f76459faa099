/**
 * Single signing: a correct validator signs one statement a kind, height and round, across all its lives, and its slots never go
 * back. What it sends it has signed. It signs for a height only when it has the one before and not that one, and nothing while it is
 * down or in the moment in which it starts, when it cannot have heard yet where the others are. An observer signs nothing.
 */
import type { CreateChecker } from '../types.ts'
import { hex, Unreadable } from './ssz.ts'
import {
  compareSlots,
  isSame,
  readEnvelope,
  readSigned,
  type Said,
  slotOf,
  voteVerifier,
  words,
} from './wire.ts'

/** What is remembered of a seat through all of its lives. */
interface Signer {
  readonly index: number | undefined
  /** The statement of each slot, by the slot's name. */
  readonly slots: Map<string, Said>
  last: readonly [number, number, number] | undefined
  head: number | undefined
  headSince: number
  /** When this life began; undefined while it is down. */
  upSince: number | undefined
}

/** A block may come from others while the disk is at what precedes a signature: so long it may still be made. */
const UNDER_WAY_MS = 100

/** Whether a signer may sign at a height: the next one, or the one that has only just become final. */
function isAtHand(height: number, { head, headSince }: Signer, atMs: number): boolean {
  if (head === undefined || height === head + 1) return true
  return height === head && atMs - headSince <= UNDER_WAY_MS
}

export const singleSigning: CreateChecker = (facts, convict) => {
  const isGood = voteVerifier(facts)
  const signers = new Map<string, Signer>(
    facts.seats.map(({ name, index }) => [
      name,
      { index, slots: new Map(), last: undefined, head: undefined, headSince: 0, upSince: undefined },
    ]),
  )

  function signs(seat: string, signer: Signer, bytes: Uint8Array, atMs: number): void {
    const said = statementOf(seat, bytes)
    if (said === undefined) return
    if (signer.index === undefined) convict(`${seat} signs a ${words(said)} and is no validator`)
    if (signer.upSince === undefined) convict(`${seat} signs a ${words(said)} and is down`)
    else if (atMs <= signer.upSince)
      convict(
        `${seat} signs a ${words(said)} in the moment it starts, before it can know where the others are`,
      )
    if (signer.head !== undefined && !isAtHand(said.height, signer, atMs))
      convict(`${seat} signs a ${words(said)} and its head is ${signer.head}`)
    const slot = slotOf(said)
    if (signer.last !== undefined && compareSlots(slot, signer.last) < 0)
      convict(`${seat} goes back: it signs a ${words(said)} after slot ${signer.last.join('/')}`)
    else signer.last = slot
    const before = signer.slots.get(slot.join('/'))
    if (before !== undefined && !isSame(before, said))
      convict(`${seat} signs twice for one slot: a ${words(before)} and a ${words(said)}`)
    signer.slots.set(slot.join('/'), said)
  }

  function statementOf(seat: string, bytes: Uint8Array): Said | undefined {
    try {
      return readSigned(bytes, facts.networkId)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      convict(`${seat} signs ${hex(bytes).slice(0, 32)}...: ${error.message}`)
      return undefined
    }
  }

  function says(seat: string, signer: Signer, payload: Uint8Array): void {
    const { said, validator, signature } = readEnvelope(payload).vote
    if (validator !== signer.index) convict(`${seat} speaks as validator ${validator}`)
    if (!isGood(said, validator, signature)) convict(`${seat} sends a ${words(said)} under a false signature`)
    const signed = signer.slots.get(slotOf(said).join('/'))
    if (signed === undefined || !isSame(signed, said))
      convict(`${seat} sends a ${words(said)} that it never signed`)
  }

  return {
    observe: (happening) => {
      if (!('seat' in happening)) return
      const signer = signers.get(happening.seat)
      if (signer === undefined) return
      switch (happening.type) {
        case 'started':
          signer.upSince = happening.atMs
          signer.head = happening.height
          signer.headSince = Number.NEGATIVE_INFINITY
          return
        case 'killed':
        case 'failed':
          signer.upSince = undefined
          return
        case 'committed':
          signer.head = happening.height
          signer.headSince = happening.atMs
          return
        case 'signing':
          return signs(happening.seat, signer, happening.bytes, happening.atMs)
        case 'said':
          return says(happening.seat, signer, happening.payload)
      }
    },
  }
}
