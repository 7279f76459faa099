/** Fifty seeds of the simulator, that a seed is one run and no other, and what the command says. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ADVERSARIES } from '../simulator/adversaries/index.ts'
import { CHECKERS } from '../simulator/checkers/index.ts'
import { main } from '../simulator/cli.ts'
import type { Report } from '../simulator/report.ts'
import { livenessBound, run } from '../simulator/run.ts'
import { ROOT } from '../support/source-files.ts'

/** One with power cuts, in a small network; any other would do. */
const SEED = 12

async function command(...words: readonly string[]): Promise<{
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}> {
  const streams = { stdout: '', stderr: '' }
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      streams[name] += text
    },
  })
  const code = await main(words, { stdout: sink('stdout'), stderr: sink('stderr') })
  return { code, ...streams }
}

describe('the simulator', function () {
  this.timeout(240_000)

  it('violates nothing in fifty seeds', async () => {
    const { code, stdout } = await command('--seeds', '50', '--jobs', '1', '--json')
    const report = JSON.parse(stdout) as Report
    assert.deepEqual(report.failures, [])
    assert.equal(code, 0)
    assert.equal(report.seeds, 50)
    assert.ok(report.medianHeights >= 10, `${report.medianHeights} blocks in the run of the middle`)
    assert.ok(report.slowestLivenessMs <= livenessBound(3))
    for (const [fault, times] of Object.entries(report.faults)) assert.ok(times > 0, `${fault} came to pass`)
  })

  it('gives the same trace for the same seed, again and in another process', async () => {
    const once = await run({ seed: SEED, checkers: CHECKERS, adversaries: ADVERSARIES })
    const again = await run({ seed: SEED, checkers: {}, adversaries: ADVERSARIES })
    assert.equal(again.hash, once.hash)
    const other = await run({ seed: SEED + 1, checkers: {}, adversaries: ADVERSARIES })
    assert.notEqual(other.hash, once.hash)
    const words = ['--import', 'tsx', 'test/simulator/main.ts', '--seed', `${SEED}`, '--json']
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: join(ROOT) })
    assert.equal((JSON.parse(stdout) as Report).hash, once.hash)
  })

  it('ends a run at the first broken promise, and says how to replay it', async () => {
    const outcome = await run({
      seed: SEED,
      adversaries: {},
      checkers: {
        'nothing-becomes-final': (_, convict) => ({
          observe: ({ type }) => {
            if (type === 'committed') convict('a block became final')
          },
        }),
      },
    })
    assert.equal(outcome.violation?.checker, 'nothing-becomes-final')
    assert.equal(outcome.heights, 1)
    assert.equal(outcome.livenessMs, undefined)
  })

  it('takes what a checker throws for a violation', async () => {
    const checkers = {
      broken: () => ({
        observe: () => {
          throw new Error('cannot judge')
        },
      }),
    }
    const { violation } = await run({ seed: SEED, adversaries: {}, checkers })
    assert.match(violation?.detail ?? '', /cannot judge/)
  })

  it('explains itself, and says what is wrong with what was asked for', async () => {
    const help = await command('--help')
    assert.equal(help.code, 0)
    assert.match(help.stdout, /--until-violation/)
    for (const [words, says] of [
      [['--seeds', '0'], /--seeds is a number from 1/],
      [['--profile', 'nice'], /no profile 'nice'; there are calm/],
      [['--trace', 'x'], /--trace is for one seed/],
      [['--planted', 'nothing'], /no planted bug 'nothing'; there are/],
      [['--colour'], /Unknown option/],
      [['seed'], /'seed' is no option/],
    ] as const) {
      const { code, stdout, stderr } = await command(...words)
      assert.equal(code, 2, words.join(' '))
      assert.equal(stdout, '')
      assert.match(stderr, says)
    }
  })
})

describe('a simulated world', () => {
  it('is closed to the real clock, real timers and real chance', async () => {
    const { hermetic } = await import('../simulator/world/hermetic.ts')
    const { now } = Date
    for (const [name, reachOut] of [
      ['now', () => Date.now()],
      ['setTimeout', () => setTimeout(() => {}, 1)],
      ['random', () => Math.random()],
      ['timeout', () => AbortSignal.timeout(1)],
    ] as const) {
      await assert.rejects(
        hermetic(async () => reachOut()),
        new RegExp(`^Error: ${name} was called in a simulated world`),
      )
    }
    assert.equal(Date.now, now)
    assert.ok(Date.now() > 0)
  })
})
