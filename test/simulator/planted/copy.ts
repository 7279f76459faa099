/**
 * A copy of the sources with a bug in it: the product's folders, the simulator and what it is built with, in a directory of its
 * own, with the checkout's packages. The checkout itself is never touched.
 */
import { cp, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ROOT, SOURCE_FOLDERS } from '../../support/source-files.ts'
import type { Edit, PlantedBug } from './types.ts'

const COPIED: readonly string[] = [
  ...SOURCE_FOLDERS,
  'test/simulator',
  'test/support',
  'package.json',
  'tsconfig.json',
]

/** The text with the edit made; throws where the text to find is not there exactly once. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const first = text.indexOf(find)
  if (first < 0)
    throw new Error(`${file} has no text '${find}': adapt the planted bug to what the file says now`)
  if (text.indexOf(find, first + 1) >= 0)
    throw new Error(`${file} has the text '${find}' more than once: find more of it`)
  if (find === replace) throw new Error(`${file}: '${find}' is replaced by itself`)
  return text.slice(0, first) + replace + text.slice(first + find.length)
}

/** Copies the sources into an empty directory and makes the bug's edits there. */
export async function copyWith({ edits }: Pick<PlantedBug, 'edits'>, directory: string): Promise<void> {
  for (const path of COPIED) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await cp(join(ROOT, path), join(directory, path), { recursive: true })
  }
  await symlink(await realpath(join(ROOT, 'node_modules')), join(directory, 'node_modules'))
  for (const edit of edits) {
    const path = join(directory, edit.file)
    await writeFile(path, edited(await readFile(path, 'utf8'), edit))
  }
}
