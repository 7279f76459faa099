/**
 * What every folder shares and no folder owns: results, assertions, bytes, SHA-256, canonical SSZ.
 * Pure, and without any idea of voting.
 */
export { AssertionFailure, assert, unreachable } from './assert.ts'
export {
  bigEndian,
  compareBytes,
  concat,
  concatAll,
  equalBytes,
  fromBase64,
  fromHex,
  fromUtf8,
  toBase64,
  toBigEndian,
  toHex,
  utf8,
} from './bytes.ts'
export { ok, type Refusal, type Result, refuse, unwrap } from './result.ts'
export { sha256 } from './sha256.ts'
export { type Codec, codec } from './ssz.ts'
