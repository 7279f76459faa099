import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { toHex } from '../../../base/index.ts'
import { inputOf } from '../../fuzz/inputs.ts'
import { judge } from '../../fuzz/judge.ts'
import type { Verdict } from '../../fuzz/types.ts'
import { watch } from '../../fuzz/watch.ts'
import { BAD_DECODERS } from '../../support/fuzz/bad-decoders.ts'
import { ROOT } from '../../support/source-files.ts'

const PLAN = { seed: 7, inputs: 200 }
const CHILD = join(ROOT, 'test/support/fuzz/bad-child.ts')

describe('the judge of decoders', function () {
  this.timeout(60_000)

  it('acquits a decoder that keeps its promises, and counts what it took', async () => {
    const { faults, taken, inputs } = await judge(BAD_DECODERS.good!, PLAN)
    assert.deepEqual(faults, [])
    assert.deepEqual([taken, inputs], [200, 200])
  })

  for (const promise of ['throws', 'slow', 'changes its input', 'takes two encodings'] as const)
    it(`convicts a decoder that ${promise === 'slow' ? 'is slow' : promise}`, async () => {
      const { faults } = await judge(BAD_DECODERS[promise]!, { ...PLAN, inputs: promise === 'slow' ? 1 : 50 })
      assert.ok(faults.length > 0)
      assert.ok(faults.every((fault) => fault.promise === promise))
      assert.ok(faults[0]?.input !== undefined)
    })

  it('refuses to work with a sample that is refused: mutations of it would show nothing', async () => {
    await assert.rejects(judge(BAD_DECODERS.refuses!, PLAN), /sample 0 is refused: nothing is good enough/)
  })

  it('gives a costly decoder its share of the inputs, and says how many those were and why', async () => {
    const share = { of: 0.01, why: 'proofs' }
    const { inputs, fewer } = await judge({ ...BAD_DECODERS.good!, share }, PLAN)
    assert.deepEqual([inputs, fewer], [2, 'proofs'])
  })

  it('makes the same input of the same number again', () => {
    const all = (seed: number): readonly string[] =>
      Array.from({ length: 50 }, (_, number) => toHex(inputOf(BAD_DECODERS.good!, seed, number)))
    assert.deepEqual(all(1), all(1))
    assert.notDeepEqual(all(1), all(2))
  })
})

describe('the watchdog of decoders', function () {
  this.timeout(120_000)

  it('convicts whoever hangs, dies or grows, and goes on with the decoders after it', async () => {
    const names = ['hangs', 'good', 'dies', 'grows', 'good']
    const told: Verdict[] = []
    const verdicts = await watch(names, PLAN, (verdict) => told.push(verdict), {
      child: CHILD,
      hangMs: 3000,
    })
    assert.deepEqual(told, verdicts)
    assert.deepEqual(
      verdicts.map(({ decoder, faults }) => [decoder, ...faults.map(({ promise }) => promise)]),
      [['hangs', 'hangs'], ['good'], ['dies', 'dies'], ['grows', 'grows'], ['good']],
    )
    assert.ok(verdicts[0]?.faults[0]?.input !== undefined, 'and says on which input')
  })
})
