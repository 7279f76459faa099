import { join } from 'node:path'
import { memoryFiles, systemFiles } from '../../storage/index.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { filesSuite } from './files-suite.ts'

filesSuite('in memory', { with: (use) => use(memoryFiles(), '/home/data/file') })

filesSuite('of the system', {
  with: (use) =>
    inTemporaryDirectory((directory) => use(systemFiles, join(directory, 'home', 'data', 'file'))),
})
