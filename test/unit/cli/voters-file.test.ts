import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { unwrap } from '../../../base/index.ts'
import { createCredential } from '../../../election/index.ts'
import { VOTER_NAME_LENGTH_MAX } from '../../../node/cli/limits.ts'
import { readCredentials, readVoters } from '../../../node/cli/voters-file.ts'
import { seededRandom } from '../../support/ledger-builders.ts'

const names = (text: string) => unwrap(readVoters(text)).voters.map(({ name }) => name)
const weights = (text: string) => unwrap(readVoters(text)).voters.map(({ weight }) => weight)

describe('the list of voters', () => {
  it('has a voter a line, with or without a heading, and skips empty lines', () => {
    assert.deepEqual(names('Ada\nBo\n'), ['Ada', 'Bo'])
    assert.deepEqual(names('name\nAda\nBo'), ['Ada', 'Bo'])
    assert.deepEqual(names('id\r\nAda\r\n\r\nBo\r\n'), ['Ada', 'Bo'])
  })

  it('may have weights, in a column of any place when the heading says so', () => {
    assert.deepEqual(weights('Ada,2\nBo,3'), [2n, 3n])
    assert.deepEqual(weights('weight;name\n2;Ada\n3;Bo'), [2n, 3n])
    assert.deepEqual(names('weight;name\n2;Ada\n3;Bo'), ['Ada', 'Bo'])
    assert.equal(unwrap(readVoters('Ada\nBo')).isWeighted, false)
    assert.equal(unwrap(readVoters('Ada,1\nBo,1')).isWeighted, true)
  })

  it('reads quoted cells with separators, quotes and line ends in them', () => {
    assert.deepEqual(names('"Ada, Countess",1\n"Bo ""the"" Bear",1'), ['Ada, Countess', 'Bo "the" Bear'])
  })

  it('gives back whatever names were written into it', () => {
    const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((text) => {
      return text.trim() === text && text !== '' && !/\p{C}/u.test(text)
    })
    const list = fc.uniqueArray(name, { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(list, (voters) => {
        const csv = voters.map((voter) => `"${voter.replaceAll('"', '""')}",1`).join('\n')
        assert.deepEqual(names(`name,weight\n${csv}\n`), voters)
      }),
      { numRuns: 50 },
    )
  })

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['a voter who is there twice', 'Ada\nBo\nAda', /line 3: "Ada" is on line 1 already/],
    ['a voter without a name', 'Ada,1\n,1', /line 2: no name or id/],
    ['a weight of nothing', 'Ada,0', /line 1: "0" is not a weight/],
    ['a negative weight', 'Ada,-1', /line 1/],
    ['a weight in words', 'Ada,1\nBo,two', /line 2: "two" is not a weight/],
    ['a missing weight', 'Ada,1\nBo', /line 2: 1 columns, expected 2/],
    ['a third column', 'Ada,1,x', /line 1: 3 columns, expected 2/],
    ['an unknown column', 'name,shoe\nAda,1', /unknown column "shoe"/],
    ['a column that is there twice', 'name,name\nAda,Bo', /twice/],
    ['no voter', 'name\n', /no voter/],
    ['nothing at all', '', /no voter/],
    ['a quote that does not end', 'Ada\n"Bo', /line 2: a quote in the wrong place/],
    ['a control character', 'A\u0007da', /line 1/],
    ['a cell without end', `Ada\n"${'x'.repeat(20_000_000)}"`, /line 2: .* more than 1000 characters/],
    ['a cell full of quotes', '"'.repeat(20_000_000), /line 1: .* more than 1000 characters/],
    ['columns without end', ','.repeat(20_000_000), /line 1: more than 16 columns/],
    ['a name beyond the limit', 'a'.repeat(VOTER_NAME_LENGTH_MAX + 1), /at most 200 characters/],
  ]
  for (const [what, text, message] of refused) {
    it(`is refused with ${what}`, () => {
      const read = readVoters(text)
      assert.ok(!read.ok)
      assert.equal(read.error.code, 'voters-invalid')
      assert.match(read.error.detail, message)
    })
  }

  it('takes a name of the greatest length', () => {
    assert.equal(names('a'.repeat(VOTER_NAME_LENGTH_MAX)).length, 1)
  })
})

describe('the list of credentials', () => {
  const [ada, bo] = ['a', 'b'].map((seed) => createCredential(seededRandom(seed)))

  it('is what credentials generate writes, weights or not, with or without its heading', () => {
    assert.deepEqual(unwrap(readCredentials(`name,credential\nAda,${ada}\n"Bo, sen.",${bo}\n`)), [ada, bo])
    assert.deepEqual(unwrap(readCredentials(`name,credential,weight\nAda,${ada},3\n`)), [ada])
    assert.deepEqual(unwrap(readCredentials(`Ada,${ada}\nBo,${bo}`)), [ada, bo])
  })

  it('is refused with the line of what is no credential, and without what stands there', () => {
    for (const text of [`Ada,${ada}\nBo,${bo}x`, `Ada,${ada}\n${bo}`]) {
      const read = readCredentials(text)
      assert.equal(read.ok ? '' : read.error.detail, 'line 2: no credential in its second column')
    }
    const empty = readCredentials('name,credential\n')
    assert.equal(empty.ok ? '' : empty.error.detail, 'there is no credential in it')
  })
})
