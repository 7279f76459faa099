import { strict as assert } from 'node:assert'
import { type Signed, type Statement, statementBytes } from '../../../consensus/index.ts'
import { sign } from '../../../crypto/index.ts'
import { createMemoryHub } from '../../../network/index.ts'
import { type NodeError, SILENT } from '../../../node/index.ts'
import { KeyWatch } from '../../../node/key-watch.ts'
import { memoryLastSigned } from '../../../storage/index.ts'
import { keyOf, privateKeyOf } from '../../support/ledger-builders.ts'

const NETWORK: Uint8Array = new Uint8Array(32).fill(5)
const NAMES = ['validator 1', 'validator 2'] as const
const SELF = 1

const prepare = (height: number, round = 0, byte = 'ab'): Statement => ({
  kind: 'prepare',
  height,
  round,
  blockId: byte.repeat(32),
})

function said(statement: Statement, validator: number = SELF, author: number = validator): Signed {
  const signature = sign(statementBytes(NETWORK, statement), privateKeyOf(NAMES[author] ?? ''))
  return { statement, validator, signature }
}

/** A watch over validator 2, whose record knows that it prepared at height 7, round 1. */
async function aWatch(
  role: 'validator' | 'observer' = 'validator',
): Promise<{ watch: KeyWatch; stops: NodeError[] }> {
  const lastSigned = memoryLastSigned()
  const bytes = statementBytes(NETWORK, prepare(7, 1))
  await lastSigned.sign({ height: 7, round: 1, step: 2 }, bytes, (own) => own)
  const stops: NodeError[] = []
  const validators = { keys: NAMES.map(keyOf) }
  const transport = createMemoryHub().transport('a node')
  const watch = new KeyWatch(
    { networkId: NETWORK, validators, self: role === 'validator' ? SELF : undefined },
    { transport, lastSigned, logger: SILENT, onKeyInUse: (error) => stops.push(error) },
  )
  return { watch, stops }
}

describe('the watch over the own key', () => {
  it('T31 is content with what the record knows or may have let through', async () => {
    const { watch, stops } = await aWatch()
    for (const statement of [prepare(7, 1), prepare(7, 0, 'cd'), prepare(6, 9)])
      assert.equal(watch.hear(said(statement)), true)
    assert.deepEqual(stops, [])
  })

  it('T31 stops the node, once, at a statement above the record and at another one in its slot', async () => {
    for (const statement of [prepare(8), prepare(7, 2), prepare(7, 1, 'cd')]) {
      const { watch, stops } = await aWatch()
      assert.equal(watch.hear(said(statement)), false)
      assert.equal(watch.hear(said(prepare(9))), false)
      assert.equal(stops.length, 1)
      assert.equal(stops[0]?.code, 'key-in-use')
      assert.match(stops[0]?.message ?? '', /psephos repair --signed-up-to HEIGHT/)
    }
  })

  it('T31 verifies what comes late before it believes it', async () => {
    const { watch, stops } = await aWatch()
    watch.hearLate(said(prepare(8), SELF, 0))
    watch.hearLate(said(prepare(8), 0))
    watch.hearLate(said(prepare(6)))
    assert.deepEqual(stops, [])
    watch.hearLate(said(prepare(8)))
    assert.equal(stops.length, 1)
  })

  it('T31 takes evidence against us for what it is, and evidence against others for nothing of ours', async () => {
    const { watch, stops } = await aWatch()
    watch.tell({ first: said(prepare(5), 0), second: said(prepare(5, 0, 'cd'), 0) })
    assert.deepEqual(stops, [])
    watch.tell({ first: said(prepare(5)), second: said(prepare(5, 0, 'cd')) })
    assert.equal(stops.length, 1)
  })

  it('leaves observers alone, and keeps the highest statement of each validator', async () => {
    const { watch, stops } = await aWatch('observer')
    assert.equal(watch.heard(SELF), undefined)
    for (const statement of [prepare(8), prepare(9, 1), prepare(9), prepare(9, 1, 'cd')]) {
      assert.equal(watch.hear(said(statement)), true)
    }
    assert.deepEqual(watch.heard(SELF)?.statement, prepare(9, 1))
    assert.equal(watch.heard(0), undefined)
    assert.deepEqual(stops, [])
  })
})
