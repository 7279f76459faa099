import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../../../node/cli/context.ts'
import { CommandError } from '../../../node/cli/error.ts'
import {
  readInput,
  readJson,
  readSecret,
  readText,
  replaceFile,
  writeNewFile,
} from '../../../node/cli/files.ts'
import { createOutput } from '../../../node/cli/output.ts'
import { inTemporaryDirectory } from '../../support/temporary-directory.ts'

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'done'
  } catch (error) {
    return error instanceof CommandError ? error.code : String(error)
  }
}

function aContext(stdin: string): Context {
  const sink = { write: () => {} }
  return {
    output: createOutput(false, sink, sink),
    stdin: (async function* () {
      yield stdin
    })(),
    signal: () => new AbortController().signal,
    self: [],
  }
}

describe("the commands' files", () => {
  it('are read up to a limit and not beyond, pipes and devices too', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'ten')
      writeFileSync(path, '0123456789')
      assert.equal((await readInput(path, 10)).length, 10)
      assert.equal(await codeOf(readInput(path, 9)), 'file-too-large')
      assert.equal(await codeOf(readInput('/dev/zero', 1_000_000)), 'file-too-large')
      assert.equal((await readInput('/dev/null', 0)).length, 0)
    }))

  it('say what is wrong with them', () =>
    inTemporaryDirectory(async (directory) => {
      assert.equal(await codeOf(readInput(join(directory, 'none'), 10)), 'file-not-found')
      assert.equal(await codeOf(readInput(directory, 10_000)), 'file-unreadable')
      const path = join(directory, 'bytes')
      writeFileSync(path, Uint8Array.of(0xff, 0xfe))
      assert.equal(await codeOf(readText(path, 10)), 'file-unreadable')
      writeFileSync(path, '{')
      assert.equal(await codeOf(readJson(path, 10)), 'file-malformed')
      writeFileSync(path, '\ufeff{}')
      assert.deepEqual(await readJson(path, 10), {}, 'a byte order mark is no part of the text')
    }))

  it('are never overwritten where they are new, and replaced whole where that is meant', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'file')
      await writeNewFile(path, 'first', 0o600)
      assert.equal(await codeOf(writeNewFile(path, 'second', 0o600)), 'file-exists')
      assert.equal(readFileSync(path, 'utf8'), 'first')
      await replaceFile(path, 'third')
      assert.equal(readFileSync(path, 'utf8'), 'third')
      assert.equal(await codeOf(replaceFile(join(directory, 'no', 'file'), '')), 'file-unwritable')
    }))

  it('hold secrets of one line, which may come from standard input instead', () =>
    inTemporaryDirectory(async (directory) => {
      const path = join(directory, 'secret')
      writeFileSync(path, ' a secret \n')
      assert.equal(await readSecret(path, aContext('')), 'a secret')
      assert.equal(await readSecret('-', aContext('another\n')), 'another')
      assert.equal(await readSecret('-', aContext('x'.repeat(4096))), 'x'.repeat(4096))
      assert.equal(await codeOf(readSecret('-', aContext('x'.repeat(4097)))), 'file-too-large')
    }))
})
