/** Every decoder under some mutated real values (T32). `npm run fuzz` goes on where this stops. */
import { strict as assert } from 'node:assert'
import { judge } from '../fuzz/judge.ts'
import { allTargets, EXCEPTIONS, READERS } from '../fuzz/registry.ts'
import type { Target } from '../fuzz/types.ts'
import { SOURCE_FOLDERS, sourceFiles } from '../support/source-files.ts'

const PLAN = { seed: 1, inputs: 200 }
/** A verifier of proofs is slow; a few inputs show that it is whole. */
const SLOW_INPUTS = 10

describe('T32 fuzzing', function () {
  this.timeout(120_000)
  let targets: readonly Target[] = []

  before(async () => {
    targets = await allTargets()
  })

  it('T32 breaks no promise of any decoder', async () => {
    for (const target of targets) {
      const inputs = target.share === undefined ? PLAN.inputs : SLOW_INPUTS
      const { faults } = await judge(target, { ...PLAN, inputs })
      assert.deepEqual(faults, [], `npm run fuzz -- --only '${target.name}' --seed ${PLAN.seed}`)
    }
  })

  it('knows every function that is named like a decoder', () => {
    const covered = new Set([
      ...targets.flatMap(({ covers }) => covers),
      ...Object.keys(EXCEPTIONS),
      ...Object.keys(READERS),
    ])
    const unknown = sourceFiles(SOURCE_FOLDERS).flatMap(({ path, code }) =>
      [...code.matchAll(/^export (?:(?:async )?function\*? |const )((?:decode|parse|read|open)\w+)/gm)]
        .map((match) => `${path} ${match[1]}`)
        .filter((name) => !covered.has(name)),
    )
    assert.deepEqual(unknown, [], 'add a target to test/fuzz/targets')
  })

  it('names nothing that is not there', () => {
    const files = new Map(sourceFiles(SOURCE_FOLDERS).map(({ path, code }) => [path, code]))
    const named = [
      ...targets.flatMap(({ covers }) => covers),
      ...Object.keys(EXCEPTIONS),
      ...Object.keys(READERS),
    ]
    const gone = named.filter((name) => {
      const [path = '', exported = ''] = name.split(' ')
      return !new RegExp(`^export [^=(]*\\b${exported}\\b`, 'm').test(files.get(path) ?? '')
    })
    assert.deepEqual(gone, [])
  })
})
