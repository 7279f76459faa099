import { strict as assert } from 'node:assert'
import { utf8 } from '../../../base/index.ts'
import { readReport } from '../../../node/cli/status.ts'
import { aRunningNetwork } from '../../support/node-network.ts'

describe('the report of a node', () => {
  it('is read as a node makes it, and refused in words where its time is none', async () => {
    const network = await aRunningNetwork(4)
    const [first] = network.running.values()
    const report = first!.node.diagnostics()
    await network.stopAll()
    assert.match(readReport(utf8(JSON.stringify(report))).text, /height/)
    for (const blockTime of [1e300, -1e300, 8.65e15])
      assert.throws(() => readReport(utf8(JSON.stringify({ ...report, blockTime }))), /has another form/)
  })
})
