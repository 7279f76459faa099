/** Credentials and ballots of many voters, made by a process a core. */
import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ElectionOfBallots, Order } from './ballot-worker.ts'

const WORKER = fileURLToPath(new URL('./ballot-worker.ts', import.meta.url))
/** Voters of one order: a moment's work. */
const ORDER_VOTERS = 50

export interface BallotMakers {
  /** Public credentials of voters 0 to `count` - 1, in order. */
  credentials(count: number, onProgress: (done: number) => void): Promise<readonly Uint8Array[]>
  /** Their ballots, as encoded transactions in the same order. */
  ballots(
    count: number,
    election: ElectionOfBallots,
    onProgress: (done: number) => void,
  ): Promise<readonly Uint8Array[]>
  stop(): void
}

/** Starts the processes; they end with `stop`, or when this one is gone. */
export function startBallotMakers(): BallotMakers {
  const children = Array.from({ length: availableParallelism() }, () =>
    fork(WORKER, { execArgv: ['--import', 'tsx'], serialization: 'advanced' }),
  )
  const make = async (
    count: number,
    election: ElectionOfBallots | undefined,
    onProgress: (done: number) => void,
  ): Promise<readonly Uint8Array[]> => {
    const results: (readonly Uint8Array[])[] = []
    let next = 0
    let done = 0
    const work = async (child: ChildProcess): Promise<void> => {
      while (next * ORDER_VOTERS < count) {
        const place = next++
        const from = place * ORDER_VOTERS
        const to = Math.min(count, from + ORDER_VOTERS)
        results[place] = await ask(child, { from, to, ...(election === undefined ? {} : { election }) })
        done += to - from
        onProgress(done)
      }
    }
    await Promise.all(children.map(work))
    return results.flat()
  }
  return {
    credentials: (count, onProgress) => make(count, undefined, onProgress),
    ballots: (count, election, onProgress) => make(count, election, onProgress),
    stop: () => {
      for (const child of children) child.kill()
    },
  }
}

function ask(child: ChildProcess, order: Order): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const onEnd = (code: number | null): void => reject(new Error(`a maker of ballots ended with ${code}`))
    child.once('exit', onEnd)
    child.once('message', (made) => {
      child.off('exit', onEnd)
      resolve(made as readonly Uint8Array[])
    })
    child.send(order)
  })
}
