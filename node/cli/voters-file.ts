/**
 * The list of voters of `psephos credentials generate`: CSV (RFC 4180, comma or semicolon, UTF-8), a voter a line. The first
 * column is the voter's name or id, the second, where there is one, a whole-number weight.
 *
 * A heading is optional: the first line is one when its first cell is `name`, `id` or `voter`; then the columns may stand in
 * any order and further ones are refused, so that nothing is misread in silence. Empty lines are skipped.
 */
import { ok, type Refusal, type Result, refuse } from '../../base/index.ts'
import { isCredential } from '../../election/index.ts'
import { VOTER_CELL_LENGTH_MAX, VOTER_COLUMNS_MAX, VOTER_NAME_LENGTH_MAX } from './limits.ts'

export interface Voter {
  readonly name: string
  readonly weight: bigint
}

export interface VoterList {
  readonly voters: readonly Voter[]
  /** Whether the file has weights. */
  readonly isWeighted: boolean
}

type VotersRefusal = Refusal<'voters-invalid'>
interface Line {
  readonly number: number
  readonly cells: readonly string[]
}

/**
 * The private credentials of a `credentials.csv`, as `credentials generate` writes it: the second column under a heading, or without
 * one. Refusals name the line, never what is in it.
 */
export function readCredentials(text: string): Result<readonly string[], Refusal<'credentials-invalid'>> {
  const lines = splitCsv(text)
  if (!lines.ok) return refuse('credentials-invalid', lines.error.detail)
  const body = lines.value[0]?.cells[1] === 'credential' ? lines.value.slice(1) : lines.value
  const credentials: string[] = []
  for (const { number, cells } of body) {
    const credential = cells[1]?.trim() ?? ''
    if (!isCredential(credential))
      return refuse('credentials-invalid', `line ${number}: no credential in its second column`)
    credentials.push(credential)
  }
  if (credentials.length === 0) return refuse('credentials-invalid', 'there is no credential in it')
  return ok(credentials)
}

/** The voters of a file; refusals name the line. */
export function readVoters(text: string): Result<VoterList, VotersRefusal> {
  const lines = splitCsv(text)
  if (!lines.ok) return lines
  const [first] = lines.value
  const heading = first === undefined ? undefined : headingOf(first)
  if (heading !== undefined && !heading.ok) return heading
  const { name: nameAt, weight: weightAt } = heading?.value ?? { name: 0, weight: 1 }
  const body = heading === undefined ? lines.value : lines.value.slice(1)
  if (body.length === 0) return refuse('voters-invalid', 'there is no voter in it')
  const isWeighted = weightAt !== undefined && body.some((line) => line.cells[weightAt] !== undefined)
  const columns = isWeighted ? 2 : 1
  const voters: Voter[] = []
  const lineOf = new Map<string, number>()
  for (const { number, cells } of body) {
    const at = `line ${number}`
    if (cells.length !== columns)
      return refuse('voters-invalid', `${at}: ${cells.length} columns, expected ${columns}`)
    const name = cells[nameAt]?.trim() ?? ''
    if (name === '') return refuse('voters-invalid', `${at}: no name or id`)
    if (name.length > VOTER_NAME_LENGTH_MAX || /\p{C}/u.test(name))
      return refuse(
        'voters-invalid',
        `${at}: a name has at most ${VOTER_NAME_LENGTH_MAX} characters, none of them control characters`,
      )
    const earlier = lineOf.get(name)
    if (earlier !== undefined)
      return refuse('voters-invalid', `${at}: "${name}" is on line ${earlier} already`)
    lineOf.set(name, number)
    const weight = isWeighted ? (cells[weightAt]?.trim() ?? '') : '1'
    if (!/^[1-9][0-9]{0,12}$/.test(weight))
      return refuse('voters-invalid', `${at}: "${weight}" is not a weight, a whole number of at least 1`)
    voters.push({ name, weight: BigInt(weight) })
  }
  return ok({ voters, isWeighted })
}

interface Heading {
  readonly name: number
  readonly weight: number | undefined
}

function headingOf({ cells }: Line): Result<Heading, VotersRefusal> | undefined {
  const names = cells.map((cell) => cell.trim().toLowerCase())
  const isName = (cell: string): boolean => cell === 'name' || cell === 'id' || cell === 'voter'
  if (!names.some(isName)) return undefined
  const unknown = names.find((cell) => !isName(cell) && cell !== 'weight')
  if (unknown !== undefined)
    return refuse('voters-invalid', `line 1: unknown column "${unknown}"; known are name (or id) and weight`)
  const name = names.findIndex(isName)
  const weight = names.indexOf('weight')
  if (names.length > (weight < 0 ? 1 : 2)) return refuse('voters-invalid', 'line 1: a column is there twice')
  return ok({ name, weight: weight < 0 ? undefined : weight })
}

/** Lines and cells; quoted cells may hold separators, doubled quotes and line ends. */
function splitCsv(text: string): Result<readonly Line[], VotersRefusal> {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? ''
  const separator = firstLine.includes(';') && !firstLine.includes(',') ? ';' : ','
  const cell = separator === ',' ? CELL_COMMA : CELL_SEMICOLON
  const lines: Line[] = []
  let cells: string[] = []
  let number = 1
  let startedOn = 1
  cell.lastIndex = 0
  while (cell.lastIndex < text.length || cells.length > 0) {
    const match = cell.exec(text)
    if (match === null)
      return refuse(
        'voters-invalid',
        `line ${number}: a quote in the wrong place, or a cell of more than ${VOTER_CELL_LENGTH_MAX} characters`,
      )
    if (cells.length >= VOTER_COLUMNS_MAX)
      return refuse('voters-invalid', `line ${startedOn}: more than ${VOTER_COLUMNS_MAX} columns`)
    const [whole, quoted, plain, end] = match
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    number += whole.split('\n').length - 1
    if (end === separator) continue
    if (cells.length > 1 || cells[0]?.trim() !== '') lines.push({ number: startedOn, cells })
    cells = []
    startedOn = number
  }
  return ok(lines)
}

const CELL_COMMA = cellBefore(',')
const CELL_SEMICOLON = cellBefore(';')

/** Bounded, because the engine remembers every character of a cell that it may have to give back. */
function cellBefore(separator: string): RegExp {
  const length = `{0,${VOTER_CELL_LENGTH_MAX}}`
  return new RegExp(
    `(?:"((?:[^"]|"")${length})"|([^"${separator}\\r\\n]${length}))(${separator}|\\r?\\n|$)`,
    'gy',
  )
}
