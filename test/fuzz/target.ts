/** How targets are made of decoders: of bytes, of text, of a JSON value. */
import { type Result, utf8 } from '../../base/index.ts'
import { textOf } from './inputs.ts'
import type { Form, Said, Target } from './types.ts'

type Refused = { readonly code: string; readonly detail?: string }
type Encode<T> = (value: T) => Uint8Array

interface Named {
  readonly name: string
  readonly covers: string | readonly string[]
}

/** A decoder of bytes; of SSZ unless said otherwise. With an encoder, what is taken must be canonical. */
export function ofBytes<T>(
  named: Named & { readonly form?: Form; readonly samples: readonly Uint8Array[] },
  decode: (bytes: Uint8Array) => Result<T, Refused> | T | undefined,
  encode?: Encode<T>,
): Target {
  return {
    ...about(named),
    form: named.form ?? 'ssz',
    samples: named.samples,
    take: (input) => said(decode(input), encode),
  }
}

/** A decoder of text: JSON unless said otherwise. */
export function ofText<T>(
  named: Named & { readonly form?: Form; readonly samples: readonly string[] },
  parse: (text: string) => Result<T, Refused> | T | undefined,
  write?: (value: T) => string,
): Target {
  return {
    ...about(named),
    form: named.form ?? 'json',
    samples: named.samples.map(utf8),
    take: (input) => {
      const text = textOf(input)
      // As texts: an input that has no UTF-8 is another encoding of its text, and that is the fuzzer's doing.
      const again = (value: T): Uint8Array => (write?.(value) === text ? input : utf8(write?.(value) ?? ''))
      return said(parse(text), write === undefined ? undefined : again)
    },
  }
}

/** A reader of a JSON value; a text that is no JSON is refused before it. */
export function ofJson(
  named: Named & { readonly samples: readonly unknown[] },
  parse: (json: unknown) => Result<unknown, Refused>,
): Target {
  return ofText({ ...named, samples: named.samples.map((sample) => JSON.stringify(sample)) }, (text) => {
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return undefined
    }
    return parse(json)
  })
}

/** The value, or undefined where exactly the declared error was thrown. */
export function declared<T>(error: new (...args: never[]) => Error, run: () => T): T | undefined {
  try {
    return run()
  } catch (thrown) {
    if (thrown instanceof error) return undefined
    throw thrown
  }
}

/** The same of a promise. */
export async function declaredLater(
  error: new (...args: never[]) => Error,
  run: () => Promise<Uint8Array | undefined>,
): Promise<Said> {
  try {
    const again = await run()
    return again === undefined ? { isTaken: true } : { isTaken: true, again }
  } catch (thrown) {
    if (thrown instanceof error) return { isTaken: false, why: thrown.message }
    throw thrown
  }
}

function said<T>(decoded: Result<T, Refused> | T | undefined, encode: Encode<T> | undefined): Said {
  if (decoded === undefined) return { isTaken: false, why: 'undefined' }
  const value = isResult(decoded) ? (decoded.ok ? decoded.value : refusal(decoded.error)) : decoded
  if (value instanceof Refusal) return { isTaken: false, why: value.text }
  return encode === undefined ? { isTaken: true } : { isTaken: true, again: encode(value as T) }
}

class Refusal {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const refusal = ({ code, detail }: Refused): Refusal => new Refusal(`${code}: ${detail ?? ''}`)

function isResult<T>(value: Result<T, Refused> | T): value is Result<T, Refused> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'ok' in value &&
    typeof value.ok === 'boolean' &&
    ('value' in value || 'error' in value)
  )
}

function about({ name, covers }: Named): Pick<Target, 'name' | 'covers'> {
  return { name, covers: typeof covers === 'string' ? [covers] : covers }
}
