/** Whether a demo's daemons agree, and at which pace. */
import { decodeStatus } from '../../../network/index.ts'
import { CommandError } from '../error.ts'
import type { Connection } from '../network.ts'
import type { Testnet } from '../testnet.ts'
import { pause, STEP_TIMEOUT_S, type Stage } from './stage.ts'

/** Blocks by which the pace of the network is measured, and the most that its slowness counts. */
const PACE_BLOCKS = 2
const SLOWNESS_MAX = 10
/** Between two looks at a daemon's height. */
const HEIGHT_INTERVAL_MS = 100

/**
 * Resolves when every daemon has finalised a block: they have found each other and agree. The value is how much slower than
 * its heartbeat the network is: 1, or more where the machine is busy with other things.
 */
export async function awaitNetwork(
  stage: Pick<Stage, 'context' | 'connection' | 'testnet'>,
): Promise<number> {
  const { context, testnet } = stage
  for (const node of testnet.nodes) await reachHeight(stage, node, 1)
  const [first] = testnet.nodes
  if (first === undefined) return 1
  // From the beginning of one height to that of a later one: idle, a block comes each heartbeat.
  const height = await reachHeight(stage, first, (await reachHeight(stage, first, 1)) + 1)
  const start = Date.now()
  const reached = await reachHeight(stage, first, height + PACE_BLOCKS)
  const expected = (reached - height) * testnet.genesis.parameters.heartbeatMs
  const slowness = Math.min(SLOWNESS_MAX, Math.max(1, (Date.now() - start) / expected))
  context.output.progress(
    `network: ${testnet.nodes.length} validators finalise blocks${slowness < 1.5 ? '' : `, ${slowness.toFixed(1)} times slower than they should`}`,
  )
  return slowness
}

async function reachHeight(
  { context, connection }: Pick<Stage, 'context' | 'connection'>,
  { name, address }: Testnet['nodes'][number],
  height: number,
): Promise<number> {
  const deadline = Date.now() + STEP_TIMEOUT_S * 1000
  for (;;) {
    const reached = await heightOf(connection, address)
    if (reached >= height) return reached
    if (Date.now() > deadline)
      throw new CommandError('daemon-failed', `${name} finalised nothing in ${STEP_TIMEOUT_S} s; see its log`)
    await pause(context, HEIGHT_INTERVAL_MS)
  }
}

async function heightOf({ transport }: Connection, address: string): Promise<number> {
  try {
    const peer = await transport.dial(address)
    for await (const chunk of transport.request(peer, 'status', new Uint8Array(0))) {
      const status = decodeStatus(chunk)
      if (status.ok) return status.value.height
    }
  } catch {
    // It is still starting.
  }
  return 0
}
