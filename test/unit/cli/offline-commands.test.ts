import { strict as assert } from 'node:assert'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unwrap } from '../../../base/index.ts'
import { credentialSecret, parsePublicCredentials, publicCredential } from '../../../election/index.ts'
import { networkIdOf, parseGenesis } from '../../../ledger/index.ts'
import { openHome } from '../../../node/index.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'
import { runCommand } from './command-line.ts'

const UUID = 'aaaaaaaaaaaaaa'
const VECTOR = 'test/vectors/belenios/small-weights-blank.bel'
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('psephos testnet', () => {
  it('writes a genesis file, homes and keys that fit together, private ones for their owner alone', () =>
    inTemporaryDirectory(async (directory) => {
      const out = join(directory, 'town')
      const run = await runCommand(['testnet', out, '--validators', '3', '--registrars', '2', '--json'])
      assert.equal(run.exitCode, 0, run.stderr)
      const result = JSON.parse(run.stdout) as { network: string; nodes: { home: string; address: string }[] }
      const file = new Uint8Array(readFileSync(join(out, 'genesis.json')))
      const genesis = unwrap(parseGenesis(file))
      assert.equal(result.network, Buffer.from(networkIdOf(file)).toString('hex'))
      assert.equal(genesis.validators.length, 3)
      assert.equal(genesis.registrars.length, 2)
      for (const [i, { home, address }] of result.nodes.entries()) {
        const opened = await openHome(home)
        assert.deepEqual(opened.networkId, networkIdOf(file))
        assert.deepEqual(genesis.validators[i]?.addresses, [address])
        assert.equal(modeOf(join(home, 'keys', 'validator.key')), '600')
      }
      assert.equal(new Set(result.nodes.map(({ address }) => address)).size, 3)
      for (const key of ['administrator.key', 'registrar-1.key', 'registrar-2.key'])
        assert.equal(modeOf(join(out, key)), '600')
    }))

  it('takes ports from a base, and refuses those beyond the last', () =>
    inTemporaryDirectory(async (directory) => {
      const args = ['testnet', join(directory, 'a'), '--validators', '2', '--base-port', '40000', '--json']
      const { nodes } = JSON.parse((await runCommand(args)).stdout) as { nodes: { address: string }[] }
      assert.deepEqual(
        nodes.map(({ address }) => address.split('/')[4]),
        ['40000', '40001'],
      )
      const beyond = await runCommand([
        'testnet',
        join(directory, 'b'),
        '--validators',
        '2',
        '--base-port',
        '65535',
      ])
      assert.equal(beyond.exitCode, 2)
    }))

  it('never overwrites a network', () =>
    inTemporaryDirectory(async (directory) => {
      assert.equal((await runCommand(['testnet', directory, '--validators', '1'])).exitCode, 0)
      const before = readFileSync(join(directory, 'genesis.json'))
      const again = await runCommand(['testnet', directory, '--validators', '1'])
      assert.equal(again.exitCode, 1)
      assert.match(again.stderr, /^error: file-exists: .*genesis\.json exists already/)
      assert.deepEqual(readFileSync(join(directory, 'genesis.json')), before)
    }))
})

