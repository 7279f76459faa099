import { strict as assert } from 'node:assert'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../../../base/index.ts'
import { hashToScalar, ORDER, sha256 } from '../../../crypto/index.ts'

describe('SHA-256', () => {
  const texts = ['', 'abc', 'ψῆφος', '\u0000', '\ufeffmark', `lone \ud800 and \udc00`, 'x'.repeat(100_000)]

  it('has the answers of FIPS 180-4', () => {
    assert.equal(toHex(sha256('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    assert.equal(toHex(sha256('')), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('is the same in OpenSSL and in noble, for bytes and for any text', () => {
    for (const text of texts) {
      const expected = nobleSha256(utf8(text))
      for (const hash of [sha256(text), sha256(utf8(text))]) assert.deepEqual(hash, expected)
    }
  })

  it('gives bytes of their own, which nobody else writes to', () => {
    const hash = sha256('abc')
    assert.equal(hash.buffer.byteLength, 32)
    assert.equal(Object.getPrototypeOf(hash), Uint8Array.prototype)
  })

  it('is reduced where it is read as a scalar', () => {
    for (const text of texts) {
      const value = BigInt(`0x${toHex(sha256(text))}`)
      assert.equal(hashToScalar(text), value % ORDER)
    }
  })
})
