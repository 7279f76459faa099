import assert from 'node:assert/strict'
import { AssertionFailure } from '../../../base/index.ts'
import { MAX_BLOCK_BYTES, MAX_RECORD_BYTES } from '../../../ledger/limits.ts'
import { checkBatch } from '../../../storage/checks.ts'
import { MAX_BATCH_OPERATIONS, MAX_JOURNAL_RECORD_BYTES, MAX_VALUE_BYTES } from '../../../storage/index.ts'

const KEY: Uint8Array = Uint8Array.of(1)

describe('the limits of storage', () => {
  it('allow a value of the largest size and none that is larger', () => {
    const largest = new Uint8Array(MAX_VALUE_BYTES)
    const larger = new Uint8Array(MAX_VALUE_BYTES + 1)
    checkBatch([{ type: 'put', key: KEY, value: largest }])
    assert.throws(() => checkBatch([{ type: 'put', key: KEY, value: larger }]), AssertionFailure)
  })

  it('allow a batch of the largest size and none that is larger', () => {
    const largest = new Array(MAX_BATCH_OPERATIONS).fill({ type: 'remove', key: KEY })
    checkBatch(largest)
    assert.throws(() => checkBatch([...largest, { type: 'remove', key: KEY }]), AssertionFailure)
  })

  it('leave room for the largest block, the largest record of the state and the largest message', () => {
    assert.ok(MAX_BLOCK_BYTES <= MAX_VALUE_BYTES)
    assert.ok(MAX_RECORD_BYTES <= MAX_VALUE_BYTES)
    assert.ok(MAX_BLOCK_BYTES <= MAX_JOURNAL_RECORD_BYTES)
  })
})
