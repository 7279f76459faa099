import { strict as assert } from 'node:assert'
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { concat, fromHex, toHex, utf8 } from '../../../base/index.ts'
import { openBlocks, sealBlocks } from '../../../crypto/ccm.ts'
import {
  CCM_NONCE_BYTES,
  CCM_TAG_BYTES,
  decryptCcm,
  encryptCcm,
  MAX_CCM_BYTES,
} from '../../../crypto/index.ts'
import { seeded } from '../../support/election/builders.ts'

/** RFC 3610, section 8: the packet vectors with a tag of 8 bytes. Key, nonce, associated data, message, result. */
const KEY_1 = 'c0c1c2c3c4c5c6c7c8c9cacbcccdcecf'
const KEY_13 = 'd7828d13b2b0bdc325a76236df93cc6b'
const RFC_3610: readonly (readonly [number, string, string, string, string, string])[] = [
  [
    1,
    KEY_1,
    '00000003020100a0a1a2a3a4a5',
    '0001020304050607',
    '08090a0b0c0d0e0f101112131415161718191a1b1c1d1e',
    '588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0',
  ],
  [
    2,
    KEY_1,
    '00000004030201a0a1a2a3a4a5',
    '0001020304050607',
    '08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916',
  ],
  [
    3,
    KEY_1,
    '00000005040302a0a1a2a3a4a5',
    '0001020304050607',
    '08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
    '51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5',
  ],
  [
    4,
    KEY_1,
    '00000006050403a0a1a2a3a4a5',
    '000102030405060708090a0b',
    '0c0d0e0f101112131415161718191a1b1c1d1e',
    'a28c6865939a9a79faaa5c4c2a9d4a91cdac8c96c861b9c9e61ef1',
  ],
  [
    5,
    KEY_1,
    '00000007060504a0a1a2a3a4a5',
    '000102030405060708090a0b',
    '0c0d0e0f101112131415161718191a1b1c1d1e1f',
    'dcf1fb7b5d9e23fb9d4e131253658ad86ebdca3e51e83f077d9c2d93',
  ],
  [
    6,
    KEY_1,
    '00000008070605a0a1a2a3a4a5',
    '000102030405060708090a0b',
    '0c0d0e0f101112131415161718191a1b1c1d1e1f20',
    '6fc1b011f006568b5171a42d953d469b2570a4bd87405a0443ac91cb94',
  ],
  [
    13,
    KEY_13,
    '00412b4ea9cdbe3c9696766cfa',
    '0be1a88bace018b1',
    '08e8cf97d820ea258460e96ad9cf5289054d895ceac47c',
    '4cb97f86a2a4689a877947ab8091ef5386a6ffbdd080f8e78cf7cb0cddd7b3',
  ],
  [
    14,
    KEY_13,
    '0033568ef7b2633c9696766cfa',
    '63018f76dc8a1bcb',
    '9020ea6f91bdd85afa0039ba4baff9bfb79c7028949cd0ec',
    '4ccb1e7ca981befaa0726c55d378061298c85c92814abc33c52ee81d7d77c08a',
  ],
  [
    15,
    KEY_13,
    '00103fe41336713c9696766cfa',
    'aa6cfa36cae86b40',
    'b916e0eacc1c00d7dcec68ec0b3bbb1a02de8a2d1aa346132e',
    'b1d23a2220ddc0ac900d9aa03c61fcf4a559a4417767089708a776796edb723506',
  ],
  [
    16,
    KEY_13,
    '00764c63b8058e3c9696766cfa',
    'd0d0735c531e1becf049c244',
    '12daac5630efa5396f770ce1a66b21f7b2101c',
    '14d253c3967b70609b7cbb7c499160283245269a6f49975bcadeaf',
  ],
  [
    17,
    KEY_13,
    '00f8b678094e3b3c9696766cfa',
    '77b60f011c03e1525899bcae',
    'e88b6a46c78d63e52eb8c546efb5de6f75e9cc0d',
    '5545ff1a085ee2efbf52b2e04bee1e2336c73e3f762c0c7744fe7e3c',
  ],
  [
    18,
    KEY_13,
    '00d560912d3f703c9696766cfa',
    'cd9044d2b71fdb8120ea60c0',
    '6435acbafb11a82e2f071d7ca4a5ebd93a803ba87f',
    '009769ecabdf48625594c59251e6035722675e04c847099e5ae0704551',
  ],
]

const NONE = new Uint8Array(0)
const random = seeded('ccm')
const key = random(32)
const nonce = random(CCM_NONCE_BYTES)

function byNode(message: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-ccm', key, nonce, { authTagLength: CCM_TAG_BYTES })
  const encrypted = cipher.update(message)
  cipher.final()
  return concat(new Uint8Array(encrypted), new Uint8Array(cipher.getAuthTag()))
}

