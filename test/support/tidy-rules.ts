/** Habits of style that can be read off the text. Each rule takes files and gives complaints, one line each. */
import type { SourceFile } from './source-files.ts'
import { lineAt } from './source-text.ts'

/** A file of the product that is longer usually holds two ideas. */
export const MAX_LINES = 400

/** Words that have another name here, with that name. Only words that have no innocent meaning in this code. */
export const GLOSSARY: Readonly<Record<string, string>> = {
  leader: 'proposer',
  miner: 'validator',
  replica: 'validator',
  epoch: 'height (or Unix time)',
  prevote: 'prepare',
  precommit: 'commit',
  qc: 'certificate',
  quorumcert: 'certificate',
  slash: 'evidence',
  slashing: 'evidence',
  mempool: 'pool',
  confirmed: 'finalised',
  finalized: 'finalised',
  finalize: 'finalise',
  elector: 'voter',
  teller: 'trustee',
  talliers: 'trustees',
  ctx: 'a name that says which context',
}

/** Files of the product above `MAX_LINES`. */
export function checkLength(files: readonly SourceFile[]): readonly string[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${MAX_LINES}`)
}

/** Things left lying about: notes to oneself, prints, silenced types, tests that hide others. */
export function checkLeftovers(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => [
    ...find(file, 'comments', /\b(?:TODO|FIXME|XXX|HACK)\b/g, 'open an issue instead'),
    ...find(file, 'comments', /@ts-(?:ignore|nocheck)/g, 'mend the type instead'),
    ...find(file, 'code', /\bas\s+any\b/g, 'name the type'),
    ...find(file, 'code', /\bconsole\s*\.\s*log\b/g, 'write to a stream or the log'),
    ...find(file, 'code', /\b(?:describe|it|specify|suite|test)\s*\.\s*(?:only|skip)\b/g, 'run every test'),
    ...find(file, 'code', /\b(?:xit|xdescribe|fit|fdescribe)\s*\(/g, 'run every test'),
    ...find(file, 'code', /\bdebugger\b/g, 'remove it'),
  ])
}

/** Default exports, and names that say how something is made instead of what it is. */
export function checkNames(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => [
    ...find(file, 'code', /\bexport\s+default\b|\bas\s+default\b/g, 'exports have names'),
    ...find(file, 'code', /\b(?:class|interface|type)\s+I[A-Z][a-z]\w*/g, 'a port has the plain noun'),
    ...find(
      file,
      'code',
      /\b(?:class|interface|type)\s+\w+(?:Impl|Manager|Service|Helper|Utils?)\b/g,
      'name it after what it is',
    ),
    ...(/^(?:[a-z0-9]+-)*[a-z0-9]+(?:\.test)?\.ts$/.test(file.path.split('/').at(-1) ?? '')
      ? []
      : [`${file.path}: file names are in kebab-case`]),
  ])
}

/** Words in identifiers and comments that the glossary calls something else. */
export function checkGlossary(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    (['code', 'comments'] as const).flatMap((part) =>
      [...file[part].matchAll(/[A-Za-z]+/g)].flatMap((match) =>
        wordsOf(match[0])
          .filter((word) => Object.hasOwn(GLOSSARY, word))
          .map((word) => complaint(file, match.index, `'${word}' is called ${GLOSSARY[word]} here`)),
      ),
    ),
  )
}

/** `leaderOf` is `leader` and `of`; `QCError` is `qc` and `error`. A whole name counts too: `preVote` is `prevote`. */
function wordsOf(name: string): readonly string[] {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(' ')
  const pairs = words.slice(1).map((word, i) => `${words[i]}${word}`)
  return words.concat(pairs)
}

function find(
  file: SourceFile,
  part: 'code' | 'comments',
  pattern: RegExp,
  advice: string,
): readonly string[] {
  return [...file[part].matchAll(pattern)].map((match) =>
    complaint(file, match.index, `${match[0]}: ${advice}`),
  )
}

function complaint(file: SourceFile, position: number, what: string): string {
  return `${file.path}:${lineAt(file.text, position)}: ${what}`
}
