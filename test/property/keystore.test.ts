/** Keystores of any key under any passphrase, and what is left of them after a change. */
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { unwrap } from '../../base/index.ts'
import { systemRandom } from '../../node/index.ts'
import { decodeKeystore, decryptKey, encryptKey, type KeyPurpose } from '../../node/keystore.ts'
import { MIN_SCRYPT_N } from '../../node/limits.ts'
import { normalisePassphrase } from '../../node/sealing.ts'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const passphrase = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).map(normalisePassphrase)
const purpose = fc.constantFrom<KeyPurpose>('network', 'validator', 'trustee', 'administrator', 'registrar')
const seal = (secret: Uint8Array, what: KeyPurpose, text: string): Promise<Uint8Array> =>
  encryptKey(secret, what, { passphrase: text, scryptN: MIN_SCRYPT_N }, systemRandom)

describe('any keystore', () => {
  it('gives back the key that went in, for its passphrase and purpose and no others', () =>
    fc.assert(
      fc.asyncProperty(
        key,
        passphrase,
        purpose,
        passphrase,
        purpose,
        async (secret, right, what, other, use) => {
          const keystore = unwrap(decodeKeystore(await seal(secret, what, right)))
          assert.deepEqual(unwrap(await decryptKey(keystore, what, right)), new Uint8Array(secret))
          const opened = await decryptKey(keystore, use, other)
          assert.equal(opened.ok, use === what && other === right)
        },
      ),
      { numRuns: 60 },
    ))

  it('does not open after a change of one byte to any other', async () => {
    const file = await seal(systemRandom(32), 'trustee', 'a passphrase')
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const changed = file.map((byte, i) => (i === place ? byte ^ change : byte))
        const keystore = decodeKeystore(changed)
        assert.ok(!keystore.ok || !(await decryptKey(keystore.value, 'trustee', 'a passphrase')).ok)
      }),
      { numRuns: 400 },
    )
  })

  it('is understood or refused, never an exception, whatever bytes a file holds', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          assert.equal(decodeKeystore(bytes).ok, false)
        },
      ),
    ))
})
