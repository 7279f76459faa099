/**
 * Mutations of JSON: a node is replaced, removed, repeated or moved; keys are added, doubled, reordered, named like what objects
 * inherit; numbers get huge or another writing; strings get long, or characters that have no UTF-8; arrays and objects get deep.
 */
import type { Dice } from '../support/consensus/random.ts'

type Path = readonly (string | number)[]
type Json = unknown

/** Texts that stand for a value, not all of them JSON. */
const RAW: readonly string[] = [
  'null',
  'true',
  'false',
  '""',
  '[]',
  '{}',
  '0',
  '1',
  '-1',
  '-0',
  '1.0',
  '1e3',
  '0.1',
  '01',
  '1e999',
  '-1e999',
  'NaN',
  '2147483648',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '18446744073709551616',
  '"0"',
  '"1073741824"',
  '"00"',
  '"-1"',
  `1${'0'.repeat(400)}`,
  `"${'9'.repeat(80)}"`,
  '"\\ud800"',
  '"\\u0000"',
  '"\\u2028"',
  '"\\u007f"',
  '"\u{1f5f3}"',
  '"__proto__"',
  '[[]]',
  '{"":null}',
  '{"__proto__":{"x":1}}',
  '{"constructor":1,"toString":2}',
  '{"a":1,"a":2}',
]
const KEYS = ['__proto__', 'constructor', 'toString', 'length', '', 'x', 'uuid', 'name', 'version'] as const
/** Deeper than anything that recurses can go. */
const DEEP = 20_000
const LONG = 20_000
const DEEP_ODDS = 1 / 400
const LONG_ODDS = 1 / 100

/** Parsed samples with the places in them, so that a sample is parsed once. */
const trees = new Map<string, { readonly json: Json; readonly paths: readonly Path[] } | undefined>()
/** More samples than all targets have. */
const MAX_TREES = 4096

/** One to three mutations of a JSON text; a text that is none stays as it is. */
export function mutatedJson(sample: string, other: string, dice: Dice): string {
  const tree = treeOf(sample)
  if (tree === undefined) return sample
  const raws: string[] = []
  /** A value that is printed as this very text. */
  const raw = (text: string): Json => `\u0001${raws.push(text) - 1}\u0001`
  let json = tree.json
  for (let left = dice.between(1, 3); left > 0; left--) {
    const path = dice.pick(tree.paths)!
    json = changedAt(json, path, 0, (node) => changed(node, dice, raw, other))
  }
  const text = JSON.stringify(json) ?? 'undefined'
  const whole = dice.chance(0.05) ? JSON.stringify(JSON.parse(text), null, 2) : text
  return whole.replace(/"\\u0001(\d+)\\u0001"/g, (_, index: string) => raws[Number(index)]!)
}

function treeOf(text: string): { readonly json: Json; readonly paths: readonly Path[] } | undefined {
  if (!trees.has(text)) {
    if (trees.size >= MAX_TREES) trees.clear()
    trees.set(text, parsed(text))
  }
  return trees.get(text)
}

function parsed(text: string): { readonly json: Json; readonly paths: readonly Path[] } | undefined {
  try {
    const json: Json = JSON.parse(text)
    return { json, paths: [...pathsIn(json, [])] }
  } catch {
    return undefined
  }
}

function* pathsIn(json: Json, path: Path): Iterable<Path> {
  yield path
  if (typeof json !== 'object' || json === null) return
  for (const [key, value] of Object.entries(json))
    yield* pathsIn(value, [...path, Array.isArray(json) ? Number(key) : key])
}

/** A copy in which the node at the path is another one; a path that an earlier mutation has broken changes nothing. */
function changedAt(json: Json, path: Path, depth: number, change: (node: Json) => Json): Json {
  const step = path[depth]
  if (step === undefined) return change(json)
  if (Array.isArray(json) && typeof step === 'number' && step < json.length)
    return json.map((item, i) => (i === step ? changedAt(item, path, depth + 1, change) : item))
  if (typeof json === 'object' && json !== null && !Array.isArray(json) && Object.hasOwn(json, step))
    return Object.fromEntries(
      Object.entries(json).map(([key, value]) => [
        key,
        key === step ? changedAt(value, path, depth + 1, change) : value,
      ]),
    )
  return json
}

