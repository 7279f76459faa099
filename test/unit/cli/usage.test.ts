import { strict as assert } from 'node:assert'
import { failureOf } from '../../../node/cli/error.ts'
import { createProgram } from '../../../node/cli/program.ts'
import { NodeError } from '../../../node/index.ts'
import { runCommand } from './command-line.ts'

describe('the command line', () => {
  it('explains itself when it is called without a command, and with --help', async () => {
    for (const args of [[], ['--help']]) {
      const run = await runCommand(args)
      assert.equal(run.exitCode, 0)
      assert.match(run.stdout, /^Usage: psephos/)
      assert.equal(run.stderr, '')
    }
    assert.equal((await runCommand(['--version'])).stdout, '1.2.3\n')
  })

  it('every command has help with a description, and says --json', async () => {
    const program = createProgram('1.2.3', () => {
      throw new Error('not called')
    })
    const names = program.commands.flatMap((command) =>
      command.commands.length === 0
        ? [[command.name()]]
        : command.commands.map((inner) => [command.name(), inner.name()]),
    )
    assert.ok(names.length >= 15)
    for (const name of names) {
      const run = await runCommand([...name, '--help'])
      assert.equal(run.exitCode, 0, name.join(' '))
      assert.match(run.stdout, new RegExp(`^Usage: psephos ${name.join(' ')}`))
      assert.match(run.stdout, /--json/)
    }
  })

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['dance'], /unknown command 'dance'; see psephos --help/],
    [['election'], /a command is missing: draft, list, show, result; see psephos election --help/],
    [['audit'], /missing required argument 'file'; see psephos audit --help/],
    [['audit', 'a.bel', 'b.bel'], /too many arguments/],
    [['vote', 'UUID'], /required option '--credential <file>' not specified; see psephos vote --help/],
    [['demo', '--validators', '0'], /from 1 to 32; see psephos demo --help/],
    [['demo', '--validators', '33'], /from 1 to 32/],
    [['demo', '--voters', 'many'], /whole number/],
    [['testnet', 'x', '--base-port', '80'], /from 1024 to 65535/],
    [['status', '--bogus'], /unknown option '--bogus'; see psephos status --help/],
    [['start', '--home', 'a', '--genesis', 'b'], /--genesis is for --observe/],
    [['start', '--home', 'a', '--peer', 'b'], /--peer is for --observe/],
    [['status'], /name the network: --home DIR, or --genesis FILE/],
    [['status', '--home', 'a', '--genesis', 'b'], /not both/],
  ]
  for (const [args, message] of wrong) {
    it(`says in one line what is wrong with: psephos ${args.join(' ')}`, async () => {
      const run = await runCommand(args)
      assert.equal(run.exitCode, 2)
      assert.match(run.stderr, /^error: usage: .*\n$/)
      assert.match(run.stderr, message)
      assert.equal(run.stdout, '')
      const json = await runCommand([...args, '--json'])
      assert.equal(json.exitCode, 2)
      const value = JSON.parse(json.stdout) as { ok: boolean; error: { code: string; detail: string } }
      assert.equal(value.ok, false)
      assert.equal(value.error.code, 'usage')
      assert.match(value.error.detail, message)
    })
  }

  it('turns operating errors into their code and one line, and anything else into "internal"', () => {
    assert.deepEqual(failureOf(new NodeError('home-missing', 'there is none')), {
      code: 'home-missing',
      detail: 'there is none',
      exitCode: 1,
    })
    const unexpected = failureOf(new TypeError('first line\n  second line'))
    assert.equal(unexpected.code, 'internal')
    assert.match(unexpected.detail, /^first line second line; /)
  })

  it('shows a stack only with --debug', async () => {
    const args = ['audit', '/dev/null/nowhere']
    assert.doesNotMatch((await runCommand(args)).stderr, /\n\s+at /)
    assert.match((await runCommand([...args, '--debug'])).stderr, /\n\s+at /)
  })
})
