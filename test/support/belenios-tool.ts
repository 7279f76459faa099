/**
 * The official `belenios-tool`, run in a directory of its own that is removed afterwards.
 *
 * It is looked for in BELENIOS_TOOL, then on PATH, then under /opt/belenios/bin. A suite that needs it calls
 * {@link requireBeleniosTool} in a `before` hook: where the tool is missing the suite is skipped, and stderr says so. With
 * PSEPHOS_REQUIRE_INTEROP=1 in the environment (CI sets it) the suite fails instead.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** The executable's path, or undefined where there is none. */
export const beleniosTool: string | undefined = findTool()

/** For `before(function () { requireBeleniosTool(this) })`: skips the suite, loudly, where the tool is missing. */
export function requireBeleniosTool(context: Mocha.Context): void {
  if (beleniosTool !== undefined) return
  if (process.env.PSEPHOS_REQUIRE_INTEROP === '1') {
    throw new Error('belenios-tool was not found, and PSEPHOS_REQUIRE_INTEROP=1 forbids skipping')
  }
  process.stderr.write(
    '\n*** SKIPPED: belenios-tool was not found (BELENIOS_TOOL, PATH, /opt/belenios/bin).\n' +
      '*** The interoperability tests did NOT run.\n\n',
  )
  context.skip()
}

/** What a run of the tool gave. */
export interface ToolRun {
  /** Exit status 0. */
  readonly ok: boolean
  readonly stdout: string
  readonly stderr: string
}

/** A directory in which the tool runs, with texts of files in and out. */
export interface ToolDirectory {
  readonly path: string
  /** Runs the tool there; never throws for a refusal. */
  run(args: readonly string[], input?: string): ToolRun
  /** Runs the tool there and returns its standard output; throws with its standard error where it refuses. */
  must(args: readonly string[], input?: string): string
  write(name: string, content: string | Uint8Array): string
  read(name: string): string
  readBytes(name: string): Uint8Array
  /** Names of the files, sorted. */
  list(): readonly string[]
}

/** Calls `use` with a fresh directory and removes it afterwards, whatever happens. */
export function inToolDirectory<T>(use: (directory: ToolDirectory) => T): T {
  const path = mkdtempSync(join(tmpdir(), 'psephos-belenios-'))
  try {
    return use(toolDirectory(path))
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

function toolDirectory(path: string): ToolDirectory {
  const run = (args: readonly string[], input = ''): ToolRun => {
    const result: SpawnSyncReturns<string> = spawnSync(beleniosTool ?? 'belenios-tool', args, {
      cwd: path,
      input,
      encoding: 'utf8',
      env: { ...process.env, BELENIOS_USE_URANDOM: '1' },
      maxBuffer: 256 * 1024 * 1024,
    })
    if (result.error !== undefined) throw result.error
    return { ok: result.status === 0, stdout: result.stdout, stderr: result.stderr }
  }
  return {
    path,
    run,
    must: (args, input) => {
      const result = run(args, input)
      if (!result.ok) throw new Error(`belenios-tool ${args.join(' ')}: ${result.stderr.trim()}`)
      return result.stdout
    },
    write: (name, content) => {
      writeFileSync(join(path, name), content)
      return join(path, name)
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    readBytes: (name) => new Uint8Array(readFileSync(join(path, name))),
    list: () => readdirSync(path).sort(),
  }
}

function findTool(): string | undefined {
  const named = process.env.BELENIOS_TOOL
  if (named !== undefined && named !== '') return named
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '')
  return [...directories, '/opt/belenios/bin']
    .map((directory) => join(directory, 'belenios-tool'))
    .find(existsSync)
}
