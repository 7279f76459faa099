/** Runs a command line in this process, with its streams in memory. */
import type { Terminal } from '../../../node/cli/context.ts'
import { runCommandLine } from '../../../node/cli/run.ts'
import { MIN_SCRYPT_N } from '../../../node/limits.ts'

/** What a run printed and how it ended. */
export interface CommandRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `psephos` with these arguments; `stdin` is what standard input holds. Keystores are made cheap. */
export async function runCommand(
  args: readonly string[],
  stdin = '',
  terminal?: Terminal,
): Promise<CommandRun> {
  let stdout = ''
  let stderr = ''
  const exitCode = await runCommandLine(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: (async function* () {
      yield stdin
    })(),
    ...(terminal === undefined ? {} : { terminal }),
    scryptN: MIN_SCRYPT_N,
    signal: () => new AbortController().signal,
    self: ['psephos'],
    version: '1.2.3',
  })
  return { exitCode, stdout, stderr }
}

/** A person who gives these answers, one after the other, and writes down the questions. */
export interface Person extends Terminal {
  readonly questions: string[]
}

/** A {@link Person}. */
export function aPerson(...answers: readonly string[]): Person {
  const questions: string[] = []
  return {
    questions,
    ask: async (question, typing) => {
      questions.push(`${question}(${typing})`)
      const answer = answers[questions.length - 1]
      if (answer === undefined) throw new Error(`no answer to: ${question}`)
      return answer
    },
  }
}
