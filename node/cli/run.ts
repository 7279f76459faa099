/** One run of the command line: arguments and streams in, exit code out; whatever goes wrong becomes one line. */
import { type Command, CommanderError } from 'commander'
import type { Context, Terminal } from './context.ts'
import { failureOf } from './error.ts'
import { createOutput, type Output, type Sink } from './output.ts'
import { createProgram } from './program.ts'

/** The process around a run, or a test's stand-in. */
export interface Surroundings {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly stdin: AsyncIterable<Uint8Array | string>
  /** None where standard input is no terminal. */
  readonly terminal?: Terminal
  /** See {@link Context}. */
  readonly scryptN?: number
  /** Takes over SIGINT and SIGTERM when it is first called. */
  readonly signal: () => AbortSignal
  readonly self: readonly string[]
  readonly version: string
}

/** Runs a command line (without executable and script); resolves to the exit code, never rejects. */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<0 | 1 | 2> {
  // The error of a command line that cannot be parsed takes the form that was asked for, too.
  const output: Output = createOutput(args.includes('--json'), around.stdout, around.stderr)
  const { stdout: _, stderr: __, version, ...surroundings } = around
  const context: Context = { ...surroundings, output }
  const program = createProgram(version, () => context)
  const quiet = { writeOut: (text: string) => void around.stdout.write(text), writeErr: () => {} }
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)])
    command.exitOverride().configureOutput(quiet)
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return ofCommander(error, args, program, output)
    const { code, detail, exitCode } = failureOf(error)
    output.fail(code, detail)
    if (args.includes('--debug') && error instanceof Error) around.stderr.write(`${error.stack ?? ''}\n`)
    return exitCode
  }
}

/** Help and version are no errors; everything else that commander throws is wrong usage. */
function ofCommander(
  error: CommanderError,
  args: readonly string[],
  program: Command,
  output: Output,
): 0 | 2 {
  if (error.exitCode === 0) return 0
  const command = commandOf(args, program)
  const reason =
    error.code === 'commander.help'
      ? `a command is missing: ${command.commands.map((one) => one.name()).join(', ')}`
      : error.message.replace(/^error: /, '').replace(/\.$/, '')
  output.fail('usage', `${reason.replace(/\n\s*/g, ' ')}; see ${fullName(command)} --help`)
  return 2
}

/** The command that the arguments name, as far as they do. */
function commandOf(args: readonly string[], program: Command): Command {
  let command = program
  for (const arg of args) command = command.commands.find((one) => one.name() === arg) ?? command
  return command
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}
