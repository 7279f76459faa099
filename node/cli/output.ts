/**
 * What commands print. Progress goes to stderr. stdout gets text for people or, with `--json`, exactly one JSON object at the
 * end. Text that came from elsewhere loses its control characters, so that no name or peer rules the terminal.
 */
import { assert } from '../../base/index.ts'
import type { Counts, Question } from '../../election/index.ts'

/** Where text goes: the process's streams, or a test's. */
export interface Sink {
  write(text: string): unknown
}

/** The printer of one command. */
export interface Output {
  readonly isJson: boolean
  /** A line of progress. */
  progress(line: string): void
  /** A warning that needs no reaction of the program. */
  warn(line: string): void
  /** Text for people; nothing with `--json`. */
  say(text: string): void
  /** What the command ends with: printed as JSON with `--json`, once. */
  end(value: object): void
  /** The line of a failure, and its object with `--json` unless another one was printed. */
  fail(code: string, detail: string): void
}

/** A printer on these sinks. */
export function createOutput(isJson: boolean, stdout: Sink, stderr: Sink): Output {
  let hasEnded = false
  const end = (value: object): void => {
    assert(!hasEnded, 'a command prints one JSON object')
    hasEnded = true
    if (isJson) stdout.write(`${toJson(value)}\n`)
  }
  return {
    isJson,
    progress: (line) => void stderr.write(`${printable(line)}\n`),
    warn: (line) => void stderr.write(`warning: ${printable(line)}\n`),
    say: (text) => {
      if (!isJson) stdout.write(`${printable(text)}\n`)
    },
    end,
    fail: (code, detail) => {
      stderr.write(`error: ${printable(`${code}: ${detail}`)}\n`)
      if (!hasEnded) end({ ok: false, error: { code, detail } })
    },
  }
}

/** JSON in which a bigint is an integer; all of ours are far below 2^53. */
export function toJson(value: object): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? toInteger(item) : item))
}

/** A count or weight as a number. */
export function toInteger(value: bigint): number {
  assert(value <= BigInt(Number.MAX_SAFE_INTEGER), 'counts and weights stay below 2^53')
  return Number(value)
}

/** Counts as arrays of integers. */
export function toIntegers(counts: Counts): readonly (readonly number[])[] {
  return counts.map((row) => row.map(toInteger))
}

/** The text without control characters (new lines and tabs stay). */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, '�')
}

type Cell = string | number | bigint

/** Rows in columns under a heading and a rule. Columns of numbers stand to the right. */
export function table(rows: readonly (readonly Cell[])[]): string {
  const [head = [], ...body] = columns(rows, rows.slice(1))
  const rule = widthsOf(rows.map((row) => row.map(cellText))).map((width) => '-'.repeat(width))
  return [head, rule.join('  '), ...body].join('\n')
}

/** Pairs of a word and what it stands for, a line each. */
export function pairs(rows: readonly (readonly [string, string])[]): string {
  return columns(rows, rows).join('\n')
}

/** Aligned lines; a column is one of numbers where it is so in all rows of `body`. */
function columns(rows: readonly (readonly Cell[])[], body: readonly (readonly Cell[])[]): readonly string[] {
  const widths = widthsOf(rows.map((row) => row.map(cellText)))
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const text = cellText(cell)
        const space = ' '.repeat((widths[i] ?? 0) - [...text].length)
        return body.every((other) => typeof other[i] !== 'string') ? space + text : text + space
      })
      .join('  ')
      .trimEnd(),
  )
}

function cellText(cell: Cell): string {
  return printable(String(cell)).replace(/[\n\t]/g, ' ')
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = []
  for (const row of rows)
    for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...text].length)
  return widths
}

/** A result a question: answers and their counts, a leading blank where that is allowed. */
export function resultTable(questions: readonly Question[], counts: Counts): string {
  return questions
    .map((question, i) => {
      const labels = question.blank ? ['(blank)', ...question.answers] : question.answers
      const rows = labels.map((label, k) => [label, counts[i]?.[k] ?? 0n])
      return `${question.question}\n\n${indent(table([['answer', 'votes'], ...rows]))}`
    })
    .join('\n\n')
}

/** Two spaces before each line. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

/** A time for people and programs: ISO 8601 in UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
