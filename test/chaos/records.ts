/** Reads what a daemon that does not run has on disk: its chain, and what stands in its journal. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex, unwrap } from '../../base/index.ts'
import { decodeCertificate } from '../../consensus/index.ts'
import { ballotId, tracker } from '../../election/index.ts'
import { blockId, decodeBlock, decodeTransaction } from '../../ledger/index.ts'
import { decodeRecord } from '../../node/journal-record.ts'
import { openChainStore, openLevelDatabase } from '../../storage/index.ts'
import { decodeJournal } from '../../storage/journal-format.ts'
import type { BallotFact, BlockFact } from './facts.ts'
import type { Statements } from './statements.ts'

/** Where a home's journal lies. */
export function journalPath(home: string): string {
  return join(home, 'data', 'journal')
}

/** The facts of a block's bytes; ballots of other elections are left out. */
export function blockFact(bytes: Uint8Array, uuid: string): BlockFact {
  const block = unwrap(decodeBlock(bytes))
  const { height, time, parent } = block.header
  const ballots = block.transactions.flatMap((encoded): readonly BallotFact[] => {
    const transaction = unwrap(decodeTransaction(encoded))
    if (transaction.kind !== 'ballot' || transaction.ballot.uuid !== uuid) return []
    const { ballot } = transaction
    return [{ tracker: tracker(ballotId(ballot)), credential: toHex(ballot.credential) }]
  })
  return { height, id: toHex(blockId(block.header)), parent: toHex(parent), time, ballots }
}

/** All blocks of a home's database; the commits of their certificates go to the statements. */
export async function readChain(
  home: string,
  networkId: Uint8Array,
  uuid: string,
  statements: Statements,
): Promise<readonly BlockFact[]> {
  const store = await openChainStore(await openLevelDatabase(join(home, 'data', 'chain')), networkId)
  try {
    const blocks: BlockFact[] = []
    for (let height = 1; height <= store.height(); height++) {
      const stored = await store.block(height)
      if (stored === undefined) throw new Error(`${home}: height ${height} is missing`)
      blocks.push(blockFact(stored.block, uuid))
      const { round, blockId: content, signatures } = unwrap(decodeCertificate(stored.certificate))
      for (const { validator } of signatures)
        statements.add({
          validator,
          kind: 'commit',
          height,
          round,
          content,
          source: `certificate in ${home}`,
        })
    }
    return blocks
  } finally {
    await store.close()
  }
}

/** Adds what stands in a home's journal to the statements; a damaged one is the daemon's business. */
export async function readJournal(home: string, statements: Statements): Promise<void> {
  const content = decodeJournal(await readFile(journalPath(home)).catch(() => new Uint8Array(0)))
  if (!content.ok) return
  for (const bytes of content.records) {
    const record = decodeRecord(bytes)
    if (record.ok && record.value.input.type === 'message')
      statements.addMessage(record.value.input.message, `journal of ${home}`)
  }
}
