import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type GuardPaths, openGuards, saveJournal, saveLastSigned } from '../../../storage/index.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const SIGNED = { slot: { height: 5, round: 0, step: 3 }, hash: new Uint8Array(32).fill(7) }
const NEW = 0

describe('the guards against double signing, opened together', () => {
  it('are made on the first start, both of them, before anything is signed', () =>
    withPaths(async (paths, directory) => {
      await openAndClose(paths, NEW)
      assert.deepEqual((await readdir(directory)).sort(), ['journal', 'last-signed'])
      await openAndClose(paths, NEW)
      await openAndClose(paths, 4)
    }))

  it('are made where the first start was cut short', () =>
    withPaths(async (paths) => {
      await saveLastSigned(paths.lastSigned, undefined)
      await openAndClose(paths, NEW)
      await rm(paths.lastSigned)
      await openAndClose(paths, NEW)
    }))

  it('T31 are not made anew where one of them, or the chain, shows that the home is old', () =>
    withPaths(async (paths) => {
      await refuses(paths, 1, 'missing', /last-signed is missing/)
      await saveLastSigned(paths.lastSigned, SIGNED)
      await refuses(paths, NEW, 'missing', /journal is missing/)
      await refuses(paths, 5, 'missing', /journal is missing/)
      await saveJournal(paths.journal, 5, [])
      await openAndClose(paths, 4)
      await rm(paths.lastSigned)
      await refuses(paths, NEW, 'missing', /last-signed is missing/)
      await refuses(paths, 4, 'missing', /last-signed is missing/)
    }))

  it('T31 are refused where the journal is that of an older backup', () =>
    withPaths(async (paths) => {
      await saveLastSigned(paths.lastSigned, SIGNED)
      await saveJournal(paths.journal, 4, [])
      await refuses(paths, 4, 'missing', /journal of height 5 is missing/)
    }))

  it('T31 stay as they are when one is damaged', () =>
    withPaths(async (paths) => {
      await saveLastSigned(paths.lastSigned, SIGNED)
      await writeFile(paths.journal, 'no journal')
      await refuses(paths, 4, 'damaged', /journal: at byte 0/)
      await saveJournal(paths.journal, 5, [Uint8Array.of(1)])
      await writeFile(paths.lastSigned, 'no record')
      await refuses(paths, 4, 'damaged', /not a last-signed record/)
    }))
})

function withPaths(use: (paths: GuardPaths, directory: string) => Promise<void>): Promise<void> {
  return inTemporaryDirectory((directory) =>
    use({ journal: join(directory, 'journal'), lastSigned: join(directory, 'last-signed') }, directory),
  )
}

async function openAndClose(paths: GuardPaths, height: number): Promise<void> {
  const { journal, lastSigned } = await openGuards(paths, height)
  await journal.close()
  await lastSigned.close()
}

async function refuses(paths: GuardPaths, height: number, code: string, message: RegExp): Promise<void> {
  await assert.rejects(openGuards(paths, height), { name: 'StorageError', code, message })
}
