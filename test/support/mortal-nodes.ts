/**
 * Nodes that can be killed as a process is by SIGKILL: nothing is flushed, nothing more is said, no timer fires, and whatever was
 * under way never ends. What was durable is there at the next start.
 */
import { strict as assert } from 'node:assert'
import type { Clock } from '../../node/index.ts'
import { aCrashingDisk, aVolatileJournal } from './crashing-disk.ts'
import { withFaults } from './faulty-transport.ts'
import { type NodeNetwork, nameOf, type TestNode } from './node-network.ts'

export interface MortalNodes {
  /** Starts a node, for the first time or after it was killed. */
  start(index: number): Promise<TestNode>
  /** At once; may be called in the middle of anything. */
  kill(index: number): void
}

/** The nodes of a network, each of which may be killed. */
export function mortalNodes(network: NodeNetwork): MortalNodes {
  const journals = network.disks.map(() => aVolatileJournal())
  const kills = new Map<number, () => void>()
  return {
    start: (index) => {
      const crash = aCrashingDisk(network.disks[index]!, journals[index]!, Number.POSITIVE_INFINITY)
      const transport = withFaults(network.hub.transport(nameOf(index)), {
        isAlone: () => crash.isDead(),
        onPublish: () => crash.moment(),
      })
      kills.set(index, () => {
        crash.cut()
        transport.stop().catch((error: unknown) => assert.fail(String(error)))
      })
      const clock = mortalClock(network.clock, crash.isDead)
      return network.start(index, { ...crash.disk, transport, clock })
    },
    kill: (index) => {
      assert.ok(network.running.delete(index), `validator ${index} runs`)
      kills.get(index)?.()
    },
  }
}

/** A clock that stops with its process. */
function mortalClock(clock: Clock, isDead: () => boolean): Clock {
  const never = new Promise<never>(() => {})
  return {
    now: () => clock.now(),
    setTimer: (afterMs, callback) =>
      clock.setTimer(afterMs, () => {
        if (!isDead()) callback()
      }),
    pause: async () => {
      await clock.pause()
      if (isDead()) await never
    },
  }
}
