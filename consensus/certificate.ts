/** Certificates: a quorum of commits for one block, which convinces any third party that knows the validators. */
import { ByteVectorType, ContainerType, ListCompositeType, UintNumberType } from '@chainsafe/ssz'
import {
  assert,
  type Codec,
  codec,
  fromHex,
  ok,
  type Refusal,
  type Result,
  refuse,
  toHex,
} from '../base/index.ts'
import { SIGNATURE_BYTES } from '../crypto/index.ts'
import { verifySigned } from './authenticate.ts'
import { MAX_VALIDATORS } from './limits.ts'
import { quorum } from './quorum.ts'
import { statementFlaw } from './statement.ts'
import type { Certificate, StatementOf, ValidatorSet } from './types.ts'

const SIGNATURE_ENTRY_BYTES = 2 + SIGNATURE_BYTES

/** Bytes of the largest certificate: height, round, block id, one offset, a signature of each validator. */
export const MAX_CERTIFICATE_BYTES: number = 8 + 4 + 32 + 4 + MAX_VALIDATORS * SIGNATURE_ENTRY_BYTES

const certificateSchema = new ContainerType({
  height: new UintNumberType(8),
  round: new UintNumberType(4),
  blockId: new ByteVectorType(32),
  signatures: new ListCompositeType(
    new ContainerType({ validator: new UintNumberType(2), signature: new ByteVectorType(SIGNATURE_BYTES) }),
    MAX_VALIDATORS,
  ),
})

interface WireCertificate {
  readonly height: number
  readonly round: number
  readonly blockId: Uint8Array
  readonly signatures: readonly { readonly validator: number; readonly signature: Uint8Array }[]
}

const certificateCodec: Codec<WireCertificate> = codec(certificateSchema, MAX_CERTIFICATE_BYTES)

/** The SSZ encoding of a certificate that `verifyCertificate` or `finalise` gave. */
export function encodeCertificate(certificate: Certificate): Uint8Array {
  const blockId = fromHex(certificate.blockId, 32)
  assert(blockId !== undefined, 'a certificate names a block id')
  return certificateCodec.encode({ ...certificate, blockId })
}

/** The certificate of its encoding, or `malformed`. Never throws; nothing is verified yet. */
export function decodeCertificate(bytes: Uint8Array): Result<Certificate, Refusal<'malformed'>> {
  const decoded = certificateCodec.decode(bytes)
  if (!decoded.ok) return decoded
  const { height, round, blockId, signatures } = decoded.value
  return ok({ height, round, blockId: toHex(blockId), signatures })
}

/**
 * Whether a quorum of the validators signed a commit for this block in this round [R1] [R11]. Authors must ascend, so that
 * each counts once and the same signatures make one certificate.
 */
export function verifyCertificate(
  certificate: Certificate,
  validators: ValidatorSet,
  networkId: Uint8Array,
): Result<void, Refusal<'no-quorum' | 'unknown-validator' | 'bad-signature' | 'not-ascending'>> {
  const { height, round, blockId, signatures } = certificate
  const needed = quorum(validators.keys.length)
  if (signatures.length < needed)
    return refuse('no-quorum', `${signatures.length} signatures, ${needed} needed`)
  let previous = -1
  for (const { validator } of signatures) {
    if (validator <= previous) return refuse('not-ascending', `validator ${validator} follows ${previous}`)
    previous = validator
  }
  const statement: StatementOf<'commit'> = { kind: 'commit', height, round, blockId }
  const flaw = statementFlaw(statement)
  if (flaw !== undefined) return refuse('bad-signature', flaw)
  for (const { validator, signature } of signatures) {
    const checked = verifySigned({ statement, validator, signature }, validators, networkId)
    if (!checked.ok) return checked
  }
  return ok(undefined)
}
