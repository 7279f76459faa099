/** Boards that fail, forget or lie, and seeds that another program has used. */
import { strict as assert } from 'node:assert'
import { deriveScalar } from '../../../../crypto/index.ts'
import {
  coefficientBytes,
  coefficientPoints,
  createCertificate,
  createTrusteeKey,
  encodeTrusteeCertificate,
  encodeTrusteeKey,
} from '../../../../election/index.ts'
import { commitmentTo, contextOf, type ElectionDraft, type Transaction } from '../../../../ledger/index.ts'
import type { TrusteeBoard } from '../../../../node/trustee/board.ts'
import { aCollectedLog } from '../../../support/collected-log.ts'
import { seededRandom } from '../../../support/ledger-builders.ts'
import { aNodeChain, type NodeChain } from '../../../support/node-chain.ts'
import { heldBy, seedOf } from '../../../support/trustees/material.ts'
import {
  aDraftOn,
  ceremonyOn,
  finaliseWaiting,
  passDeadline,
  passTo,
  recordOn,
  startTrusteeOn,
  waitingOn,
  waitingParts,
} from '../../../support/trustees/on-chain.ts'
import {
  type Adversary,
  hidingMandatory,
  resigned,
  standingOf,
  tampering,
} from '../../../support/trustees/tampering.ts'

const RETRY_MS = 5000

/** How a board answers when it is asked for a finalised transaction; given the true answer. */
type Answer = (true_: Transaction | undefined) => Promise<Transaction | undefined>

const answering =
  (answer: Answer): Adversary =>
  ({ board }) => ({ ...board, transaction: async (id) => answer(await board.transaction(id)) })

/** A chain on which A, B and C have dealt, where A gets such answers. */
async function atTheShares(answer: Answer, log = aCollectedLog()): Promise<[NodeChain, ElectionDraft]> {
  const on = await aNodeChain()
  startTrusteeOn(on, 'A', { adversary: answering(answer), logger: log.logger })
  for (const name of ['B', 'C']) startTrusteeOn(on, name)
  const { draft, registrars } = await aDraftOn(on, heldBy(2, ['A', 'B', 'C']))
  await on.extend(registrars)
  for (let i = 0; i < 3; i++) await finaliseWaiting(on)
  assert.equal(ceremonyOn(on, draft.uuid).step, 'keys')
  return [on, draft]
}

describe('a trustee whose board forgets', () => {
  it('waits for a dealing that cannot be read yet, and asks again, though not at every block', async () => {
    let asked = 0
    let isThere = false
    const log = aCollectedLog()
    const [on, draft] = await atTheShares(async (dealing) => {
      asked++
      return isThere ? dealing : undefined
    }, log)
    assert.deepEqual(waitingParts(on, draft).toSorted(), ['ceremonyKey by B', 'ceremonyKey by C'])
    for (let i = 0; i < 5; i++) await finaliseWaiting(on)
    assert.equal(asked, 1)
    isThere = true
    await on.clock.advance(2 * RETRY_MS)
    assert.deepEqual(waitingParts(on, draft), ['ceremonyKey by A'])
    assert.match(log.lines.join(''), /not yet/)
  })
})

describe('T24 a trustee whose board lies about a dealing', () => {
  const swapped = (shares: readonly Uint8Array[]): readonly Uint8Array[] => [
    shares[1]!,
    shares[0]!,
    ...shares.slice(2),
  ]
  const lies: readonly (readonly [string, (dealing: Transaction) => Transaction | undefined])[] = [
    ['with two shares exchanged', (one) => ({ ...one, shares: swapped(sharesOf(one)) }) as Transaction],
    ['with a share left out', (one) => ({ ...one, shares: sharesOf(one).slice(1) }) as Transaction],
    ['without shares', (one) => ({ ...one, shares: [] }) as unknown as Transaction],
    ['by another transaction', ({ ...one }) => ({ ...one, kind: 'rollSignature' }) as unknown as Transaction],
  ]
  for (const [what, lie] of lies) {
    it(`T24 neither complains nor publishes a key: a dealing ${what}`, async () => {
      let isLying = true
      const [on, draft] = await atTheShares(async (dealing) =>
        isLying && dealing !== undefined ? lie(dealing) : dealing,
      )
      await on.clock.advance(2 * RETRY_MS)
      assert.deepEqual(waitingParts(on, draft).toSorted(), ['ceremonyKey by B', 'ceremonyKey by C'])
      isLying = false
      await on.clock.advance(2 * RETRY_MS)
      await finaliseWaiting(on)
      assert.equal(recordOn(on, draft.uuid).phase, 'frozen')
    })
  }

  it("T24 neither complains nor publishes a key: another member's dealing", async () => {
    const seen: Transaction[] = []
    const [on, draft] = await atTheShares(async (dealing) => {
      if (dealing !== undefined) seen.push(dealing)
      return seen[0] === dealing ? dealing : seen[0]
    })
    await on.clock.advance(2 * RETRY_MS)
    assert.ok(seen.length > 1)
    assert.deepEqual(waitingParts(on, draft).toSorted(), ['ceremonyKey by B', 'ceremonyKey by C'])
  })
})

