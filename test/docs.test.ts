/** The documents against the checkout that they describe; first the checks are checked. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkFileNames, checkLinks, checkScripts, type MarkdownFile } from './support/document-rules.ts'
import { filesBelow, ROOT, SOURCE_FOLDERS } from './support/source-files.ts'

const FOLDERS: readonly string[] = [...SOURCE_FOLDERS, 'test', 'bench', 'docs', 'scripts']
const AT_THE_TOP = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'] as const
const DOCUMENTS: readonly MarkdownFile[] = [...AT_THE_TOP, ...FOLDERS.flatMap(filesBelow)]
  .filter((path) => path.endsWith('.md') && exists(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
/** Decisions and changes are history: they may name what is gone. */
const PRESENT: readonly MarkdownFile[] = DOCUMENTS.filter(
  ({ path }) => !path.startsWith('docs/adr/') && path !== 'CHANGELOG.md',
)

describe('the documents', () => {
  it('are there', () => {
    for (const path of AT_THE_TOP) assert.ok(exists(path), path)
  })

  it('link to files and headings that exist', () => {
    assert.deepEqual(checkLinks(DOCUMENTS, exists), [])
  })

  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    assert.deepEqual(checkScripts(PRESENT, Object.keys(scripts)), [])
  })

  it('name source files that exist', () => {
    assert.deepEqual(checkFileNames(PRESENT, FOLDERS, exists), [])
  })

  it('give the commands of the first screen, one of which CI runs', () => {
    const firstScreen = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').slice(0, 25).join('\n')
    assert.match(firstScreen, /^ {4}npm ci && npm run demo\b/m)
    assert.match(firstScreen, /^ {4}npm ci && npm test\b/m)
  })
})

describe('the checks of the documents', () => {
  const there = (path: string): boolean => ['a.md', 'docs/b.md', 'ledger/x.ts'].includes(path)

  it('convict links to nowhere', () => {
    const documents = [
      {
        path: 'a.md',
        text: '# One Two\n[b](docs/b.md) [c](docs/c.md) [d](#one-two) [e](#three) [f](docs/b.md#none)',
      },
      {
        path: 'docs/b.md',
        text: '[a](../a.md#one-two) [up](../../a.md) <https://x.org> [web](https://x.org)\n[r]: gone.md',
      },
    ]
    assert.deepEqual(checkLinks(documents, there), [
      'a.md: docs/c.md: there is no docs/c.md',
      'a.md: #three: a.md has no such heading',
      'a.md: docs/b.md#none: docs/b.md has no such heading',
      'docs/b.md: ../../a.md: there is no ../a.md',
      'docs/b.md: gone.md: there is no docs/gone.md',
    ])
  })

  it('acquit links that are only quoted', () => {
    const text = 'Write `[text](gone.md)`.\n\n```\n[text](gone.md)\n```\n'
    assert.deepEqual(checkLinks([{ path: 'a.md', text }], there), [])
  })

  it('convict scripts and files that are not there', () => {
    const text =
      'npm ci && npm test, `npm run --silent build`, npm run demo -- --json; `ledger/x.ts`, `ledger/y.ts`, `a/b.ts`'
    assert.deepEqual(checkScripts([{ path: 'a.md', text }], ['build']), [
      'a.md: npm run test: package.json has no such script',
      'a.md: npm run demo: package.json has no such script',
    ])
    assert.deepEqual(checkFileNames([{ path: 'a.md', text }], ['ledger'], there), [
      'a.md: there is no ledger/y.ts',
    ])
  })
})

function exists(path: string): boolean {
  return existsSync(join(ROOT, path))
}
