/**
 * The rules of ARCHITECTURE.md that can be read off the source: who may import whom, and what pure folders may not touch.
 * Each rule takes files and gives complaints, one line each, so that its own tests can show it made-up files.
 */
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { SOURCE_FOLDERS, type SourceFile, type SourceFolder } from './source-files.ts'
import { lineAt } from './source-text.ts'

/** The folders that each folder may import. */
export const ALLOWED_IMPORTS: Readonly<Record<SourceFolder, readonly SourceFolder[]>> = {
  base: [],
  crypto: ['base'],
  election: ['base', 'crypto'],
  ledger: ['base', 'crypto', 'election'],
  consensus: ['base', 'crypto'],
  storage: ['base'],
  network: ['base'],
  client: ['base', 'crypto', 'election', 'ledger', 'consensus', 'network'],
  node: ['base', 'crypto', 'election', 'ledger', 'consensus', 'storage', 'network', 'client'],
}

/** Functions of their arguments, on every validator the same. */
export const PURE_FOLDERS: readonly SourceFolder[] = ['base', 'crypto', 'election', 'ledger', 'consensus']

/** Runs in a browser too: the pure folders and the client. */
const PORTABLE_FOLDERS: readonly SourceFolder[] = [...PURE_FOLDERS, 'client']

/** Time, chance and the outside world, by the names under which JavaScript has them. */
const IMPURE_NAMES: readonly string[] = [
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'WebSocket',
  'localStorage',
  'console',
  'crypto',
  'globalThis',
]

/** Files of pure folders that may use such a name, each for the reason that its head gives. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  'base/bytes.ts': ['Buffer'],
  'base/sha256.ts': ['process', 'Buffer'],
  'crypto/openssl.ts': ['process', 'Buffer'],
}

/** What Node has and a browser has not. */
const NODE_NAMES: readonly string[] = ['process', 'Buffer', 'require', '__dirname', '__filename']

/** One import or re-export. */
export interface Import {
  readonly specifier: string
  readonly line: number
  /** `import type` and `export type`: gone when the program runs. */
  readonly isTypeOnly: boolean
}

/** All imports of a file, static, dynamic and re-exporting. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = []
  for (const match of file.code.matchAll(IMPORT)) {
    // The quote is there in the code, what stands between the quotes only in the text.
    const start = match.index + match[0].length
    const end = file.text.indexOf(file.text.charAt(start - 1), start)
    found.push({
      specifier: file.text.slice(start, end),
      line: lineAt(file.text, match.index),
      isTypeOnly: /^(?:import|export)\s+type\b/.test(match[0]),
    })
  }
  return found
}

const IMPORT = /\b(?:import|export)\b(?:[\w\s{},*$]*\bfrom)?\s*\(?\s*['"]/g

/** Imports between folders that the table does not allow, or that go past the other folder's `index.ts`. */
export function checkFolders(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const own = folderOf(file.path)
    return importsOf(file).flatMap(({ specifier, line }) => {
      const target = resolveImport(file.path, specifier)
      if (target === undefined) return []
      const folder = folderOf(target)
      const place = `${file.path}:${line}`
      if (folder === own) return []
      if (own === undefined || folder === undefined)
        return [`${place}: imports ${target}, outside the product`]
      if (!ALLOWED_IMPORTS[own].includes(folder)) return [`${place}: ${own} may not import ${folder}`]
      if (target !== `${folder}/index.ts`) return [`${place}: imports ${target} past ${folder}/index.ts`]
      return []
    })
  })
}

