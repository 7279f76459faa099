import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import {
  auditArchive,
  compareArchives,
  decodePartialDecryption,
  decodeTally,
  decodeTrusteeKey,
  encodePartialDecryption,
  encodeTally,
  encodeTrusteeKey,
  parseTrustees,
  readArchive,
  trusteesJson,
  writeArchive,
} from '../../election/index.ts'
import { pack, rehashed, unpack } from '../support/election/archive-files.ts'
import { SIX_CIPHERTEXTS } from '../support/election/builders.ts'
import { rememberingVerifier } from '../support/election/remembering-verifier.ts'
import { aWholeElection } from '../support/election/whole-election.ts'

/** Every voter votes: a change of the roll of one who did not could not be seen. */
const whole = aWholeElection({ seed: 'property' })
const files = unpack(whole.archive)

describe('whatever the bytes', () => {
  it('an archive is read or refused, and what is read is written again as it was', () => {
    const changed = fc
      .record({
        at: fc.nat(whole.archive.length - 1),
        byte: fc.integer({ min: 0, max: 255 }),
        cut: fc.nat(3000),
      })
      .map(({ at, byte, cut }) => {
        const bytes = Uint8Array.from(whole.archive.slice(0, whole.archive.length - cut))
        if (at < bytes.length) bytes[at] = byte
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2048 }), changed), (bytes) => {
        const read = readArchive(bytes)
        if (read.ok)
          assert.deepEqual(writeArchive(read.value.timestamp, read.value.entries), Uint8Array.from(bytes))
        compareArchives(bytes, whole.archive)
      }),
      { numRuns: 200 },
    )
  })

  it('compact forms are decoded or refused, and have one encoding', () => {
    const near = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
      fc
        .record({ at: fc.nat(bytes.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
        .map(({ at, byte }) => {
          const changed = Uint8Array.from(bytes)
          changed[at] = byte
          return changed
        })
    const key = whole.trustees[0]!
    assert.ok(key.kind === 'single')
    const anything = fc.uint8Array({ maxLength: 500 })
    fc.assert(
      fc.property(fc.oneof(anything, near(encodePartialDecryption(whole.decryptions[0]!))), (bytes) => {
        const decoded = decodePartialDecryption(bytes)
        if (decoded.ok) assert.deepEqual(encodePartialDecryption(decoded.value), bytes)
      }),
    )
    fc.assert(
      fc.property(fc.oneof(anything, near(encodeTrusteeKey(key.key))), (bytes) => {
        const decoded = decodeTrusteeKey(bytes)
        if (decoded.ok) assert.deepEqual(encodeTrusteeKey(decoded.value), bytes)
      }),
    )
    fc.assert(
      fc.property(fc.oneof(anything, near(encodeTally(whole.tally))), (bytes) => {
        const decoded = decodeTally(SIX_CIPHERTEXTS, bytes)
        if (decoded.ok) assert.deepEqual(encodeTally(decoded.value), bytes)
      }),
      { numRuns: 30 },
    )
  })

  it('JSON of trustees is read or refused, and what is read is written again as it was', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const read = parseTrustees(text)
        if (read.ok) assert.equal(trusteesJson(read.value), text)
      }),
    )
  })

  it('the audit answers, and refuses any file with a character changed and all hashes made right again', () => {
    const verify = rememberingVerifier()
    const change = fc.record({
      file: fc.integer({ min: 1, max: files.length - 1 }),
      at: fc.nat(),
      character: fc.constantFrom(...'0123456789abcdefxZ",:{}[]\\ -.é\u0000'),
    })
    fc.assert(
      fc.property(change, ({ file, at, character }) => {
        const { text } = files[file]!
        const index = at % text.length
        const changed = text.slice(0, index) + character + text.slice(index + 1)
        const forged = pack(rehashed(files, file, changed))
        fc.pre(!Buffer.from(forged).equals(whole.archive))
        assert.equal(auditArchive(forged, undefined, verify).ok, false)
      }),
      { numRuns: 60 },
    )
  })
})
