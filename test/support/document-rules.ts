/** What the documents claim about the checkout and can be checked against it. Each rule gives complaints, one line each. */
import { posix } from 'node:path'

/** A Markdown file with its path from the checkout. */
export interface MarkdownFile {
  readonly path: string
  readonly text: string
}

/** Relative links to files that are not there, or to headings that the file does not have. */
export function checkLinks(
  documents: readonly MarkdownFile[],
  exists: (path: string) => boolean,
): readonly string[] {
  const headings = new Map(documents.map(({ path, text }) => [path, headingsOf(text)]))
  return documents.flatMap(({ path, text }) =>
    linksOf(text).flatMap((link) => {
      if (/^[a-z]+:/i.test(link)) return []
      const [file = '', heading] = link.split('#')
      const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file))
      if (target.startsWith('..') || !exists(target)) return [`${path}: ${link}: there is no ${target}`]
      const known = headings.get(target)
      if (heading === undefined || known === undefined || known.includes(heading)) return []
      return [`${path}: ${link}: ${target} has no such heading`]
    }),
  )
}

/** `npm run X`, `npm test` and `npm start` where package.json has no such script. */
export function checkScripts(
  documents: readonly MarkdownFile[],
  scripts: readonly string[],
): readonly string[] {
  return documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run (?:--?[\w-]+ )*([\w:-]+)|(test|start)\b)/g)]
      .map((match) => match[1] ?? match[2] ?? '')
      .filter((script) => !scripts.includes(script))
      .map((script) => `${path}: npm run ${script}: package.json has no such script`),
  )
}

/** Source files named in backticks, such as `ledger/check.ts`, that are not there. */
export function checkFileNames(
  documents: readonly MarkdownFile[],
  folders: readonly string[],
  exists: (path: string) => boolean,
): readonly string[] {
  return documents.flatMap(({ path, text }) =>
    [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)`/g)]
      .map((match) => match[1]!)
      .filter((name) => folders.includes(name.split('/')[0]!) && /\.\w+$/.test(name) && !exists(name))
      .map((name) => `${path}: there is no ${name}`),
  )
}

function linksOf(text: string): readonly string[] {
  const prose = withoutFences(text).replace(/`[^`\n]*`/g, '')
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)]
  const references = [...prose.matchAll(/^\s*\[[^\]]+\]:\s*(\S+)/gm)]
  return [...inline, ...references].map((match) => match[1]!)
}

/** Headings as GitHub makes link targets of them. */
function headingsOf(text: string): readonly string[] {
  return [...withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  )
}

function withoutFences(text: string): string {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
}
