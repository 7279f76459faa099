import assert from 'node:assert/strict'
import { CHECKERS } from '../../../simulator/checkers/index.ts'
import { honestRun, judge } from './honest-run.ts'

describe('every checker', () => {
  for (const name of Object.keys(CHECKERS))
    it(`finds nothing in an honest run: ${name}`, () => {
      assert.deepEqual(judge(name, honestRun()), [])
    })
})
