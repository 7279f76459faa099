/** What a node cannot go on with: a quorum has certified what contradicts this node. More than a third of the validators is at fault, or this release. */
import { NodeError } from './error.ts'

/** Two certified blocks at one height. */
export function fork(height: number): NodeError {
  return new NodeError(
    'fork',
    `two different blocks of height ${height} are certified: more than a third of the validators is faulty; stop and compare with other operators`,
  )
}

/** A quorum certified a block that does not execute here. */
export function divergence(height: number, code: string): NodeError {
  return new NodeError(
    'divergence',
    `the certified block of height ${height} does not execute here (${code}); this node stops: compare releases and state roots with other operators`,
  )
}

/** A quorum certified a ballot whose proofs do not hold. */
export function unproven(height: number, ballotId: string, code: string): NodeError {
  return new NodeError(
    'divergence',
    `ballot ${ballotId} in the certified block of height ${height} does not hold (${code}): more than a third of the validators is faulty; this node stops: keep its home as evidence and compare with other operators`,
  )
}