describe('psephos credentials generate', () => {
  it('makes a credential a voter, private for its owner, and a roll that fits them', () =>
    inTemporaryDirectory(async (directory) => {
      const voters = join(directory, 'voters.csv')
      const out = join(directory, 'letters')
      writeFileSync(voters, 'name,weight\n"Ada, Countess",2\nBo,3\n')
      const args = ['credentials', 'generate', '--voters', voters, '--election', UUID, '--out', out]
      const run = await runCommand([...args, '--json'])
      assert.equal(run.exitCode, 0, run.stderr)
      const result = JSON.parse(run.stdout) as { voters: number; totalWeight: number }
      assert.deepEqual([result.voters, result.totalWeight], [2, 5])
      const roll = unwrap(parsePublicCredentials(readFileSync(join(out, 'roll.json'), 'utf8')))
      assert.equal(roll.weighted, true)
      const letters = readdirSync(join(out, 'voters')).sort()
      assert.deepEqual(letters, ['1-Ada-Countess.txt', '2-Bo.txt'])
      for (const [i, letter] of letters.entries()) {
        const credential = readFileSync(join(out, 'voters', letter), 'utf8').trim()
        const point = publicCredential(credentialSecret(UUID, credential))
        const entry = roll.entries.find((one) => Buffer.compare(one.credential, point) === 0)
        assert.equal(entry?.weight, [2n, 3n][i])
        assert.equal(modeOf(join(out, 'voters', letter)), '600')
      }
      assert.equal(modeOf(join(out, 'credentials.csv')), '600')
      assert.equal(modeOf(out), '700')
      assert.doesNotMatch(run.stdout + run.stderr, /[1-9A-HJ-NP-Za-km-z]{5}-[1-9A-HJ-NP-Za-km-z]{6}-/, 'T38')
      const again = await runCommand(args)
      assert.equal(again.exitCode, 1)
      assert.match(again.stderr, /^error: file-exists: /)
    }))

  it('names file and line of a voter who is there twice', () =>
    inTemporaryDirectory(async (directory) => {
      const voters = join(directory, 'voters.csv')
      writeFileSync(voters, 'Ada\nBo\nAda\n')
      const out = join(directory, 'letters')
      const run = await runCommand([
        'credentials',
        'generate',
        '--voters',
        voters,
        '--election',
        UUID,
        '--out',
        out,
      ])
      assert.equal(run.exitCode, 1)
      assert.match(run.stderr, /^error: voters-invalid: .*voters\.csv: line 3: "Ada" is on line 1 already\n$/)
    }))
})

describe('psephos audit', () => {
  it("accepts the official tool's archive, with numbered checks", async () => {
    const run = await runCommand(['audit', VECTOR, '--json'])
    assert.equal(run.exitCode, 0, run.stderr)
    const audit = JSON.parse(run.stdout) as Record<string, unknown> & {
      checks: { name: string; ok: boolean }[]
    }
    assert.deepEqual(Object.keys(audit), [
      'ok',
      'election',
      'ballots',
      'checks',
      'seconds',
      'ballotsPerSecond',
    ])
    assert.equal(audit.ok, true)
    assert.ok(audit.checks.length > 10 && audit.checks.every(({ ok }) => ok))
    const text = await runCommand(['audit', VECTOR])
    assert.match(text.stdout, /A01 +yes/)
    assert.match(text.stdout, /All checks passed/)
  })

  it('refuses a damaged archive in one clear line, and a missing one', () =>
    inTemporaryDirectory(async (directory) => {
      const archive = new Uint8Array(readFileSync(VECTOR))
      const damaged: Record<string, Uint8Array> = {
        'cut.bel': archive.subarray(0, 5000),
        'empty.bel': new Uint8Array(0),
        'text.bel': Buffer.from('not an archive'),
        'flipped.bel': archive.map((byte, i) => (i === 2000 ? byte ^ 1 : byte)),
      }
      for (const [name, bytes] of Object.entries(damaged)) {
        const path = join(directory, name)
        writeFileSync(path, bytes)
        const run = await runCommand(['audit', path])
        assert.equal(run.exitCode, 1, name)
        assert.match(run.stderr, /^error: (?:archive-malformed|audit-failed): [^\n]*\n$/, name)
        const json = await runCommand(['audit', path, '--json'])
        assert.equal((JSON.parse(json.stdout) as { ok: boolean }).ok, false)
      }
      const missing = await runCommand(['audit', join(directory, 'missing.bel')])
      assert.equal(missing.exitCode, 1)
      assert.match(missing.stderr, /^error: file-not-found: /)
      mkdirSync(join(directory, 'folder'))
      assert.match((await runCommand(['audit', join(directory, 'folder')])).stderr, /is a directory/)
    }))
})

describe('psephos receipt verify', () => {
  it('refuses a file that is no receipt, and a genesis file that is none', () =>
    inTemporaryDirectory(async (directory) => {
      assert.equal((await runCommand(['testnet', directory, '--validators', '1'])).exitCode, 0)
      const genesis = join(directory, 'genesis.json')
      const no = await runCommand(['receipt', 'verify', genesis, '--genesis', genesis])
      assert.equal(no.exitCode, 1)
      assert.match(no.stderr, /^error: receipt-malformed: [^\n]*\n$/)
      const wrong = await runCommand(['receipt', 'verify', genesis, '--genesis', VECTOR])
      assert.equal(wrong.exitCode, 1)
      assert.match(wrong.stderr, /^error: genesis-invalid: [^\n]*\n$/)
    }))
})
