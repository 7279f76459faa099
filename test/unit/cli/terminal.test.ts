import { strict as assert } from 'node:assert'
import { PassThrough } from 'node:stream'
import type { Terminal } from '../../../node/cli/context.ts'
import { createTerminal } from '../../../node/cli/terminal.ts'

/** A terminal whose keys are struck by the test. */
function aTerminal(): {
  readonly terminal: Terminal
  readonly strike: (keys: string) => void
  readonly end: () => void
  readonly shown: () => string
  readonly modes: readonly boolean[]
} {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), { setRawMode: (mode: boolean) => void modes.push(mode) })
  const output = new PassThrough()
  let shown = ''
  output.setEncoding('utf8').on('data', (text: string) => (shown += text))
  return {
    terminal: createTerminal(input, output),
    strike: (keys) => void input.write(keys),
    end: () => void input.end(),
    shown: () => shown,
    modes,
  }
}

describe('a question at the terminal', () => {
  it('in secret shows the question and nothing of the answer, in raw mode while it is open', async () => {
    const { terminal, strike, shown, modes } = aTerminal()
    const answer = terminal.ask('Passphrase: ', 'hidden')
    strike('\u03c8\u1fc6\u03c6\u03bf\u03c2 12x\u007f3\r')
    assert.equal(await answer, '\u03c8\u1fc6\u03c6\u03bf\u03c2 123')
    assert.equal(shown(), 'Passphrase: \n')
    assert.deepEqual(modes, [true, false])
  })

  it('in the open shows what is typed', async () => {
    const { terminal, strike, shown } = aTerminal()
    const answer = terminal.ask('Type yes: ', 'shown')
    strike('yes\r')
    assert.equal(await answer, 'yes')
    assert.match(shown(), /Type yes: .*yes/s)
  })

  it('can be asked again, and an earlier secret is no history', async () => {
    const { terminal, strike } = aTerminal()
    for (const line of ['first secret', '']) {
      const answer = terminal.ask('? ', 'hidden')
      strike(line === '' ? '\u001b[A\r' : `${line}\r`)
      assert.equal(await answer, line)
    }
  })

  it('is not answered by Ctrl-C, by Ctrl-D or by the end of the input', async () => {
    for (const keys of ['secret\u0003', '\u0004', undefined]) {
      const { terminal, strike, end, modes } = aTerminal()
      const answer = terminal.ask('? ', 'hidden')
      if (keys === undefined) end()
      else strike(keys)
      await assert.rejects(answer, { code: 'interrupted' })
      assert.deepEqual(modes, [true, false], 'the terminal is as it was')
    }
  })
})
