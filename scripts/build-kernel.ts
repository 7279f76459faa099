/**
 * Compiles the kernel (`crypto/kernel/assembly`, AssemblyScript) to WebAssembly, with and without 128-bit vectors, and writes
 * `crypto/kernel/binaries.ts`, which is kept in the repository so that nothing has to be compiled to run. `npm run build:kernel`;
 * a test holds the file against its source.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import asc from 'assemblyscript/asc'

const ROOT = join(import.meta.dirname, '..')
const SOURCE = 'crypto/kernel/assembly'
const OPTIONS = [
  `${SOURCE}/index.ts`,
  // No allocator and no garbage: memory belongs to the caller.
  ...['--runtime', 'stub', '--use', 'abort=', '--noAssert', '--initialMemory', '16'],
  ...['-O3', '--converge', '--disableWarning', '201', '--disable', 'mutable-globals'],
]

/** The binary with or without vectors; `more` are further options of the compiler. */
export async function compileKernel(
  hasVectors: boolean,
  more: readonly string[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array<ArrayBuffer> | undefined
  const result = await asc.main(
    [...OPTIONS, ...more, hasVectors ? '--enable' : '--disable', 'simd', '--outFile', 'kernel.wasm'],
    {
      readFile: (name: string, folder: string) => {
        try {
          return readFileSync(join(ROOT, folder, name), 'utf8')
        } catch {
          return null
        }
      },
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (typeof contents !== 'string') binary = Uint8Array.from(contents)
      },
      listFiles: () => null,
    },
  )
  if (result.error !== null || binary === undefined)
    throw new Error(
      `the kernel does not compile: ${result.error?.message ?? ''}\n${result.stderr.toString()}`,
    )
  return binary
}

/** The text of `crypto/kernel/binaries.ts`. */
export async function kernelBinaries(): Promise<string> {
  const lines = (bytes: Uint8Array): string => {
    const text = Buffer.from(bytes).toString('base64').replace(/=+$/, '')
    const parts = text.match(/.{1,100}/g) ?? []
    return parts.map((part) => `  '${part}'`).join(' +\n')
  }
  return [
    '/** Made by `npm run build:kernel` out of `crypto/kernel/assembly`: WebAssembly in base64. Do not edit. */',
    '',
    '/** With 128-bit vectors. */',
    `export const SIMD: string =\n${lines(await compileKernel(true))}`,
    '',
    '/** Without. */',
    `export const SCALAR: string =\n${lines(await compileKernel(false))}`,
    '',
  ].join('\n')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(join(ROOT, 'crypto/kernel/binaries.ts'), await kernelBinaries())
