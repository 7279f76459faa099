/**
 * The outcome of an operation that can be refused: a value, never an exception (style: operating errors are values in
 * pure code). `error.code` comes from a closed union, so that callers switch over it exhaustively.
 */
export type Result<T, E extends { readonly code: string }> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

/** A refusal: `code` is stable and meant for programs, `detail` is one sentence for people. */
export interface Refusal<C extends string = string> {
  readonly code: C
  readonly detail: string
}

/** The accepted outcome. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** The refused outcome. `detail` says what is wrong, with the place; it never holds a secret. */
export function refuse<C extends string>(
  code: C,
  detail: string,
): { readonly ok: false; readonly error: Refusal<C> } {
  return { ok: false, error: { code, detail } }
}

/** The accepted value, or the `assert` failure of a caller that already knew it to be good (tests, our own data). */
export function unwrap<T, E extends { readonly code: string; readonly detail?: string }>(
  result: Result<T, E>,
): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail ?? ''}`)
  return result.value
}
