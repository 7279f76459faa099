/**
 * TypeScript source taken apart for the tests that read the project's own code: what is code, what is comment, what is text.
 *
 * A scanner, not a parser. It knows comments, quoted strings, template literals (nested ones too) and regular expressions,
 * the last by what stands before the slash. Each part keeps its position: what belongs to another part is blanked.
 */

/** One file in parts of the same length as `text`; line breaks are in all of them. */
export interface SourceText {
  /** As it stands in the file. */
  readonly text: string
  /** Without comments, and with the insides of strings, templates and regular expressions blanked. */
  readonly code: string
  /** Comments only. */
  readonly comments: string
}

/** A slash after one of these begins a regular expression, after anything else it divides. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|await|yield))\s*$/

/** The parts of a source text. */
export function sourceText(text: string): SourceText {
  const scanner = new Scanner(text)
  scanner.code(false)
  return { text, code: scanner.codePart(), comments: scanner.commentPart() }
}

/** The line, counted from 1, of a position. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

class Scanner {
  readonly #text: string
  readonly #code: string[]
  readonly #comments: string[]
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#code = [...text.replace(/[^\n]/gu, (found) => ' '.repeat(found.length))]
    this.#comments = [...this.#code]
  }

  codePart(): string {
    return this.#code.join('')
  }

  commentPart(): string {
    return this.#comments.join('')
  }

  /** Up to the end, or to the brace that ends an interpolation. */
  code(isInterpolation: boolean): void {
    let depth = 0
    while (this.#at < this.#text.length) {
      const two = this.#text.slice(this.#at, this.#at + 2)
      const one = two.charAt(0)
      if (two === '//') this.#comment(this.#text.indexOf('\n', this.#at))
      else if (two === '/*') this.#comment(this.#after('*/', this.#at + 2))
      else if (one === '"' || one === "'") this.#quoted(one)
      else if (one === '`') this.#template()
      else if (one === '/' && this.#beginsRegex()) this.#regex()
      else {
        if (one === '{') depth += 1
        if (one === '}') {
          if (isInterpolation && depth === 0) return
          depth -= 1
        }
        this.#keep()
      }
    }
  }

  #comment(end: number): void {
    const stop = end === -1 ? this.#text.length : end
    while (this.#at < stop) {
      this.#comments[this.#at] = this.#text.charAt(this.#at)
      this.#at += 1
    }
  }

  #quoted(quote: string): void {
    this.#keep()
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== quote) this.#skipCharacter()
    this.#keep()
  }

  #template(): void {
    this.#keep()
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== '`') {
      if (!this.#text.startsWith('${', this.#at)) {
        this.#skipCharacter()
        continue
      }
      this.#keep()
      this.#keep()
      this.code(true)
      this.#keep()
    }
    this.#keep()
  }

  #regex(): void {
    this.#keep()
    let isInClass = false
    while (this.#at < this.#text.length) {
      const one = this.#text.charAt(this.#at)
      if (one === '\n' || (one === '/' && !isInClass)) break
      if (one === '[') isInClass = true
      if (one === ']') isInClass = false
      this.#skipCharacter()
    }
    this.#keep()
  }

  #beginsRegex(): boolean {
    return BEFORE_REGEX.test(this.#code.slice(Math.max(0, this.#at - 40), this.#at).join(''))
  }

  #skipCharacter(): void {
    this.#at += this.#text.charAt(this.#at) === '\\' ? 2 : 1
  }

  #keep(): void {
    if (this.#at < this.#text.length) this.#code[this.#at] = this.#text.charAt(this.#at)
    this.#at += 1
  }

  #after(mark: string, from: number): number {
    const found = this.#text.indexOf(mark, from)
    return found === -1 ? -1 : found + mark.length
  }
}
