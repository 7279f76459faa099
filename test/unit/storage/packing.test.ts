import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { pack, unpack } from '../../../storage/packing.ts'

describe('a packed value', () => {
  it('is unpacked as it was, whatever is in it', () => {
    for (const bytes of [new Uint8Array(0), noise(1), noise(1000), repeated(noise(50), 100)])
      assert.deepEqual(unpack(pack(bytes)), bytes)
  })

  it('is smaller where something repeats, and one byte larger where nothing does', () => {
    assert.ok(pack(repeated(noise(50), 100)).length < 200)
    assert.equal(pack(noise(1000)).length, 1001)
  })

  it('is undefined where it is none: empty, of another kind, torn', () => {
    const packed = pack(repeated(noise(50), 100))
    for (const bytes of [new Uint8Array(0), Uint8Array.of(2, 1, 1), Uint8Array.of(1), packed.subarray(0, -1)])
      assert.equal(unpack(bytes), undefined)
  })

  it('is undefined where it unpacks to more than its limit, and not at the limit', () => {
    const zeros = Uint8Array.of(1, ...deflateRawSync(new Uint8Array(5000)))
    const plain = Uint8Array.of(0, ...new Uint8Array(5000))
    for (const bytes of [zeros, plain]) {
      assert.equal(unpack(bytes, 5000)?.length, 5000)
      assert.equal(unpack(bytes, 4999), undefined)
    }
  })
})

function noise(length: number): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update('noise').digest())
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  return Uint8Array.from({ length: bytes.length * times }, (_, i) => bytes[i % bytes.length]!)
}
