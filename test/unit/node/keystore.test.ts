import { strict as assert } from 'node:assert'
import { fromUtf8, toHex, unwrap, utf8 } from '../../../base/index.ts'
import { decodeKeystore, decryptKey, encryptKey, isKeystore, type Keystore } from '../../../node/keystore.ts'
import {
  MAX_KEY_FILE_BYTES,
  MAX_PASSPHRASE_LENGTH,
  MAX_SCRYPT_N,
  MIN_PASSPHRASE_LENGTH,
  MIN_SCRYPT_N,
} from '../../../node/limits.ts'
import { faultOfPassphrase, normalisePassphrase } from '../../../node/sealing.ts'
import { privateKeyOf, seededRandom } from '../../support/ledger-builders.ts'

const PASSPHRASE = 'correct horse battery staple'
const KEY = privateKeyOf('someone')

/** A cheap keystore: what is tested here does not depend on the cost. */
function aKeystore(seed = 'keystore'): Promise<Uint8Array> {
  const protection = { passphrase: PASSPHRASE, scryptN: MIN_SCRYPT_N }
  return encryptKey(KEY, 'validator', protection, seededRandom(seed))
}

async function outcome(
  file: Uint8Array,
  purpose: Parameters<typeof decryptKey>[1] = 'validator',
): Promise<string> {
  const keystore = decodeKeystore(file)
  if (!keystore.ok) return keystore.error.code
  const key = await decryptKey(keystore.value, purpose, PASSPHRASE)
  return key.ok ? 'opens' : key.error.code
}

