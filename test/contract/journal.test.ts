import { join } from 'node:path'
import { type Journal, memoryJournal, openJournal } from '../../storage/index.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { journalSuite } from './journal-suite.ts'

journalSuite('in memory', { isDurable: false, with: (use) => use(memoryJournal(), notDurable) })

journalSuite('in a file', {
  isDurable: true,
  with: (use) =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'journal')
      let journal: Journal = await openJournal(path)
      const reopen = async (): Promise<Journal> => {
        await journal.close()
        journal = await openJournal(path)
        return journal
      }
      try {
        await use(journal, reopen)
      } finally {
        await journal.close()
      }
    }),
})

function notDurable(): never {
  throw new Error('it keeps nothing')
}
