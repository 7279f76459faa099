import { strict as assert } from 'node:assert'
import { equalBytes } from '../../../../base/index.ts'
import { createClient } from '../../../../client/index.ts'
import { createUuid } from '../../../../election/index.ts'
import { encodeCeremony } from '../../../../ledger/ceremony-ssz.ts'
import {
  type Ceremony,
  type ElectionDraft,
  electionCeremony,
  encodeTransaction,
  type Transaction,
  transactionId,
} from '../../../../ledger/index.ts'
import type { MemoryHub } from '../../../../network/index.ts'
import { createManualClock, type ManualClock } from '../../../../node/index.ts'
import { MAX_NEW_READS, MAX_OWN_READS } from '../../../../node/limits.ts'
import type { TrusteeBoard } from '../../../../node/trustee/board.ts'
import { createClientBoard } from '../../../../node/trustee/client-board.ts'
import { anAttempt, certificateBy, commitmentBy } from '../../../support/ceremony-builders.ts'
import {
  aCopy,
  aHub,
  aPeer,
  aSleepClock,
  certify,
  type Lies,
  type TestPeer,
  type View,
  viewOf,
} from '../../../support/certified-peers.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  aGenesis,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  GENESIS_TIME,
  keyOf,
  recordOf,
  seededRandom,
  type TestChain,
  thresholdTrustees,
} from '../../../support/ledger-builders.ts'

const TRUSTEES = thresholdTrustees(3, 2)
const DRAFT = aDraft(TRUSTEES)
const { uuid } = DRAFT

/** A board and the peers that it asks. */
interface TestBoard {
  readonly board: TrusteeBoard
  readonly hub: MemoryHub
  readonly peers: readonly TestPeer[]
  readonly clock: ManualClock
  /** What was told about peers, in order. */
  readonly told: (readonly [areThere: boolean, reason: string])[]
  readonly warnings: string[]
  /** Elections that peers were asked for, in order. */
  readonly asked: string[]
}

interface PeerOptions {
  readonly view: () => View
  readonly lies?: Lies
}

async function aBoard(
  chain: TestChain,
  options: readonly PeerOptions[],
  trustee = 'trustee 1',
): Promise<TestBoard> {
  const { hub, transport } = await aHub()
  const [told, warnings, asked]: [TestBoard['told'], string[], string[]] = [[], [], []]
  const peers: TestPeer[] = []
  for (const [i, { view, lies }] of options.entries())
    peers.push(
      await aPeer(hub, `peer-${i + 1}`, view, {
        ...lies,
        election: (answer, of) => {
          asked.push(of)
          return lies?.election?.(answer, of) ?? answer
        },
      }),
    )
  const clock = createManualClock(GENESIS_TIME)
  const { genesis, networkId } = chain
  const client = createClient(
    { trust: { genesis, networkId }, peers: peers.map(({ address }) => address), rotates: true },
    {
      transport,
      random: seededRandom('client'),
      ...aSleepClock(),
      onWarning: (warning) => warnings.push(warning),
    },
  )
  const board = createClientBoard(keyOf(trustee), {
    client,
    clock,
    onPeers: (areThere, reason) => told.push([areThere, reason]),
  })
  return { board, hub, peers, clock, told, warnings, asked }
}

/** A network of four validators with a drafted election. */
function aDraftedChain(draft: ElectionDraft = DRAFT): TestChain {
  const chain = aChain(aGenesis({ validators: 4 }))
  extend(chain, [aPreparation(chain.networkId, draft, aRoll(1)).draft])
  return chain
}

const isSame = (one: Transaction | undefined, other: Transaction): boolean =>
  one !== undefined && equalBytes(encodeTransaction(one), encodeTransaction(other))

const ceremonyOf = (chain: TestChain): Ceremony => electionCeremony(chain.state, uuid) ?? assert.fail()

/** The same election as somebody tells it who has the keys of the other trustees, and one validator's: commitments are asked for. */
function aFakeChain(honest: TestChain): TestChain {
  const chain = aCopy(honest)
  const at = anAttempt(chain.networkId, DRAFT)
  extend(
    chain,
    DRAFT.trustees.map(({ name }) => certificateBy(at, name)),
  )
  extend(chain, [commitmentBy(at, 'trustee 2')])
  return chain
}

