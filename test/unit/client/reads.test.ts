import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { type Client, createClient } from '../../../client/index.ts'
import { encodePoint, GENERATOR, multiply, randomScalar } from '../../../crypto/index.ts'
import { createTrusteeKey, createUuid, encodeTrusteeKey } from '../../../election/index.ts'
import { encodeCeremony } from '../../../ledger/ceremony-ssz.ts'
import { type ElectionRecord, electionCeremony, encodeRecord, verifyCeremony } from '../../../ledger/index.ts'
import type { ElectionAnswer } from '../../../network/index.ts'
import {
  aCopy,
  aHub,
  aPeer,
  aSleepClock,
  certify,
  electionAnswer,
  flipped,
  type Lies,
  type TestPeer,
  type View,
  viewOf,
} from '../../support/certified-peers.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  aGenesis,
  anOpenElection,
  beleniosOf,
  cast,
  closeElection,
  extend,
  recordOf,
  seededRandom,
  type TestChain,
} from '../../support/ledger-builders.ts'

/** A client of peers that each hold a view and lie as they are told; the chain's network has four validators. */
async function aClient(
  chain: TestChain,
  peers: readonly { readonly view: View; readonly lies?: Lies }[],
): Promise<{ readonly client: Client; readonly warnings: string[]; readonly peers: readonly TestPeer[] }> {
  const { hub, transport } = await aHub()
  const started: TestPeer[] = []
  for (const [i, { view, lies }] of peers.entries())
    started.push(await aPeer(hub, `peer-${i + 1}`, () => view, lies))
  const warnings: string[] = []
  const client = createClient(
    {
      trust: { genesis: chain.genesis, networkId: chain.networkId },
      peers: started.map(({ address }) => address),
    },
    {
      transport,
      random: seededRandom('client'),
      ...aSleepClock(),
      onWarning: (warning) => warnings.push(warning),
    },
  )
  return { client, warnings, peers: started }
}

/** A tallied election, made once: each caller gets a chain of its own that begins with it. */
const anElectionWithResult = (() => {
  let made: { readonly chain: TestChain; readonly uuid: string } | undefined
  return (): { readonly chain: TestChain; readonly uuid: string } => {
    made ??= makeElectionWithResult()
    return { uuid: made.uuid, chain: aCopy(made.chain) }
  }
})()

function makeElectionWithResult(): { readonly chain: TestChain; readonly uuid: string } {
  const chain = aChain(aGenesis({ validators: 4 }))
  const uuid = anOpenElection(chain)
  const election = beleniosOf(chain, uuid)
  extend(chain, [cast(aBallot(election, 0)), cast(aBallot(election, 1))])
  closeElection(chain, uuid)
  extend(chain, [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, 'validator 2')])
  return { chain, uuid }
}

/** A lie that rewrites the record and keeps everything around it. */
function withRecord(
  chain: TestChain,
  uuid: string,
  change: (record: ElectionRecord) => ElectionRecord,
): Lies {
  return {
    election: (answer) => ({
      ...answer,
      record: { ...answer.record!, record: encodeRecord(change(recordOf(chain, uuid))) },
    }),
  }
}

async function expectLeftOut(chain: TestChain, uuid: string, lies: Lies): Promise<void> {
  const view = viewOf(chain)
  const { client, warnings } = await aClient(chain, [{ view, lies }, { view }, { view }])
  const read = unwrap(await client.election(uuid))
  assert.deepEqual(encodeRecord(read.record), encodeRecord(recordOf(chain, uuid)))
  assert.equal(warnings.length, 1)
  assert.match(warnings[0]!, /^peer peer-1 is left out: /)
  unwrap(await client.election(uuid))
  assert.equal(warnings.length, 1, 'a peer that lied is not asked again')
  const alone = await aClient(chain, [{ view, lies }])
  const refused = await alone.client.election(uuid)
  assert.ok(!refused.ok)
  assert.equal(refused.error.code, 'untrusted-answer')
  assert.match(refused.error.detail, /peer-1/)
}

