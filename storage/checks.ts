/** What every database adapter demands of its callers. */
import { assert } from '../base/index.ts'
import { MAX_BATCH_OPERATIONS, MAX_KEY_BYTES, MAX_VALUE_BYTES } from './limits.ts'
import type { Operation, Range } from './types.ts'

/** Asserts that a key is within its limits. */
export function checkKey(key: Uint8Array): void {
  assert(key.length > 0, 'a key has at least one byte')
  assert(key.length <= MAX_KEY_BYTES, `a key has at most ${MAX_KEY_BYTES} bytes`)
}

/** Asserts that a batch, its keys and its values are within their limits. */
export function checkBatch(batch: readonly Operation[]): void {
  assert(batch.length <= MAX_BATCH_OPERATIONS, `a batch has at most ${MAX_BATCH_OPERATIONS} operations`)
  for (const operation of batch) {
    checkKey(operation.key)
    if (operation.type === 'put') {
      assert(operation.value.length <= MAX_VALUE_BYTES, `a value has at most ${MAX_VALUE_BYTES} bytes`)
    }
  }
}

/** Asserts that the limit of a range is a count. */
export function checkRange(range: Range): void {
  if (range.limit !== undefined) {
    assert(Number.isSafeInteger(range.limit) && range.limit >= 0, 'the limit of a range is a count')
  }
}