describe('a keystore', () => {
  it('gives its key back for the passphrase', async () => {
    const file = await aKeystore()
    assert.ok(isKeystore(file))
    assert.deepEqual(unwrap(await decryptKey(unwrap(decodeKeystore(file)), 'validator', PASSPHRASE)), KEY)
  })

  it('says nothing of the key', async () => {
    assert.ok(!(fromUtf8(await aKeystore()) ?? '').includes(toHex(KEY)))
  })

  it('has a salt and a nonce of its own each time', async () => {
    const [one, other] = [await aKeystore('one'), await aKeystore('other')].map((file) =>
      unwrap(decodeKeystore(file)),
    )
    assert.notEqual(one?.kdf.salt, other?.kdf.salt)
    assert.notEqual(one?.cipher.iv, other?.cipher.iv)
    assert.notEqual(one?.secret, other?.secret)
  })

  it('does not open with another passphrase, nor for another purpose', async () => {
    const keystore = unwrap(decodeKeystore(await aKeystore()))
    for (const wrong of ['', `${PASSPHRASE} `, PASSPHRASE.toUpperCase()]) {
      const key = await decryptKey(keystore, 'validator', wrong)
      assert.equal(key.ok ? 'opens' : key.error.code, 'passphrase-wrong')
    }
    for (const purpose of ['network', 'trustee', 'administrator', 'registrar'] as const)
      assert.equal(await outcome(await aKeystore(), purpose), 'passphrase-wrong', purpose)
  })

  it('is refused when any byte of it is flipped, cut off or added', async () => {
    const file = await aKeystore()
    for (let i = 0; i < file.length; i++) {
      const flipped = file.slice()
      flipped[i]! ^= 1
      assert.match(await outcome(flipped), /^(?:key-invalid|passphrase-wrong)$/, `byte ${i}`)
    }
    for (const length of [0, 1, 100, file.length - 2])
      assert.equal(await outcome(file.subarray(0, length)), 'key-invalid', `${length} bytes`)
    for (const more of ['\n', ' ', '}']) {
      const longer = new Uint8Array([...file, ...utf8(more)])
      assert.equal(await outcome(longer), 'key-invalid')
    }
    assert.equal(await outcome(new Uint8Array(MAX_KEY_FILE_BYTES + 1).fill(32)), 'key-invalid')
  })

  it('is read without its last newline, which editors lose', async () => {
    const file = await aKeystore()
    assert.equal(await outcome(file.subarray(0, file.length - 1)), 'opens')
  })

  it('has one text: other orders, spaces and spellings of the same values are refused', async () => {
    const text = fromUtf8(await aKeystore()) ?? ''
    const { version, kdf, cipher, secret } = JSON.parse(text) as Keystore
    for (const other of [
      JSON.stringify({ kdf, version, cipher, secret }),
      JSON.stringify({ version, kdf, cipher, secret }, null, 1),
      text.replace('"n":1024', '"n":1024.0'),
      text.replace('"version":1', '"version":1,"version":1'),
      text.replace(secret, secret.toUpperCase()),
      text.replace('"secret"', '"\\u0073ecret"'),
    ])
      assert.equal(await outcome(utf8(other)), 'key-invalid', other)
  })

  it('cannot ask for more work than is reasonable, nor for another algorithm', async () => {
    const text = fromUtf8(await aKeystore()) ?? ''
    const values = (name: string, ...list: readonly unknown[]): readonly (readonly [RegExp, unknown])[] =>
      list.map((value) => [new RegExp(`(?<="${name}":)[^,}]+`), value])
    for (const [place, value] of [
      ...values('n', 2 * MAX_SCRYPT_N, MIN_SCRYPT_N / 2, 3 * MIN_SCRYPT_N, 0, -1024, '"1024"', 1e300, 1024.5),
      ...values('r', 16, 7, 2 ** 30),
      ...values('p', 2, 0, 2 ** 30),
      ...values('version', 2, 0),
      ...values('name', '"pbkdf2"'),
      ...values('salt', '""', '"00"'),
      ...values('iv', '"00"'),
      ...values('tag', '"00"', '"0011223344556677"'),
      ...values('secret', '"00"', 'null'),
    ])
      assert.equal(
        await outcome(utf8(text.replace(place, String(value)))),
        'key-invalid',
        `${place} ${value}`,
      )
    assert.equal(await outcome(utf8(text.replace('"version"', '"comment":"","version"'))), 'key-invalid')
  })

  it('names the largest cost that it accepts', () => {
    const about = (n: number): boolean => {
      const hex = (bytes: number): string => '00'.repeat(bytes)
      const kdf = { name: 'scrypt', n, r: 8, p: 1, salt: hex(32) }
      const cipher = { name: 'aes-256-gcm', iv: hex(12), tag: hex(16) }
      return decodeKeystore(utf8(JSON.stringify({ version: 1, kdf, cipher, secret: hex(32) }))).ok
    }
    assert.ok(about(MAX_SCRYPT_N) && about(MIN_SCRYPT_N))
    assert.ok(!about(MAX_SCRYPT_N * 2) && !about(MAX_SCRYPT_N - 1))
  })
})

describe('a passphrase', () => {
  it('is the same however its letters are composed, and with the newline of its file', () => {
    assert.equal(normalisePassphrase('Ath\u00e8nes\n'), normalisePassphrase('Athe\u0300nes'))
    assert.equal(normalisePassphrase('\ufb01ne words\r\n'), 'fine words')
    assert.equal(normalisePassphrase(' two lines\n\n'), ' two lines\n')
  })

  it('has at least 8 characters and at most 1024 when it is set, on one line', () => {
    assert.equal(faultOfPassphrase('\u{1f5f3}'.repeat(MIN_PASSPHRASE_LENGTH)), undefined)
    assert.match(faultOfPassphrase('\u{1f5f3}'.repeat(MIN_PASSPHRASE_LENGTH - 1)) ?? '', /this one has 7/)
    assert.equal(faultOfPassphrase('x'.repeat(MAX_PASSPHRASE_LENGTH)), undefined)
    assert.match(faultOfPassphrase('x'.repeat(MAX_PASSPHRASE_LENGTH + 1)) ?? '', /8 to 1024/)
    assert.match(faultOfPassphrase('first line\nsecond line') ?? '', /one line/)
  })
})
