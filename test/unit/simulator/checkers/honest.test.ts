import assert from 'node:assert/strict'
import { CHECKERS } from '../../../simulator/checkers/index.ts'
import { importsOf } from '../../../support/architecture-rules.ts'
import { sourceFiles } from '../../../support/source-files.ts'
import { honestRun, judge } from './honest-run.ts'

describe('every checker', () => {
  for (const name of Object.keys(CHECKERS))
    it(`finds nothing in an honest run: ${name}`, () => {
      assert.deepEqual(judge(name, honestRun()), [])
    })

  it('calls none of the code that it judges', () => {
    const files = sourceFiles(['test/simulator/checkers'])
    assert.ok(files.length > Object.keys(CHECKERS).length)
    for (const file of files)
      for (const { specifier } of importsOf(file))
        assert.match(specifier, /^(?:\.\/[a-z-]+\.ts|\.\.\/types\.ts|node:crypto)$/, file.path)
  })
})
