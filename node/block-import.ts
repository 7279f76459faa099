/** Certified blocks from peers: everything is checked, nothing is believed. */
import { ok, type Refusal, type Result, refuse, toHex } from '../base/index.ts'
import { decodeCertificate, type ValidatorSet, verifyCertificate } from '../consensus/index.ts'
import { blockId, decodeBlock } from '../ledger/index.ts'
import type { CertifiedBlock } from '../network/index.ts'
import { type Chain, divergence, fork, isWhole } from './chain.ts'
import type { Logger } from './log.ts'

/** `not-next`: it is here already, or blocks before it are missing. The others are the bearer's fault. */
export type ImportRefusal = Refusal<'malformed' | 'not-next' | 'bad-certificate'>

/**
 * Checks a certified block and commits it when it is the next one. A certified block that contradicts the chain, or that
 * does not execute, rejects with a `NodeError`: the node must stop.
 */
export async function importBlock(
  certified: CertifiedBlock,
  options: { readonly validators: ValidatorSet; readonly networkId: Uint8Array },
  dependencies: { readonly chain: Chain; readonly logger: Logger },
): Promise<Result<void, ImportRefusal>> {
  const { chain, logger } = dependencies
  const block = decodeBlock(certified.block)
  if (!block.ok) return block
  const certificate = decodeCertificate(certified.certificate)
  if (!certificate.ok) return certificate
  const { height } = block.value.header
  if (height > chain.height() + 1 || height < chain.height() || height === 0) {
    return refuse('not-next', `height ${height} while the chain is at ${chain.height()}`)
  }
  const id = toHex(blockId(block.value.header))
  const isHead = height === chain.height()
  if (isHead && id === toHex(chain.state().head.id)) return refuse('not-next', 'it is here already')
  if (certificate.value.height !== height || certificate.value.blockId !== id) {
    return refuse('bad-certificate', 'the certificate is for another block')
  }
  if (!isWhole(block.value)) return refuse('malformed', 'not the transactions of its header')
  const verified = verifyCertificate(certificate.value, options.validators, options.networkId)
  if (!verified.ok) return refuse('bad-certificate', verified.error.detail)
  if (isHead) throw fork(height)
  const executed = await chain.execute(certified.block)
  // Agreement may have committed it meanwhile.
  if (chain.height() >= height) return ok(undefined)
  if (!executed.ok) {
    const { code, detail } = executed.error
    logger.error('a certified block does not execute', { height, blockId: id, code, detail })
    throw divergence(height, code)
  }
  await chain.commit(executed.value, certificate.value)
  return ok(undefined)
}
