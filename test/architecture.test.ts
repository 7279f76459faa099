/** The import rule and the purity of the pure folders, checked on the source itself; first the checks are checked. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkCircles,
  checkFolders,
  checkIndexes,
  checkPackages,
  checkPurity,
  checkUnused,
  importsOf,
} from './support/architecture-rules.ts'
import { aSourceFile, ROOT, SOURCE_FOLDERS, type SourceFile, sourceFiles } from './support/source-files.ts'

const PRODUCT: readonly SourceFile[] = sourceFiles(SOURCE_FOLDERS)
const ENTRIES: readonly string[] = ['node/cli/main.ts']

describe('the architecture', () => {
  it('has source in every folder', () => {
    for (const folder of SOURCE_FOLDERS) {
      assert.ok(
        PRODUCT.some(({ path }) => path.startsWith(`${folder}/`)),
        folder,
      )
    }
  })

  it('imports across folders in the allowed direction, and only through index.ts', () => {
    assert.deepEqual(checkFolders(PRODUCT), [])
  })

  it('keeps clocks, chance, sockets, disks and processes out of the pure folders, and Node out of the client', () => {
    assert.deepEqual(checkPurity(PRODUCT), [])
  })

  it('has an index.ts in every folder that re-exports and does nothing else', () => {
    assert.deepEqual(checkIndexes(PRODUCT, SOURCE_FOLDERS), [])
  })

  it('has no files that import each other in a circle', () => {
    assert.deepEqual(checkCircles(PRODUCT), [])
  })

  it('has no file that nothing imports', () => {
    assert.deepEqual(checkUnused(PRODUCT, ENTRIES), [])
  })

  it('declares the packages that it imports, and no others', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>
    }
    assert.deepEqual(checkPackages(PRODUCT, Object.keys(dependencies)), [])
  })
})

describe('the check of imports', () => {
  it('finds every kind of import, and none in comments and texts', () => {
    const file = aSourceFile(
      'node/x.ts',
      [
        "import { a } from './a.ts'",
        "import type { B } from './b.ts'",
        "export { c, d as e } from './c.ts'",
        "export type * from './d.ts'",
        "import './e.ts'",
        "const f = await import('./f.ts')",
        'import {',
        '  g,',
        '} from "./g.ts"',
        "// import { no } from './no.ts'",
        "const text = `import { no } from './no.ts'`",
        "const pattern = /import '.\\/no.ts'/",
      ].join('\n'),
    )
    assert.deepEqual(
      importsOf(file).map(({ specifier, line, isTypeOnly }) => [specifier, line, isTypeOnly]),
      [
        ['./a.ts', 1, false],
        ['./b.ts', 2, true],
        ['./c.ts', 3, false],
        ['./d.ts', 4, true],
        ['./e.ts', 5, false],
        ['./f.ts', 6, false],
        ['./g.ts', 7, false],
      ],
    )
  })

  it('convicts an import against the direction', () => {
    const found = checkFolders([
      aSourceFile('ledger/a.ts', "import { step } from '../consensus/index.ts'"),
      aSourceFile('crypto/a.ts', "import type { Ballot } from '../election/index.ts'"),
      aSourceFile('storage/a.ts', "\nexport * from '../network/index.ts'"),
      aSourceFile('client/a.ts', "const x = await import('../storage/index.ts')"),
      aSourceFile('base/a.ts', "import { x } from '../test/support/x.ts'"),
    ])
    assert.deepEqual(found, [
      'ledger/a.ts:1: ledger may not import consensus',
      'crypto/a.ts:1: crypto may not import election',
      'storage/a.ts:2: storage may not import network',
      'client/a.ts:1: client may not import storage',
      'base/a.ts:1: imports test/support/x.ts, outside the product',
    ])
  })

  it('convicts an import past an index.ts, and acquits what is allowed', () => {
    const found = checkFolders([
      aSourceFile('ledger/a.ts', "import { x } from '../election/ballot.ts'"),
      aSourceFile(
        'node/cli/a.ts',
        "import { x } from '../../client/voter.ts'\nimport { y } from '../daemon.ts'",
      ),
      aSourceFile('ledger/b.ts', "import { x } from '../election/index.ts'\nimport { y } from './a.ts'"),
    ])
    assert.deepEqual(found, [
      'ledger/a.ts:1: imports election/ballot.ts past election/index.ts',
      'node/cli/a.ts:1: imports client/voter.ts past client/index.ts',
    ])
  })

  it('convicts circles, but not circles of types', () => {
    const files = [
      aSourceFile('base/a.ts', "import { b } from './b.ts'"),
      aSourceFile('base/b.ts', "import { c } from './c.ts'"),
      aSourceFile('base/c.ts', "import { b } from './b.ts'\nimport type { A } from './a.ts'"),
    ]
    assert.deepEqual(checkCircles(files), ['base/b.ts -> base/c.ts -> base/b.ts'])
  })

  it('convicts files that nothing imports', () => {
    const files = [
      aSourceFile('base/index.ts', "export { a } from './a.ts'"),
      aSourceFile('base/a.ts', ''),
      aSourceFile('base/b.ts', "import { c } from './c.ts'"),
      aSourceFile('base/c.ts', "import { b } from './b.ts'"),
      aSourceFile('node/cli/main.ts', "import { start } from '../start.ts'"),
      aSourceFile('node/start.ts', ''),
    ]
    assert.deepEqual(checkUnused(files, ['node/cli/main.ts']), [
      'base/b.ts: nothing imports it',
      'base/c.ts: nothing imports it',
    ])
  })

  it('convicts packages that are missing or idle in package.json', () => {
    const files = [
      aSourceFile('base/a.ts', "import { x } from '@a/b/c.js'\nimport 'd/auto'\nimport 'node:fs'"),
    ]
    assert.deepEqual(checkPackages(files, ['@a/b', 'e']), [
      'base/a.ts:2: d is not among the dependencies',
      'package.json: nothing imports e',
    ])
  })
})

describe('the check of purity', () => {
  it('convicts clocks, timers, chance, processes and modules of Node in a pure folder', () => {
    for (const line of [
      'const now = Date.now()',
      'const now = new Date()',
      'const now = performance.now()',
      'setTimeout(f, 1)',
      'const x = Math.random()',
      'const x = process.env.HOME',
      'const x = Buffer.from(y)',
      'const x = globalThis.crypto',
      'crypto.getRandomValues(x)',
      "import { readFile } from 'node:fs/promises'",
      "import { readFile } from 'fs'",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source as text
      'const x = `${Date.now()}`',
    ]) {
      assert.equal(checkPurity([aSourceFile('ledger/a.ts', line)]).length, 1, line)
    }
  })

  it('acquits names that only look alike', () => {
    const file = aSourceFile(
      'ledger/a.ts',
      [
        '// Date.now() is not for us; nor is process',
        "const text = 'Date'",
        'const closingDate = block.process',
        "import { hash } from '../crypto/index.ts'",
        'function f(options: { readonly process: boolean }): void {}',
      ].join('\n'),
    )
    assert.deepEqual(checkPurity([file]), [])
  })

  it('lets the client have a clock but nothing of Node, and lets node have everything', () => {
    const text = "const now = Date.now()\nconst x = process.env\nimport 'node:fs'"
    assert.deepEqual(checkPurity([aSourceFile('client/a.ts', text)]), [
      'client/a.ts:3: client may not import node:fs',
      'client/a.ts:2: process is out of reach here',
    ])
    assert.deepEqual(checkPurity([aSourceFile('node/a.ts', text)]), [])
  })
})

describe('the check of index files', () => {
  it('convicts a missing index.ts, and logic in one', () => {
    const files = [
      aSourceFile('base/index.ts', "/** Doc. */\nexport { a } from './a.ts'\nexport const b = 1"),
      aSourceFile('crypto/index.ts', "export { a, type B } from './a.ts'\nexport type * from './b.ts'"),
    ]
    assert.deepEqual(checkIndexes(files, ['base', 'crypto', 'ledger']), [
      'base/index.ts:3: something else than a re-export',
      'ledger/: has no index.ts',
    ])
  })
})
