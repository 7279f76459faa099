/**
 * A process in which decoders are fed: `PROGRESS SEED INPUTS NAME...`. Before each input it writes into a file which one it is about to
 * take, so that its parent knows on which one it hung or died. One verdict a line on standard output.
 */
import { openSync, writeSync } from 'node:fs'
import { judge } from './judge.ts'
import type { Target } from './types.ts'

/** Feeds those of the targets that are named. */
export async function serve(targets: readonly Target[], argv: readonly string[]): Promise<never> {
  const [path = '', seed = '', inputs = '', ...names] = argv
  const file = openSync(path, 'w')
  const place = new Uint32Array(2)
  for (const [index, name] of names.entries()) {
    const target = targets.find((one) => one.name === name)
    if (target === undefined) throw new Error(`no target "${name}"`)
    const plan = { seed: Number(seed), inputs: Number(inputs) }
    const verdict = await judge(target, plan, (number) => {
      place[0] = index + 1
      place[1] = number
      writeSync(file, place, 0, 8, 0)
    })
    writeSync(1, `${JSON.stringify(verdict)}\n`)
  }
  // Standard output is written: nothing that a decoder left behind keeps the process.
  process.exit(0)
}
