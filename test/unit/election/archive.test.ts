import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { unwrap, utf8 } from '../../../base/index.ts'
import { compareArchives, readArchive, writeArchive } from '../../../election/index.ts'
import { MAX_COMPARISON_LINES } from '../../../election/limits.ts'
import { decodeTar, encodeTar } from '../../../election/tar.ts'
import { packFile } from '../../support/election/archive-files.ts'
import { aWholeElection } from '../../support/election/whole-election.ts'

const FIXTURES = ['large-weights', 'small-weights-blank', 'threshold-and-mandatory']
const fixture = (name: string): Uint8Array => readFileSync(`test/vectors/belenios/${name}.bel`)
const HEADER = packFile('BELENIOS', '{"version":1,"timestamp":100}', 100)
const EMPTY_OBJECT = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a.data.json'

const refusal = (...parts: readonly Uint8Array[]): string | undefined => {
  const result = readArchive(Buffer.concat(parts))
  return result.ok ? undefined : result.error.detail
}

describe('archives', () => {
  for (const name of FIXTURES)
    it(`are written byte for byte as the official tool writes them: ${name}`, () => {
      const archive = unwrap(readArchive(fixture(name)))
      assert.deepEqual(Buffer.from(writeArchive(archive.timestamp, archive.entries)), fixture(name))
    })

  it('hold as many files as a large election has', () => {
    const files = Array.from({ length: 60_000 }, (_, i) => ({ name: `${i}`, content: utf8(`${i}`) }))
    const read = unwrap(decodeTar(encodeTar(files, 5)))
    assert.equal(read.files.length, files.length)
    assert.deepEqual(read.files.at(-1)?.content, files.at(-1)?.content)
  })

  it('grow by appending', () => {
    const { archive, entries } = aWholeElection()
    for (let count = 0; count <= entries.length; count++) {
      const part = writeArchive(1_800_000_000, entries.slice(0, count))
      assert.deepEqual(part, archive.slice(0, part.length))
    }
  })

  it('are written with a small timestamp as a number and a large one as a string', () => {
    const text = (timestamp: number): string =>
      Buffer.from(writeArchive(timestamp, [])).toString('latin1', 512)
    assert.ok(text(2 ** 30 - 1).startsWith('{"version":1,"timestamp":1073741823}'))
    assert.ok(text(2 ** 30).startsWith('{"version":1,"timestamp":"1073741824"}'))
  })

  it('are refused where a name is not the hash of its content', () => {
    assert.equal(refusal(HEADER, packFile(EMPTY_OBJECT, '{}', 100)), undefined)
    assert.match(refusal(HEADER, packFile(EMPTY_OBJECT, '{ }', 100)) ?? '', /not the hash/)
  })

  it('are refused with a file that is neither data nor event', () => {
    for (const name of [
      'README',
      `${EMPTY_OBJECT}~`,
      `../${EMPTY_OBJECT}`,
      EMPTY_OBJECT.replace('data', 'DATA'),
    ])
      assert.match(refusal(HEADER, packFile(name, '{}', 100)) ?? '', /not the name/, name)
    assert.match(refusal(HEADER, HEADER) ?? '', /not the name/)
  })

  it('are refused with a file twice', () => {
    const file = packFile(EMPTY_OBJECT, '{}', 100)
    assert.match(refusal(HEADER, file, file) ?? '', /twice/)
  })

  it('are refused without the header, with another version or time', () => {
    assert.match(refusal(packFile(EMPTY_OBJECT, '{}', 100)) ?? '', /begins with/)
    assert.match(refusal(packFile('BELENIOS', '{"version":2,"timestamp":100}', 100)) ?? '', /version/)
    assert.match(refusal(packFile('BELENIOS', '{"version":1,"timestamp":"100"}', 100)) ?? '', /timestamp/)
    assert.match(refusal(packFile('BELENIOS', '{"version":1,"timestamp":100}', 101)) ?? '', /time 101/)
    assert.match(refusal(packFile('BELENIOS', '{"version":1,"timestamp":100} ', 100)) ?? '', /canonical/)
    assert.match(refusal() ?? '', /empty/)
  })

  it('are refused with content that is not UTF-8', () => {
    const half = Uint8Array.of(0xc3)
    const name = `${createHash('sha256').update(half).digest('hex')}.data.json`
    assert.match(refusal(HEADER, packFile(name, half, 100)) ?? '', /UTF-8/)
  })
})