describe('the board of a trustee that runs alone', () => {
  it('has the elections of this trustee in which it may have something to do, as a quorum certified them', async () => {
    const chain = aDraftedChain()
    const view = viewOf(chain)
    const { board, told, warnings } = await aBoard(chain, [{ view: () => view }, { view: () => view }])
    const [standing, ...others] = await board.standings()
    assert.deepEqual(standing?.record, recordOf(chain, uuid))
    assert.deepEqual(standing.ceremony, ceremonyOf(chain))
    assert.deepEqual([others, told, warnings], [[], [], []])
  })

  for (const [fake, lie] of Object.entries<(chain: TestChain) => Lies>({
    'the certificates of others under the real record': (chain) => ({
      election: (answer) => ({ ...answer, ceremony: encodeCeremony(ceremonyOf(aFakeChain(chain))) }),
    }),
    'another step under the real record': (chain) => ({
      election: (answer) => {
        const { members, ...rest } = ceremonyOf(chain)
        return { ...answer, ceremony: encodeCeremony({ ...rest, members, step: 'keys' }) }
      },
    }),
    'a later deadline': (chain) => ({
      election: (answer) => {
        const ceremony = ceremonyOf(chain)
        return { ...answer, ceremony: encodeCeremony({ ...ceremony, deadline: ceremony.deadline + 1 }) }
      },
    }),
    'no ceremony beside the record': () => ({
      election: ({ head, record }) => ({ head, ...(record === undefined ? {} : { record }) }),
    }),
  }))
    it(`T24 does not believe a peer that shows ${fake}, and has the right answer with the first honest one`, async () => {
      const chain = aDraftedChain()
      const view = viewOf(chain)
      await expectDisbelief(chain, { view: () => view, lies: lie(chain) })
    })

  for (const [signers, indexes] of Object.entries({
    nobody: [],
    'one validator': [0],
    'one too few': [0, 1],
  }))
    it(`T24 does not believe a ceremony of its own that ${signers} signed`, async () => {
      const chain = aDraftedChain()
      const fake = viewOf(aFakeChain(chain))
      const header = aFakeChain(chain).blocks.at(-1)!.header
      await expectDisbelief(chain, { view: () => ({ ...fake, head: certify(chain, header, indexes) }) })
    })

  /** Liars alone give nothing; one honest peer beside them is enough. */
  async function expectDisbelief(chain: TestChain, liar: PeerOptions): Promise<void> {
    const alone = await aBoard(chain, [liar, liar])
    assert.deepEqual(await alone.board.standings(), [])
    assert.deepEqual(await alone.board.standings(), [])
    assert.equal(alone.told.length, 1, 'said once')
    assert.match(alone.told[0]![1], /no peer gave an answer that its proofs bear out/)
    const view = viewOf(chain)
    const { board, warnings, told } = await aBoard(chain, [liar, { view: () => view }])
    const [standing] = await board.standings()
    assert.deepEqual(standing?.ceremony, ceremonyOf(chain))
    assert.match(warnings.join('\n'), /^peer peer-1 is left out: /)
    assert.deepEqual(told, [])
  }

  it('T24 keeps to the newest certified state that it has seen', async () => {
    const chain = aDraftedChain()
    const old = viewOf(chain)
    const at = anAttempt(chain.networkId, DRAFT)
    extend(chain, [certificateBy(at, 'trustee 2')])
    let view = viewOf(chain)
    const { board } = await aBoard(chain, [{ view: () => view }, { view: () => view }])
    await board.standings()
    view = old
    const [standing] = await board.standings()
    assert.deepEqual(standing?.ceremony, ceremonyOf(chain))
  })

  it('T24 a fork is a failure that shows both blocks and who has them', async () => {
    const chain = aDraftedChain()
    const twin = aCopy(chain)
    extend(chain, [])
    extend(twin, [], chain.state.head.time + 1)
    const [one, other] = [viewOf(chain), viewOf(twin)]
    const { board } = await aBoard(chain, [{ view: () => one }, { view: () => other }])
    await assert.rejects(board.standings(), (error: { code?: string; message: string }) => {
      assert.equal(error.code, 'fork')
      assert.match(error.message, /a quorum signed two blocks at height 2: .*peer-\d.*peer-\d/)
      return true
    })
  })

  it('T24 finds an election of its own that a peer calls over, or does not list', async () => {
    const chain = aDraftedChain()
    const view = viewOf(chain)
    const honest = { view: () => view }
    for (const elections of [
      (summaries) => summaries.map((one) => ({ ...one, phase: 'tallied' })),
      (summaries) => summaries.map((one) => ({ ...one, phase: 'unheard of' })),
      () => [],
    ] satisfies Lies['elections'][])
      for (const order of [0, 1]) {
        const liar = { ...honest, lies: { elections } }
        const { board } = await aBoard(chain, order === 0 ? [liar, honest] : [honest, liar])
        assert.equal((await board.standings()).length, 1)
      }
  })

  it('T24 two peers that hide an election do so until the next question goes to others', async () => {
    const chain = aDraftedChain()
    const view = viewOf(chain)
    const liar = { view: () => view, lies: { elections: () => [] } }
    const { board } = await aBoard(chain, [liar, liar, { view: () => view }])
    assert.deepEqual(await board.standings(), [])
    assert.equal((await board.standings()).length, 1)
  })

  it('finds its election among many that a peer makes up, a bounded number at each look', async () => {
    const chain = aDraftedChain()
    const view = viewOf(chain)
    const made = Array.from({ length: 3 * MAX_NEW_READS }, (_, i) => createUuid(seededRandom(`made up ${i}`)))
    const lies: Lies = {
      elections: (summaries) => [
        ...made.map((one) => ({ uuid: one, name: 'made up', phase: 'draft' })),
        ...summaries,
      ],
    }
    const { board, asked } = await aBoard(chain, [{ view: () => view, lies }, { view: () => view }])
    let looks = 0
    for (let found = 0; found === 0; looks++) {
      asked.length = 0
      found = (await board.standings()).length
      assert.ok(new Set(asked).size <= MAX_NEW_READS)
    }
    assert.ok(looks <= 4, `${looks} looks`)
    asked.length = 0
    assert.equal((await board.standings()).length, 1)
    assert.ok(asked.includes(uuid), 'and once it is known it is read at every look')
  })

  it('reads all of its elections in turn where there are too many for one look', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const drafts = Array.from({ length: MAX_OWN_READS + 1 }, (_, i) =>
      aDraft({ ...TRUSTEES, uuid: createUuid(seededRandom(`own ${i}`)) }),
    )
    extend(
      chain,
      drafts.map((draft) => aPreparation(chain.networkId, draft, aRoll(1)).draft),
    )
    const view = viewOf(chain)
    const { board, asked } = await aBoard(chain, [{ view: () => view }])
    while ((await board.standings()).length < drafts.length);
    const read = new Set<string>()
    for (let look = 0; look < 2; look++) {
      asked.length = 0
      assert.equal((await board.standings()).length, drafts.length, 'the others are as they were read last')
      assert.equal(asked.length, MAX_OWN_READS)
      for (const one of asked) read.add(one)
    }
    assert.equal(read.size, drafts.length)
  })

  it('never again asks for an election that is over, or that is one of other trustees', async () => {
    const chain = aChain(aGenesis({ validators: 4 }))
    const over = anOpenElection(chain, { draft: TRUSTEES, voters: 1 })
    closeElection(chain, over)
    const others = createUuid(seededRandom('of others'))
    const { time } = chain.state.head
    const later = { uuid: others, opensAt: time + 10_000, closesAt: time + 20_000 }
    extend(chain, [aPreparation(chain.networkId, aDraft(later), aRoll(1)).draft])
    let view = viewOf(chain)
    const { board, asked } = await aBoard(chain, [{ view: () => view }, { view: () => view }])
    assert.equal((await board.standings())[0]?.record.phase, 'decrypting')
    assert.deepEqual([...new Set(asked)].sort(), [over, others].sort())
    for (const name of ['trustee 1', 'trustee 2']) extend(chain, [aDecryption(chain, over, name)])
    view = viewOf(chain)
    asked.length = 0
    assert.deepEqual(await board.standings(), [])
    assert.deepEqual(new Set(asked), new Set([over]), 'it is read until it is certified that it is over')
    asked.length = 0
    assert.deepEqual(await board.standings(), [])
    assert.deepEqual(asked, [])
  })

  it('lets an election rest between its key and its closing, whose time its own clock tells, too', async () => {
    const chain = aDraftedChain()
    let view = viewOf(chain)
    const hiding: Lies = { elections: () => [] }
    const peer = { view: () => view }
    const { board, asked, clock } = await aBoard(chain, [peer, { ...peer, lies: hiding }])
    assert.equal((await board.standings()).length, 1)
    const { keys, chunks, signatures } = aPreparation(chain.networkId, DRAFT, aRoll(1))
    extend(chain, [...keys, ...chunks, ...signatures])
    view = viewOf(chain)
    assert.deepEqual(await board.standings(), [], 'frozen')
    extend(chain, [], DRAFT.opensAt)
    extend(chain, [cast(aBallot(beleniosOf(chain, uuid), 0))])
    view = viewOf(chain)
    asked.length = 0
    assert.deepEqual(await board.standings(), [])
    assert.deepEqual(asked, [], 'nothing is to be done')
    closeElection(chain, uuid)
    view = { ...viewOf(chain) }
    await clock.advance(DRAFT.closesAt - GENESIS_TIME)
    assert.equal((await board.standings())[0]?.record.phase, 'decrypting')
  })

  it('says once that no peer answers, goes on asking, and says once that they are back', async () => {
    const chain = aDraftedChain()
    const view = viewOf(chain)
    const { board, hub, told } = await aBoard(chain, [{ view: () => view }, { view: () => view }])
    for (const peer of ['peer-1', 'peer-2']) hub.cut('client', peer)
    for (let i = 0; i < 3; i++) assert.deepEqual(await board.standings(), [])
    assert.equal(told.length, 1)
    assert.match(told[0]![1], /no peer answers.*peer-1.*peer-2/)
    hub.heal('client', 'peer-2')
    for (let i = 0; i < 3; i++) assert.equal((await board.standings()).length, 1)
    assert.deepEqual(told.slice(1), [[true, '']])
  })

  it('has what was certified before while no peer answers, so that nothing is made twice', async () => {
    const chain = aDraftedChain()
    const view = viewOf(chain)
    const { board, hub, told } = await aBoard(chain, [{ view: () => view }, { view: () => view }])
    const before = await board.standings()
    assert.equal(before.length, 1)
    for (const peer of ['peer-1', 'peer-2']) hub.cut('client', peer)
    assert.deepEqual(await board.standings(), before)
    assert.deepEqual(
      told.map(([areThere]) => areThere),
      [false],
    )
  })

  it('hands transactions to all peers, and one that takes them is enough', async () => {
    const chain = aDraftedChain()
    const view = viewOf(chain)
    const at = anAttempt(chain.networkId, DRAFT)
    const bytes = encodeTransaction(certificateBy(at, 'trustee 1'))
    const refusing = (code: string): PeerOptions => ({
      view: () => view,
      lies: { submit: () => [{ code, detail: 'no' }] },
    })
    const { board, peers } = await aBoard(chain, [refusing('busy'), { view: () => view }])
    assert.deepEqual(await board.submit(bytes), { code: 'accepted', detail: '' })
    assert.deepEqual(
      peers.map(({ submitted }) => submitted.length),
      [1, 1],
    )
    const refused = await aBoard(chain, [refusing('busy'), refusing('wrong-step')])
    assert.equal((await refused.board.submit(bytes)).code, 'wrong-step')
    const busy = await aBoard(chain, [refusing('busy'), refusing('busy')])
    assert.equal((await busy.board.submit(bytes)).code, 'busy')
    for (const peer of ['peer-1', 'peer-2']) busy.hub.cut('client', peer)
    assert.equal((await busy.board.submit(bytes)).code, 'no-peer')
    assert.equal(busy.board.isWaiting('whatever'), false)
  })

  it('T24 takes a transaction from anybody who has it, and from nobody who makes one up', async () => {
    const chain = aDraftedChain()
    const at = anAttempt(chain.networkId, DRAFT)
    const wanted = certificateBy(at, 'trustee 2')
    extend(chain, [wanted])
    const view = viewOf(chain)
    const made = encodeTransaction(certificateBy(at, 'trustee 3'))
    const liar: PeerOptions = { view: () => view, lies: { transaction: () => made } }
    const missing: PeerOptions = { view: () => view, lies: { transaction: () => undefined } }
    const id = transactionId(wanted)
    const lied = await aBoard(chain, [liar, missing, { view: () => view }])
    assert.ok(isSame(await lied.board.transaction(id), wanted))
    const behind = await aBoard(chain, [missing, missing, missing, { view: () => view }])
    assert.ok(isSame(await behind.board.transaction(id), wanted), 'each question goes to other peers')
    const nowhere = await aBoard(chain, [missing, missing])
    assert.equal(await nowhere.board.transaction(id), undefined)
    const alone = await aBoard(chain, [liar])
    assert.equal(await alone.board.transaction(id), undefined)
  })
})
