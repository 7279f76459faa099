/** Validators that contradict themselves, for tests: evidence as it goes on the chain, and the statements in it. */
import { type Statement, statementBytes } from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'
import type { SignedContent, TransactionOf } from '../../ledger/index.ts'
import { keyOf, privateKeyOf } from './parties.ts'

/** A block id whose every byte is that number. */
export function blockIdOf(byte: number): string {
  return byte.toString(16).padStart(2, '0').repeat(32)
}

/** Two commits for different blocks at height 7, round 2, the smaller content first. */
export const TWO_COMMITS: readonly [Statement, Statement] = [
  { kind: 'commit', height: 7, round: 2, blockId: blockIdOf(3) },
  { kind: 'commit', height: 7, round: 2, blockId: blockIdOf(4) },
]

/** Two contradicting statements of each kind, the smaller content first. */
export const CONTRADICTIONS: readonly (readonly [Statement, Statement])[] = [
  ...(['proposal', 'prepare', 'commit'] as const).map(
    (kind) =>
      [
        { kind, height: 7, round: 0, blockId: blockIdOf(0) },
        { kind, height: 7, round: 0, blockId: blockIdOf(255) },
      ] as const,
  ),
  [
    { kind: 'roundChange', height: 1, round: 3 },
    { kind: 'roundChange', height: 1, round: 3, prepared: { round: 0, blockId: blockIdOf(1) } },
  ],
  [
    { kind: 'roundChange', height: 1, round: 3, prepared: { round: 1, blockId: blockIdOf(1) } },
    { kind: 'roundChange', height: 1, round: 3, prepared: { round: 2, blockId: blockIdOf(1) } },
  ],
]

export interface EvidenceOptions {
  /** Whose key signs, unless it is the accused's. */
  readonly signers?: readonly [string, string]
  /** The slot that the transaction names, unless it is that of the first statement. */
  readonly slot?: TransactionOf<'evidence'>['slot']
}

/** Evidence against a named validator with two statements, in the order given. Nothing is checked. */
export function evidenceAgainst(
  networkId: Uint8Array,
  name: string,
  [first, second]: readonly [Statement, Statement] = TWO_COMMITS,
  { signers = [name, name], slot = first }: EvidenceOptions = {},
): TransactionOf<'evidence'> {
  const { kind, height, round } = slot
  return {
    kind: 'evidence',
    validator: keyOf(name),
    slot: { kind, height, round },
    first: signedContent(networkId, first, signers[0]),
    second: signedContent(networkId, second, signers[1]),
  }
}

function signedContent(networkId: Uint8Array, statement: Statement, signer: string): SignedContent {
  const bytes = statementBytes(networkId, statement)
  return { content: bytes.slice(77), signature: sign(bytes, privateKeyOf(signer)) }
}
