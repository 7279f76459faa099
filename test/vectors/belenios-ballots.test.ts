/** The ballots inside the archives that the official tool made. */
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { toBase64, unwrap } from '../../base/index.ts'
import {
  ballotJson,
  decodeBallot,
  encodeBallot,
  parseBallot,
  parseElection,
  parsePublicCredentials,
  verifyBallot,
} from '../../election/index.ts'

describe('the ballots of the archives that the official tool made', () => {
  const folder = new URL('./belenios/', import.meta.url)

  /** The payloads of an archive, found by their first field: nothing of ours reads the tar. */
  function payloads(name: string): readonly string[] {
    const bytes = readFileSync(new URL(name, folder))
    const texts: string[] = []
    for (let at = 0; at + 512 <= bytes.length; ) {
      const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8)
      if (Number.isNaN(size)) break
      texts.push(bytes.toString('utf8', at + 512, at + 512 + size))
      at += 512 + Math.ceil(size / 512) * 512
    }
    return texts
  }

  for (const name of readdirSync(folder).filter((file) => file.endsWith('.bel')))
    it(`are all accepted: ${name}`, () => {
      const texts = payloads(name)
      const election = unwrap(
        parseElection(texts.find((text) => text.startsWith('{"version":1,"description"')) ?? assert.fail()),
      )
      const roll = unwrap(
        parsePublicCredentials(texts.find((text) => text.startsWith('["')) ?? assert.fail()),
      )
      const known = new Set(roll.entries.map(({ credential }) => toBase64(credential)))
      const ballots = texts.filter((text) => text.startsWith('{"election_uuid"'))
      assert.ok(ballots.length >= 5)
      for (const json of ballots) {
        const ballot = unwrap(parseBallot(json))
        assert.deepEqual(verifyBallot(election, ballot), { ok: true, value: undefined })
        assert.ok(known.has(toBase64(ballot.credential)))
        assert.equal(ballotJson(ballot), json)
        assert.equal(ballotJson(unwrap(decodeBallot(encodeBallot(ballot)))), json)
      }
    })
})
