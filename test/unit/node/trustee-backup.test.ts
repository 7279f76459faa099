import { strict as assert } from 'node:assert'
import { fromUtf8, toHex, unwrap, utf8 } from '../../../base/index.ts'
import { encryptKey } from '../../../node/keystore.ts'
import { MAX_KEY_FILE_BYTES, MAX_NAME_LENGTH, MIN_SCRYPT_N } from '../../../node/limits.ts'
import { decodeBackup, encodeBackup, openBackup } from '../../../node/trustee-backup.ts'
import { trusteeCard } from '../../../node/trustee-card.ts'
import { privateKeyOf, seededRandom } from '../../support/ledger-builders.ts'

const PROTECTION = { passphrase: 'a passphrase for the safe', scryptN: MIN_SCRYPT_N }
const SEED = privateKeyOf('a trustee')
const NETWORK_ID = privateKeyOf('a network')

function aBackup(name = 'Notary of Athens'): Promise<Uint8Array> {
  return encodeBackup({ name, networkId: NETWORK_ID, seed: SEED }, PROTECTION, seededRandom('backup'))
}

async function outcome(file: Uint8Array, passphrase = PROTECTION.passphrase): Promise<string> {
  const backup = decodeBackup(file)
  if (!backup.ok) return backup.error.code
  const seed = await openBackup(backup.value, passphrase)
  return seed.ok ? 'opens' : seed.error.code
}

describe("a trustee's backup", () => {
  it('gives the seed back, and says without its passphrase whose it is', async () => {
    const file = await aBackup()
    const backup = unwrap(decodeBackup(file))
    assert.equal(backup.name, 'Notary of Athens')
    assert.equal(backup.network, toHex(NETWORK_ID))
    assert.equal(backup.publicKey, trusteeCard('', SEED).publicKey)
    assert.deepEqual(unwrap(await openBackup(backup, PROTECTION.passphrase)), SEED)
    assert.ok(!(fromUtf8(file) ?? '').includes(toHex(SEED)))
  })

  it('is refused with another passphrase, and when any byte of it is flipped', async () => {
    const file = await aBackup()
    assert.equal(await outcome(file, 'another passphrase'), 'passphrase-wrong')
    for (let i = 0; i < file.length; i++) {
      const flipped = file.slice()
      flipped[i]! ^= 1
      assert.match(await outcome(flipped), /^(?:backup-invalid|passphrase-wrong)$/, `byte ${i}`)
    }
  })

  it('is bound to its network, its name and its public key', async () => {
    const text = fromUtf8(await aBackup()) ?? ''
    for (const [from, to] of [
      [toHex(NETWORK_ID), toHex(privateKeyOf('another network'))],
      ['Notary of Athens', 'Notary of Sparta'],
      [trusteeCard('', SEED).publicKey, trusteeCard('', NETWORK_ID).publicKey],
    ] as const)
      assert.equal(await outcome(utf8(text.replace(from, to))), 'passphrase-wrong', to)
  })

  it('is no keystore, nor is a keystore in the clothes of a backup one', async () => {
    const keystore = await encryptKey(SEED, 'trustee', PROTECTION, seededRandom('keystore'))
    assert.equal(await outcome(keystore), 'backup-invalid')
    const { version, ...sealed } = JSON.parse(fromUtf8(keystore) ?? '')
    const about = { backup: 'trustee', ...trusteeCard('Notary', SEED), network: toHex(NETWORK_ID) }
    const { backup, name, network, publicKey } = about
    const dressed = { version, backup, name, network, publicKey, ...sealed }
    assert.equal(await outcome(utf8(JSON.stringify(dressed))), 'passphrase-wrong')
  })

  it('fits the limit of key files with the longest name', async () => {
    const file = await aBackup('\u{1f5f3}'.repeat(MAX_NAME_LENGTH / 2))
    assert.ok(file.length < MAX_KEY_FILE_BYTES)
    assert.equal(await outcome(file), 'opens')
    assert.equal(await outcome(await aBackup('x'.repeat(MAX_NAME_LENGTH + 1))), 'backup-invalid')
  })
})
