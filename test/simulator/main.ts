/** `npm run simulate`: see cli.ts. A process that was started to run seeds for another one does that instead. */
import { main } from './cli.ts'
import { beWorker, WORKER_ARGUMENT } from './workers.ts'

const words = process.argv.slice(2)
if (words[0] === WORKER_ARGUMENT && process.send !== undefined) beWorker()
else process.exitCode = await main(words, { stdout: process.stdout, stderr: process.stderr })
