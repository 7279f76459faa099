import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import { createClient } from '../../../client/index.ts'
import {
  type ArchiveEntry,
  type BoardHead,
  type EventType,
  nextEvent,
  payloadHash,
  readArchive,
  writeArchive,
} from '../../../election/index.ts'
import {
  aCopy,
  aHub,
  aPeer,
  archiveOf,
  aSleepClock,
  electionAnswer,
  type Lies,
  viewOf,
} from '../../support/certified-peers.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aFrozenElection,
  aGenesis,
  anOpenElection,
  beleniosOf,
  cast,
  closeElection,
  extend,
  seededRandom,
  type TestChain,
} from '../../support/ledger-builders.ts'

/** More than the stack holds as arguments, and less than the protocol allows. */
const PIECES = 130_000

interface Tallied {
  readonly chain: TestChain
  /** The same chain as it stood after the first ballot. */
  readonly early: TestChain
  readonly uuid: string
}

const aTalliedElection = (() => {
  let made: Tallied | undefined
  return (): Tallied => {
    if (made === undefined) {
      const chain = aChain(aGenesis({ validators: 4 }))
      const uuid = anOpenElection(chain)
      const election = beleniosOf(chain, uuid)
      extend(chain, [cast(aBallot(election, 0))])
      const early = aCopy(chain)
      extend(chain, [cast(aBallot(election, 1)), cast(aBallot(election, 2))])
      closeElection(chain, uuid)
      extend(chain, [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, 'validator 2')])
      made = { chain, early, uuid }
    }
    return { ...made, chain: aCopy(made.chain), early: aCopy(made.early) }
  }
})()

/** A client of as many peers as there are lies; a peer without lies is honest. */
async function aClient(chain: TestChain, lies: readonly Lies[]) {
  const { hub, transport } = await aHub()
  const peers: string[] = []
  for (const [i, lie] of lies.entries())
    peers.push((await aPeer(hub, `peer-${i + 1}`, () => viewOf(chain), lie)).address)
  return createClient(
    { trust: { genesis: chain.genesis, networkId: chain.networkId }, peers },
    { transport, random: seededRandom('client'), ...aSleepClock() },
  )
}

/** The archive with its entries changed. */
function rewritten(
  archive: Uint8Array,
  change: (entries: readonly ArchiveEntry[]) => readonly ArchiveEntry[],
): Uint8Array {
  const { timestamp, entries } = unwrap(readArchive(archive))
  return writeArchive(timestamp, change(entries))
}

/** The same events without those that `drop` names, chained anew, so that every hash fits. */
function rechained(
  entries: readonly ArchiveEntry[],
  drop: (type: string, n: number) => boolean,
): readonly ArchiveEntry[] {
  const kept: ArchiveEntry[] = []
  const dropped = new Set<string>()
  let head: BoardHead | undefined
  let n = 0
  for (const entry of entries) {
    if (entry.kind === 'data') {
      kept.push(entry)
      continue
    }
    const { type, payload } = JSON.parse(entry.json) as { type: EventType; payload?: string }
    if (drop(type, n++)) {
      if (payload !== undefined) dropped.add(payload)
      continue
    }
    const bytes = payload === undefined ? undefined : Uint8Array.from(Buffer.from(payload, 'hex'))
    const next = nextEvent(head, type, bytes)
    head = next.head
    kept.push({ kind: 'event', json: next.json })
  }
  return kept.filter((entry) => entry.kind === 'event' || !dropped.has(toHex(payloadHash(entry.json))))
}

/** The entries with all data first and then other events. */
function withEvents(
  entries: readonly ArchiveEntry[],
  change: (events: string[]) => void,
): readonly ArchiveEntry[] {
  const events = entries.filter(({ kind }) => kind === 'event').map(({ json }) => json)
  change(events)
  const data = entries.filter(({ kind }) => kind === 'data')
  return [...data, ...events.map((json): ArchiveEntry => ({ kind: 'event', json }))]
}

function withoutPayload(event: string): string {
  const { payload: _, ...rest } = JSON.parse(event) as Readonly<Record<string, unknown>>
  return JSON.stringify(rest)
}

