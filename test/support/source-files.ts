/** The project's own files, for the tests that read them. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SourceText, sourceText } from './source-text.ts'

/** The checkout. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The folders that make up the product. */
export const SOURCE_FOLDERS = [
  'base',
  'crypto',
  'election',
  'ledger',
  'consensus',
  'storage',
  'network',
  'client',
  'node',
] as const

/** A folder of the product. */
export type SourceFolder = (typeof SOURCE_FOLDERS)[number]

/** A file with its path from the checkout, written with slashes. */
export interface SourceFile extends SourceText {
  readonly path: string
}

/** A source file made up by a test. */
export function aSourceFile(path: string, text: string): SourceFile {
  return { path, ...sourceText(text) }
}

/** AssemblyScript, which looks like TypeScript, and what it is compiled to. */
function isCompiledApart(path: string): boolean {
  return path.startsWith('crypto/kernel/assembly/') || path === 'crypto/kernel/binaries.ts'
}

/** The TypeScript files below some folders, in order. */
export function sourceFiles(folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) => filesBelow(folder))
    .filter((path) => path.endsWith('.ts') && !isCompiledApart(path))
    .map((path) => aSourceFile(path, readFileSync(join(ROOT, path), 'utf8')))
}

/** The paths of all files below a folder; none where there is no such folder. */
export function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