function sharesOf(transaction: Transaction): readonly Uint8Array[] {
  assert.ok(transaction.kind === 'ceremonyDealing')
  return transaction.shares
}

describe('a trustee whose board fails', () => {
  const broken = (): Promise<never> => Promise.reject(new Error('the disk is damaged'))
  const parts: readonly (readonly [string, Partial<TrusteeBoard>])[] = [
    ['elections cannot be read', { standings: broken }],
    ['nothing can be handed in', { submit: broken }],
  ]
  for (const [what, part] of parts) {
    it(`says so once and does nothing more: ${what}`, async () => {
      const on = await aNodeChain()
      const failures: unknown[] = []
      const trustee = startTrusteeOn(on, 'A', {
        adversary: ({ board }) => ({ ...board, ...part }),
        onFailure: (error) => failures.push(error),
      })
      await aDraftOn(on, heldBy(1, ['A']))
      for (let i = 0; i < 3; i++) await on.extend([])
      await on.clock.advance(4 * RETRY_MS)
      assert.deepEqual(failures.map(String), ['Error: the disk is damaged'])
      assert.equal(on.clock.nextTimer(), undefined, 'nothing is left running')
      await trustee.stop()
    })
  }

  it('does not say so when it fails because it is being stopped', async () => {
    const on = await aNodeChain()
    const failures: unknown[] = []
    let fail = (): void => {}
    const trustee = startTrusteeOn(on, 'A', {
      adversary: ({ board }) => ({
        ...board,
        standings: () =>
          new Promise((_resolve, reject) => {
            fail = () => reject(new Error('closed'))
          }),
      }),
      onFailure: (error) => failures.push(error),
    })
    await on.clock.settle()
    const stopped = trustee.stop()
    fail()
    await stopped
    assert.deepEqual(failures, [])
  })
})

/** Publishes keys that do not follow from the seed, signed with it. */
const otherKeys: Adversary = (corrupted) =>
  tampering({ ...corrupted, board: hidingMandatory(corrupted.board) }, async (transaction) => {
    const { name } = corrupted
    const random = seededRandom(`another program of ${name}`)
    const scalar = (purpose: string): bigint => deriveScalar(seedOf(name), `another ${purpose}`)
    if (transaction.kind === 'trusteeKey') {
      const key = encodeTrusteeKey(createTrusteeKey(scalar('key'), random))
      return resigned(corrupted, { ...transaction, key })
    }
    if (transaction.kind === 'ceremonyCommitment') {
      const { networkId } = corrupted
      const points = coefficientBytes(coefficientPoints([scalar('key')]))
      return resigned(corrupted, {
        ...transaction,
        commitment: commitmentTo({ networkId, ...transaction }, points),
      })
    }
    if (transaction.kind !== 'ceremonyCertificate') return transaction
    const { record, ceremony } = await standingOf(corrupted, transaction.uuid)
    const keys = { signing: scalar('signing'), decryption: scalar('decryption') }
    const certificate = createCertificate(contextOf(record.draft, ceremony), 1, keys, random)
    return resigned(corrupted, { ...transaction, certificate: encodeTrusteeCertificate(certificate) })
  })

describe('a trustee whose seed another program has used', () => {
  it('publishes no partial decryption for a key that is not its own, and tells its operator once', async () => {
    const on = await aNodeChain()
    const log = aCollectedLog()
    const other = startTrusteeOn(on, 'M', { adversary: otherKeys })
    const { draft, registrars } = await aDraftOn(on, heldBy(0, [], ['M']))
    await on.extend(registrars)
    for (let i = 0; i < 2; i++) await finaliseWaiting(on)
    assert.equal(recordOn(on, draft.uuid).phase, 'frozen')
    await other.stop()
    startTrusteeOn(on, 'M', { start: 'second', logger: log.logger })
    await passTo(on, draft.opensAt)
    await passTo(on, draft.closesAt)
    await on.clock.advance(4 * RETRY_MS)
    assert.deepEqual(waitingOn(on), [])
    assert.equal(log.lines.filter((line) => line.includes('cannot do its part')).length, 1)
  })

  it('goes no further in a ceremony with a certificate that is not its own, and does not stop its node', async () => {
    const on = await aNodeChain()
    const log = aCollectedLog()
    const other = startTrusteeOn(on, 'A', { adversary: otherKeys })
    startTrusteeOn(on, 'B')
    const { draft, registrars } = await aDraftOn(on, heldBy(1, ['A', 'B']))
    await finaliseWaiting(on, registrars)
    await other.stop()
    startTrusteeOn(on, 'A', { start: 'second', logger: log.logger })
    await on.clock.settle()
    assert.deepEqual(waitingParts(on, draft), ['ceremonyCommitment by B'])
    assert.equal(log.lines.filter((line) => line.includes('cannot do its part')).length, 1)
    await finaliseWaiting(on)
    await passDeadline(on, draft.uuid)
    assert.deepEqual(
      ceremonyOn(on, draft.uuid).faults.map(({ kind }) => kind),
      ['no-commitment'],
    )
    for (let i = 0; i < 4; i++) await finaliseWaiting(on)
    assert.equal(recordOn(on, draft.uuid).phase, 'frozen', 'A takes part in the next attempt no more')
  })
})
