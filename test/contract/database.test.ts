import { join } from 'node:path'
import { type Database, memoryDatabase, openLevelDatabase } from '../../storage/index.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { databaseSuite } from './database-suite.ts'

databaseSuite('in memory', {
  isDurable: false,
  with: (use) => use(memoryDatabase(), notDurable),
})

databaseSuite('LevelDB', {
  isDurable: true,
  with: (use) =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'database')
      let database: Database = await openLevelDatabase(path)
      const reopen = async (): Promise<Database> => {
        await database.close()
        database = await openLevelDatabase(path)
        return database
      }
      try {
        await use(database, reopen)
      } finally {
        await database.close()
      }
    }),
})

function notDurable(): never {
  throw new Error('it keeps nothing')
}
