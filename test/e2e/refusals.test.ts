/** Bad input, each refused with one clear line and exit code 1 or 2, nothing lost and no stack trace. */
import { strict as assert } from 'node:assert'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unwrap } from '../../base/index.ts'
import { pointFromHex } from '../../crypto/index.ts'
import { createBallot, createCredential, credentialSecret, encodeBallot } from '../../election/index.ts'
import { electionOf, encodeTransaction } from '../../ledger/index.ts'
import { decodeOutcomes, encodeTransactionBatch } from '../../network/index.ts'
import { systemRandom } from '../../node/index.ts'
import { openLevelDatabase } from '../../storage/index.ts'
import { expectRefusal, psephos, psephosJson, requireBuild } from './processes.ts'
import { anOpenElection, aTown, DRAFT, draft, type Prepared, statusOf, type Town } from './town.ts'

describe('bad input', function () {
  this.timeout(180_000)
  let town: Town
  let election: Prepared
  let directory: string
  let home: string

  before(async () => {
    requireBuild()
    directory = await mkdtemp(join(tmpdir(), 'psephos-test-'))
    town = await aTown(join(directory, 'town'), 1)
    election = await anOpenElection(town, 3)
    home = town.homes[0] ?? ''
  })
  after(async () => {
    await town?.close()
    await rm(directory, { recursive: true, force: true })
  })

  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
  const vote = (credential: string, answers: string): readonly string[] => {
    return ['vote', election.uuid, '--credential', credential, '--answers', answers, '--home', home]
  }

  it('a vote with an unknown credential, or with none', async () => {
    const stranger = file('stranger.txt', createCredential(systemRandom))
    await expectRefusal(vote(stranger, '[[1,0]]'), 'unknown-credential', /roll of election/)
    await expectRefusal(
      vote(file('words.txt', 'my vote'), '[[1,0]]'),
      'unknown-credential',
      /not a credential/,
    )
    await expectRefusal(vote(join(directory, 'missing.txt'), '[[1,0]]'), 'file-not-found', /missing\.txt/)
  })

  it('answers that break min or max, or are none', async () => {
    const [letter = ''] = election.letters
    for (const answers of ['[[1,1]]', '[[2,-1]]', '[[1,0],[1,0]]', 'yes'])
      await expectRefusal(vote(letter, answers), 'answers-invalid', /./)
  })

  it('a vote in an election that is unknown, or not open yet', async () => {
    const [letter = ''] = election.letters
    const unknown = [
      'vote',
      'NoSuchElection1',
      '--credential',
      letter,
      '--answers',
      '[[1,0]]',
      '--home',
      home,
    ]
    await expectRefusal(unknown, 'unknown-election', /NoSuchElection1/)
    const uuid = await draft(town, { ...DRAFT, opensAt: '+30m' })
    const early = ['vote', uuid, '--credential', letter, '--answers', '[[1,0]]', '--home', home]
    await expectRefusal(early, 'not-open', /opens at 20/)
  })

  it('T05 T09 a malformed ballot, and a forged one, handed to a node past the commands', async () => {
    const { record } = unwrap(await town.client.election(election.uuid))
    const belenios = electionOf(record)
    assert.ok(belenios !== undefined)
    const secret = credentialSecret(election.uuid, election.credentials[0] ?? '')
    const ballot = unwrap(createBallot(belenios, secret, [[1, 0]], systemRandom))
    const { signature } = ballot
    const forged = { ...ballot, signature: { ...signature, response: signature.response ^ 1n } }
    const good = encodeTransaction({ kind: 'ballot', ballot })
    const batch = [
      encodeTransaction({ kind: 'ballot', ballot: forged }),
      good.subarray(0, good.length - 1),
      new Uint8Array(0),
      encodeBallot(ballot),
    ].map((bytes) => ({ bytes }))
    const peer = town.transport.peers()[0]?.id ?? ''
    for await (const chunk of town.transport.request(peer, 'submit', encodeTransactionBatch(batch))) {
      const outcomes = unwrap(decodeOutcomes(chunk))
      assert.equal(outcomes[0]?.code, 'ballot-invalid')
      assert.deepEqual(
        outcomes.slice(1).map(({ code }) => code),
        ['malformed', 'malformed', 'malformed'],
      )
    }
    assert.equal(unwrap(await town.client.election(election.uuid)).record.ballots, 0)
  })

  it('a draft with unknown fields, closing before opening, a stranger as administrator', async () => {
    const drafting = (name: string, json: object, key = town.administratorKey): readonly string[] => {
      return ['election', 'draft', file(name, JSON.stringify(json)), '--key', key, '--home', home]
    }
    await expectRefusal(
      drafting('unknown.json', { ...DRAFT, colour: 'red' }),
      'draft-invalid',
      /unknown field "colour"/,
    )
    await expectRefusal(
      drafting('times.json', { ...DRAFT, closesAt: '+1s' }),
      'draft-invalid',
      /closesAt must be after opensAt/,
    )
    await expectRefusal(
      drafting('stranger.json', DRAFT, town.registrarKeys[0]),
      'unknown-administrator',
      /belongs to no administrator/,
    )
    const taken = { ...DRAFT, uuid: election.uuid }
    await expectRefusal(drafting('taken.json', taken), 'election-exists', /./)
    await expectRefusal(
      ['election', 'draft', file('text.json', 'not JSON'), '--key', town.administratorKey, '--home', home],
      'file-malformed',
      /text\.json is not JSON/,
    )
  })

  it('a roll with a duplicate or an invalid credential, named by its place; a second roll', async () => {
    const uuid = await draft(town, { ...DRAFT, opensAt: '+30m' })
    const entries = JSON.parse(readFileSync(election.roll, 'utf8')) as string[]
    const [first = '', second = '', third = ''] = entries
    const publish = (name: string, roll: unknown): readonly string[] => {
      const path = file(name, JSON.stringify(roll))
      return ['roll', 'publish', uuid, path, '--key', town.registrarKeys[0], '--home', home]
    }
    await expectRefusal(
      publish('twice.json', [first, second, second]),
      'roll-duplicate',
      /twice\.json: line 3 repeats/,
    )
    await expectRefusal(publish('unsorted.json', [second, first]), 'roll-unsorted', /unsorted\.json: line 2/)
    // Of the texts beside a credential, about one in sixteen is a credential, too.
    const beside = [...'0123456789abcdef'].map((digit) => third.slice(0, -1) + digit)
    const off = beside.find((text) => !pointFromHex(text).ok)
    await expectRefusal(
      publish('off.json', [off]),
      'point-(?:malformed|outside-subgroup)',
      /off\.json: line 1/,
    )
    await expectRefusal(publish('zero.json', [`${first},0`]), 'roll-malformed', /zero\.json/)
    await expectRefusal(publish('object.json', {}), 'roll-malformed', /object\.json/)
    const again = [
      'roll',
      'publish',
      election.uuid,
      election.roll,
      '--key',
      town.registrarKeys[0],
      '--home',
      home,
    ]
    await expectRefusal(again, 'roll-exists', /frozen/)
    const unknown = ['roll', 'sign', uuid, election.roll, '--key', town.registrarKeys[1], '--home', home]
    await expectRefusal(unknown, 'roll-unknown', /nobody has published this roll/)
  })

  it('a signature under the roll of an election that was abandoned meanwhile', async () => {
    const uuid = await draft(town, { ...DRAFT, opensAt: '+2s' })
    unwrap(await town.client.waitFor(uuid, ({ phase }) => phase === 'abandoned', 60_000))
    const late = ['roll', 'sign', uuid, election.roll, '--key', town.registrarKeys[1], '--home', home]
    await expectRefusal(late, 'refused', /was abandoned: .*; it needs a new draft/)
  })

  it('a damaged archive, and an export over a file that it does not extend', async () => {
    const out = join(directory, 'election.bel')
    await psephosJson(['export', election.uuid, '--out', out, '--home', home])
    assert.equal((await psephos(['audit', out])).exitCode, 0, 'an election that goes on is sound so far')
    const archive = readFileSync(out)
    const damaged = file('damaged.bel', archive.subarray(0, archive.length - 700))
    const run = await psephos(['audit', damaged])
    assert.equal(run.exitCode, 1)
    assert.match(run.stderr, /^error: (?:archive-malformed|audit-failed): [^\n]*\n$/)
    const other = file('other.bel', 'a file of somebody')
    await expectRefusal(
      ['export', election.uuid, '--out', other, '--home', home],
      'file-exists',
      /other\.bel/,
    )
    assert.equal(readFileSync(other, 'utf8'), 'a file of somebody')
  })

  it('a port in use, a home in use, a home that is none', async () => {
    const port = /\/tcp\/(\d+)/.exec(readFileSync(join(home, 'node.json'), 'utf8'))?.[1] ?? ''
    const rival = join(directory, 'rival')
    await psephosJson(['testnet', rival, '--validators', '1', '--base-port', port])
    const start = ['start', '--log-level', 'silent', '--home']
    await expectRefusal([...start, join(rival, 'node-1')], 'address-in-use', new RegExp(port))
    await expectRefusal([...start, home], 'home-in-use', /./)
    await expectRefusal([...start, join(directory, 'nothing')], 'home-missing', /nothing/)
    await expectRefusal(['status', '--home', join(rival, 'node-1')], 'no-peer|unreachable|wrong-network', /./)
  })

  it('a home of another network, a database of another schema version; and nothing is lost by any of it', async () => {
    const receipt = join(directory, 'receipt.json')
    const cast = await psephosJson<{ tracker: string; height: number }>(
      [...vote('-', '[[1,0]]'), '--receipt', receipt],
      { stdin: `${election.credentials[0] ?? ''}\n` },
    )
    const verify = ['receipt', 'verify', receipt, '--genesis', town.genesis]
    const verified = await psephosJson<{ tracker: string; counts: boolean }>(verify)
    assert.deepEqual([verified.tracker, verified.counts], [cast.tracker, true])
    const genesis = join(home, 'genesis.json')
    const kept = join(directory, 'kept.json')
    copyFileSync(genesis, kept)
    assert.equal(await town.nodes.get(0)?.stop(), 0)
    const start = ['start', '--log-level', 'silent', '--home', home]

    copyFileSync(join(directory, 'rival', 'genesis.json'), genesis)
    await expectRefusal(start, 'wrong-network', /./)
    copyFileSync(kept, genesis)

    await changeSchemaVersion(home, (version) => version + 1)
    await expectRefusal(start, 'wrong-schema', /schema version/)
    await changeSchemaVersion(home, (version) => version - 1)

    await town.start(0)
    assert.ok((await statusOf(home)).height >= cast.height)
    const { record } = unwrap(await town.client.election(election.uuid))
    assert.equal(record.ballots, 1)
    const out = join(directory, 'after.bel')
    await psephosJson(['export', election.uuid, '--out', out, '--home', home])
    assert.ok(existsSync(out))
  })
})

/** The schema version is the value of the database's first key: four bytes, big-endian. */
async function changeSchemaVersion(home: string, change: (version: number) => number): Promise<void> {
  const database = await openLevelDatabase(join(home, 'data', 'chain'))
  try {
    const range = { from: new Uint8Array(0), to: new Uint8Array([255]), limit: 1 }
    for await (const [key, value] of database.entries(range)) {
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
      const next = new Uint8Array(4)
      new DataView(next.buffer).setUint32(0, change(view.getUint32(0)))
      await database.write([{ type: 'put', key, value: next }])
    }
  } finally {
    await database.close()
  }
}
