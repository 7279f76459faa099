/** How a benchmark speaks: one line a figure, or one JSON object a line with `--json`. */

import { percentile } from '../node/cli/load/percentiles.ts'

export { percentile }

/** One measured figure; `ratio` is against the named reference, measured in the same run. */
export interface Figure {
  readonly bench: string
  readonly value: number
  readonly unit: string
  readonly note?: string
  readonly reference?: { readonly name: string; readonly value: number; readonly ratio: number }
}

/** What the command line asks of a benchmark. */
export interface BenchOptions {
  /** How many ballots, where a benchmark lets one choose. */
  readonly ballots?: number
  /** How many names on the roll, where a benchmark lets one choose. */
  readonly voters?: number
  /** Ballots a second that are offered. */
  readonly rate?: number
  /** How long is measured. */
  readonly seconds?: number
}

/** Prints figures as they come. */
export type Report = (figure: Figure) => void

/** The report for people or, with `isJson`, for programs. */
export function createReport(isJson: boolean): Report {
  return (figure) => {
    const { bench, value, unit, note, reference } = figure
    const against =
      reference === undefined
        ? ''
        : `  (${round(reference.ratio)} x ${reference.name}: ${round(reference.value)} ${unit})`
    const text = `${bench.padEnd(36)} ${String(round(value)).padStart(10)} ${unit}${against}${note === undefined ? '' : `  ${note}`}`
    process.stdout.write(`${isJson ? JSON.stringify(figure) : text}\n`)
  }
}

/** A figure with its reference. */
export function against(name: string, value: number, reference: number): NonNullable<Figure['reference']> {
  return { name, value: reference, ratio: value / reference }
}

/** The median of some figures. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}
