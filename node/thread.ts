/** Threads that run a program of this project, as it was built or from source. */
import { Worker } from 'node:worker_threads'

const IS_SOURCE = import.meta.url.endsWith('.ts')

/**
 * Starts a program: the one of this name, without its ending, that lies beside the caller, or that of a URL. `from` is the caller's
 * `import.meta.url`.
 */
export function startThread(program: string | URL, from: string, workerData?: unknown): Worker {
  const url = typeof program === 'string' ? new URL(`./${program}.${IS_SOURCE ? 'ts' : 'js'}`, from) : program
  if (!IS_SOURCE) return new Worker(url, { workerData })
  // From source this process runs under tsx, which a thread has to be told.
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const start = `import(${loader}).then(({ register }) => { register(); return import('${url}') })`
  return new Worker(start, { eval: true, workerData })
}
