/** Runs a command line in this process, with its streams in memory. */
import { runCommandLine } from '../../../node/cli/run.ts'

/** What a run printed and how it ended. */
export interface CommandRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `psephos` with these arguments; `stdin` is what standard input holds. */
export async function runCommand(args: readonly string[], stdin = ''): Promise<CommandRun> {
  let stdout = ''
  let stderr = ''
  const exitCode = await runCommandLine(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: (async function* () {
      yield stdin
    })(),
    signal: () => new AbortController().signal,
    self: ['psephos'],
    version: '1.2.3',
  })
  return { exitCode, stdout, stderr }
}
