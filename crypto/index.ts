/** Hashes, AES-CCM, Ed25519 signatures, the Ed25519 group and what proofs are verified with. Pure; knows no election. */
export {
  type Arithmetic,
  type CiphertextCommitments,
  type CiphertextGroup,
  type EncodedPair,
  type Equation,
  GOOD_POINT,
  type Logarithms,
  MALFORMED_POINT,
  OUTSIDE_SUBGROUP,
  type PointVerdict,
  type SchnorrCommitment,
  type SchnorrStatement,
  type WeightedPoints,
} from './arithmetic.ts'
export type { PointBatch, Term, WithPointBatch } from './batch.ts'
export { CCM_NONCE_BYTES, CCM_TAG_BYTES, decryptCcm, encryptCcm, MAX_CCM_BYTES } from './ccm.ts'
export { COORDINATES_BYTES, decodeCoordinates, encodeCoordinates } from './coordinates.ts'
export { eighthOf, GENERATOR_EIGHTH, octupled } from './eighths.ts'
export {
  decodeCurvePoint,
  encodePoint,
  GENERATOR,
  IDENTITY,
  modOrder,
  multiply,
  multiplySecret,
  ORDER,
  POINT_BYTES,
  type Point,
  type PointRefusal,
  pointsToHex,
  pointToHex,
  precompute,
} from './group.ts'
export { deriveBytes, deriveScalar, hashToScalar, sha256 } from './hash.ts'
export { MAX_BATCH_POINTS, MAX_LOGARITHM } from './limits.ts'
export { withPlainBatch } from './plain-batch.ts'
export {
  arithmetic,
  combination,
  decodePoint,
  pointFromHex,
  pointRefusals,
} from './points.ts'
export { type Random, randomScalar } from './random.ts'
export {
  createSigner,
  isStrictPublicKey,
  isStrictSignature,
  PRIVATE_KEY_BYTES,
  PUBLIC_KEY_BYTES,
  publicKeyOf,
  SIGNATURE_BYTES,
  type Signer,
  sign,
  verifySignature,
} from './signatures.ts'
