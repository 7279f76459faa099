/** Certified blocks from peers: everything is checked, nothing is believed. */
import { equalBytes, ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import {
  type Certificate,
  decodeCertificate,
  type ValidatorSet,
  verifyCertificate,
} from '../consensus/index.ts'
import {
  type BlockHeader,
  type BlockRejection,
  blockId,
  decodeBlock,
  decodeWholeBlock,
  type ReferringBlock,
  type WholeBlock,
} from '../ledger/index.ts'
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
  options: ImportOptions,
): Result<ProvenBlock, Refusal<'malformed' | 'bad-certificate'>> {
  const block = decodeBlock(certified.block)
  if (!block.ok) return block
  const certificate = proveHeader(block.value.header, certified.certificate, options)
  if (!certificate.ok) return certificate
  if (!isWhole(block.value)) return refuse('malformed', 'not the transactions of its header')
  const { height, blockId: id } = certificate.value
  return ok({ height, id, bytes: certified.block, certificate: certificate.value })
}

/** The certificate of a header: a quorum signed this very block of this network. */
function proveHeader(
  header: BlockHeader,
  encoded: Uint8Array,
  { validators, networkId }: ImportOptions,
): Result<Certificate, Refusal<'malformed' | 'bad-certificate'>> {
  const certificate = decodeCertificate(encoded)
  if (!certificate.ok) return certificate
  const { height } = header
  if (height === 0 || !equalBytes(header.networkId, networkId)) {
    return refuse('malformed', 'not a block of this network')
  }
  const id = toHex(blockId(header))
  if (certificate.value.height !== height || certificate.value.blockId !== id) {
    return refuse('bad-certificate', 'the certificate is for another block')
  }
  const verified = verifyCertificate(certificate.value, validators, networkId)
  if (!verified.ok) return refuse('bad-certificate', verified.error.detail)
  return certificate
}

/**
 * Commits a proven block when it is the next one. A proven block that contradicts the chain, or that does not execute, rejects
 * with a `NodeError`: the node must stop.
 */
export async function commitProven(
  { height, id, bytes, certificate }: ProvenBlock,
  proofsBy: ProofsBy,
  dependencies: { readonly chain: Chain; readonly logger: Logger },
): Promise<void> {
  const { chain } = dependencies
  if (height === chain.height() && id !== toHex(chain.state().head.id)) throw fork(height)
  if (height !== chain.height() + 1) return
  await commitNext(decodeWholeBlock(bytes), certificate, proofsBy, dependencies)
}

async function commitNext(
  block: Result<WholeBlock, BlockRejection>,
  certificate: Certificate,
  proofsBy: ProofsBy,
  { chain, logger }: { readonly chain: Chain; readonly logger: Logger },
): Promise<void> {
  const { height, blockId } = certificate
  const executed = block.ok ? await chain.execute(block.value, proofsBy) : block
  // Agreement may have committed it meanwhile.
  if (chain.height() >= height) return
  if (!executed.ok) {
    const { code, detail } = executed.error
    logger.error('a certified block does not execute', { height, blockId, code, detail })
    throw divergence(height, code)
  }
  await chain.commit(executed.value, certificate)
}

/** A final block as a peer tells of it. */
export interface AnnouncedBlock {
  readonly block: ReferringBlock
  /** Encoded. */
  readonly certificate: Uint8Array
  /** Makes the block whole; see `Assembly.complete`. */
  readonly complete: () => Promise<WholeBlock | false | undefined>
}

/**
 * Takes the next block from a peer that announces it: the certificate is checked first, then the block is made whole, its ballots'
 * proofs included, and committed; rejects as `commitProven`.
 */
export async function importAnnounced(
  { block, certificate: encoded, complete }: AnnouncedBlock,
  options: ImportOptions,
  dependencies: { readonly chain: Chain; readonly logger: Logger },
): Promise<Result<void, ImportRefusal>> {
  const { chain } = dependencies
  const { height } = block.header
  if (height > chain.height() + 1 || height < chain.height()) {
    return refuse('not-next', `height ${height} while the chain is at ${chain.height()}`)
  }
  const isHead = height === chain.height()
  if (isHead && block.id === toHex(chain.state().head.id)) return refuse('not-next', 'it is here already')
  const certificate = proveHeader(block.header, encoded, options)
  if (!certificate.ok) return certificate
  if (isHead) throw fork(height)
  const whole = await complete()
  if (whole === false) return refuse('malformed', 'not the transactions of its header')
  if (whole === undefined || height !== chain.height() + 1) return refuse('not-next', 'it is not whole here')
  await commitNext(ok(whole), certificate.value, 'verification', dependencies)
  return ok(undefined)
}
