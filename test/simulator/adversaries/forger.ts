/**
 * Says what it has no right to say (T09, T29, T30, T32): bad signatures, votes in the names of others, certificates and justifications with too
 * few or repeated signatures, blocks under a false certificate, forged ballots, mutated encodings. Its ancestors are the forged
 * approvals of the Wormhole and BNB bridges of 2022 (checks that did not check) and whatever breaks decoders that trust a length. It hopes
 * that one check is missing, or that a decoder falls over.
 *
 * Peers that reject cut it off, so it forges seldom, and tells each forgery to few, so as to last for the whole run.
 */
import { quorum } from '../../../consensus/index.ts'
import { encodeTransactionBatch } from '../../../network/index.ts'
import type { Adversary, AdversaryKind, Gossiped, Hands, Sending } from '../types.ts'
import { falseCertificate, falseJustification, falseVote, type Material, mutated } from './forgeries.ts'
import { Recollection, setBounded } from './recollection.ts'
import { idOf, read, readOwn, send } from './speech.ts'

/** Probability that it forges in a tick, and when its puppet says something. */
const FORGE_A_TICK = 0.25
const FORGE_A_WORD = 0.08
/** Blocks of its own, and payloads of others, that it works with. */
const MAX_BLOCKS = 8
const MAX_PAYLOADS = 64
const MAX_PAYLOAD_BYTES = 64 * 1024

export const forger: AdversaryKind = {
  describe: 'bad signatures, false certificates, forged ballots, mutated encodings',
  seatsPerIndex: 1,
  conspire: () => aForger,
}

function aForger(): Adversary {
  const material: Material = { known: new Recollection(), blocks: new Map(), payloads: [] }
  return {
    hear: (_from, message, hands) => {
      collect(material, message, hands)
      return true
    },
    say: async (message, hands) => {
      collect(material, message, hands)
      const block = readOwn(message, hands)?.block
      if (block !== undefined && hands.dice.chance(0.5)) {
        // A block that nobody but us has heard of, so that only a false certificate can make it final.
        const other = await hands.otherBlock(block)
        if (other !== undefined) setBounded(material.blocks, idOf(other), other, MAX_BLOCKS)
      }
      const forged = hands.dice.chance(FORGE_A_WORD) ? forge(material, hands) : []
      return [send(hands.others, message), ...forged]
    },
    tick: (hands) => (hands.dice.chance(FORGE_A_TICK) ? forge(material, hands) : []),
  }
}

function collect(material: Material, message: Gossiped, hands: Hands): void {
  const said = read(message)
  if (said !== undefined) material.known.note(said, hands.height())
  if (said?.block !== undefined) setBounded(material.blocks, idOf(said.block), said.block, MAX_BLOCKS)
  if (message.payload.length > MAX_PAYLOAD_BYTES) return
  if (material.payloads.length < MAX_PAYLOADS) material.payloads.push(message)
  else material.payloads[hands.dice.between(0, MAX_PAYLOADS - 1)] = message
}

function forge(material: Material, hands: Hands): readonly Sending[] {
  const { dice, others } = hands
  const message = aForgery(material, hands)
  // One or two victims; seldom all.
  const victims = dice.chance(0.1) ? others : [dice.pick(others), dice.pick(others)]
  return message === undefined ? [] : [send([...new Set(victims)], message)]
}

function aForgery(material: Material, hands: Hands): Gossiped | undefined {
  const { dice } = hands
  const height = hands.height() + 1
  switch (dice.pick(['vote', 'vote', 'certificate', 'justification', 'ballot', 'mutation'])) {
    case 'vote':
      return falseVote(material, height, hands)
    case 'certificate':
      return falseCertificate(material, quorum(hands.n), hands)
    case 'justification':
      return falseJustification(material, height, hands)
    case 'ballot':
      return {
        topic: 'transactions',
        payload: encodeTransactionBatch([{ bytes: hands.forgedBallot().bytes }]),
      }
    default:
      return material.payloads.length === 0 ? undefined : mutated(dice.pick(material.payloads), dice)
  }
}
