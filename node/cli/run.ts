/** One run of the command line: arguments and streams in, exit code out; whatever goes wrong becomes one line. */
import { CommanderError } from 'commander'
import type { Context } from './context.ts'
import { failureOf } from './error.ts'
import { createOutput, type Output, type Sink } from './output.ts'
import { createProgram } from './program.ts'

/** The process around a run, or a test's stand-in. */
export interface Surroundings {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly stdin: AsyncIterable<Uint8Array | string>
  /** Takes over SIGINT and SIGTERM when it is first called. */
  readonly signal: () => AbortSignal
  readonly self: readonly string[]
  readonly version: string
}

/** Runs a command line (without executable and script); resolves to the exit code, never rejects. */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<0 | 1 | 2> {
  // The error of a command line that cannot be parsed takes the form that was asked for, too.
  const output: Output = createOutput(args.includes('--json'), around.stdout, around.stderr)
  const context: Context = { output, stdin: around.stdin, signal: around.signal, self: around.self }
  const program = createProgram(around.version, () => context)
  const quiet = { writeOut: (text: string) => void around.stdout.write(text), writeErr: () => {} }
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)])
    command.exitOverride().configureOutput(quiet)
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return ofCommander(error, args, output)
    const { code, detail, exitCode } = failureOf(error)
    output.fail(code, detail)
    if (args.includes('--debug') && error instanceof Error) around.stderr.write(`${error.stack ?? ''}\n`)
    return exitCode
  }
}

/** Help and version are no errors; everything else that commander throws is wrong usage. */
function ofCommander(error: CommanderError, args: readonly string[], output: Output): 0 | 2 {
  if (error.exitCode === 0) return 0
  const words = args.filter((arg) => /^[a-z]+$/.test(arg)).slice(0, 2)
  const reason =
    error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '')
  output.fail(
    'usage',
    `${reason.replace(/\n\s*/g, ' ')}; see psephos ${words[0] ?? ''} --help`.replace('  ', ' '),
  )
  return 2
}
