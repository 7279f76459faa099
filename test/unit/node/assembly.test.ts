import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import type { Decoded, ReferringBlock } from '../../../ledger/index.ts'
import { createMemoryHub, decodeIds } from '../../../network/index.ts'
import { Assembly } from '../../../node/assembly.ts'
import { createManualClock, type ManualClock, SILENT } from '../../../node/index.ts'
import {
  ASSEMBLY_HEDGE_MS,
  ASSEMBLY_TIMEOUT_MS,
  MAX_ASSEMBLIES,
  MAX_ASSEMBLIES_PER_PEER,
} from '../../../node/limits.ts'
import { aBlockOfBallots } from '../../support/referring-blocks.ts'

type Answer = (ids: readonly string[]) => AsyncGenerator<Uint8Array>

interface Stage {
  readonly assembly: Assembly
  readonly clock: ManualClock
  readonly failures: unknown[]
  /** Starts a node that answers like this; the requests that it gets. */
  peer(name: string, answer: Answer): Promise<readonly string[][]>
}

/** A node that has what `find` finds. */
async function aStage(find: (id: string) => Decoded | undefined): Promise<Stage> {
  const clock = createManualClock(0)
  const hub = createMemoryHub({
    now: () => clock.now(),
    setTimer: (afterMs, callback) => clock.setTimer(afterMs, callback),
  })
  const transport = hub.transport('us')
  await transport.start()
  const failures: unknown[] = []
  const assembly = new Assembly({
    clock,
    transport,
    logger: SILENT,
    find,
    nodes: () => transport.peers().map(({ id }) => id),
    onFailure: (error) => failures.push(error),
  })
  const peer = async (name: string, answer: Answer): Promise<readonly string[][]> => {
    const asked: string[][] = []
    const other = hub.transport(name)
    other.handle('transactions', (_from, request) => {
      const ids = unwrap(decodeIds(request)).map(toHex)
      asked.push(ids)
      return answer(ids)
    })
    await other.start()
    return asked
  }
  return { assembly, clock, failures, peer }
}

const { whole, referring, find } = aBlockOfBallots(4)
const [first, second] = whole.transactions
const without =
  (...missing: readonly Decoded[]) =>
  (id: string): Decoded | undefined =>
    missing.some((one) => one.id === id) ? undefined : find(id)

async function* honest(ids: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const id of ids) {
    const known = find(id)
    if (known !== undefined) yield known.bytes
  }
}
async function* empty(): AsyncGenerator<Uint8Array> {}
async function* hanging(): AsyncGenerator<Uint8Array> {
  await new Promise(() => {})
}

describe('the assembly of blocks', () => {
  it('asks nobody when everything is here', async () => {
    const { assembly, peer } = await aStage(find)
    const asked = await peer('bearer', honest)
    assert.deepEqual(await assembly.complete(referring, 'bearer'), whole)
    assert.equal(asked.length, 0)
  })

  it('asks its bearer for what is missing, and for nothing else', async () => {
    const { assembly, peer } = await aStage(without(first!, second!))
    const asked = await peer('bearer', honest)
    const others = await peer('other', honest)
    assert.deepEqual(await assembly.complete(referring, 'bearer'), whole)
    assert.deepEqual(
      asked.map((ids) => [...ids].sort()),
      [[first!.id, second!.id].sort()],
    )
    assert.equal(others.length, 0)
  })

  it('asks others when the bearer has nothing, and when it says nothing', async () => {
    for (const bearer of [empty, hanging]) {
      const { assembly, clock, peer } = await aStage(without(first!))
      await peer('bearer', bearer)
      await peer('other', honest)
      const completing = assembly.complete(referring, 'bearer')
      await clock.advance(ASSEMBLY_HEDGE_MS)
      assert.deepEqual(await completing, whole)
    }
  })

  it('gives up in time when nobody answers, and keeps nothing', async () => {
    const { assembly, clock, peer } = await aStage(without(first!))
    for (const name of ['bearer', 'a', 'b']) await peer(name, hanging)
    const completing = assembly.complete(referring, 'bearer')
    await clock.advance(ASSEMBLY_TIMEOUT_MS)
    assert.equal(await completing, undefined)
    assert.deepEqual(
      assembly.queues().map(({ length }) => length),
      [0],
    )
  })

  it('takes nothing that it did not ask for', async () => {
    const { assembly, peer, failures } = await aStage(without(first!))
    await peer('bearer', async function* () {
      yield second!.bytes
      yield first!.bytes
    })
    await peer('a', async function* () {
      yield Uint8Array.of(1, 2, 3)
    })
    assert.equal(await assembly.complete(referring, 'bearer'), undefined)
    assert.deepEqual(failures, [])
  })

  it("says who is wrong where all that was named is here and is not the header's", async () => {
    const { assembly } = await aStage(find)
    const turned: ReferringBlock = { ...referring, items: [...referring.items].reverse() }
    assert.equal(await assembly.complete(turned, 'bearer'), false)
  })

  it('T10 fetches few blocks at a time, and of one peer fewer', async () => {
    const { assembly, clock, peer } = await aStage(() => undefined)
    const bearers = Array.from({ length: MAX_ASSEMBLIES }, (_, place) => `bearer ${place}`)
    for (const name of bearers) await peer(name, hanging)
    const one = Array.from({ length: MAX_ASSEMBLIES_PER_PEER }, () =>
      assembly.complete(referring, 'bearer 0'),
    )
    assert.equal(await assembly.complete(referring, 'bearer 0'), undefined)
    const rest = bearers.slice(1).map((name) => assembly.complete(referring, name))
    await clock.settle()
    assert.equal(assembly.queues()[0]?.length, MAX_ASSEMBLIES)
    await clock.advance(ASSEMBLY_TIMEOUT_MS)
    await Promise.all([...one, ...rest])
    assert.equal(assembly.queues()[0]?.length, 0)
  })

  it('ends with the node', async () => {
    const { assembly, clock, peer } = await aStage(without(first!))
    await peer('bearer', hanging)
    const completing = assembly.complete(referring, 'bearer')
    await clock.settle()
    assembly.stop()
    assert.equal(await completing, undefined)
  })
})
