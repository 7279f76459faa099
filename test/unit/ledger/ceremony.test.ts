import { strict as assert } from 'node:assert'
import {
  aChain,
  aDecryption,
  aFrozenElection,
  closeElection,
  extend,
  recordOf,
  thresholdTrustees,
} from '../../support/ledger-builders.ts'

describe('a key ceremony on the ledger', () => {
  for (const [size, threshold] of [
    [1, 1],
    [3, 2],
    [4, 3],
  ] as const)
    it(`makes a key that ${threshold} of ${size} decrypt`, () => {
      const chain = aChain()
      const uuid = aFrozenElection(chain, { draft: thresholdTrustees(size, threshold) })
      extend(chain, [], recordOf(chain, uuid).draft.opensAt)
      closeElection(chain, uuid)
      for (let i = size - threshold; i < size; i++)
        extend(chain, [aDecryption(chain, uuid, `trustee ${i + 1}`)])
      assert.equal(recordOf(chain, uuid).phase, 'tallied')
    })
})
