/** Questions to the person at the terminal. What is typed in secret is never shown, and never kept as history. */
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Terminal } from './context.ts'
import { CommandError } from './error.ts'

/** A terminal of these streams; `input` gets raw mode while a question is open, where it has one. */
export function createTerminal(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Terminal {
  return { ask: (question, typing) => ask(question, typing === 'shown' ? output : nowhere(), input, output) }
}

/** The line editor of Node.js with its echo sent to `echo`. */
function ask(
  question: string,
  echo: NodeJS.WritableStream,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<string> {
  return new Promise((resolve, reject) => {
    output.write(question)
    const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 })
    const close = (): void => {
      lines.close()
      if (echo !== output) output.write('\n')
    }
    lines.once('line', (line) => {
      resolve(line)
      close()
    })
    // Ctrl-C, and the end of the input: both are a no.
    lines.once('SIGINT', close)
    lines.once('close', () => reject(new CommandError('interrupted', 'the question was not answered')))
  })
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}
