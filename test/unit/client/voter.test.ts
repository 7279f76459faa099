import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import {
  type Client,
  createClient,
  POLL_INTERVAL_MS,
  RESUBMIT_AFTER_MS,
  SUBMIT_BATCH_MAX,
  SUBMIT_PEERS_MAX,
} from '../../../client/index.ts'
import {
  ballotId,
  createCredential,
  credentialSecret,
  publicCredential,
  type RollEntry,
  tracker,
} from '../../../election/index.ts'
import type { Transaction } from '../../../ledger/index.ts'
import {
  aCopy,
  aHub,
  aPeer,
  aSleepClock,
  type Lies,
  type SleepClock,
  type TestPeer,
  viewOf,
} from '../../support/certified-peers.ts'
import {
  aBallot,
  aChain,
  aDraft,
  aGenesis,
  aPreparation,
  beleniosOf,
  cast,
  closeElection,
  extend,
  recordOf,
  seededRandom,
  type TestChain,
} from '../../support/ledger-builders.ts'

const { uuid } = aDraft()
const CREDENTIALS = [1, 2].map((voter) => createCredential(seededRandom(`credential ${voter}`)))

/** An open election whose voters hold private credentials, as real voters do; made once, each caller gets a copy. */
const aVotersElection = (() => {
  let made: TestChain | undefined
  return (): TestChain => {
    made ??= makeVotersElection()
    return aCopy(made)
  }
})()

function makeVotersElection(): TestChain {
  const chain = aChain(aGenesis({ validators: 4 }))
  const roll = CREDENTIALS.map((credential): RollEntry => {
    return { credential: publicCredential(credentialSecret(uuid, credential)), weight: 1n }
  }).sort((a, b) => (toHex(a.credential) < toHex(b.credential) ? -1 : 1))
  const { draft, keys, chunks, signatures } = aPreparation(chain.networkId, aDraft(), roll)
  extend(chain, [draft])
  extend(chain, [...keys, ...chunks, ...signatures])
  extend(chain, [], recordOf(chain, uuid).draft.opensAt)
  return chain
}

interface Scene {
  readonly chain: TestChain
  readonly client: Client
  readonly clock: SleepClock
  readonly peers: readonly TestPeer[]
  readonly warnings: readonly string[]
  /** Ends what a silent peer keeps waiting. */
  readonly close: () => Promise<void>
}

/** Peers that take ballots; whenever the client sleeps, a block is made of what the peers of `honest` took. */
async function aScene(options: {
  readonly lies: readonly Lies[]
  /** By index: whose ballots get into blocks. */
  readonly honest?: readonly number[]
  readonly blockAfterMs?: number
}): Promise<Scene> {
  const chain = aVotersElection()
  const { hub, transport } = await aHub()
  const peers: TestPeer[] = []
  const clock = aSleepClock((now) => {
    if (now < (options.blockAfterMs ?? 0)) return
    const taken = (options.honest ?? [...peers.keys()]).flatMap((i) => peers[i]?.submitted ?? [])
    const fresh = new Map<string, Transaction>()
    for (const transaction of taken)
      if (transaction.kind === 'ballot') {
        const id = toHex(ballotId(transaction.ballot))
        if (!chain.ballots.has(id)) fresh.set(id, transaction)
      }
    extend(chain, [...fresh.values()])
  })
  for (const [i, lies] of options.lies.entries())
    peers.push(await aPeer(hub, `peer-${i + 1}`, () => viewOf(chain), lies))
  const warnings: string[] = []
  const client = createClient(
    {
      trust: { genesis: chain.genesis, networkId: chain.networkId },
      peers: peers.map(({ address }) => address),
    },
    { transport, random: seededRandom('client'), ...clock, onWarning: (warning) => warnings.push(warning) },
  )
  const close = async (): Promise<void> => {
    await Promise.all([transport, ...peers.map((peer) => peer.transport)].map((one) => one.stop()))
  }
  return { chain, client, clock, peers, warnings, close }
}

const YES = [[1, 0]]
/** An answer that never comes. */
const SILENCE = new Promise<never>(() => {})

