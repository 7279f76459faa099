/** The kernel's binaries are kept in the repository: they are what the compiler makes of its source. */
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kernelBinaries } from '../scripts/build-kernel.ts'
import { ROOT } from './support/source-files.ts'

describe('the kernel in the repository', () => {
  it('is what its source compiles to (else: npm run build:kernel)', async () => {
    assert.ok((await kernelBinaries()) === readFileSync(join(ROOT, 'crypto/kernel/binaries.ts'), 'utf8'))
  })
})
