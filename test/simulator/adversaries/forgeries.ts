/** The forger's works: each looks like a message of the protocol and is none. */
import {
  type Certificate,
  encodeCertificate,
  type Message,
  proposerOf,
  quorum,
  type Signed,
  type StatementKind,
  type StatementOf,
} from '../../../consensus/index.ts'
import { decodeBlock } from '../../../ledger/index.ts'
import { encodeCertifiedBlock } from '../../../network/index.ts'
import type { Dice, Gossiped, Hands } from '../types.ts'
import type { Recollection } from './recollection.ts'
import { idOf, indexOf, inventedId, sign, write } from './speech.ts'

/** What a forger works with. */
export interface Material {
  readonly known: Recollection
  /** Blocks of the puppet's height by id. */
  readonly blocks: Map<string, Uint8Array>
  readonly payloads: Gossiped[]
}

/** A vote under somebody's index, our own included, whose signature is not theirs under these bytes. */
export function falseVote({ blocks }: Material, height: number, hands: Hands): Gossiped {
  const { dice } = hands
  const blockId = idOfSome(blocks, dice)
  const kind = dice.pick(['prepare', 'commit'] as const)
  const round = dice.between(0, 2)
  const validator = dice.between(0, hands.n - 1)
  if (kind === 'prepare') {
    const signed = falselySigned<'prepare'>(hands, { kind, height, round, blockId }, validator)
    return write({ message: { kind, signed } })
  }
  const signed = falselySigned<'commit'>(hands, { kind, height, round, blockId }, validator)
  return write({ message: { kind, signed } })
}

/** A block under a certificate with too few signatures, with ours repeated, with ours in others' names, or with commits of another round. */
export function falseCertificate(material: Material, needed: number, hands: Hands): Gossiped | undefined {
  const { dice } = hands
  const candidates = [...material.blocks.values()]
  if (candidates.length === 0) return undefined
  const block = dice.pick(candidates)
  const decoded = decodeBlock(block)
  const blockId = idOf(block)
  if (!decoded.ok || blockId === undefined) return undefined
  const { height } = decoded.value.header
  if (!Number.isSafeInteger(height)) return undefined
  const own = sign<'commit'>(hands, { kind: 'commit', height, round: 0, blockId })
  const real = material.known
    .commits(height, 0, blockId)
    .filter(({ validator }) => validator !== own.validator)
  const few = [...real, own].slice(-(needed - 1)).sort((a, b) => a.validator - b.validator)
  const signatures = ((): Certificate['signatures'] => {
    switch (dice.pick(['few', 'repeated', 'in other names', 'random'])) {
      case 'few':
        return few
      case 'repeated':
        return [...few, ...Array.from({ length: needed }, () => own)].slice(0, needed)
      case 'in other names':
        return Array.from({ length: needed }, (_, validator) => ({ validator, signature: own.signature }))
      default:
        return Array.from({ length: needed }, (_, validator) => ({
          validator,
          signature: randomSignature(dice),
        }))
    }
  })()
  const certificate = {
    height,
    round: dice.chance(0.8) ? 0 : 1,
    blockId,
    signatures: signatures.map(({ validator, signature }) => ({ validator, signature })),
  }
  return {
    topic: 'blocks',
    payload: encodeCertifiedBlock({ block, certificate: encodeCertificate(certificate) }),
  }
}

/** A proposal of a later round, or a prepared round change, that rests on statements which others never signed. */
export function falseJustification(material: Material, height: number, hands: Hands): Gossiped | undefined {
  const { dice, n } = hands
  const candidates = [...material.blocks.values()].filter((bytes) => isOfHeight(bytes, height))
  if (candidates.length === 0) return undefined
  const block = dice.pick(candidates)
  const blockId = idOf(block)
  if (blockId === undefined) return undefined
  const needed = quorum(n)
  const everybody = Array.from({ length: needed }, (_, validator) => validator)
  const prepares = everybody.map((validator) =>
    falselySigned<'prepare'>(hands, { kind: 'prepare', height, round: 0, blockId }, validator),
  )
  if (dice.chance(0.5)) {
    const claim = { kind: 'roundChange' as const, height, round: 1, prepared: { round: 0, blockId } }
    return write({
      message: { kind: 'roundChange', signed: sign<'roundChange'>(hands, claim), prepares },
      block,
    })
  }
  const round = firstRoundOf(height, indexOf(hands), n)
  const roundChanges = everybody.map((validator) =>
    falselySigned<'roundChange'>(hands, { kind: 'roundChange', height, round }, validator),
  )
  const signed = sign<'proposal'>(hands, { kind: 'proposal', height, round, blockId })
  const message: Message = { kind: 'proposal', signed, roundChanges, prepares: [] }
  return write({ message, block })
}

/** The same bytes with some changed, left out, doubled or added. */
export function mutated({ topic, payload }: Gossiped, dice: Dice): Gossiped {
  const bytes = [...payload]
  for (let changes = dice.between(1, 4); changes > 0 && bytes.length > 1; changes--) {
    const at = dice.between(0, bytes.length - 1)
    switch (dice.between(0, 4)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.between(0, 7))
        break
      case 1:
        bytes[at] = dice.pick([0, 1, 0x7f, 0x80, 0xff])
        break
      case 2:
        bytes.splice(at, dice.between(1, 40))
        break
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + dice.between(1, 40)))
        break
      default:
        bytes.push(dice.between(0, 255))
    }
  }
  return { topic, payload: Uint8Array.from(bytes) }
}

/** The first round above 0 of which a validator is the proposer. */
export function firstRoundOf(height: number, validator: number, n: number): number {
  let round = 1
  while (proposerOf(height, round, n) !== validator) round++
  return round
}

/** A statement under an index with a signature that does not fit: random, ours in another's name, or ours under other bytes. */
function falselySigned<K extends StatementKind>(
  hands: Hands,
  statement: StatementOf<K>,
  validator: number,
): Signed<K> {
  const { dice } = hands
  if (validator !== indexOf(hands) && dice.chance(0.5)) return { ...sign<K>(hands, statement), validator }
  if (dice.chance(0.5)) return { statement, validator, signature: randomSignature(dice) }
  const other = sign<'commit'>(hands, { kind: 'commit', height: 0, round: 0, blockId: inventedId(dice) })
  return { statement, validator, signature: other.signature }
}

function randomSignature(dice: Dice): Uint8Array {
  return Uint8Array.of(...dice.bytes(), ...dice.bytes())
}

function idOfSome(blocks: Material['blocks'], dice: Dice): string {
  const ids = [...blocks.keys()]
  return ids.length === 0 ? inventedId(dice) : dice.pick(ids)
}

function isOfHeight(bytes: Uint8Array, height: number): boolean {
  const block = decodeBlock(bytes)
  return block.ok && block.value.header.height === height
}
