import assert from 'node:assert/strict'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CHECKERS } from '../../../simulator/checkers/index.ts'
import { copyWith, edited } from '../../../simulator/planted/copy.ts'
import { PLANTED } from '../../../simulator/planted/index.ts'
import { runPlanted, verdictOn } from '../../../simulator/planted/run.ts'
import { ROOT, SOURCE_FOLDERS } from '../../../support/source-files.ts'
import { inTemporaryDirectory } from '../../../support/temporary-directory.ts'

/** What is left of a file after all edits of a bug. */
function after(edits: (typeof PLANTED)[number]['edits'], file: string): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((text, edit) => edited(text, edit), readFileSync(join(ROOT, file), 'utf8'))
}

describe('the planted bugs', () => {
  for (const { name, edits } of PLANTED)
    it(`can be planted in today's sources: ${name}`, () => {
      for (const { file } of edits) {
        assert.ok(
          SOURCE_FOLDERS.some((folder) => file.startsWith(`${folder}/`)),
          `${file} is of the product`,
        )
        assert.notEqual(after(edits, file), readFileSync(join(ROOT, file), 'utf8'))
      }
    })

  it('are at least 18, each with a name of its own, a rule, seeds, and checkers that there are', () => {
    assert.ok(PLANTED.length >= 18)
    assert.equal(new Set(PLANTED.map(({ name }) => name)).size, PLANTED.length)
    for (const { name, rule, convictedBy, seeds } of PLANTED) {
      assert.match(name, /^[a-z]+(?:-[a-z]+)*$/)
      assert.ok(rule.length > 0 && seeds.count > 0 && seeds.from > 0, name)
      for (const checker of convictedBy) assert.ok(Object.hasOwn(CHECKERS, checker), `${name}: ${checker}`)
    }
  })

  it('leave no checker without one that it can convict', () => {
    const needed = new Set(PLANTED.flatMap(({ convictedBy }) => convictedBy))
    assert.deepEqual(
      Object.keys(CHECKERS).filter((checker) => !needed.has(checker)),
      [],
    )
  })
})

describe('an edit', () => {
  const edit = { file: 'x.ts', find: 'b', replace: 'B' }

  it('replaces the one place', () => {
    assert.equal(edited('abc', edit), 'aBc')
    assert.equal(edited('abc', { ...edit, replace: '$&' }), 'a$&c')
  })

  it('fails loudly where the text is not there, is there twice, or stays as it is', () => {
    assert.throws(() => edited('ac', edit), /has no text/)
    assert.throws(() => edited('abcb', edit), /more than once/)
    assert.throws(() => edited('abc', { ...edit, replace: 'b' }), /by itself/)
  })
})

describe('a copy of the sources', () => {
  it('has the bug, the simulator and the packages, and leaves the checkout alone', async () => {
    const [bug] = PLANTED
    assert.ok(bug)
    const [{ file, replace }] = bug.edits as [(typeof bug.edits)[0]]
    const before = readFileSync(join(ROOT, file), 'utf8')
    await inTemporaryDirectory(async (directory) => {
      await copyWith(bug, directory)
      assert.ok(readFileSync(join(directory, file), 'utf8').includes(replace))
      assert.ok(existsSync(join(directory, 'test/simulator/types.ts')))
      assert.ok(existsSync(join(directory, 'node_modules/tsx/package.json')))
      assert.ok(lstatSync(join(directory, 'node_modules')).isSymbolicLink())
    })
    assert.equal(readFileSync(join(ROOT, file), 'utf8'), before)
    assert.ok(existsSync(join(ROOT, 'node_modules/tsx/package.json')))
  })
})

describe('the verdict on a run', () => {
  const bug = { convictedBy: ['agreement', 'validity'], seeds: { from: 7, count: 3 } } as const
  const outcome = (failures: unknown, isOverTime = false) => ({
    stdout: JSON.stringify({ ok: false, failures }),
    stderr: 'a\nb\nit fell over\n',
    isOverTime,
  })

  it('is a conviction when an expected checker was first', () => {
    const failure = { seed: 8, checker: 'validity', detail: 'no quorum' }
    assert.deepEqual(verdictOn(bug, outcome([failure])), { convicted: true, ...failure })
  })

  it('is none when another checker was first, nobody noticed, time ran out, or the simulator broke', () => {
    const other = verdictOn(bug, outcome([{ seed: 8, checker: 'bounds', detail: 'full' }]))
    assert.equal(other.convicted, false)
    assert.match(other.detail, /bounds noticed, not agreement or validity/)
    assert.match(verdictOn(bug, outcome([])).detail, /no violation in 3 seeds/)
    assert.match(verdictOn(bug, outcome([], true)).detail, /no end after/)
    for (const stdout of ['', '{', '{}', '[]', 'null', '{"failures":1}']) {
      const verdict = verdictOn(bug, { ...outcome([]), stdout })
      assert.equal(verdict.convicted, false)
      assert.match(verdict.detail, /no report: .*it fell over/)
    }
  })
})

describe('running planted bugs', () => {
  it('refuses a name that no bug has, and says which there are', async () => {
    await assert.rejects(
      runPlanted({ only: 'no-such-bug' }, () => undefined),
      /no planted bug is named 'no-such-bug'; there are: .*quorum-minus-one/,
    )
  })
})
