/** Nothing is deleted in a repair: a file is copied beside itself before it is replaced, a directory is moved. Both are durable. */
import { constants, copyFile, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { failure, syncDirectory } from './files.ts'

/** Copies a file to a new name; the file itself stays until it is replaced, so that a crash in between loses nothing. */
export async function copyAside(path: string, aside: string): Promise<void> {
  try {
    await copyFile(path, aside, constants.COPYFILE_EXCL)
    const copy = await open(aside, 'r+')
    try {
      await copy.sync()
    } finally {
      await copy.close()
    }
    await syncDirectory(dirname(path))
  } catch (error) {
    throw failure(aside, error)
  }
}

/** Moves a directory to a new name. */
export async function moveAside(path: string, aside: string): Promise<void> {
  try {
    await rename(path, aside)
    await syncDirectory(dirname(path))
  } catch (error) {
    throw failure(aside, error)
  }
}
