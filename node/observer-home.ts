/**
 * The home of a node without a vote: a genesis file, settings, and a network key of its own. It comes into being whole or not at
 * all, so that a first start that was cut off can be given again.
 */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { PRIVATE_KEY_BYTES, type Random } from '../crypto/index.ts'
import { peerAt } from '../network/index.ts'
import { NodeError } from './error.ts'
import { createHome, type NodeSettings } from './home.ts'

/** Makes the home of an observer, private to its owner; refuses a directory with anything in it (`home-exists`). */
export async function createObserverHome(
  path: string,
  content: { readonly genesisFile: Uint8Array; readonly settings: NodeSettings },
  random: Random,
): Promise<void> {
  for (const address of content.settings.peers) peerAt(address)
  const directory = resolve(path)
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 })
  const draft = await mkdtemp(`${directory}.new-`)
  try {
    await createHome(draft, { ...content, keys: { network: random(PRIVATE_KEY_BYTES) } })
    await rename(draft, directory)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST'))
      throw new NodeError(
        'home-exists',
        `${directory} holds something that is no psephos home: choose another --home, or empty it`,
        error,
      )
    throw error
  }
}
