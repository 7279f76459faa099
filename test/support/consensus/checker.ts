/**
 * Judges a run of the network. It never calls the code it judges: quorums are counted here from the definition, and what was
 * signed is known from the network, not from the core.
 */
import type { Certificate, Evidence, Message, Signed, Statement } from '../../../consensus/index.ts'

export class Violation extends Error {
  override readonly name = 'Violation'
}

export interface Checker {
  /** A validator signs: an honest one never contradicts itself. */
  readonly signed: (signed: Signed, isHonest: boolean) => void
  /** A message leaves: everything nested in it was signed by its author (no adversary forges). */
  readonly sent: (message: Message) => void
  /** An honest validator finalises: two thirds signed it, and nobody finalised another block. */
  readonly finalised: (validator: number, certificate: Certificate) => void
  /** Evidence never convicts an honest validator, and always holds a contradiction. */
  readonly evidence: (evidence: Evidence, isHonest: (validator: number) => boolean) => void
}

/** The text of a statement, for comparing. */
export function textOf(statement: Statement): string {
  const { kind, height, round } = statement
  const claim = statement.kind === 'roundChange' ? statement.prepared : { round, blockId: statement.blockId }
  return [kind, height, round, claim?.round ?? '-', claim?.blockId ?? '-'].join('/')
}

export function createChecker(n: number): Checker {
  const everSigned = new Set<string>()
  const slots = new Map<string, string>()
  const blocks = new Map<number, string>()
  const assertSigned = ({ statement, validator }: Signed): void => {
    const text = `${validator}:${textOf(statement)}`
    if (!everSigned.has(text)) throw new Violation(`forged: ${text}`)
  }
  return {
    signed: ({ statement, validator }, isHonest) => {
      const text = textOf(statement)
      everSigned.add(`${validator}:${text}`)
      if (!isHonest) return
      const slot = `${validator}:${statement.kind}/${statement.height}/${statement.round}`
      const earlier = slots.get(slot)
      if (earlier !== undefined && earlier !== text) {
        throw new Violation(`honest validator ${validator} contradicts itself: ${earlier} and ${text}`)
      }
      slots.set(slot, text)
    },
    sent: (message) => {
      assertSigned(message.signed)
      if (message.kind === 'proposal') message.roundChanges.forEach(assertSigned)
      if (message.kind === 'proposal' || message.kind === 'roundChange')
        message.prepares.forEach(assertSigned)
    },
    finalised: (validator, { height, round, blockId, signatures }) => {
      const authors = new Set(signatures.map((signature) => signature.validator))
      if (authors.size * 3 < n * 2) throw new Violation(`${authors.size} of ${n} finalised height ${height}`)
      for (const author of authors) {
        const statement = { kind: 'commit', height, round, blockId } as const
        assertSigned({ statement, validator: author, signature: new Uint8Array(64) })
      }
      const other = blocks.get(height)
      if (other !== undefined && other !== blockId) {
        throw new Violation(`validator ${validator} finalised a second block at height ${height}`)
      }
      blocks.set(height, blockId)
    },
    evidence: ({ first, second }, isHonest) => {
      assertSigned(first)
      assertSigned(second)
      if (isHonest(first.validator)) throw new Violation(`honest validator ${first.validator} convicted`)
      if (first.validator !== second.validator || textOf(first.statement) === textOf(second.statement)) {
        throw new Violation('evidence without a contradiction')
      }
    },
  }
}