describe('casting a ballot', () => {
  it('returns when the ballot is proved to be on the board, and hands it to all peers', async () => {
    const { chain, client, peers } = await aScene({ lies: [{}, {}, {}] })
    const voted = unwrap(await client.vote(uuid, CREDENTIALS[0]!, YES, 10_000))
    assert.equal(recordOf(chain, uuid).ballots, 1)
    assert.deepEqual(
      peers.map(({ submitted }) => submitted.length),
      [1, 1, 1],
    )
    const [ballot] = chain.ballots.values()
    assert.equal(voted.tracker, tracker(ballotId(ballot!)))
    assert.equal(voted.height, chain.state.head.height)
  })

  it('T26 gets its proof from an honest peer while another says that there is no such ballot', async () => {
    const lies: Lies = {
      ballot: ({ head, record }) => ({ head, ...(record === undefined ? {} : { record }) }),
    }
    const { client, warnings } = await aScene({ lies: [lies, {}, {}] })
    assert.ok((await client.vote(uuid, CREDENTIALS[0]!, YES, 10_000)).ok)
    assert.match(warnings.join(), /peer-1 is left out: says that there is no such ballot or voter/)
  })

  it('T26 does not believe a peer that claims finality without proof', async () => {
    const lies: Lies = {
      ballot: (answer, { ballotId: id }) =>
        id === undefined ? answer : { ...answer, onBoard: { ballotId: id, position: 0, branch: [] } },
    }
    const { client, warnings, clock } = await aScene({ lies: [lies, {}], honest: [1], blockAfterMs: 2000 })
    assert.ok((await client.vote(uuid, CREDENTIALS[0]!, YES, 10_000)).ok)
    assert.ok(clock.now() >= 2000, 'nothing was final before')
    assert.match(warnings.join(), /peer-1 is left out: board: /)
  })

  it('T27 the ballot gets through although one peer swallows it', async () => {
    const { client, chain } = await aScene({ lies: [{}, {}], honest: [1] })
    assert.ok((await client.vote(uuid, CREDENTIALS[0]!, YES, 10_000)).ok)
    assert.equal(recordOf(chain, uuid).ballots, 1)
  })

  it('T27 warns when the ballot is not final in time, and names the peers that took it', async () => {
    const busy: Lies = { submit: (batch) => batch.map(() => ({ code: 'busy', detail: 'no room' })) }
    const { client, clock } = await aScene({ lies: [{}, busy, {}], honest: [] })
    const voted = await client.vote(uuid, CREDENTIALS[0]!, YES, 3000)
    assert.ok(!voted.ok)
    assert.equal(voted.error.code, 'not-final-in-time')
    assert.match(voted.error.detail, /taken by peer-1, peer-3\)/)
    assert.ok(clock.now() < 3000 + 2 * POLL_INTERVAL_MS)
  })

  it('hands the ballot in again when it is not final after a while', async () => {
    const { client, peers } = await aScene({ lies: [{}], blockAfterMs: RESUBMIT_AFTER_MS + 1000 })
    assert.ok((await client.vote(uuid, CREDENTIALS[0]!, YES, 60_000)).ok)
    assert.equal(peers[0]!.submitted.length, 2)
    assert.deepEqual(peers[0]!.submitted[0], peers[0]!.submitted[1], 'the same ballot, not a second one')
  })

  it('ends at once with the reason when every peer refuses the ballot', async () => {
    const no: Lies = { submit: (batch) => batch.map(() => ({ code: 'ballot-invalid', detail: 'bad proof' })) }
    const { client, clock } = await aScene({ lies: [no, no] })
    const voted = await client.vote(uuid, CREDENTIALS[0]!, YES, 60_000)
    assert.ok(!voted.ok && voted.error.code === 'refused')
    assert.match(voted.error.detail, /ballot-invalid: bad proof/)
    assert.ok(clock.now() <= 4 * POLL_INTERVAL_MS)
  })

  it('T27 does not wait for a peer that never says whether it took the ballot', async () => {
    const { client, chain, close } = await aScene({ lies: [{}, { submit: () => SILENCE }], honest: [0] })
    assert.ok((await client.vote(uuid, CREDENTIALS[0]!, YES, 10_000)).ok)
    assert.equal(recordOf(chain, uuid).ballots, 1)
    await close()
  })

  it('T27 names the peer that took the ballot while another never answers', async () => {
    const { client, close } = await aScene({ lies: [{}, { submit: () => SILENCE }], honest: [] })
    const voted = await client.vote(uuid, CREDENTIALS[0]!, YES, 3000)
    assert.ok(!voted.ok && voted.error.code === 'not-final-in-time')
    assert.match(voted.error.detail, /taken by peer-1\)/)
    await close()
  })

  it('refuses a credential that is none, and one that is not on the roll', async () => {
    const { client, peers } = await aScene({ lies: [{}, {}] })
    for (const credential of ['not a credential', createCredential(seededRandom('a stranger'))]) {
      const voted = await client.vote(uuid, credential, YES, 1000)
      assert.ok(!voted.ok && voted.error.code === 'unknown-credential', credential)
    }
    assert.equal(peers[0]!.submitted.length, 0, 'nothing was sent')
  })

  it('refuses answers that break the rules of the question before anything is sent', async () => {
    const { client, peers } = await aScene({ lies: [{}, {}] })
    for (const answers of [
      [[1, 1]],
      [[0, 0]],
      [[2, -1]],
      [[1]],
      [[1, 0, 0]],
      [],
      [
        [1, 0],
        [1, 0],
      ],
    ]) {
      const voted = await client.vote(uuid, CREDENTIALS[0]!, answers, 1000)
      assert.ok(!voted.ok && voted.error.code === 'answers-invalid', JSON.stringify(answers))
    }
    assert.equal(peers[0]!.submitted.length, 0)
  })

  it('says when an election opens, and that it has closed', async () => {
    const { client, chain } = await aScene({ lies: [{}, {}] })
    closeElection(chain, uuid)
    const voted = await client.vote(uuid, CREDENTIALS[0]!, YES, 1000)
    assert.ok(!voted.ok && voted.error.code === 'not-open')
    assert.match(voted.error.detail, /closed at 2025-01-01T00:00:20.000Z/)
  })
})

