/** Trustees at work over one chain: a whole ceremony, restarts at each step, and what they make of boards that fail or lie. */
import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../../base/index.ts'
import { encodePoint } from '../../../../crypto/index.ts'
import { decodePublicPolynomial } from '../../../../election/index.ts'
import type { ElectionDraft, Transaction } from '../../../../ledger/index.ts'
import { aCollectedLog } from '../../../support/collected-log.ts'
import { aNodeChain, ballotOn, type NodeChain } from '../../../support/node-chain.ts'
import { badDealer } from '../../../support/trustees/adversaries/bad-dealer.ts'
import { silentIn } from '../../../support/trustees/adversaries/silent.ts'
import { heldBy, materialFromSeeds, materialOnChain } from '../../../support/trustees/material.ts'
import {
  aDraftOn,
  ceremonyOn,
  finaliseWaiting,
  forgetWaiting,
  passDeadline,
  passTo,
  recordOn,
  startTrusteeOn,
  waitingOf,
  waitingOn,
  waitingParts,
} from '../../../support/trustees/on-chain.ts'
import { secretsIn, secretsOf } from '../../../support/trustees/secrets.ts'
import type { Adversary } from '../../../support/trustees/tampering.ts'

const ABC = heldBy(2, ['A', 'B', 'C'])
const STEPS = ['certificates', 'commitments', 'dealings', 'keys'] as const
const RETRY_MS = 5000

/** The parts of a transaction that must be the same however often it is made. */
function material(transaction: Transaction): string {
  switch (transaction.kind) {
    case 'trusteeKey':
      return toHex(transaction.key.subarray(0, 32))
    case 'ceremonyCertificate':
      return toHex(transaction.certificate.subarray(0, 64))
    case 'ceremonyCommitment':
      return toHex(transaction.commitment)
    case 'ceremonyDealing': {
      const { coefficients } = unwrap(decodePublicPolynomial(transaction.polynomial))
      return coefficients.map((point) => toHex(encodePoint(point))).join()
    }
    case 'ceremonyKey':
      return toHex(transaction.key.subarray(0, 32))
    default:
      return assert.fail(`${transaction.kind} is no part of a ceremony`)
  }
}

/** Lets the trustees that run go on until the election is frozen. */
async function freeze(on: NodeChain, { uuid }: ElectionDraft): Promise<void> {
  for (let blocks = 0; recordOn(on, uuid).phase === 'draft'; blocks++) {
    assert.ok(blocks < 8, 'the ceremony comes to its end')
    await finaliseWaiting(on)
  }
  assert.equal(recordOn(on, uuid).phase, 'frozen')
}

/** Who is in, who is out, and in which attempt. */
function outcomeOn(
  on: NodeChain,
  { uuid, trustees }: ElectionDraft,
): { readonly members: readonly string[]; readonly faults: readonly string[]; readonly attempt: number } {
  const { attempt, members, faults } = ceremonyOn(on, uuid)
  const nameOf = (place: number): string => trustees[place]?.name ?? ''
  return {
    attempt,
    members: members.map(({ place }) => nameOf(place)),
    faults: faults.map(({ place, kind }) => `${nameOf(place)} ${kind}`),
  }
}

/** A board that is full when it is offered something for the first time. */
const fullOnce: Adversary = ({ board }) => {
  let isFull = true
  return {
    ...board,
    submit: (bytes) => {
      if (!isFull) return board.submit(bytes)
      isFull = false
      return Promise.resolve({ code: 'busy', detail: 'the pool is full' })
    },
  }
}

