/** `psephos demo` from the outside: processes, JSON, archive, and what the official tool says of it. */
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { requireBeleniosTool } from '../support/belenios-tool.ts'
import { inTemporaryDirectory } from '../support/temporary-directory.ts'
import { officialDiffAccepts, officialRefusals } from './official-tool.ts'
import { isAlive, psephos, requireBuild } from './processes.ts'

interface DemoResult {
  readonly ok: boolean
  readonly network: string
  readonly election: string
  readonly validators: number
  readonly voters: number
  readonly ballots: number
  readonly result: readonly (readonly number[])[]
  readonly expected: readonly (readonly number[])[]
  readonly height: number
  readonly archive: string
  readonly audit: {
    readonly ok: boolean
    readonly ballots: number
    readonly checks: readonly { readonly ok: boolean }[]
  }
}

const LIMIT_MS = 240_000

/** Runs a demo and checks what holds for every one of them. */
async function runDemo(
  out: string,
  args: readonly string[],
): Promise<{ readonly result: DemoResult; readonly pids: readonly number[]; readonly archive: Uint8Array }> {
  const run = await psephos(['demo', ...args, '--out', out, '--json'], { limitMs: LIMIT_MS })
  assert.equal(run.exitCode, 0, run.stderr + run.stdout)
  const result = JSON.parse(run.stdout) as DemoResult
  assert.deepEqual(Object.keys(result), [
    'ok',
    'network',
    'election',
    'validators',
    'voters',
    'ballots',
    'result',
    'expected',
    'height',
    'archive',
    'audit',
  ])
  assert.equal(result.ok, true)
  assert.deepEqual(result.result, result.expected)
  assert.ok(result.ballots > result.voters, 'some voted twice')
  assert.equal(result.audit.ok, true)
  assert.equal(result.audit.ballots, result.ballots)
  assert.ok(result.audit.checks.length > 10 && result.audit.checks.every(({ ok }) => ok))
  const pids = (/processes ([\d, ]+)\)/.exec(run.stderr)?.[1] ?? '').split(', ').map(Number)
  assert.equal(new Set(pids).size, result.validators, 'each daemon is a process of its own')
  assert.ok(!pids.some(isAlive), 'all daemons are stopped')
  for (const part of ['certificates', 'commitments', 'dealings', 'key shares'])
    assert.match(run.stderr, new RegExp(`^ceremony: attempt \\d, (\\d) of \\1 ${part}$`, 'm'))
  assert.match(run.stderr, /^ceremony: the key is made; any \d of \d trustees can decrypt$/m)
  return { result, pids, archive: new Uint8Array(readFileSync(result.archive)) }
}

describe('psephos demo', function () {
  this.timeout(LIMIT_MS + 10_000)
  before(function () {
    requireBuild()
    requireBeleniosTool(this)
  })

  it('runs an election on four validators that the official tool accepts, ballot by ballot', () =>
    inTemporaryDirectory(async (directory) => {
      const { result, archive } = await runDemo(directory, ['--validators', '4', '--voters', '8'])
      assert.equal(result.voters, 8)
      assert.equal(result.ballots, 10)
      assert.deepEqual(officialRefusals(archive, result.election), [])
      const halfWay = new Uint8Array(readFileSync(join(directory, 'half-way.bel')))
      assert.ok(officialDiffAccepts(halfWay, archive, result.election))
      assert.ok(!officialDiffAccepts(archive, halfWay, result.election), 'the tool does tell')
      const network = join(directory, 'network')
      checkLogs(network)
      const receipt = ['receipt', 'verify', join(directory, 'receipt.json')]
      const verified = await psephos([...receipt, '--genesis', join(network, 'genesis.json'), '--json'])
      assert.equal(verified.exitCode, 0, verified.stderr)
      assert.equal((JSON.parse(verified.stdout) as { counts: boolean }).counts, true)
    }))

  it('runs several questions with blank, min and max on seven validators, with weights on the roll', () =>
    inTemporaryDirectory(async (directory) => {
      const file = join(directory, 'election.json')
      const questions = [
        { question: 'Who?', answers: ['Ada', 'Bo', 'Cy'], blank: true, min: 1, max: 2 },
        { question: 'Shall it be?', answers: ['Yes', 'No'], blank: false, min: 0, max: 1 },
      ]
      writeFileSync(file, JSON.stringify({ name: 'Council', questions, weights: [5, 1, 20] }))
      const args = ['--validators', '7', '--voters', '4', '--election', file]
      const { result, archive } = await runDemo(join(directory, 'out'), args)
      assert.deepEqual(
        result.result.map((row) => row.length),
        [4, 2],
      )
      assert.deepEqual(officialRefusals(archive, result.election), [])
    }))

  it('runs on one validator', () =>
    inTemporaryDirectory(async (directory) => {
      const { result, archive } = await runDemo(directory, ['--validators', '1', '--voters', '3'])
      assert.equal(result.validators, 1)
      assert.deepEqual(officialRefusals(archive, result.election), [])
    }))

  it('stops its daemons when it is interrupted', () =>
    inTemporaryDirectory(async (directory) => {
      const { pids, exitCode, stderr } = await interruptDemo(directory)
      assert.equal(exitCode, 1, stderr)
      assert.match(stderr, /^error: interrupted: /m)
      assert.equal(pids.length, 2)
      assert.ok(!pids.some(isAlive))
    }))
})

/** T38 No daemon's log of the whole run holds a secret of any home. */
function checkLogs(network: string): void {
  const homes = readdirSync(network).filter((name) => name.startsWith('node-'))
  const secrets = homes.flatMap((home) => {
    const keys = join(network, home, 'keys')
    return readdirSync(keys).map((name) => readFileSync(join(keys, name), 'utf8').trim())
  })
  assert.equal(secrets.length, 3 * homes.length)
  for (const home of homes) {
    const log = readFileSync(join(network, home, 'log.jsonl'), 'utf8')
    assert.match(log, /"finalised"/)
    assert.ok(!secrets.some((secret) => log.includes(secret)))
    assert.doesNotMatch(log, /[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}-/, 'no credential')
  }
}

/** Starts a demo on two validators and sends SIGINT as soon as they run. */
async function interruptDemo(
  directory: string,
): Promise<{ readonly pids: readonly number[]; readonly exitCode: number | null; readonly stderr: string }> {
  let pids: readonly number[] = []
  const run = await psephos(['demo', '--validators', '2', '--out', directory], {
    limitMs: LIMIT_MS,
    onStderr: (text, child) => {
      const found = /processes ([\d, ]+)\)/.exec(text)?.[1]
      if (found === undefined || pids.length > 0) return
      pids = found.split(', ').map(Number)
      child.kill('SIGINT')
    },
  })
  return { pids, exitCode: run.exitCode, stderr: run.stderr }
}
