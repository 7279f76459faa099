import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fromHex, toHex } from '../../base/index.ts'
import {
  authenticate,
  decodeCertificate,
  decodeEvidence,
  decodeMessage,
  decodeStatement,
  type Evidence,
  encodeCertificate,
  encodeEvidence,
  encodeMessage,
  encodeStatement,
  type Message,
  type Statement,
  statementBytes,
  verifyCertificate,
  verifyEvidence,
} from '../../consensus/index.ts'
import { sign } from '../../crypto/index.ts'

/** The vectors were written by another program from the layout alone, with another Ed25519. */
function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./consensus/${name}.json`, import.meta.url), 'utf8')) as T
}
function bytes(hex: string): Uint8Array {
  const value = fromHex(hex)
  assert.ok(value !== undefined)
  return value
}
/** In the vectors, signatures are hexadecimal. */
function fromVector<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value), (key, part) => (key === 'signature' ? bytes(part) : part)) as T
}

interface StatementVectors {
  readonly networkId: string
  readonly privateKey: string
  readonly statements: readonly {
    readonly name: string
    readonly statement: Statement
    readonly encoded: string
    readonly signingBytes: string
    readonly signature: string
  }[]
}
interface MessageVectors {
  readonly networkId: string
  readonly validators: readonly string[]
  readonly messages: readonly { readonly name: string; readonly message: unknown; readonly encoded: string }[]
  readonly certificate: { readonly certificate: unknown; readonly encoded: string }
  readonly evidence: { readonly evidence: unknown; readonly encoded: string }
}

describe('the vectors of statements', () => {
  const { networkId, privateKey, statements } = vectors<StatementVectors>('statements')
  for (const vector of statements) {
    it(`a ${vector.name} has these bytes, is signed under these and by this signature`, () => {
      assert.equal(toHex(encodeStatement(vector.statement)), vector.encoded)
      assert.deepEqual(decodeStatement(bytes(vector.encoded)), { ok: true, value: vector.statement })
      const signing = statementBytes(bytes(networkId), vector.statement)
      assert.equal(toHex(signing), vector.signingBytes)
      assert.equal(toHex(sign(signing, bytes(privateKey))), vector.signature)
    })
  }
})

describe('the vectors of messages', () => {
  const file = vectors<MessageVectors>('messages')
  const networkId = bytes(file.networkId)
  const validators = { keys: file.validators.map(bytes) }
  for (const vector of file.messages) {
    it(`a ${vector.name} has these bytes, and its signatures verify`, () => {
      const message = fromVector<Message>(vector.message)
      assert.equal(toHex(encodeMessage(message)), vector.encoded)
      const decoded = decodeMessage(bytes(vector.encoded))
      assert.deepEqual(decoded, { ok: true, value: message })
      assert.equal(authenticate(message, validators, networkId).ok, true)
    })
  }

  it('a certificate has these bytes and verifies', () => {
    const certificate = fromVector<Parameters<typeof encodeCertificate>[0]>(file.certificate.certificate)
    assert.equal(toHex(encodeCertificate(certificate)), file.certificate.encoded)
    assert.deepEqual(decodeCertificate(bytes(file.certificate.encoded)), { ok: true, value: certificate })
    assert.equal(verifyCertificate(certificate, validators, networkId).ok, true)
  })

  it('evidence has these bytes and convicts', () => {
    const evidence = fromVector<Evidence>(file.evidence.evidence)
    assert.equal(toHex(encodeEvidence(evidence)), file.evidence.encoded)
    assert.deepEqual(decodeEvidence(bytes(file.evidence.encoded)), { ok: true, value: evidence })
    assert.equal(verifyEvidence(evidence, validators, networkId).ok, true)
  })
})
