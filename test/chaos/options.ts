/** The command line of a run. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Scenario } from './scenario.ts'
import { clock } from './scenarios/clock.ts'
import { disk } from './scenarios/disk.ts'
import { kills } from './scenarios/kills.ts'
import { stops } from './scenarios/stops.ts'
import { torn } from './scenarios/torn.ts'

const DEFAULT_KILLS = 50
const MAX_KILLS = 1000
const USAGE =
  'usage: npm run test:chaos [-- --kills NUMBER] [--seed TEXT] [--only torn,clock,disk,stops,kills] [--json]'

export interface Options {
  readonly seed: string
  /** In their order. */
  readonly scenarios: readonly Scenario[]
  readonly isJson: boolean
  /** The arguments that repeat this run. */
  readonly again: string
}

/** The options of some arguments, or what is wrong with them. */
export function parseOptions(args: readonly string[]): Options | string {
  let values: { kills?: string; seed?: string; only?: string; json?: boolean }
  try {
    values = parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${USAGE}`
  }
  const count = values.kills === undefined ? DEFAULT_KILLS : Number(values.kills)
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_KILLS)
    return `--kills is a number from 1 to ${MAX_KILLS}\n${USAGE}`
  const all = [torn, clock, disk, stops, kills(count)]
  const names = values.only?.split(',') ?? all.map(({ name }) => name)
  const unknown = names.filter((name) => !all.some((scenario) => scenario.name === name))
  if (unknown.length > 0) return `there is no scenario ${unknown.join(', ')}\n${USAGE}`
  const seed = values.seed ?? String(randomInt(2 ** 31))
  const only = values.only === undefined ? '' : ` --only ${values.only}`
  return {
    seed,
    scenarios: all.filter(({ name }) => names.includes(name)),
    isJson: values.json ?? false,
    again: `--seed ${seed} --kills ${count}${only}`,
  }
}
