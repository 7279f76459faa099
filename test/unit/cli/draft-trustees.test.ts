import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { maxFaulty, quorum } from '../../../consensus/index.ts'
import { readTrustees } from '../../../node/cli/draft-trustees.ts'
import { aGenesis, aTrustee } from '../../support/ledger-builders.ts'

describe('T21 a draft file that says no threshold', () => {
  it('gets that of consensus for its trustees: the faulty ones cannot decrypt, the others can without them', () => {
    const all = Array.from({ length: 60 }, (_, i) => aTrustee(`trustee ${i + 1}`))
    for (let count = 1; count <= all.length; count++) {
      const genesis = aGenesis({ trustees: all.slice(0, count) })
      const { trustees, trusteeThreshold } = unwrap(readTrustees({}, genesis))
      assert.equal(trustees.length, count)
      assert.equal(trusteeThreshold, quorum(count))
      assert.ok(maxFaulty(count) < trusteeThreshold && trusteeThreshold <= count - maxFaulty(count))
    }
  })

  it('counts the trustees who are not mandatory', () => {
    const genesis = aGenesis({ trustees: [1, 2, 3, 4, 5].map((i) => aTrustee(`trustee ${i}`)) })
    const read = unwrap(readTrustees({ mandatoryTrustees: ['trustee 2'] }, genesis))
    assert.deepEqual([read.mandatoryTrustees.length, read.trustees.length], [1, 4])
    assert.equal(read.trusteeThreshold, quorum(4))
  })
})
