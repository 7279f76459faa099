/** Hashes, AES-CCM, Ed25519 signatures, the Ed25519 group and what proofs are verified with. Pure; knows no election. */
export { CCM_NONCE_BYTES, CCM_TAG_BYTES, decryptCcm, encryptCcm, MAX_CCM_BYTES } from './ccm.ts'
export { type Base, combination, decodeBase, fixedBase, sumOfEncoded, variableBase } from './combination.ts'
export {
  decodeCurvePoint,
  decodePoint,
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
  pointFromHex,
  pointsToHex,
  pointToHex,
  precompute,
} from './group.ts'
export { deriveBytes, deriveScalar, hashToScalar, sha256 } from './hash.ts'
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
