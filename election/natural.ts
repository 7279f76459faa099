/**
 * Numbers that may grow large, as the official tool prints them: total weights, results and the archive's timestamp.
 *
 * The specification calls them small integers (4.2, 4.18, 4.21); the tool (releases 2.5 to 3.3) prints a JSON number below
 * 2^30 and a decimal string from there on (found by running it at 2^30 - 1 and 2^30; it is the range of a machine integer on
 * its smallest platform). Each number has one form, so the other one is refused.
 */
import { ok, refuse } from '../base/index.ts'
import type { Shape } from './json.ts'

const FIRST_AS_STRING = 2n ** 30n
const DECIMAL = /^[1-9]\d{0,29}$/

/** A number from 0 to `max`: a JSON number below 2^30, a decimal string from there on. */
export function naturalShape(max: bigint): Shape<bigint> {
  return {
    read: (json, path) => {
      const value =
        typeof json === 'number' && Number.isSafeInteger(json) && json >= 0
          ? BigInt(json)
          : typeof json === 'string' && DECIMAL.test(json)
            ? BigInt(json)
            : undefined
      return value !== undefined && value <= max && typeof json === formOf(value)
        ? ok(value)
        : refuse('json-malformed', `${path} is not a number in 0..${max} in its only form`)
    },
    write: (value) => (formOf(value) === 'number' ? String(value) : `"${value}"`),
  }
}

const formOf = (value: bigint): 'number' | 'string' => (value < FIRST_AS_STRING ? 'number' : 'string')