describe('submission', () => {
  it('goes to a bounded number of peers', async () => {
    const { client, peers, chain } = await aScene({
      lies: Array.from({ length: SUBMIT_PEERS_MAX + 1 }, () => ({})),
    })
    const submitted = unwrap(await client.submit([cast(aBallot(beleniosOf(chain, uuid), 1))]))
    assert.equal(submitted.length, SUBMIT_PEERS_MAX)
    assert.equal(peers.filter((peer) => peer.submitted.length > 0).length, SUBMIT_PEERS_MAX)
  })

  it('is cut into requests of bounded size, and has an outcome for each transaction in order', async () => {
    const sizes: number[] = []
    const count: Lies = {
      submit: (batch) => {
        sizes.push(batch.length)
        return batch.map((_, i) => ({ code: i === 0 ? 'known' : 'accepted', detail: '' }))
      },
    }
    const { client, chain } = await aScene({ lies: [count] })
    const ballot = aBallot(beleniosOf(chain, uuid), 1)
    for (const [length, expected] of [
      [SUBMIT_BATCH_MAX, [SUBMIT_BATCH_MAX]],
      [SUBMIT_BATCH_MAX + 1, [SUBMIT_BATCH_MAX, 1]],
    ] as const) {
      sizes.length = 0
      const [submission] = unwrap(await client.submit(Array.from({ length }, () => cast(ballot))))
      assert.deepEqual(sizes, expected)
      assert.deepEqual(
        submission!.outcomes.map(({ code }) => code),
        Array.from({ length }, (_, i) => (i % SUBMIT_BATCH_MAX === 0 ? 'known' : 'accepted')),
      )
    }
  })

  it('leaves out a peer that answers with another number of outcomes', async () => {
    const { client, chain, warnings } = await aScene({ lies: [{ submit: () => [] }, {}] })
    const submitted = unwrap(await client.submit([cast(aBallot(beleniosOf(chain, uuid), 1))]))
    assert.deepEqual(
      submitted.map(({ peer }) => peer),
      ['peer-2'],
    )
    assert.match(warnings.join(), /0 outcomes for 1 transactions/)
  })
})
