/**
 * Compiles the kernel (`crypto/kernel/assembly`, AssemblyScript) to WebAssembly, with and without 128-bit vectors, and writes
 * `crypto/kernel/binaries.ts`, which is kept in the repository so that nothing has to be compiled to run. `npm run build:kernel`;
 * a test holds the file against its source.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..')
const OPTIONS = [
  'crypto/kernel/assembly/index.ts',
  // No allocator and no garbage: memory belongs to the caller.
  ...['--runtime', 'stub', '--use', 'abort=', '--noAssert', '--initialMemory', '16'],
  ...['-O3', '--converge', '--disableWarning', '201', '--disable', 'mutable-globals'],
]

/**
 * The binary with or without vectors; `more` are further options of the compiler. The compiler runs in a process of its own: it changes
 * the global objects of the one that it runs in (`Array.prototype.sort` among them).
 */
export async function compileKernel(
  hasVectors: boolean,
  more: readonly string[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  const directory = await mkdtemp(join(tmpdir(), 'psephos-kernel-'))
  try {
    const file = join(directory, 'kernel.wasm')
    const vectors = [hasVectors ? '--enable' : '--disable', 'simd']
    const compiler = join(ROOT, 'node_modules/assemblyscript/bin/asc.js')
    const words = [compiler, ...OPTIONS, ...more, ...vectors, '--outFile', file]
    await promisify(execFile)(process.execPath, words, { cwd: ROOT })
    return new Uint8Array(await readFile(file))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** The text of `crypto/kernel/binaries.ts`. */
export async function kernelBinaries(): Promise<string> {
  const lines = (bytes: Uint8Array): string => {
    const text = Buffer.from(bytes).toString('base64').replace(/=+$/, '')
    const parts = text.match(/.{1,100}/g) ?? []
    return parts.map((part) => `  '${part}'`).join(' +\n')
  }
  const [simd, scalar] = await Promise.all([compileKernel(true), compileKernel(false)])
  return [
    '/** Made by `npm run build:kernel` out of `crypto/kernel/assembly`: WebAssembly in base64. Do not edit. */',
    '',
    '/** With 128-bit vectors. */',
    `export const SIMD: string =\n${lines(simd)}`,
    '',
    '/** Without. */',
    `export const SCALAR: string =\n${lines(scalar)}`,
    '',
  ].join('\n')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await writeFile(join(ROOT, 'crypto/kernel/binaries.ts'), await kernelBinaries())
