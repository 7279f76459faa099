import { join } from 'node:path'
import { type LastSigned, memoryLastSigned, openLastSigned } from '../../storage/index.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { lastSignedSuite } from './last-signed-suite.ts'

lastSignedSuite('in memory', { isDurable: false, with: (use) => use(memoryLastSigned(), notDurable) })

lastSignedSuite('in a file', {
  isDurable: true,
  with: (use) =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'last-signed.json')
      let guard: LastSigned = await openLastSigned(path)
      const reopen = async (): Promise<LastSigned> => {
        await guard.close()
        guard = await openLastSigned(path)
        return guard
      }
      try {
        await use(guard, reopen)
      } finally {
        await guard.close()
      }
    }),
})

function notDurable(): never {
  throw new Error('it keeps nothing')
}