describe('exports', () => {
  it('are taken when their last event is the certified head of the board', async () => {
    const { chain, uuid } = aTalliedElection()
    const client = await aClient(chain, [{}, {}])
    const { archive, record } = unwrap(await client.export(uuid))
    assert.deepEqual(archive, await archiveOf(viewOf(chain), uuid))
    assert.equal(record.phase, 'tallied')
  })

  it('T32 are read in however many pieces a peer sends them', async () => {
    const { chain, uuid } = aTalliedElection()
    const inPieces: Lies = {
      pieces: function* (archive) {
        yield archive
        for (let i = 0; i < PIECES; i++) yield new Uint8Array(0)
      },
    }
    const taken = await (await aClient(chain, [inPieces])).export(uuid)
    assert.deepEqual(unwrap(taken).archive, await archiveOf(viewOf(chain), uuid))
  })

  it('are taken while the election is open, too', async () => {
    const { early, uuid } = aTalliedElection()
    const { record } = unwrap(await (await aClient(early, [{}])).export(uuid))
    assert.equal(record.ballots, 1)
  })

  const attacks: Record<string, (tallied: Tallied, archive: Uint8Array) => Uint8Array | Promise<Uint8Array>> =
    {
      'a ballot dropped, all hashes made right again': (_, archive) =>
        rewritten(archive, (entries) => rechained(entries, (type, n) => type === 'Ballot' && n === 2)),
      'the newest events held back': ({ early, uuid }) => archiveOf(viewOf(early), uuid),
      'a ballot rewritten': (_, archive) =>
        rewritten(archive, (entries) =>
          entries.map((entry) =>
            entry.json.includes('"signature"')
              ? { ...entry, json: entry.json.replace(/"response":"\d/, '"response":"1') }
              : entry,
          ),
        ),
      'a ballot whose data is missing': (_, archive) =>
        rewritten(archive, (entries) =>
          entries.filter((entry) => entry.kind === 'event' || !entry.json.includes('"signature"')),
        ),
      'data that no event names': (_, archive) =>
        rewritten(archive, (entries) => [{ kind: 'data', json: '"surplus"' }, ...entries]),
      'two ballots in another order': (_, archive) =>
        rewritten(archive, (entries) => {
          const places = entries.flatMap((entry, i) =>
            entry.kind === 'event' && entry.json.includes('"Ballot"') ? [i] : [],
          )
          const [a = 0, b = 0] = places
          return entries.map((entry, i) => (i === a ? entries[b]! : i === b ? entries[a]! : entry))
        }),
      'bytes that are no archive': () => new Uint8Array(1024).fill(7),
      'no archive at all': () => new Uint8Array(0),
    }
  for (const [attack, forge] of Object.entries(attacks)) {
    it(`T25 are refused with ${attack}`, async () => {
      const tallied = aTalliedElection()
      const { chain, uuid } = tallied
      const forged = await forge(tallied, await archiveOf(viewOf(chain), uuid))
      const lie: Lies = { archive: (answer) => [answer, forged] }
      const alone = await (await aClient(chain, [lie])).export(uuid)
      assert.ok(!alone.ok && alone.error.code === 'untrusted-answer', JSON.stringify(alone))
      assert.match(alone.error.detail, /peer-1/)
      const { archive } = unwrap(await (await aClient(chain, [lie, {}])).export(uuid))
      assert.deepEqual(archive, await archiveOf(viewOf(chain), uuid), 'an honest peer is asked next')
    })
  }

  const FALSE_EVENTS: readonly (readonly [string, (events: string[]) => void])[] = [
    ['an event without its payload', (events) => events.splice(1, 1, withoutPayload(events[1]!))],
    ['a second beginning', (events) => events.splice(1, 1, events[1]!.replace('"Ballot"', '"Setup"'))],
    ['no beginning', (events) => events.shift()],
  ]
  for (const [what, change] of FALSE_EVENTS)
    it(`T25 T32 are refused when there is ${what} in the archive`, async () => {
      const { chain, uuid } = aTalliedElection()
      const lie: Lies = {
        archive: (answer, archive) => [answer, rewritten(archive, (entries) => withEvents(entries, change))],
      }
      const exported = await (await aClient(chain, [lie])).export(uuid)
      assert.ok(!exported.ok)
    })

  it('T25 are refused when the archive belongs to an older certified head than the record', async () => {
    const { chain, early, uuid } = aTalliedElection()
    const old = await archiveOf(viewOf(early), uuid)
    const lie: Lies = { archive: () => [electionAnswer(viewOf(chain), uuid), old] }
    const exported = await (await aClient(chain, [lie])).export(uuid)
    assert.ok(!exported.ok && exported.error.code === 'untrusted-answer')
  })

  it('T25 are taken from a peer that has the whole board, where another withholds its end', async () => {
    const { chain, early, uuid } = aTalliedElection()
    const late = viewOf(early)
    const archive = await archiveOf(late, uuid)
    const withheld: Lies = { archive: () => [electionAnswer(late, uuid), archive] }
    const whole = await (await aClient(chain, [withheld, {}])).export(uuid)
    assert.ok(whole.ok && whole.value.record.phase === 'tallied')
    const none = await (await aClient(chain, [withheld, withheld])).export(uuid)
    assert.ok(!none.ok && none.error.code === 'untrusted-answer', 'a certified but older board')
  })

  it('say that an election has no board before it opens, and that one is unknown', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const uuid = aFrozenElection(chain)
    const client = await aClient(chain, [{}])
    const frozen = await client.export(uuid)
    assert.ok(!frozen.ok && frozen.error.code === 'not-open')
    const unknown = await client.export('NoSuchVote1234')
    assert.ok(!unknown.ok && unknown.error.code === 'unknown-election')
  })
})
