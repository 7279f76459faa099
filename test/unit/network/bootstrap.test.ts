import assert from 'node:assert/strict'
import { keepConnected } from '../../../network/bootstrap.ts'
import { CONNECTION_CHECK_MS, REDIAL_CAP_MS, REDIAL_FIRST_MS } from '../../../network/limits.ts'

/** Keeps one peer until so many waits have passed; the answers of the dials are given, the last one repeats. */
async function run(waits: number, dials: readonly boolean[], isConnected: () => boolean = () => false) {
  const controller = new AbortController()
  const slept: number[] = []
  const failures: string[] = []
  let dialled = 0
  await keepConnected(
    {
      peers: ['a'],
      isConnected,
      dial: async () => {
        if (!dials[Math.min(dialled++, dials.length - 1)]) throw new Error('nobody there')
      },
      sleep: async (ms) => {
        slept.push(ms)
        if (slept.length === waits) controller.abort()
      },
      onFailure: (peer) => failures.push(peer),
    },
    controller.signal,
  )
  return { slept, failures, dialled }
}

describe('keeping connections', () => {
  it('redials with waits that double up to a cap, and complains once', async () => {
    const { slept, failures } = await run(7, [false])
    assert.deepEqual(slept, [200, 400, 800, 1600, 3200, 5000, 5000])
    assert.deepEqual([slept[0], slept.at(-1)], [REDIAL_FIRST_MS, REDIAL_CAP_MS])
    assert.deepEqual(failures, ['a'])
  })

  it('starts over after a connection, and complains of the next outage', async () => {
    const { slept, failures } = await run(5, [false, false, true, false])
    assert.deepEqual(slept, [200, 400, CONNECTION_CHECK_MS, 200, 400])
    assert.deepEqual(failures, ['a', 'a'])
  })

  it('leaves a connected peer alone', async () => {
    const { dialled, slept } = await run(3, [false], () => true)
    assert.equal(dialled, 0)
    assert.deepEqual(slept, [CONNECTION_CHECK_MS, CONNECTION_CHECK_MS, CONNECTION_CHECK_MS])
  })

  it('ends when it is told to, and dials no more', async () => {
    const { dialled } = await run(1, [false])
    assert.equal(dialled, 1)
  })
})