function openedByNode(bytes: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-ccm', key, nonce, { authTagLength: CCM_TAG_BYTES })
  decipher.setAuthTag(bytes.subarray(-CCM_TAG_BYTES))
  const message = decipher.update(bytes.subarray(0, -CCM_TAG_BYTES))
  decipher.final()
  return new Uint8Array(message)
}

function encryptBy(mode: 'cbc' | 'ctr', bytes: Uint8Array, start: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv(`aes-256-${mode}`, key, start).setAutoPadding(false).update(bytes))
}

describe('AES-CCM', () => {
  for (const [number, ...texts] of RFC_3610)
    it(`gives packet vector ${number} of RFC 3610, in both directions`, () => {
      const [rfcKey, rfcNonce, associated, message, result] = texts.map((text) => fromHex(text)!)
      assert.equal(toHex(sealBlocks(rfcKey!, rfcNonce!, message!, associated!)), texts[4])
      assert.deepEqual(openBlocks(rfcKey!, rfcNonce!, result!, associated!), message)
      assert.equal(openBlocks(rfcKey!, rfcNonce!, result!, NONE), undefined)
    })

  it('with keys of 32 bytes gives what node:crypto gives, for lengths around every block', () => {
    for (const length of [...Array(50).keys(), 255, 256, 257, 4095, 4096, 65279, 65280, MAX_CCM_BYTES]) {
      const message = random(length)
      const bytes = encryptCcm(key, nonce, message)
      assert.deepEqual(bytes, byNode(message), `${length} bytes`)
      assert.deepEqual(decryptCcm(key, nonce, bytes), message, `${length} bytes`)
      if (length > 0) assert.deepEqual(openedByNode(bytes), message, `${length} bytes`)
    }
  })

  it('opens nothing with a bit changed, cut, lengthened, or under another key or nonce', () => {
    const bytes = encryptCcm(key, nonce, utf8('a message of two blocks and more.'))
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = Uint8Array.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(decryptCcm(key, nonce, changed), undefined, `bit ${bit}`)
    }
    for (let length = 0; length < bytes.length; length++)
      assert.equal(decryptCcm(key, nonce, bytes.subarray(0, length)), undefined, `${length} bytes`)
    assert.equal(decryptCcm(key, nonce, concat(bytes, Uint8Array.of(0))), undefined)
    assert.equal(decryptCcm(random(32), nonce, bytes), undefined)
    assert.equal(decryptCcm(key, random(CCM_NONCE_BYTES), bytes), undefined)
  })

  it('leaves its arguments as they were, and takes parts of larger buffers', () => {
    const buffer = concat(key, nonce, utf8('message'))
    const [k, n, m] = [buffer.subarray(0, 32), buffer.subarray(32, 45), buffer.subarray(45)]
    const bytes = encryptCcm(k, n, m)
    assert.deepEqual(bytes, byNode(utf8('message')))
    assert.deepEqual(decryptCcm(k, n, concat(nonce, bytes, key).subarray(13, -32)), utf8('message'))
    assert.deepEqual(buffer, concat(key, nonce, utf8('message')))
  })

  it('has a longest message, and opens nothing longer', () => {
    assert.throws(() => encryptCcm(key, nonce, new Uint8Array(MAX_CCM_BYTES + 1)), /fits two bytes/)
    // 65,536 zeros whose length is written as 0 in the first block, which is what two bytes have room for.
    const none = encryptBy('cbc', Uint8Array.of(25, ...nonce, 0, 0), new Uint8Array(16))
    const mac = encryptBy('cbc', new Uint8Array(MAX_CCM_BYTES + 1), none).subarray(-16)
    const stream = encryptBy('ctr', new Uint8Array(16 + MAX_CCM_BYTES + 1), Uint8Array.of(1, ...nonce, 0, 0))
    const tag = mac.subarray(0, CCM_TAG_BYTES).map((byte, i) => byte ^ stream[i]!)
    assert.equal(decryptCcm(key, nonce, concat(stream.subarray(16), tag)), undefined)
  })

  it('takes keys of 32 bytes and nonces of 13 only', () => {
    for (const length of [0, 16, 24, 31, 33]) {
      assert.throws(() => encryptCcm(new Uint8Array(length), nonce, NONE), /32 bytes/)
      assert.throws(() => decryptCcm(new Uint8Array(length), nonce, new Uint8Array(8)), /32 bytes/)
    }
    for (const length of [0, 12, 14, 32])
      assert.throws(() => encryptCcm(key, new Uint8Array(length), NONE), /13 bytes/)
  })
})