function changed(node: Json, dice: Dice, raw: (text: string) => Json, other: string): Json {
  if (dice.chance(DEEP_ODDS)) return raw(deep(dice))
  if (dice.chance(0.3)) return raw(dice.pick(RAW)!)
  if (dice.chance(0.1)) {
    const tree = treeOf(other)
    if (tree !== undefined) return nodeAt(tree.json, dice.pick(tree.paths)!)
  }
  if (typeof node === 'string') return changedText(node, dice, raw)
  if (typeof node === 'number') return changedNumber(node, dice, raw)
  if (Array.isArray(node)) return changedArray(node, dice)
  if (typeof node === 'object' && node !== null) return changedObject(node as Record<string, Json>, dice, raw)
  return raw(dice.pick(RAW)!)
}

function deep(dice: Dice): string {
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[[],', ']'],
  ] as const)!
  const middle = open.endsWith(':') ? '0' : '[]'
  return open.repeat(DEEP) + middle + (dice.chance(0.8) ? close.repeat(DEEP) : '')
}

function nodeAt(json: Json, path: Path): Json {
  return path.reduce<Json>((node, step) => (node as Record<string | number, Json>)[step], json)
}

function changedText(text: string, dice: Dice, raw: (text: string) => Json): Json {
  if (dice.chance(LONG_ODDS)) return (text || 'x').repeat(Math.ceil(LONG / (text.length || 1)))
  const at = dice.between(0, text.length)
  switch (dice.between(0, 6)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return (
        text.slice(0, at) +
        dice.pick(['0', 'f', 'A', ' ', '\n', '\0', '\ud800', '\u{1f5f3}', '"', '=', '+'])! +
        text.slice(at)
      )
    case 2:
      return text.slice(0, at) + dice.pick([...'0123456789abcdefgF'])! + text.slice(at + 1)
    case 3:
      return text + text
    case 4:
      return text.toUpperCase()
    case 5:
      return raw(text === '' ? '0' : JSON.stringify(text).replace(/.(?="$)/, '\\u0041'))
    default:
      return [text]
  }
}

function changedNumber(value: number, dice: Dice, raw: (text: string) => Json): Json {
  switch (dice.between(0, 4)) {
    case 0:
      return value + 1
    case 1:
      return value - 1
    case 2:
      return value * 2 ** dice.between(1, 60)
    case 3:
      return raw(`${value}.0`)
    default:
      return String(value)
  }
}

function changedArray(items: readonly Json[], dice: Dice): Json {
  const at = dice.between(0, Math.max(0, items.length - 1))
  switch (dice.between(0, 5)) {
    case 0:
      return items.toSpliced(at, 1)
    case 1:
      return items.toSpliced(at, 0, items[at] ?? null)
    case 2:
      return items.toReversed()
    case 3:
      return dice.chance(0.1) ? new Array(2000).fill(items[at] ?? 0) : [...items, ...items]
    case 4:
      return { ...items }
    default:
      return []
  }
}

function changedObject(node: Readonly<Record<string, Json>>, dice: Dice, raw: (text: string) => Json): Json {
  const entries = Object.entries(node)
  const at = dice.between(0, Math.max(0, entries.length - 1))
  const entry = entries[at]
  const write = (all: readonly (readonly [string, Json])[]): Json =>
    raw(
      `{${all.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`,
    )
  switch (dice.between(0, 5)) {
    case 0:
      return Object.fromEntries(entries.toSpliced(at, 1))
    case 1:
      return write([...entries, [dice.pick(KEYS)!, null]])
    case 2:
      return entry === undefined ? [] : write([...entries, entry])
    case 3:
      return Object.fromEntries(entries.toReversed())
    case 4:
      return entry === undefined ? {} : write(entries.toSpliced(at, 1, [dice.pick(KEYS)!, entry[1]]))
    default:
      return Object.values(node)
  }
}
