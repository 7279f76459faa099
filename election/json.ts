/**
 * JSON exactly as Belenios prints it (specification 4.1 and 4.2): compact, fields in the specification's order.
 *
 * A {@link Shape} reads and writes one kind of value. {@link decodeJson} takes a text only when writing what was read gives
 * the same text again, so a value has one JSON and its hash is well defined: spaces, reordered, unknown or doubled fields,
 * other escapes, `1.0`, `-0`, upper-case hexadecimal and scalars not reduced modulo q are all refused by that one comparison
 * or by the shape itself (T05).
 *
 * Strings (found by running the official tool): `\b \t \n \f \r \" \\` by name, the other controls below U+0020 and U+007F as
 * `\u00xx` in lower case, everything else as it is (also `/`, U+2028 and beyond the basic plane). A lone surrogate
 * has no UTF-8 and is refused.
 */
import { fromBase64, fromHex, ok, type Refusal, type Result, refuse, toBase64, toHex } from '../base/index.ts'
import { decodePoint, encodePoint, ORDER, POINT_BYTES, type Point } from '../crypto/index.ts'

export type JsonRefusal = Refusal<'json-malformed'>

/** Reads and writes one kind of value. `path` names the place in refusals. */
export interface Shape<T> {
  read(json: unknown, path: string): Result<T, JsonRefusal>
  write(value: T): string
}

/** What a shape reads. */
export type Shaped<S> = S extends Shape<infer T> ? T : never

/** A field that may be absent. */
export interface OptionalField<T> {
  readonly optional: Shape<T>
}

type Fields = Readonly<Record<string, Shape<unknown> | OptionalField<unknown>>>
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends OptionalField<unknown> ? K : never
}[keyof F]
type ObjectOf<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: F[K] extends Shape<infer T> ? T : never
} & {
  readonly [K in OptionalKeys<F>]?: F[K] extends OptionalField<infer T> ? T : never
}

const malformed = (path: string, expected: string): ReturnType<typeof refuse<'json-malformed'>> =>
  refuse('json-malformed', `${path === '' ? 'the value' : path} is not ${expected}`)

/** The value of a text that is its only JSON; at most `maxLength` UTF-16 units are looked at. Never throws. */
export function decodeJson<T>(shape: Shape<T>, text: string, maxLength: number): Result<T, JsonRefusal> {
  if (text.length > maxLength)
    return refuse('json-malformed', `${text.length} characters, at most ${maxLength}`)
  const json = parseJson(text, maxLength)
  if (json === undefined) return refuse('json-malformed', 'not JSON')
  const read = shape.read(json, '')
  if (!read.ok) return read
  return shape.write(read.value) === text ? read : refuse('json-malformed', 'not the canonical JSON')
}

/** The value of any JSON text within the limit, canonical or not; undefined where it is none. For explanations only. */
export function parseJson(text: string, maxLength: number): unknown {
  if (text.length > maxLength) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A string as Belenios escapes it. The text must not hold a lone surrogate. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f')
}

/** Whether the text has a UTF-8 form: no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** A string of at most `maxLength` UTF-16 units, and of the given pattern where there is one. */
export function textShape(maxLength: number, pattern?: RegExp): Shape<string> {
  return {
    read: (json, path) => {
      if (typeof json !== 'string' || !isWellFormed(json)) return malformed(path, 'a string')
      if (json.length > maxLength) return malformed(path, `a string of at most ${maxLength} characters`)
      return pattern === undefined || pattern.test(json) ? ok(json) : malformed(path, 'of the right form')
    },
    write: jsonString,
  }
}

/** Exactly this string. */
export function literalShape<const L extends string | number>(literal: L): Shape<L> {
  return {
    read: (json, path) => (json === literal ? ok(literal) : malformed(path, JSON.stringify(literal))),
    write: (value) => JSON.stringify(value),
  }
}

/** A JSON number that is an integer in min..max (at most 2^53 - 1). */
export function integerShape(min: number, max: number): Shape<number> {
  return {
    read: (json, path) =>
      typeof json === 'number' && Number.isSafeInteger(json) && json >= min && json <= max
        ? ok(json)
        : malformed(path, `an integer in ${min}..${max}`),
    write: (value) => String(value),
  }
}

export const booleanShape: Shape<boolean> = {
  read: (json, path) => (typeof json === 'boolean' ? ok(json) : malformed(path, 'a boolean')),
  write: (value) => String(value),
}

/** An element of Z_q: a decimal string, reduced. */
export const scalarShape: Shape<bigint> = {
  read: (json, path) => {
    const value = typeof json === 'string' && /^(?:0|[1-9]\d{0,75})$/.test(json) ? BigInt(json) : ORDER
    return value < ORDER ? ok(value) : malformed(path, 'a scalar in decimal, reduced modulo the order')
  },
  write: (value) => `"${value}"`,
}

/** `length` bytes as lower-case hexadecimal. */
export function hexShape(length: number): Shape<Uint8Array> {
  return {
    read: (json, path) => {
      const bytes = typeof json === 'string' ? fromHex(json, length) : undefined
      return bytes === undefined ? malformed(path, `${2 * length} lower-case hexadecimal digits`) : ok(bytes)
    },
    write: (bytes) => `"${toHex(bytes)}"`,
  }
}

