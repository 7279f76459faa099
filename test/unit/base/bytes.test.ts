import { strict as assert } from 'node:assert'
import { bytesToHex } from '@noble/hashes/utils.js'
import { writtenBase64 } from '../../../base/bytes.ts'
import { fromBase64, fromHex, toBase64, toHex } from '../../../base/index.ts'

describe('texts of bytes', () => {
  const samples = Array.from({ length: 70 }, (_, length) =>
    Uint8Array.from({ length }, (_, index) => (index * 89 + length * 31) % 256),
  )

  it('are the same with and without Node, and read back', () => {
    for (const bytes of samples) {
      assert.equal(toHex(bytes), bytesToHex(bytes))
      assert.equal(toBase64(bytes), writtenBase64(bytes))
      assert.deepEqual(fromHex(toHex(bytes)), bytes)
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes)
    }
  })

  it('are those of a part where the bytes are a part of others', () => {
    const part = Uint8Array.of(1, 254, 2, 3, 253, 4).subarray(1, 5)
    assert.equal(toHex(part), 'fe0203fd')
    assert.equal(toBase64(part), '/gID/Q')
  })
})
