/** Ballots of many voters, made by a thread a core. */
import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import { type ElectionRecord, encodeRecord } from '../../../ledger/index.ts'
import { startThread } from '../../thread.ts'
import { BALLOTS_PER_ORDER } from '../limits.ts'
import type { Made, Order } from './ballot-worker.ts'

/** A ballot with a random choice for each private credential, as encoded transactions, some at a time, in any order. */
export async function* makeBallots(
  record: ElectionRecord,
  credentials: readonly string[],
): AsyncGenerator<Made> {
  const encoded = encodeRecord(record)
  const start = (): Worker => startThread('ballot-worker', import.meta.url, encoded)
  const orders = Math.ceil(credentials.length / BALLOTS_PER_ORDER)
  const workers = Array.from({ length: Math.min(orders, availableParallelism()) }, () => start())
  let next = 0
  const underWay = new Map<Worker, Promise<Answer>>()
  const order = (worker: Worker): void => {
    const from = BALLOTS_PER_ORDER * next++
    const some = credentials.slice(from, from + BALLOTS_PER_ORDER)
    underWay.delete(worker)
    if (some.length === 0) return
    const made = ask(worker, some)
    // Whoever stops asking for ballots does not hear how the threads ended.
    made.catch(() => {})
    underWay.set(worker, made)
  }
  try {
    for (const worker of workers) order(worker)
    while (underWay.size > 0) {
      const { worker, ballots } = await Promise.race(underWay.values())
      order(worker)
      yield ballots
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

interface Answer {
  readonly worker: Worker
  readonly ballots: Made
}

function ask(worker: Worker, credentials: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMade = (ballots: Made): void => {
      leave()
      resolve({ worker, ballots })
    }
    const onError = (error: Error): void => {
      leave()
      reject(error)
    }
    const onExit = (code: number): void =>
      onError(new Error(`a thread that makes ballots ended with ${code}`))
    const leave = (): void => {
      worker.off('message', onMade).off('error', onError).off('exit', onExit)
    }
    worker.on('message', onMade).on('error', onError).on('exit', onExit)
    worker.postMessage(credentials)
  })
}
