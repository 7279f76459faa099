/** Habits of style, checked on the source itself; first the checks are checked. */
import assert from 'node:assert/strict'
import { aSourceFile, SOURCE_FOLDERS, type SourceFile, sourceFiles } from './support/source-files.ts'
import { sourceText } from './support/source-text.ts'
import {
  checkGlossary,
  checkLeftovers,
  checkLength,
  checkNames,
  GLOSSARY,
  MAX_LINES,
} from './support/tidy-rules.ts'

const PRODUCT: readonly SourceFile[] = sourceFiles(SOURCE_FOLDERS)
const ALL: readonly SourceFile[] = [...PRODUCT, ...sourceFiles(['test', 'bench', 'scripts'])]

describe('the source', () => {
  it('has no file that is too long', () => {
    assert.deepEqual(checkLength(PRODUCT), [])
  })

  it('has nothing left lying about', () => {
    assert.deepEqual(checkLeftovers(ALL), [])
  })

  it('names things after what they are', () => {
    assert.deepEqual(checkNames(ALL), [])
  })

  it('speaks the words of the glossary', () => {
    assert.deepEqual(checkGlossary(PRODUCT), [])
  })
})

describe('the checks of the source', () => {
  it('convict a file one line too long', () => {
    const longest = aSourceFile('base/a.ts', 'x\n'.repeat(MAX_LINES))
    const longer = aSourceFile('base/b.ts', 'x\n'.repeat(MAX_LINES + 1))
    assert.deepEqual(checkLength([longest, longer]), ['base/b.ts: 401 lines, at most 400'])
  })

  it('convict each kind of leftover', () => {
    for (const line of [
      '// TODO later',
      '/* FIXME */',
      '// @ts-ignore',
      '// @ts-nocheck',
      'const x = y as any',
      'console.log(x)',
      "describe.only('x', f)",
      "it.skip('x', f)",
      "xit('x', f)",
      'debugger',
    ]) {
      assert.equal(checkLeftovers([aSourceFile('base/a.ts', line)]).length, 1, line)
    }
  })

  it('acquit leftovers that are only quoted, and words that only look alike', () => {
    const text =
      "const a = '// TODO'\nconst b = `as any`\nconst c = /console.log/\ncontext.skip()\ncast(x as anything)"
    assert.deepEqual(checkLeftovers([aSourceFile('base/a.ts', text)]), [])
  })

  it('convict default exports and names that say nothing', () => {
    for (const line of [
      'export default function f() {}',
      'interface IDatabase {}',
      'class DatabaseImpl {}',
      'class PeerManager {}',
      'type VoteHelper = string',
    ]) {
      assert.equal(checkNames([aSourceFile('base/a.ts', line)]).length, 1, line)
    }
    assert.deepEqual(checkNames([aSourceFile('base/BadName.ts', '')]).length, 1)
    assert.deepEqual(checkNames([aSourceFile('base/good-name.ts', 'interface Input {}\nclass Item {}')]), [])
  })

  it('convict words of other projects in names and comments, and say the word to use', () => {
    const found = checkGlossary([
      aSourceFile(
        'base/a.ts',
        'const leaderOf = 1\n// the mempool\nclass QCError {}\nconst preVotes = preVote',
      ),
    ])
    assert.deepEqual(found, [
      "base/a.ts:1: 'leader' is called proposer here",
      "base/a.ts:3: 'qc' is called certificate here",
      "base/a.ts:4: 'prevote' is called prepare here",
      "base/a.ts:2: 'mempool' is called pool here",
    ])
  })

  it('acquit words of the glossary itself', () => {
    const text = "const pooled = unconfirmedValue // proposals, leadership\nconst word = 'leader'"
    assert.deepEqual(checkGlossary([aSourceFile('base/a.ts', text)]), [])
    for (const word of Object.keys(GLOSSARY)) assert.match(word, /^[a-z]+$/)
  })
})

describe('source text', () => {
  it('is taken apart into code and comments', () => {
    const { code, comments } = sourceText("a('x // y') // z\nb /* c */ d")
    assert.equal(code, "a('      ')     \nb         d")
    assert.equal(comments, '            // z\n  /* c */  ')
  })

  it('sees code inside templates, at any depth', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source as text
    const { code } = sourceText('`a ${b + `c ${d}` + { e: 1 }.e} f` + g')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source as text
    assert.equal(code, '`  ${b + `  ${d}` + { e: 1 }.e}  ` + g')
  })

  it('tells regular expressions from divisions', () => {
    assert.equal(sourceText('x = /[/"]\\/"/.test(y) / 2 / z').code, 'x = /       /.test(y) / 2 / z')
    assert.equal(sourceText("return /'/g").code, 'return / /g')
  })

  it('understands escapes in strings', () => {
    assert.equal(sourceText("f('it\\'s', \"\\\\\") // x").code, 'f(\'     \', "  ")     ')
  })

  it('keeps every part as long as the text', () => {
    for (const { text, code, comments } of ALL) {
      assert.equal(code.length, text.length)
      assert.equal(comments.length, text.length)
    }
  })
})
