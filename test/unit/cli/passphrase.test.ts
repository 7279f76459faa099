import { strict as assert } from 'node:assert'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context, Terminal } from '../../../node/cli/context.ts'
import { PASSPHRASE_BYTES_MAX } from '../../../node/cli/limits.ts'
import { createOutput } from '../../../node/cli/output.ts'
import {
  chosenProtection,
  newPassphrase,
  presentPassphrase,
  requireOneStdin,
} from '../../../node/cli/passphrase.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'
import { aPerson } from './command-line.ts'

interface Setting {
  readonly stdin?: readonly (string | Uint8Array)[]
  readonly terminal?: Terminal
}

function aContext({ stdin = [], terminal }: Setting = {}): { context: Context; stderr: () => string } {
  let stderr = ''
  const context = {
    output: createOutput(false, { write: () => {} }, { write: (text) => (stderr += text) }),
    stdin: (async function* () {
      yield* stdin
    })(),
    ...(terminal === undefined ? {} : { terminal }),
    signal: () => new AbortController().signal,
    self: [],
  }
  return { context, stderr: () => stderr }
}

const present = (file: string | undefined, setting: Setting = {}): Promise<string> =>
  presentPassphrase(file, aContext(setting).context, { of: 'the keys' })()
const fresh = async (file: string | undefined, setting: Setting = {}): Promise<string> =>
  (await newPassphrase(file, aContext(setting).context, { of: 'the keys', option: '--new-passphrase-file' }))
    .passphrase
const fails = (code: string, work: Promise<unknown>, message = /./): Promise<void> =>
  assert.rejects(work, (error: Error & { code?: string }) => {
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  })

describe('a passphrase of keys that are there', () => {
  it('comes from a file: without its last newline and byte order mark, in one normal form', () =>
    inTemporaryDirectory(async (directory) => {
      const file = join(directory, 'passphrase')
      for (const text of ['Ath\u00e8nes', 'Athe\u0300nes\n', '\ufeffAth\u00e8nes\r\n']) {
        writeFileSync(file, text, { mode: 0o600 })
        assert.equal(await present(file), 'Ath\u00e8nes')
      }
    }))

  it('comes from standard input, in pieces of any size', async () => {
    const bytes = new TextEncoder().encode('\u03c8\u1fc6\u03c6\u03bf\u03c2\n')
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
    assert.equal(await present('-', { stdin: pieces }), '\u03c8\u1fc6\u03c6\u03bf\u03c2')
    assert.equal(await present('-', { stdin: ['a ', 'phrase'] }), 'a phrase')
  })

  it('is asked for at a terminal, hidden, when no file is named', async () => {
    const person = aPerson('Athe\u0300nes')
    assert.equal(await present(undefined, { terminal: person }), 'Ath\u00e8nes')
    assert.deepEqual(person.questions, ['Passphrase of the keys: (hidden)'])
  })

  it('is missing where there is neither file nor terminal, and where it is empty', () =>
    inTemporaryDirectory(async (directory) => {
      await fails('passphrase-missing', present(undefined), /give --passphrase-file FILE/)
      await fails('passphrase-missing', present('-'))
      await fails('passphrase-missing', present(undefined, { terminal: aPerson('') }))
      await fails('file-not-found', present(join(directory, 'none')))
    }))

  it('is refused beyond the limit of its file, and when it is no text', () =>
    inTemporaryDirectory(async (directory) => {
      const file = join(directory, 'passphrase')
      const longest = 'x'.repeat(PASSPHRASE_BYTES_MAX)
      writeFileSync(file, longest, { mode: 0o600 })
      assert.equal(await present(file), longest)
      assert.equal(await present('-', { stdin: [longest] }), longest)
      writeFileSync(file, `${longest}x`)
      await fails('file-too-large', present(file))
      await fails('file-too-large', present('-', { stdin: [longest, 'x'] }))
      writeFileSync(file, Uint8Array.of(0xff))
      await fails('file-unreadable', present(file))
      await fails('file-unreadable', present('-', { stdin: [Uint8Array.of(0xff)] }))
    }))

  it('in a file that everybody can read is warned of', () =>
    inTemporaryDirectory(async (directory) => {
      for (const [mode, warning] of [
        [0o600, /^$/],
        [0o440, /^$/],
        [0o644, /^warning: .* can be read by every user of this machine\n$/],
      ] as const) {
        const file = join(directory, `passphrase-${mode}`)
        writeFileSync(file, 'a passphrase', { mode })
        const { context, stderr } = aContext()
        await presentPassphrase(file, context, { of: 'the keys' })()
        assert.match(stderr(), warning)
      }
    }))
})

describe('a new passphrase', () => {
  it('is typed twice, the same', async () => {
    const person = aPerson('a good passphrase', 'a good passphrase')
    assert.equal(await fresh(undefined, { terminal: person }), 'a good passphrase')
    assert.deepEqual(person.questions, ['New passphrase of the keys: (hidden)', 'The same again: (hidden)'])
    const different = aPerson('a good passphrase', 'a goof passphrase')
    await fails('passphrase-invalid', fresh(undefined, { terminal: different }), /differ/)
  })

  it('has 8 to 1024 characters on one line', async () => {
    assert.equal(await fresh('-', { stdin: ['12345678\n'] }), '12345678')
    assert.equal((await fresh('-', { stdin: ['x'.repeat(1024)] })).length, 1024)
    for (const text of ['', '1234567', 'x'.repeat(1025), 'two lines\nof text'])
      await fails('passphrase-invalid', fresh('-', { stdin: [text] }), /nothing was written/)
  })

  it('is missing where there is neither file nor terminal', () =>
    fails('passphrase-missing', fresh(undefined), /give --new-passphrase-file FILE/))
})

describe('how the keys of a new home lie', () => {
  const chosen = (options: object, setting: Setting = {}): Promise<unknown> =>
    chosenProtection(options, aContext(setting).context, './home')

  it('is said, never a default', async () => {
    await fails('usage', chosen({}), /--passphrase-file FILE .*, or --unencrypted/)
    await fails('usage', chosen({ unencrypted: true, passphraseFile: '-' }), /not both/)
    assert.equal(await chosen({ unencrypted: true }), undefined)
    assert.deepEqual(await chosen({ passphraseFile: '-' }, { stdin: ['a passphrase'] }), {
      passphrase: 'a passphrase',
    })
    const person = aPerson('a passphrase', 'a passphrase')
    assert.deepEqual(await chosen({}, { terminal: person }), { passphrase: 'a passphrase' })
  })

  it('is warned of where it is unencrypted', async () => {
    const { context, stderr } = aContext()
    await chosenProtection({ unencrypted: true }, context, './home')
    assert.match(stderr(), /^warning: the keys in \.\/home lie unencrypted/)
  })
})

describe('standard input', () => {
  it('holds one thing only', () => {
    requireOneStdin('-', undefined, 'file')
    assert.throws(() => requireOneStdin('-', 'file', '-'), { code: 'usage' })
  })
})
