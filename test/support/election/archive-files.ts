/**
 * Damages archives the way a clever forger would: after a change, every hash that depends on it is made right again, so that only
 * a check that understands the content can see it.
 *
 * "Every hash" is: the names of files, the references in later files (hexadecimal), the election's hash in ballots (base64) and the
 * hash inside a ballot's signature. The forger has no secret, so proofs and signatures stay as they are.
 *
 * This is written from the specification without the product's own code, JSON included.
 */
import { createHash } from 'node:crypto'

/** One file of an archive, by its text. The kind of the header is `header`. */
export interface LooseFile {
  readonly kind: 'header' | 'data' | 'event'
  readonly text: string
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const hex = (text: string): string => sha256(text).toString('hex')
const base64 = (text: string): string => sha256(text).toString('base64').replaceAll('=', '')

/** The files of a good archive. */
export function unpack(archive: Uint8Array): readonly LooseFile[] {
  const bytes = Buffer.from(archive)
  const files: LooseFile[] = []
  for (let at = 0; at < bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 100).replace(/\0+$/, '')
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
    const text = bytes.toString('utf8', at + 512, at + 512 + size)
    files.push({
      kind: name === 'BELENIOS' ? 'header' : name.endsWith('.event.json') ? 'event' : 'data',
      text,
    })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

/** The archive of these files, each named by the hash of its text. */
export function pack(files: readonly LooseFile[]): Uint8Array {
  const time = Number((JSON.parse(files[0]?.text ?? '{}') as { timestamp?: string }).timestamp ?? 0)
  return Buffer.concat(
    files.map(({ kind, text }) =>
      packFile(kind === 'header' ? 'BELENIOS' : `${hex(text)}.${kind}.json`, text, time),
    ),
  )
}

/** One file of a tar with its header and padding. */
export function packFile(name: string, text: string | Uint8Array, time: number): Uint8Array {
  const content = Buffer.from(text)
  const header = Buffer.alloc(512)
  header.write(name)
  header.write(`0000644\0${'0000000\0'.repeat(2)}`, 100)
  header.write(
    `${content.length.toString(8).padStart(11, '0')}\0${time.toString(8).padStart(11, '0')}\0`,
    124,
  )
  header.write('        0', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

/**
 * The files after a change of one text, with all hashes that depend on it made right again in the files after it.
 * `keepHashes`: names of fields that are what was changed, and therefore not made right.
 */
export function rehashed(
  files: readonly LooseFile[],
  changed: number,
  text: string,
  keep: readonly string[] = [],
): readonly LooseFile[] {
  const renamed = new Map<string, string>()
  return files.map((file, index) => {
    if (index < changed || file.kind === 'header') return file
    let now = index === changed ? text : file.text
    if (index > changed) for (const [old, fresh] of renamed) now = now.replaceAll(old, fresh)
    if (now !== file.text && !(index === changed && keep.includes('signature.hash')))
      now = withSignedHash(now)
    if (now !== file.text) {
      renamed.set(hex(file.text), hex(now))
      renamed.set(base64(file.text), base64(now))
    }
    return { ...file, text: now }
  })
}

/** A ballot whose signature names the hash of the rest of it; any other text as it is. */
function withSignedHash(text: string): string {
  const at = text.lastIndexOf(',"signature":{"hash":"')
  return at < 0 ? text : text.replace(/("signature":\{"hash":")[^"]*/, `$1${base64(`${text.slice(0, at)}}`)}`)
}

/** The files with heights and parents counted anew and payload references kept: a chain that holds together. */
export function rechained(files: readonly LooseFile[]): readonly LooseFile[] {
  let parent: string | undefined
  let height = 0
  return files.map((file) => {
    if (file.kind !== 'event') return file
    const { type, payload } = JSON.parse(file.text) as { type: string; payload?: string }
    const text = JSON.stringify({ parent, height, type, payload })
    parent = hex(text)
    height += 1
    return { ...file, text }
  })
}

/** A leaf of a JSON document: the path to it and its value. */
export interface Leaf {
  readonly path: readonly (string | number)[]
  readonly value: string | number | boolean
}

/** Every leaf of a JSON document; also the leaves of documents inside strings (messages of certificates). */
export function leaves(json: unknown, path: readonly (string | number)[] = []): readonly Leaf[] {
  const inner = typeof json === 'string' ? embedded(json) : json
  if (typeof inner === 'object' && inner !== null)
    return Object.entries(inner).flatMap(([key, value]) =>
      leaves(value, [...path, Array.isArray(inner) ? Number(key) : key]),
    )
  return [{ path, value: inner as Leaf['value'] }]
}

/** The document with another value at the path. */
export function withLeaf(json: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (typeof json === 'string') return JSON.stringify(withLeaf(embedded(json), path, value))
  if (Array.isArray(json))
    return json.map((item, index) => (index === key ? withLeaf(item, rest, value) : item))
  return Object.fromEntries(
    Object.entries(json as object).map(([name, item]) => [
      name,
      name === key ? withLeaf(item, rest, value) : item,
    ]),
  )
}

/** The paths of everything inside a JSON document, containers too. */
export function inside(json: unknown, path: readonly (string | number)[] = []): readonly Leaf['path'][] {
  const inner = typeof json === 'string' ? embedded(json) : json
  if (typeof inner !== 'object' || inner === null) return []
  return Object.entries(inner).flatMap(([key, value]) => {
    const at = [...path, Array.isArray(inner) ? Number(key) : key]
    return [at, ...inside(value, at)]
  })
}

/** The document without the field or element at the path. */
export function withoutNode(json: unknown, path: Leaf['path']): unknown {
  const [key, ...rest] = path
  if (typeof json === 'string') return JSON.stringify(withoutNode(embedded(json), path))
  const entries = Object.entries(json as object)
    .filter(([name]) => rest.length > 0 || name !== String(key))
    .map(([name, value]) => [name, name === String(key) ? withoutNode(value, rest) : value] as const)
  return Array.isArray(json) ? entries.map(([, value]) => value) : Object.fromEntries(entries)
}

function embedded(text: string): unknown {
  return text.startsWith('{') ? JSON.parse(text) : text
}
