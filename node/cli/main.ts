#!/usr/bin/env node
/** The executable `psephos`: ties a run of the command line to this process. */
import { readFileSync } from 'node:fs'
import { runCommandLine } from './run.ts'
import { createTerminal } from './terminal.ts'

// A reader that went away (`psephos audit x | head`) is no error of ours; what is under way ends in order.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

let stop: AbortController | undefined
/** The first SIGINT or SIGTERM asks to stop in order, a second one ends the process at once. */
function signal(): AbortSignal {
  if (stop === undefined) {
    const controller = new AbortController()
    stop = controller
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.on(name, () => {
        if (controller.signal.aborted) process.exit(1)
        controller.abort()
      })
    }
  }
  return stop.signal
}

/** The version of the package that this file lies in, compiled (dist/node/cli) or not (node/cli). */
function version(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))
      if (name === 'psephos') return String(version)
    } catch {
      // Not there: the other place has it.
    }
  }
  return 'unknown'
}

const exitCode = await runCommandLine(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  // A person has to see the question, too: it goes to stderr, because stdout may be read by a program.
  ...(process.stdin.isTTY && process.stderr.isTTY
    ? { terminal: createTerminal(process.stdin, process.stderr) }
    : {}),
  signal,
  self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
  version: version(),
})
// Everything is written before the process ends, and nothing that is still open keeps it alive.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
