/** Decoders that know no election: texts of bytes, points, AES-CCM, signatures, consensus. */

import { concat, fromBase64, fromHex, fromUtf8, toBase64, toHex, unwrap, utf8 } from '../../../base/index.ts'
import {
  decodeCertificate,
  decodeEvidence,
  decodeMessage,
  decodeSigned,
  decodeStatement,
  encodeCertificate,
  encodeEvidence,
  encodeMessage,
  encodeSigned,
  encodeStatement,
} from '../../../consensus/index.ts'
import { decodeBase } from '../../../crypto/combination.ts'
import {
  CCM_NONCE_BYTES,
  decodeCurvePoint,
  decodePoint,
  decryptCcm,
  encodePoint,
  encryptCcm,
  GENERATOR,
  multiply,
  pointFromHex,
  pointToHex,
  publicKeyOf,
  sign,
  verifySignature,
} from '../../../crypto/index.ts'
import { hexBytes, vectors } from '../recordings.ts'
import { ofBytes, ofText } from '../target.ts'
import type { Target } from '../types.ts'

export function basePieces(): readonly Target[] {
  return [
    ofText(
      {
        name: 'hexadecimal',
        covers: 'base/bytes.ts fromHex',
        form: 'text',
        samples: ['', '00ff10', 'ab'.repeat(64)],
      },
      (text) => fromHex(text),
      toHex,
    ),
    ofText(
      {
        name: 'base64',
        covers: 'base/bytes.ts fromBase64',
        form: 'text',
        samples: ['', 'AA', 'aGVsbG8', 'A'.repeat(43)],
      },
      (text) => fromBase64(text),
      toBase64,
    ),
    ofBytes(
      {
        name: 'UTF-8',
        covers: 'base/bytes.ts fromUtf8',
        form: 'bytes',
        samples: [utf8(''), utf8('\ufeffBär \u{1f5f3}\u2028')],
      },
      (bytes) => fromUtf8(bytes),
      utf8,
    ),
  ]
}

export function cryptoPieces(): readonly Target[] {
  const points = [1n, 2n, 3n, 12345n].map((k) => encodePoint(multiply(GENERATOR, k)))
  const key = new Uint8Array(32).fill(5)
  const nonce = new Uint8Array(CCM_NONCE_BYTES)
  const secret = new Uint8Array(32).fill(6)
  const message = utf8('a statement')
  const publicKey = publicKeyOf(secret)
  return [
    ofBytes(
      { name: 'point of the group', covers: 'crypto/points.ts decodePoint', form: 'bytes', samples: points },
      decodePoint,
      encodePoint,
    ),
    ofBytes(
      {
        name: 'point of the curve',
        covers: 'crypto/group.ts decodeCurvePoint',
        form: 'bytes',
        samples: points,
      },
      decodeCurvePoint,
      encodePoint,
    ),
    ofBytes(
      {
        name: 'point without the kernel',
        covers: 'crypto/combination.ts decodeBase',
        form: 'bytes',
        samples: points,
      },
      decodeBase,
      ({ point }) => encodePoint(point),
    ),
    ofText(
      {
        name: 'point in hexadecimal',
        covers: 'crypto/points.ts pointFromHex',
        form: 'text',
        samples: points.map(toHex),
      },
      pointFromHex,
      pointToHex,
    ),
    ofBytes(
      {
        name: 'AES-CCM',
        covers: 'crypto/ccm.ts openBlocks',
        form: 'bytes',
        samples: ['', 'x', 'secret '.repeat(20)].map((text) => encryptCcm(key, nonce, utf8(text))),
      },
      (bytes) => decryptCcm(key, nonce, bytes),
      (plain) => encryptCcm(key, nonce, plain),
    ),
    ofBytes(
      {
        name: 'signature under any key',
        covers: 'crypto/signatures.ts verifySignature',
        form: 'bytes',
        samples: [concat(publicKey, sign(message, secret), message)],
      },
      (bytes) =>
        verifySignature(bytes.subarray(96), bytes.subarray(32, 96), bytes.subarray(0, 32)) || undefined,
    ),
  ]
}

interface ConsensusVectors {
  readonly messages: readonly { readonly encoded: string }[]
  readonly certificate: { readonly encoded: string }
  readonly evidence: { readonly encoded: string }
}

export function consensusPieces(): readonly Target[] {
  const { messages, certificate, evidence } = vectors<ConsensusVectors>('consensus/messages.json')
  const { statements } = vectors<{ readonly statements: readonly { readonly encoded: string }[] }>(
    'consensus/statements.json',
  )
  const bytesOf = (all: readonly { readonly encoded: string }[]): Uint8Array[] =>
    all.map(({ encoded }) => hexBytes(encoded))
  return [
    ofBytes(
      { name: 'consensus message', covers: 'consensus/message.ts decodeMessage', samples: bytesOf(messages) },
      decodeMessage,
      encodeMessage,
    ),
    ofBytes(
      {
        name: 'statement',
        covers: 'consensus/statement.ts decodeStatement',
        form: 'bytes',
        samples: bytesOf(statements),
      },
      decodeStatement,
      encodeStatement,
    ),
    ofBytes(
      {
        name: 'signed statement',
        covers: 'consensus/message.ts decodeSigned',
        form: 'bytes',
        samples: bytesOf(messages).map((bytes) => encodeSigned(unwrap(decodeMessage(bytes)).signed)),
      },
      decodeSigned,
      encodeSigned,
    ),
    ofBytes(
      {
        name: 'certificate',
        covers: 'consensus/certificate.ts decodeCertificate',
        samples: bytesOf([certificate]),
      },
      decodeCertificate,
      encodeCertificate,
    ),
    ofBytes(
      {
        name: 'evidence',
        covers: 'consensus/evidence.ts decodeEvidence',
        form: 'bytes',
        samples: bytesOf([evidence]),
      },
      decodeEvidence,
      encodeEvidence,
    ),
  ]
}