/** Modules of Node, and names that are not functions of arguments, in folders that must do without. */
export function checkPurity(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const folder = folderOf(file.path)
    if (folder === undefined || !PORTABLE_FOLDERS.includes(folder)) return []
    const isPure = PURE_FOLDERS.includes(folder)
    const modules = importsOf(file)
      .filter(({ specifier }) => specifier.startsWith('node:') || builtinModules.includes(specifier))
      .map(({ specifier, line }) => `${file.path}:${line}: ${folder} may not import ${specifier}`)
    const names = (isPure ? [...IMPURE_NAMES, ...NODE_NAMES] : NODE_NAMES).filter(
      (name) => !EXCEPTIONS[file.path]?.includes(name),
    )
    return [...modules, ...usesOf(file, names), ...(isPure ? usesOfChance(file) : [])]
  })
}

function usesOf(file: SourceFile, names: readonly string[]): string[] {
  // Not a property (`.process`), not a key or a parameter's name before its type (`process:`), not part of a longer name.
  const pattern = new RegExp(`(?<![.\\w$#])(?:${names.join('|')})(?![\\w$]|\\??:)`, 'g')
  return [...file.code.matchAll(pattern)].map(
    (match) => `${file.path}:${lineAt(file.text, match.index)}: ${match[0]} is out of reach here`,
  )
}

function usesOfChance(file: SourceFile): string[] {
  return [...file.code.matchAll(/\bMath\s*\.\s*random\b/g)].map(
    (match) => `${file.path}:${lineAt(file.text, match.index)}: randomness is an argument`,
  )
}

/** Folders without an `index.ts`, and any statement in one that is not a re-export. */
export function checkIndexes(
  files: readonly SourceFile[],
  folders: readonly SourceFolder[],
): readonly string[] {
  return folders.flatMap((folder) => {
    const index = files.find((file) => file.path === `${folder}/index.ts`)
    if (index === undefined) return [`${folder}/: has no index.ts`]
    const rest = index.code.replace(REEXPORT, (found) => found.replace(/[^\n]/g, ' '))
    const at = rest.search(/\S/)
    return at === -1 ? [] : [`${index.path}:${lineAt(rest, at)}: something else than a re-export`]
  })
}

const REEXPORT = /\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[\w\s,]*\})\s*from\s*(['"])\s*\1;?/g

/** Files that import each other in a circle when the program runs. */
export function checkCircles(files: readonly SourceFile[]): readonly string[] {
  const graph = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter(({ isTypeOnly }) => !isTypeOnly)
        .map(({ specifier }) => resolveImport(file.path, specifier))
        .filter((target) => target !== undefined),
    ]),
  )
  const complaints: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) complaints.push([...trail.slice(start), path].join(' -> '))
    if (start !== -1 || done.has(path)) return
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return complaints
}

/** Files that no path of imports reaches from an `index.ts` or from where a process begins. */
export function checkUnused(files: readonly SourceFile[], entries: readonly string[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const waiting = [...byPath.keys()].filter((path) => path.endsWith('/index.ts') || entries.includes(path))
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path)
    if (file === undefined || reached.has(path)) continue
    reached.add(path)
    for (const { specifier } of importsOf(file)) waiting.push(resolveImport(path, specifier) ?? '')
  }
  return [...byPath.keys()].filter((path) => !reached.has(path)).map((path) => `${path}: nothing imports it`)
}

/** Packages that are imported without being declared, and the other way round. */
export function checkPackages(files: readonly SourceFile[], declared: readonly string[]): readonly string[] {
  const used = new Map<string, string>()
  for (const file of files) {
    for (const { specifier, line } of importsOf(file)) {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) continue
      const parts = specifier.split('/')
      const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
      if (!used.has(name)) used.set(name, `${file.path}:${line}`)
    }
  }
  const undeclared = [...used].filter(([name]) => !declared.includes(name))
  return [
    ...undeclared.map(([name, place]) => `${place}: ${name} is not among the dependencies`),
    ...declared.filter((name) => !used.has(name)).map((name) => `package.json: nothing imports ${name}`),
  ]
}

/** The path of an imported file, or undefined for a package. */
function resolveImport(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}

function folderOf(path: string): SourceFolder | undefined {
  const first = path.split('/')[0]
  return SOURCE_FOLDERS.find((folder) => folder === first)
}
