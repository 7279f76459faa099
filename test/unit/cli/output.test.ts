import { strict as assert } from 'node:assert'
import { createOutput, printable, resultTable, table, toJson } from '../../../node/cli/output.ts'

function aSink() {
  let text = ''
  return { write: (more: string) => (text += more), text: () => text }
}

describe("the commands' output", () => {
  it('keeps text and progress apart, and has one JSON object only with --json', () => {
    for (const isJson of [true, false]) {
      const [stdout, stderr] = [aSink(), aSink()]
      const output = createOutput(isJson, stdout, stderr)
      output.progress('working')
      output.say('done')
      output.end({ ok: true, weight: 2n ** 40n })
      assert.equal(stderr.text(), 'working\n')
      assert.equal(stdout.text(), isJson ? '{"ok":true,"weight":1099511627776}\n' : 'done\n')
    }
  })

  it('prints the object of a failure unless the command printed its own', () => {
    const [stdout, stderr] = [aSink(), aSink()]
    const output = createOutput(true, stdout, stderr)
    output.end({ ok: false })
    output.fail('audit-failed', 'two failures')
    assert.equal(stdout.text(), '{"ok":false}\n')
    assert.equal(stderr.text(), 'error: audit-failed: two failures\n')
  })

  it('never writes control characters of others', () => {
    const [stdout, stderr] = [aSink(), aSink()]
    const output = createOutput(false, stdout, stderr)
    output.say(`name: ${'\u001b'}[2J`)
    output.fail('code', 'bell \u0007')
    assert.equal(stdout.text(), 'name: �[2J\n')
    assert.equal(stderr.text(), 'error: code: bell �\n')
    assert.equal(printable('Zoë\tψ\n'), 'Zoë\tψ\n')
  })

  it('aligns columns, numbers to the right', () => {
    assert.equal(
      table([
        ['answer', 'votes'],
        ['Ada', 5n],
        ['Bo', 12n],
      ]),
      'answer  votes\n------  -----\nAda         5\nBo         12',
    )
  })

  it('shows the blank count where blank is allowed', () => {
    const question = { question: 'Who?', answers: ['Ada'], blank: true, min: 1, max: 1 }
    assert.match(resultTable([question], [[3n, 4n]]), /\(blank\) +3\n +Ada +4/)
  })

  it('refuses to print a number that JSON readers would round', () => {
    assert.throws(() => toJson({ weight: 2n ** 53n }), /below 2\^53/)
  })
})
