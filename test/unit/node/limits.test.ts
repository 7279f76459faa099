import { strict as assert } from 'node:assert'
import { MAX_ACCELERATOR_BYTES } from '../../../election/limits.ts'
import * as ledger from '../../../ledger/index.ts'
import * as network from '../../../network/index.ts'
import { VERDICT_TIMEOUT_MS } from '../../../network/limits.ts'
import { TOPIC_LIMITS } from '../../../network/protocols.ts'
import * as node from '../../../node/limits.ts'
import * as storage from '../../../storage/index.ts'

describe("a node's limits", () => {
  it('fit those of the network', () => {
    assert.ok(node.MAX_GOSSIP_BATCH_BYTES <= network.MAX_BATCH_BYTES)
    assert.ok(node.MAX_GOSSIP_BATCH_TRANSACTIONS <= network.MAX_BATCH_TRANSACTIONS)
    assert.ok(node.SYNC_BATCH_BLOCKS <= network.MAX_BLOCKS_PER_REQUEST)
    assert.ok(node.PENALTY_BAD_BLOCK >= network.SCORE_THRESHOLD, 'one false certificate is enough to part')
  })

  it('let everything that the ledger makes travel and be stored', () => {
    assert.ok(ledger.MAX_TRANSACTION_BYTES <= node.MAX_GOSSIP_BATCH_BYTES)
    assert.ok(ledger.MAX_BLOCK_BYTES <= network.MAX_BLOCK_BYTES)
    assert.ok(MAX_ACCELERATOR_BYTES <= network.MAX_ACCELERATOR_BYTES)
    assert.ok(ledger.MAX_BLOCK_BYTES <= node.MAX_BLOCKS_ANSWER_BYTES)
    assert.ok(ledger.MAX_BLOCK_BYTES <= node.MAX_INBOX_BYTES_PER_VALIDATOR)
    const record = ledger.MAX_BLOCK_BYTES + network.MAX_CONSENSUS_MESSAGE_BYTES
    assert.ok(record < storage.MAX_JOURNAL_RECORD_BYTES, 'a proposal fits a journal record')
    assert.ok(ledger.MAX_BLOCK_BYTES <= storage.MAX_VALUE_BYTES)
  })

  it('let blocks be fetched while consensus messages are looked at', () => {
    assert.ok(2 * node.MAX_ASSEMBLIES <= TOPIC_LIMITS.consensus.concurrency)
    assert.ok(node.ASSEMBLY_TIMEOUT_MS < VERDICT_TIMEOUT_MS)
  })

  it('remember more verified ids than can wait', () => {
    assert.ok(node.MAX_VERIFIED_IDS >= 2 * node.MAX_POOL_TRANSACTIONS)
  })
})
