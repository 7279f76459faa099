/** Operating errors that tests expect. */
import { strict as assert } from 'node:assert'
import type { NodeErrorCode } from '../../node/index.ts'

/** Expects a failure with this code, in one line. */
export async function failsWith(
  code: NodeErrorCode,
  work: () => unknown,
  message: RegExp = /./,
): Promise<void> {
  await assert.rejects(
    async () => work(),
    (error: Error) => {
      assert.equal((error as Error & { code?: string }).code, code, error.message)
      assert.ok(!error.message.includes('\n'), 'one line')
      assert.match(error.message, message)
      return true
    },
  )
}