/** A SHA-256 hash in hexadecimal. */
export const hashShape: Shape<Uint8Array> = hexShape(32)

/** A SHA-256 hash in base64 without padding. */
export const base64HashShape: Shape<Uint8Array> = {
  read: (json, path) => {
    const bytes = typeof json === 'string' ? fromBase64(json, 32) : undefined
    return bytes === undefined ? malformed(path, 'a hash in base64 without padding') : ok(bytes)
  },
  write: (bytes) => `"${toBase64(bytes)}"`,
}

/** The 32 bytes of a point's text. NOT yet known to be a point. */
export const encodedPointShape: Shape<Uint8Array> = hexShape(POINT_BYTES)

/** A point, canonical, on the curve and in the subgroup. */
export const pointShape: Shape<Point> = {
  read: (json, path) => {
    const bytes = encodedPointShape.read(json, path)
    if (!bytes.ok) return bytes
    const point = decodePoint(bytes.value)
    return point.ok ? point : malformed(path, `a point of the group (${point.error.code})`)
  },
  write: (point) => `"${toHex(encodePoint(point))}"`,
}

/** An array of `min` to `max` elements. */
export function arrayShape<T>(element: Shape<T>, max: number, min = 0): Shape<readonly T[]> {
  return {
    read: (json, path) => {
      if (!Array.isArray(json) || json.length < min || json.length > max)
        return malformed(path, `an array of ${min} to ${max} elements`)
      const values: T[] = []
      for (const [index, item] of json.entries()) {
        const value = element.read(item, `${path}[${index}]`)
        if (!value.ok) return value
        values.push(value.value)
      }
      return ok(values)
    },
    write: (values) => {
      let text = ''
      for (const value of values) text += (text === '' ? '' : ',') + element.write(value)
      return `[${text}]`
    },
  }
}

/** Marks a field that may be absent; `null` is not absence. */
export function optional<T>(shape: Shape<T>): OptionalField<T> {
  return { optional: shape }
}

/** An object whose fields stand in the order in which they are given here. */
export function objectShape<F extends Fields>(fields: F): Shape<ObjectOf<F>> {
  const entries = Object.entries(fields)
  const writers = entries.map(([key, field]) => {
    return { key, before: `"${key}":`, shape: 'optional' in field ? field.optional : field }
  })
  return {
    read: (json, path) => {
      if (typeof json !== 'object' || json === null || Array.isArray(json))
        return malformed(path, 'an object')
      for (const key of Object.keys(json))
        if (!Object.hasOwn(fields, key)) return refuse('json-malformed', `unknown field ${at(path, key)}`)
      const values: Record<string, unknown> = {}
      for (const [key, field] of entries) {
        if (!Object.hasOwn(json, key)) {
          if ('optional' in field) continue
          return refuse('json-malformed', `missing field ${at(path, key)}`)
        }
        const shape = 'optional' in field ? field.optional : field
        const value = shape.read((json as Record<string, unknown>)[key], at(path, key))
        if (!value.ok) return value
        values[key] = value.value
      }
      return ok(values as ObjectOf<F>)
    },
    write: (object) => {
      const values = object as Readonly<Record<string, unknown>>
      let text = ''
      for (const { key, before, shape } of writers) {
        const value = values[key]
        if (value !== undefined) text += (text === '' ? '' : ',') + before + shape.write(value)
      }
      return `{${text}}`
    },
  }
}

/** A value of another form inside the program: `to` answers undefined where the JSON has no such value. */
export function mappedShape<J, T>(
  shape: Shape<J>,
  to: (json: J) => T | undefined,
  from: (value: T) => J,
): Shape<T> {
  return {
    read: (json, path) => {
      const read = shape.read(json, path)
      if (!read.ok) return read
      const value = to(read.value)
      return value === undefined ? malformed(path, 'of the right form') : ok(value)
    },
    write: (value) => shape.write(from(value)),
  }
}

/** `["Tag", value]`: the first element says which shape the second one has. */
export function taggedShape<F extends Readonly<Record<string, Shape<unknown>>>>(
  tags: F,
): Shape<{ readonly [K in keyof F & string]: readonly [K, Shaped<F[K]>] }[keyof F & string]> {
  type Tagged = { readonly [K in keyof F & string]: readonly [K, Shaped<F[K]>] }[keyof F & string]
  return {
    read: (json, path) => {
      const tag: unknown = Array.isArray(json) && json.length === 2 ? json[0] : undefined
      const shape = typeof tag === 'string' && Object.hasOwn(tags, tag) ? tags[tag] : undefined
      if (shape === undefined || !Array.isArray(json))
        return malformed(path, `a pair that begins with ${Object.keys(tags).join(' or ')}`)
      const value = shape.read(json[1], `${path}[1]`)
      return value.ok ? ok([tag, value.value] as unknown as Tagged) : value
    },
    write: ([tag, value]) => `[${jsonString(tag)},${tags[tag]!.write(value)}]`,
  }
}

/** (challenge, response): 4.3. */
export const proofShape: Shape<{ readonly challenge: bigint; readonly response: bigint }> = objectShape({
  challenge: scalarShape,
  response: scalarShape,
})

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)
