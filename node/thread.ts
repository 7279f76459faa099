/** Threads that run a program of this project, as it was built or from source. */
import { Worker } from 'node:worker_threads'

const IS_SOURCE = import.meta.url.endsWith('.ts')

/** Starts the program of this name, without its ending, that lies beside the caller; `from` is the caller's `import.meta.url`. */
export function startThread(name: string, from: string, workerData: unknown): Worker {
  const program = new URL(`./${name}.${IS_SOURCE ? 'ts' : 'js'}`, from)
  if (!IS_SOURCE) return new Worker(program, { workerData })
  // From source this process runs under tsx, which a thread has to be told.
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const start = `import(${loader}).then(({ register }) => { register(); return import('${program}') })`
  return new Worker(start, { eval: true, workerData })
}