describe('certified reads', () => {
  it('believes a record under a head that a quorum signed', async () => {
    const { chain, uuid } = anElectionWithResult()
    const view = viewOf(chain)
    const { client, warnings } = await aClient(chain, [{ view }, { view }])
    const read = unwrap(await client.election(uuid))
    assert.equal(read.height, chain.state.head.height)
    assert.equal(read.time, chain.state.head.time)
    assert.deepEqual(read.ceremony, electionCeremony(chain.state, uuid))
    assert.deepEqual(read.record.result, recordOf(chain, uuid).result)
    assert.deepEqual(warnings, [])
  })

  it('takes the newest head of the peers it asked', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const uuid = anOpenElection(chain)
    const old = viewOf(chain)
    extend(chain, [cast(aBallot(beleniosOf(chain, uuid), 0))])
    const { client, warnings } = await aClient(chain, [{ view: old }, { view: viewOf(chain) }])
    assert.equal(unwrap(await client.election(uuid)).record.ballots, 1)
    assert.deepEqual(warnings, [], 'to be behind is no lie')
  })

  it('T26 leaves out a peer that shows another election key', async () => {
    const { chain, uuid } = anElectionWithResult()
    const electionKey = encodePoint(multiply(GENERATOR, 5n))
    await expectLeftOut(
      chain,
      uuid,
      withRecord(chain, uuid, (record) => ({ ...record, electionKey })),
    )
  })

  it('T26 leaves out a peer that shows another result', async () => {
    const { chain, uuid } = anElectionWithResult()
    await expectLeftOut(
      chain,
      uuid,
      withRecord(chain, uuid, (record) => ({ ...record, result: [[2n, 0n]] })),
    )
  })

  it('T24 T26 leaves out a peer that shows another ceremony, or none', async () => {
    const { chain, uuid } = anElectionWithResult()
    const ceremony = electionCeremony(chain.state, uuid) ?? assert.fail('no ceremony')
    const other = encodeCeremony({ ...ceremony, attempt: ceremony.attempt + 1 })
    await expectLeftOut(chain, uuid, { election: (answer) => ({ ...answer, ceremony: other }) })
    await expectLeftOut(chain, uuid, {
      election: ({ head, record }) => ({ head, ...(record === undefined ? {} : { record }) }),
    })
    const { client } = await aClient(chain, [{ view: viewOf(chain) }])
    assert.deepEqual(unwrap(await client.election(uuid)).ceremony, ceremony)
  })

  it('T26 leaves out a peer that hides an election which another proves', async () => {
    const { chain, uuid } = anElectionWithResult()
    const view = viewOf(chain)
    const lies: Lies = { election: ({ head }) => ({ head }) }
    const { client, warnings } = await aClient(chain, [{ view, lies }, { view }])
    assert.equal(unwrap(await client.election(uuid)).record.draft.uuid, uuid)
    assert.match(warnings.join(), /peer-1 is left out: says that there is no such election/)
  })

  it('does not call a peer a liar that stands below the height of the proof', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    extend(chain, [])
    const before = viewOf(chain)
    const uuid = anOpenElection(chain)
    const { client, warnings } = await aClient(chain, [{ view: before }, { view: viewOf(chain) }])
    assert.ok((await client.election(uuid)).ok)
    assert.deepEqual(warnings, [])
  })

  it('T26 leaves out a peer that answers with another election', async () => {
    const { chain, uuid } = anElectionWithResult()
    const other = anOpenElection(chain, {
      draft: {
        uuid: createUuid(seededRandom('another')),
        opensAt: chain.state.head.time + 10_000,
        closesAt: chain.state.head.time + 20_000,
      },
    })
    const view = viewOf(chain)
    const lies: Lies = { election: () => electionAnswer(view, other) }
    await expectLeftOut(chain, uuid, lies)
  })

  for (const [lie, change] of Object.entries<(chain: TestChain, answer: ElectionAnswer) => ElectionAnswer>({
    'a certificate of too few validators': (chain, answer) => ({
      ...answer,
      head: certify(chain, chain.blocks.at(-1)!.header, [0, 1]),
    }),
    'a certificate with a forged signature': (_, answer) => ({
      ...answer,
      head: { ...answer.head, certificate: flipped(answer.head.certificate) },
    }),
    'the certificate of another block': (chain, answer) => ({
      ...answer,
      head: { ...answer.head, certificate: certify(chain, chain.blocks.at(-2)!.header).certificate },
    }),
    'a header that nobody signed': (_, answer) => ({
      ...answer,
      head: { ...answer.head, header: flipped(answer.head.header, 40) },
    }),
    'a header of another network, signed by the same validators': (chain, answer) => ({
      ...answer,
      head: certify(chain, { ...chain.blocks.at(-1)!.header, networkId: new Uint8Array(32) }),
    }),
    'a header that names other validators': (chain, answer) => ({
      ...answer,
      head: certify(chain, { ...chain.blocks.at(-1)!.header, nextValidatorsRoot: new Uint8Array(32) }),
    }),
    'a branch that leads elsewhere': (_, answer) => ({
      ...answer,
      record: { ...answer.record!, branch: answer.record!.branch.map((hash) => flipped(hash)) },
    }),
    'a record without its ceremony': (_, { head, record }) => ({ head, record: record! }),
    'a ceremony that cannot be read': (_, answer) => ({ ...answer, ceremony: new Uint8Array(3) }),
    'a ceremony with another key of a trustee': (chain, { head, record, ceremony: bytes }) => {
      const ceremony = unwrap(verifyCeremony(recordOf(chain, aDraft().uuid), bytes!))
      const random = seededRandom('another key')
      const key = encodeTrusteeKey(createTrusteeKey(randomScalar(random), random))
      const mandatory = ceremony.mandatory.with(0, { ...ceremony.mandatory[0], key })
      const forged = encodeCeremony({ ...ceremony, mandatory })
      return { head, record: record!, ceremony: forged }
    },
    'a record at another place': (_, answer) => ({
      ...answer,
      record: { ...answer.record!, index: answer.record!.index + 1 },
    }),
  }))
    it(`T26 leaves out a peer that brings ${lie}`, async () => {
      const { chain, uuid } = anElectionWithResult()
      await expectLeftOut(chain, uuid, { election: (answer) => change(chain, answer) })
    })

  it('reports a fork when a quorum signed two blocks at one height', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const uuid = anOpenElection(chain)
    const twin = aCopy(chain)
    const election = beleniosOf(chain, uuid)
    extend(chain, [cast(aBallot(election, 0))])
    extend(twin, [cast(aBallot(election, 1))])
    const { client } = await aClient(chain, [{ view: viewOf(chain) }, { view: viewOf(twin) }])
    const read = await client.election(uuid)
    assert.ok(!read.ok)
    assert.equal(read.error.code, 'fork')
    assert.match(read.error.detail, /peer-1.*peer-2/)
  })

  it('notices a fork between two reads, too', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const uuid = anOpenElection(chain)
    const twin = aCopy(chain)
    const election = beleniosOf(chain, uuid)
    extend(chain, [cast(aBallot(election, 0))])
    extend(twin, [cast(aBallot(election, 1))])
    let view = viewOf(chain)
    const { hub, transport } = await aHub()
    const peer = await aPeer(hub, 'peer-1', () => view)
    const client = createClient(
      { trust: { genesis: chain.genesis, networkId: chain.networkId }, peers: [peer.address] },
      { transport, random: seededRandom('client'), ...aSleepClock() },
    )
    assert.ok((await client.election(uuid)).ok)
    view = viewOf(twin)
    const read = await client.election(uuid)
    assert.ok(!read.ok && read.error.code === 'fork')
  })

  it('says which election is unknown, and that no peer answers', async () => {
    const { chain } = anElectionWithResult()
    const view = viewOf(chain)
    const known = await (await aClient(chain, [{ view }, { view }])).client.election('NoSuchVote1234')
    assert.ok(!known.ok && known.error.code === 'unknown-election')
    for (const text of ['', 'a'.repeat(300), '../..', 'with space 1234']) {
      const read = await (await aClient(chain, [{ view }, { view }])).client.election(text)
      assert.ok(!read.ok && read.error.code === 'unknown-election', text)
    }
    const silent = await aClient(chain, [{ view }])
    await silent.peers[0]!.transport.stop()
    const read = await silent.client.election('NoSuchVote1234')
    assert.ok(!read.ok && read.error.code === 'no-peer')
  })

  it('asks more peers than may be faulty before it believes that there is no election', async () => {
    const chain = aChain(aGenesis({ validators: 7 }))
    const uuid = anOpenElection(chain)
    const view = viewOf(chain)
    const lies: Lies = { election: ({ head }) => ({ head }) }
    const { client, warnings } = await aClient(chain, [{ view, lies }, { view, lies }, { view }])
    assert.ok((await client.election(uuid)).ok)
    assert.equal(warnings.length, 2)
  })

  it('lists what any of the peers knows', async () => {
    const { chain, uuid } = anElectionWithResult()
    const view = viewOf(chain)
    const { client } = await aClient(chain, [{ view }, { view }])
    assert.deepEqual(unwrap(await client.elections()), [{ uuid, name: 'The bridge', phase: 'tallied' }])
  })

  it('T24 lists an election in the earlier phase where peers disagree: nobody can call it over for the others', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const uuid = anOpenElection(chain)
    const view = viewOf(chain)
    for (const phase of ['tallied', 'abandoned', 'no phase']) {
      const lies: Lies = { elections: (summaries) => summaries.map((one) => ({ ...one, phase })) }
      for (const peers of [
        [{ view, lies }, { view }],
        [{ view }, { view, lies }],
      ]) {
        const [listed] = unwrap(await (await aClient(chain, peers)).client.elections())
        assert.deepEqual(listed, { uuid, name: 'The bridge', phase: 'open' })
      }
    }
  })

  it('waits until a record fulfils the condition, and no longer than it was told', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const uuid = anOpenElection(chain)
    const { hub, transport } = await aHub()
    const peer = await aPeer(hub, 'peer-1', () => viewOf(chain))
    const clock = aSleepClock((now) => {
      if (now === 1000) extend(chain, [cast(aBallot(beleniosOf(chain, uuid), 0))])
    })
    const client = createClient(
      { trust: { genesis: chain.genesis, networkId: chain.networkId }, peers: [peer.address] },
      { transport, random: seededRandom('client'), ...clock },
    )
    assert.ok((await client.waitFor(uuid, (record) => record.ballots === 1, 5000)).ok)
    const late = await client.waitFor(uuid, (record) => record.ballots === 2, 5000)
    assert.ok(!late.ok && late.error.code === 'not-final-in-time')
    assert.equal(clock.now(), 1000 + 5000)
  })
})