describe('the tar of an archive', () => {
  const good = encodeTar([{ name: 'a', content: utf8('one') }], 7)

  it('is read back as it was written', () => {
    const read = unwrap(decodeTar(good))
    assert.equal(read.time, 7)
    assert.deepEqual(
      read.files.map(({ name, content }) => [name, Buffer.from(content).toString()]),
      [['a', 'one']],
    )
  })

  it('has one form: no byte of header or padding can be another one', () => {
    for (let at = 0; at < good.length; at++) {
      const changed = Uint8Array.from(good)
      changed[at]! ^= 1
      const isContent = at >= 512 && at < 515
      assert.equal(decodeTar(changed).ok, isContent, `byte ${at}`)
    }
  })

  it('is refused where it is cut off, and with zeros at its end', () => {
    for (const length of [1, 100, 511, 512, 514, 515, 1023])
      assert.equal(decodeTar(good.slice(0, length)).ok, false)
    assert.equal(decodeTar(Buffer.concat([good, new Uint8Array(1)])).ok, false)
    assert.equal(decodeTar(Buffer.concat([good, new Uint8Array(1024)])).ok, false)
  })

  it('is refused with the sizes of attackers', () => {
    const sized = (size: string): boolean => {
      const bytes = Buffer.from(packFile('a', 'one', 7))
      bytes.write(size, 124, 'latin1')
      bytes.write('        ', 148)
      const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0)
      bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
      return decodeTar(bytes).ok
    }
    assert.equal(sized('00000000003\0'), true)
    for (const size of [
      '77777777777\0',
      '00000001002\0',
      '0000000003\0\0',
      '00000000003 ',
      '         3\0\0',
      '-0000000003\0',
      '\x80\0\0\0\0\0\0\0\0\0\0\x03',
      '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff',
      '0000000000x\0',
    ])
      assert.equal(sized(size), false, JSON.stringify(size))
  })

  it('is refused with other types than plain files, long names and the ustar form', () => {
    for (const type of ['1', '2', '5', 'L', 'x', 'g', '7', '\0']) {
      const bytes = Buffer.from(packFile('a', 'one', 7))
      const sum = Number.parseInt(bytes.toString('latin1', 148, 154), 8) - 0x30 + type.charCodeAt(0)
      bytes.write(type, 156, 'latin1')
      bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
      assert.equal(decodeTar(bytes).ok, false, JSON.stringify(type))
    }
    assert.equal(decodeTar(packFile('a'.repeat(100), 'one', 7)).ok, false)
    assert.equal(decodeTar(packFile('a b', 'one', 7)).ok, false)
    assert.equal(decodeTar(packFile('', 'one', 7)).ok, false)
  })

  it('has one time for all files', () => {
    assert.equal(decodeTar(Buffer.concat([packFile('a', '', 7), packFile('b', '', 7)])).ok, true)
    assert.equal(decodeTar(Buffer.concat([packFile('a', '', 7), packFile('b', '', 8)])).ok, false)
  })

  it('is limited in files and in the bytes of a file', () => {
    const two = Buffer.concat([packFile('a', '123', 7), packFile('b', '1234', 7)])
    assert.equal(decodeTar(two, { files: 2, fileBytes: 4 }).ok, true)
    assert.equal(decodeTar(two, { files: 1, fileBytes: 4 }).ok, false)
    assert.equal(decodeTar(two, { files: 2, fileBytes: 3 }).ok, false)
  })
})

describe('T25 the comparison of two copies of an archive', () => {
  const whole = aWholeElection()
  const upTo = (count: number): Uint8Array => writeArchive(1_800_000_000, whole.entries.slice(0, count))

  it('finds nothing where the later one extends the earlier one', () => {
    for (const count of [0, 5, 7, 9, whole.entries.length])
      assert.deepEqual(unwrap(compareArchives(upTo(count), whole.archive)), [])
  })

  it('names every ballot that is missing, by its tracker', () => {
    const lines = unwrap(compareArchives(upTo(11), upTo(7)))
    const events = lines.filter((line) => line.includes('Ballot event'))
    assert.equal(events.length, 2)
    assert.match(events[0] ?? '', /height 2 with tracker [A-Za-z0-9+/]{43} is missing/)
    assert.equal(lines.filter((line) => line.includes('data file')).length, 2)
  })

  it('names what was rewritten: from the changed ballot on, every event is another one', () => {
    const other = aWholeElection({
      votes: [0, 2, 1].map((voter) => ({
        voter,
        answers: [
          [0, 1],
          [0, 1, 0, 0],
        ],
      })),
    })
    const lines = unwrap(compareArchives(whole.archive, other.archive))
    const missing = whole.entries.filter(
      (entry) => !other.entries.some(({ kind, json }) => kind === entry.kind && json === entry.json),
    )
    assert.equal(lines.length, missing.length)
    assert.ok(lines.some((line) => line.includes('Result event at height 8')))
  })

  it('finds files that were moved, and another timestamp', () => {
    const [first, second, ...rest] = whole.entries
    const moved = writeArchive(1_800_000_000, [second!, first!, ...rest])
    assert.equal(unwrap(compareArchives(whole.archive, moved)).length, 1)
    const later = writeArchive(1_800_000_001, whole.entries)
    assert.match(unwrap(compareArchives(whole.archive, later)).join(), /timestamp was 1800000000/)
  })

  it('names so many files and counts the rest', () => {
    const board = (files: number): Uint8Array =>
      writeArchive(
        1,
        Array.from({ length: files }, (_, index) => ({ kind: 'data', json: `${index}` }) as const),
      )
    const lines = (files: number): readonly string[] => unwrap(compareArchives(board(files), board(0)))
    assert.equal(lines(MAX_COMPARISON_LINES).length, MAX_COMPARISON_LINES)
    assert.match(lines(MAX_COMPARISON_LINES).at(-1) ?? '', /is missing/)
    assert.equal(lines(MAX_COMPARISON_LINES + 1).length, MAX_COMPARISON_LINES + 1)
    assert.equal(lines(MAX_COMPARISON_LINES + 1).at(-1), 'and 1 more')
  })

  it('says which of the two is damaged', () => {
    const damaged = whole.archive.slice(0, -1)
    const first = compareArchives(damaged, whole.archive)
    const second = compareArchives(whole.archive, damaged)
    assert.match(first.ok ? '' : first.error.detail, /^the earlier/)
    assert.match(second.ok ? '' : second.error.detail, /^the later/)
  })
})
