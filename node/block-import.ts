/** Certified blocks from peers: everything is checked, nothing is believed. */
import { equalBytes, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import {
  type Certificate,
  decodeCertificate,
  type ValidatorSet,
  verifyCertificate,
} from '../consensus/index.ts'
import { blockId, decodeBlock, decodeWholeBlock } from '../ledger/index.ts'
import type { CertifiedBlock } from '../network/index.ts'
import { type Chain, isWhole, type ProofsBy } from './chain.ts'
import { divergence, fork } from './divergence.ts'
import type { Logger } from './log.ts'

/** `not-next`: it is here already, or blocks before it are missing. The others are the bearer's fault. */
export type ImportRefusal = Refusal<'malformed' | 'not-next' | 'bad-certificate'>

/** What certificates are checked against. */
export interface ImportOptions {
  readonly validators: ValidatorSet
  readonly networkId: Uint8Array
}

/** A block that a quorum of this network's validators has signed. That it executes is not known yet. */
export interface ProvenBlock {
  readonly height: number
  /** Hexadecimal. */
  readonly id: string
  readonly bytes: Uint8Array
  readonly certificate: Certificate
}

/** Checks what needs no chain: form, body and header belong together, a quorum signed this very block of this network. */
export function proveBlock(
  certified: CertifiedBlock,
  { validators, networkId }: ImportOptions,
): Result<ProvenBlock, Refusal<'malformed' | 'bad-certificate'>> {
  const block = decodeBlock(certified.block)
  if (!block.ok) return block
  const certificate = decodeCertificate(certified.certificate)
  if (!certificate.ok) return certificate
  const { header } = block.value
  const { height } = header
  if (height === 0 || !equalBytes(header.networkId, networkId)) {
    return refuse('malformed', 'not a block of this network')
  }
  const id = toHex(blockId(header))
  if (certificate.value.height !== height || certificate.value.blockId !== id) {
    return refuse('bad-certificate', 'the certificate is for another block')
  }
  if (!isWhole(block.value)) return refuse('malformed', 'not the transactions of its header')
  const verified = verifyCertificate(certificate.value, validators, networkId)
  if (!verified.ok) return refuse('bad-certificate', verified.error.detail)
  return ok({ height, id, bytes: certified.block, certificate: certificate.value })
}

/**
 * Commits a proven block when it is the next one. A proven block that contradicts the chain, or that does not execute, rejects
 * with a `NodeError`: the node must stop.
 */
export async function commitProven(
  proven: ProvenBlock,
  proofsBy: ProofsBy,
  dependencies: { readonly chain: Chain; readonly logger: Logger },
): Promise<void> {
  const { chain, logger } = dependencies
  const { height, id } = proven
  if (height === chain.height() && id !== toHex(chain.state().head.id)) throw fork(height)
  if (height !== chain.height() + 1) return
  const block = decodeWholeBlock(proven.bytes)
  const executed = block.ok ? await chain.execute(block.value, proofsBy) : block
  // Agreement may have committed it meanwhile.
  if (chain.height() >= height) return
  if (!executed.ok) {
    const { code, detail } = executed.error
    logger.error('a certified block does not execute', { height, blockId: id, code, detail })
    throw divergence(height, code)
  }
  await chain.commit(executed.value, proven.certificate)
}

/** Checks a certified block, its ballots' proofs included, and commits it when it is the next one; rejects as `commitProven`. */
export async function importBlock(
  certified: CertifiedBlock,
  options: ImportOptions,
  dependencies: { readonly chain: Chain; readonly logger: Logger },
): Promise<Result<void, ImportRefusal>> {
  const { chain } = dependencies
  const block = decodeBlock(certified.block)
  if (!block.ok) return block
  const { header } = block.value
  const { height } = header
  if (height > chain.height() + 1 || height < chain.height()) {
    return refuse('not-next', `height ${height} while the chain is at ${chain.height()}`)
  }
  if (height === chain.height() && toHex(blockId(header)) === toHex(chain.state().head.id)) {
    return refuse('not-next', 'it is here already')
  }
  const proven = proveBlock(certified, options)
  if (!proven.ok) return proven
  await commitProven(proven.value, 'verification', dependencies)
  return ok(undefined)
}