describe('the trustee', () => {
  it('goes through the ceremony with the others, and decrypts after the closing, and then the result is there', async () => {
    const on = await aNodeChain()
    const names = ['A', 'B', 'C', 'M']
    const trustees = names.map((name) => startTrusteeOn(on, name))
    const { draft, registrars } = await aDraftOn(on, heldBy(2, ['A', 'B', 'C'], ['M']))
    const { uuid } = draft
    const by = (kind: string, ...who: readonly string[]): readonly string[] =>
      who.map((name) => `${kind} by ${name}`)
    await on.extend(registrars)
    for (const parts of [
      by('ceremonyCertificate', 'A', 'B', 'C'),
      by('ceremonyCommitment', ...names),
      [...by('ceremonyDealing', 'A', 'B', 'C'), 'trusteeKey by M'],
      by('ceremonyKey', 'A', 'B', 'C'),
    ]) {
      await on.clock.settle()
      assert.deepEqual(waitingParts(on, draft).toSorted(), parts)
      await finaliseWaiting(on)
    }
    assert.equal(recordOn(on, uuid).phase, 'frozen')
    assert.deepEqual(
      materialOnChain(recordOn(on, uuid), ceremonyOn(on, uuid)),
      materialFromSeeds(on.networkId, draft),
    )
    await passTo(on, draft.opensAt)
    await finaliseWaiting(on, [ballotOn(on, uuid, 0).transaction])
    assert.deepEqual(waitingOn(on), [], 'T22 nothing is decrypted while ballots are taken')
    await passTo(on, draft.closesAt)
    assert.deepEqual(waitingParts(on, draft).toSorted(), by('partialDecryption', ...names))
    await on.extend(['A', 'C', 'M'].map((name) => waitingOf(on, name)))
    await on.clock.settle()
    assert.deepEqual(recordOn(on, uuid).result, [[1n, 0n]])
    assert.deepEqual(waitingOn(on), [], 'T22 nothing more is handed in when no more is needed')
    for (const trustee of trustees) await trustee.stop()
  })

  it('T23 makes the same keys, commitment, coefficients and key share after a restart at each step, and none twice', async () => {
    const on = await aNodeChain()
    for (const name of ['B', 'C']) startTrusteeOn(on, name)
    let trustee = startTrusteeOn(on, 'A')
    const { draft, registrars } = await aDraftOn(on, ABC)
    await on.extend(registrars)
    for (const step of STEPS) {
      await on.clock.settle()
      assert.equal(ceremonyOn(on, draft.uuid).step, step)
      const before = waitingOf(on, 'A')
      await trustee.stop()
      forgetWaiting(on)
      await on.clock.advance(RETRY_MS)
      trustee = startTrusteeOn(on, 'A', { start: `restart at ${step}` })
      await on.clock.settle()
      const after = waitingOf(on, 'A')
      assert.equal(material(after), material(before))
      await on.extend([after])
      await trustee.stop()
      trustee = startTrusteeOn(on, 'A', { start: `restart after ${step}` })
      await on.clock.settle()
      assert.deepEqual(
        waitingParts(on, draft).filter((part) => part.endsWith('by A')),
        [],
        'published once',
      )
      await finaliseWaiting(on)
    }
    assert.deepEqual(
      materialOnChain(recordOn(on, draft.uuid), ceremonyOn(on, draft.uuid)),
      materialFromSeeds(on.networkId, draft),
    )
  })

  it('T23 decrypts with what its seed and the chain say, having been away since the ceremony', async () => {
    const on = await aNodeChain()
    const trustees = ['A', 'B', 'C'].map((name) => startTrusteeOn(on, name))
    const { draft, registrars } = await aDraftOn(on, ABC)
    await on.extend(registrars)
    await freeze(on, draft)
    for (const trustee of trustees) await trustee.stop()
    await passTo(on, draft.opensAt)
    await on.extend([ballotOn(on, draft.uuid, 0).transaction])
    await passTo(on, draft.closesAt)
    for (const name of ['B', 'C']) startTrusteeOn(on, name, { start: 'second' })
    await finaliseWaiting(on)
    assert.deepEqual(recordOn(on, draft.uuid).result, [[1n, 0n]])
  })

  it('offers again what was lost, as it was', async () => {
    const on = await aNodeChain()
    const trustee = startTrusteeOn(on, 'A')
    const { draft } = await aDraftOn(on, ABC)
    const lost = waitingOf(on, 'A')
    forgetWaiting(on)
    await on.clock.advance(RETRY_MS - 1)
    assert.deepEqual(waitingParts(on, draft), [], 'not before it had its time')
    await on.clock.advance(2 * RETRY_MS)
    assert.deepEqual(waitingOf(on, 'A'), lost)
    await trustee.stop()
  })

  it('does nothing when it returns after others have decrypted, or was left out, or is not named', async () => {
    const on = await aNodeChain()
    for (const name of ['A', 'B']) startTrusteeOn(on, name)
    const { draft, registrars } = await aDraftOn(on, ABC)
    await finaliseWaiting(on, registrars)
    await passDeadline(on, draft.uuid)
    const late = startTrusteeOn(on, 'C')
    startTrusteeOn(on, 'D')
    await freeze(on, draft)
    assert.deepEqual(outcomeOn(on, draft), { attempt: 2, members: ['A', 'B'], faults: ['C no-certificate'] })
    await passTo(on, draft.opensAt)
    await passTo(on, draft.closesAt)
    await finaliseWaiting(on)
    assert.equal(recordOn(on, draft.uuid).phase, 'tallied')
    assert.deepEqual(waitingOn(on), [])
    await late.stop()
    startTrusteeOn(on, 'C', { start: 'second' })
    await on.clock.advance(2 * RETRY_MS)
    assert.deepEqual(waitingOn(on), [])
  })

  it('T18 complains of a bad share, and goes on without the dealer', async () => {
    const on = await aNodeChain()
    for (const name of ['A', 'B']) startTrusteeOn(on, name)
    startTrusteeOn(on, 'C', { adversary: badDealer(1) })
    const { draft, registrars } = await aDraftOn(on, ABC)
    await on.extend(registrars)
    for (let i = 0; i < 3; i++) await finaliseWaiting(on)
    assert.deepEqual(waitingParts(on, draft).toSorted(), [
      'ceremonyComplaint by B',
      'ceremonyKey by A',
      'ceremonyKey by C',
    ])
    await on.extend([waitingOf(on, 'B')])
    await freeze(on, draft)
    assert.deepEqual(outcomeOn(on, draft), { attempt: 2, members: ['A', 'B'], faults: ['C bad-share'] })
  })

  it('takes part in several elections at once, with keys that have nothing in common', async () => {
    const on = await aNodeChain()
    for (const name of ['A', 'B', 'C']) startTrusteeOn(on, name)
    const one = await aDraftOn(on, ABC)
    const other = await aDraftOn(on, { ...ABC, uuid: `${one.draft.uuid}2` })
    await on.extend([...one.registrars, ...other.registrars])
    await freeze(on, one.draft)
    await freeze(on, other.draft)
    const keysOf = ({ uuid }: ElectionDraft): readonly string[] => {
      const { certificates, coefficients } = materialOnChain(recordOn(on, uuid), ceremonyOn(on, uuid))
      return [...certificates, ...coefficients.flat()]
    }
    const all = [...keysOf(one.draft), ...keysOf(other.draft)]
    assert.equal(new Set(all).size, all.length)
  })

  it('takes new keys and coefficients for a new attempt', async () => {
    const on = await aNodeChain()
    for (const name of ['A', 'B']) startTrusteeOn(on, name)
    startTrusteeOn(on, 'C', { adversary: silentIn('ceremonyDealing') })
    const { draft, registrars } = await aDraftOn(on, ABC)
    await on.extend(registrars)
    for (let i = 0; i < 3; i++) await finaliseWaiting(on)
    const first = materialOnChain(recordOn(on, draft.uuid), ceremonyOn(on, draft.uuid))
    await passDeadline(on, draft.uuid)
    await freeze(on, draft)
    const second = materialOnChain(recordOn(on, draft.uuid), ceremonyOn(on, draft.uuid))
    assert.deepEqual(second, materialFromSeeds(on.networkId, draft, 2, ['A', 'B']))
    const known = new Set([...first.certificates, ...first.coefficients.flat()])
    for (const key of [...second.certificates, ...second.coefficients.flat()]) assert.ok(!known.has(key))
  })

  it('does nothing while it may not act, and then what is to be done', async () => {
    const on = await aNodeChain()
    const trustee = startTrusteeOn(on, 'A')
    trustee.allow(false)
    await aDraftOn(on, ABC)
    await on.clock.advance(3 * RETRY_MS)
    assert.deepEqual(waitingOn(on), [])
    trustee.allow(true)
    await on.clock.settle()
    assert.equal(waitingOf(on, 'A').kind, 'ceremonyCertificate')
    await trustee.stop()
  })

  it('T38 writes no secret into its log, and says what it does and why something was not taken', async () => {
    const { logger, lines } = aCollectedLog()
    const on = await aNodeChain()
    for (const name of ['A', 'M']) startTrusteeOn(on, name, { logger })
    startTrusteeOn(on, 'B', { logger, adversary: badDealer(0) })
    startTrusteeOn(on, 'C', { logger, adversary: fullOnce })
    const { draft, registrars } = await aDraftOn(on, heldBy(2, ['A', 'B', 'C'], ['M']))
    await on.extend(registrars)
    await on.clock.advance(RETRY_MS)
    await freeze(on, draft)
    await passTo(on, draft.opensAt)
    await passTo(on, draft.closesAt)
    await finaliseWaiting(on)
    const log = lines.join('')
    for (const duty of ['key', 'certificate', 'commitment', 'dealing', 'share', 'decryption'])
      assert.ok(log.includes(`"duty":"${duty}"`), duty)
    assert.match(
      log,
      /not taken.*"code":"busy".*"reason":"the pool is full"|"reason":"the pool is full".*not taken/,
    )
    const attempts = [
      { attempt: 1, members: ['A', 'B', 'C'] },
      { attempt: 2, members: ['A', 'C'] },
    ]
    const secrets = secretsOf(on.networkId, draft, attempts)
    assert.deepEqual(secretsIn(log, secrets), [])
    assert.ok(secretsIn(`${log}${secrets.at(-1)}`, secrets).length > 0, 'it would be found')
  })
})
