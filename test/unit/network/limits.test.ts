/** The network carries what the other folders make: its limits hold theirs. */
import assert from 'node:assert/strict'
import * as consensus from '../../../consensus/index.ts'
import * as ledger from '../../../ledger/index.ts'
import * as network from '../../../network/index.ts'
import { MAX_CEREMONY_BYTES } from '../../../network/limits.ts'

describe('the limits of the network', () => {
  it('hold the largest transaction, block, record, ceremony and header of the ledger', () => {
    assert.ok(network.MAX_RECORD_BYTES >= ledger.MAX_RECORD_BYTES)
    assert.ok(MAX_CEREMONY_BYTES >= ledger.MAX_CEREMONY_BYTES)
    assert.ok(network.MAX_TRANSACTION_BYTES >= ledger.MAX_TRANSACTION_BYTES)
    assert.ok(network.MAX_BLOCK_BYTES >= ledger.MAX_BLOCK_BYTES)
    const header = ledger.encodeHeader({
      networkId: new Uint8Array(32),
      height: Number.MAX_SAFE_INTEGER,
      time: Number.MAX_SAFE_INTEGER,
      parent: new Uint8Array(32),
      transactionsRoot: new Uint8Array(32),
      stateRoot: new Uint8Array(32),
      validatorsRoot: new Uint8Array(32),
      nextValidatorsRoot: new Uint8Array(32),
    })
    assert.ok(network.MAX_HEADER_BYTES >= header.length)
  })

  it('hold the largest message and certificate of agreement', () => {
    assert.ok(network.MAX_CONSENSUS_MESSAGE_BYTES >= consensus.MAX_MESSAGE_BYTES)
    assert.ok(network.MAX_CERTIFICATE_BYTES >= consensus.MAX_CERTIFICATE_BYTES)
    assert.ok(network.MAX_STATEMENT_BYTES >= consensus.SIGNED_BYTES)
  })
})
