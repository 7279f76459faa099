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
export { CCM_NONCE_BYTES, CCM_TAG_BYTES, decryptCcm, encryptCcm, MAX_CCM_BYTES } from './ccm.ts'
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
export { MAX_LOGARITHM } from './limits.ts'
export {
  arithmetic,
  checkPoints,
  ciphertextCommitments,
  combination,
  decodePoint,
  pointFromHex,
  pointRefusals,
  schnorrCommitments,
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
