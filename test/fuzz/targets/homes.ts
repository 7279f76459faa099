/** Files of a home under a passphrase that is known, and a home on a disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '../../../base/index.ts'
import { genesisFile } from '../../../ledger/index.ts'
import { NodeError } from '../../../node/error.ts'
import { createHome, readHome } from '../../../node/home.ts'
import { createKeys, openKey } from '../../../node/keys.ts'
import { decodeKeystore, encryptKey } from '../../../node/keystore.ts'
import { MIN_SCRYPT_N } from '../../../node/limits.ts'
import { decodeBackup, encodeBackup, openBackup } from '../../../node/trustee-backup.ts'
import { aGenesis, privateKeyOf, seededRandom } from '../../support/ledger-builders.ts'
import { declaredLater } from '../target.ts'
import type { Said, Target } from '../types.ts'

const PROTECTION = { passphrase: 'a passphrase for the safe', scryptN: MIN_SCRYPT_N }
/** A file may ask for a second of scrypt and a GiB, which is the price of a strong passphrase; here it would only cost time. */
const COSTLY: Said = { isTaken: false, why: 'as good as a wrong passphrase, and costlier' }

/** A keystore, a backup and a peer id, mutated where a node opens them. */
export async function openedHomes(): Promise<readonly Target[]> {
  const random = seededRandom('fuzz homes')
  const seed = privateKeyOf('a trustee')
  const keystore = await encryptKey(seed, 'network', PROTECTION, random)
  const trustee = { name: 'Notary', networkId: privateKeyOf('a network'), seed }
  const backup = await encodeBackup(trustee, PROTECTION, random)
  return [
    {
      name: 'keystore under its passphrase',
      covers: ['node/keys.ts openKey', 'node/keystore.ts decryptKey'],
      form: 'json',
      samples: [keystore],
      take: async (input) => {
        const decoded = decodeKeystore(input)
        if (decoded.ok && decoded.value.kdf.n !== MIN_SCRYPT_N) return COSTLY
        return declaredLater(NodeError, async () => {
          await openKey('a.key', input, 'network', async () => PROTECTION.passphrase)
          return undefined
        })
      },
    },
    {
      name: 'backup under its passphrase',
      covers: ['node/trustee-backup.ts openBackup'],
      form: 'json',
      samples: [backup],
      take: async (input) => {
        const decoded = decodeBackup(input)
        if (!decoded.ok) return { isTaken: false, why: decoded.error.code }
        if (decoded.value.kdf.n !== MIN_SCRYPT_N) return COSTLY
        const opened = await openBackup(decoded.value, PROTECTION.passphrase)
        return opened.ok ? { isTaken: true } : { isTaken: false, why: opened.error.code }
      },
    },
    await peerIdOfHome(),
  ]
}

/** A home on a disk, of which one file is the input; the others have targets of their own. */
async function peerIdOfHome(): Promise<Target> {
  const parent = mkdtempSync(join(tmpdir(), 'psephos-fuzz-'))
  process.once('exit', () => rmSync(parent, { recursive: true, force: true }))
  const directory = join(parent, 'home')
  const { peerId } = await createHome(directory, {
    genesisFile: genesisFile(aGenesis()),
    settings: { name: 'City', listen: [], peers: [], logLevel: 'info' },
    keys: createKeys(seededRandom('fuzz home')),
  })
  return {
    name: 'home with any peer id',
    covers: ['node/home.ts readHome'],
    form: 'text',
    samples: [utf8(`${peerId}\n`)],
    share: { of: 0.1, why: 'each is written to a disk; the other files of a home are targets of their own' },
    take: (input) =>
      declaredLater(NodeError, async () => {
        await writeFile(join(directory, 'peer-id'), input)
        await readHome(directory)
        return undefined
      }),
  }
}
