/**
 * The bytes of keystores and backups, pinned, and opened by another implementation of scrypt and AES-256-GCM than the one that wrote
 * them: noble's, beside OpenSSL's. A file that was written once must open for ever. After an intended change of version, write the
 * vectors again with `PSEPHOS_WRITE_VECTORS=1 npx mocha test/vectors/keystore.test.ts` and read the diff.
 */
import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { gcm } from '@noble/ciphers/aes.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { concat, fromHex, fromUtf8, unwrap, utf8 } from '../../base/index.ts'
import { decodeKeystore, decryptKey, encryptKey, type KeyPurpose } from '../../node/keystore.ts'
import { MIN_SCRYPT_N, SCRYPT_N } from '../../node/limits.ts'
import { normalisePassphrase, type Sealed } from '../../node/sealing.ts'
import { decodeBackup, encodeBackup, openBackup } from '../../node/trustee-backup.ts'
import { privateKeyOf, seededRandom } from '../support/ledger-builders.ts'

const FILE = new URL('./node/keystore.json', import.meta.url)
const PASSPHRASE = normalisePassphrase('\u03c8\u1fc6\u03c6\u03bf\u03c2, the pebble\n')
const KEY = privateKeyOf('someone')
const NETWORK_ID = privateKeyOf('a network')
const PURPOSES: readonly KeyPurpose[] = ['network', 'validator', 'trustee', 'administrator', 'registrar']

type Vectors = Readonly<Record<string, string>>

async function vectors(): Promise<Vectors> {
  const made: Record<string, string> = {}
  const write = async (purpose: KeyPurpose, scryptN?: number): Promise<string> => {
    const protection = { passphrase: PASSPHRASE, ...(scryptN === undefined ? {} : { scryptN }) }
    return fromUtf8(await encryptKey(KEY, purpose, protection, seededRandom(purpose))) ?? ''
  }
  for (const purpose of PURPOSES) made[purpose] = await write(purpose, MIN_SCRYPT_N)
  made['validator at the default cost'] = await write('validator')
  const trustee = {
    name: '\u03a3\u03c5\u03bc\u03b2\u03bf\u03bb\u03b1\u03b9\u03bf\u03b3\u03c1\u03ac\u03c6\u03bf\u03c2 "A|B"',
    networkId: NETWORK_ID,
    seed: KEY,
  }
  const protection = { passphrase: PASSPHRASE, scryptN: MIN_SCRYPT_N }
  made['trustee backup'] = fromUtf8(await encodeBackup(trustee, protection, seededRandom('backup'))) ?? ''
  return made
}

/** Opens a sealed secret with noble alone, after the text of the ADR. */
async function openWithNoble({ kdf, cipher, secret }: Sealed, about: string): Promise<Uint8Array> {
  const bytes = (text: string): Uint8Array => fromHex(text) ?? assert.fail(text)
  const { n: N, r, p, salt } = kdf
  const key = await scryptAsync(utf8(PASSPHRASE), bytes(salt), { N, r, p, dkLen: 32 })
  const aad = utf8(`scrypt|${N}|${r}|${p}|${salt}|aes-256-gcm|${cipher.iv}|${about}`)
  return gcm(key, bytes(cipher.iv), aad).decrypt(concat(bytes(secret), bytes(cipher.tag)))
}

describe('keystores and backups', () => {
  let pinned: Vectors

  before(async () => {
    if (process.env.PSEPHOS_WRITE_VECTORS === '1')
      writeFileSync(FILE, `${JSON.stringify(await vectors(), null, 2)}\n`)
    pinned = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors
  })

  it('are written as they always were', async () => {
    assert.deepEqual(await vectors(), pinned)
  })

  it('open as they always did, and with noble too', async () => {
    for (const purpose of PURPOSES) {
      const keystore = unwrap(decodeKeystore(utf8(pinned[purpose] ?? '')))
      assert.deepEqual(unwrap(await decryptKey(keystore, purpose, PASSPHRASE)), KEY)
      assert.deepEqual(await openWithNoble(keystore, `psephos/keystore/1|${purpose}`), KEY)
    }
    const keystore = unwrap(decodeKeystore(utf8(pinned['validator at the default cost'] ?? '')))
    assert.equal(keystore.kdf.n, SCRYPT_N)
    assert.deepEqual(unwrap(await decryptKey(keystore, 'validator', PASSPHRASE)), KEY)
    const backup = unwrap(decodeBackup(utf8(pinned['trustee backup'] ?? '')))
    assert.deepEqual(unwrap(await openBackup(backup, PASSPHRASE)), KEY)
    const { network, publicKey, name } = backup
    const about = `psephos/trustee-backup/1|${network}|${publicKey}|${JSON.stringify(name)}`
    assert.deepEqual(await openWithNoble(backup, about), KEY)
  })
})
