import { strict as assert } from 'node:assert'
import {
  type Decoded,
  decodeTransaction,
  encodeTransaction,
  type Transaction,
} from '../../../ledger/index.ts'
import {
  MAX_POOL_PER_SLOT,
  PEER_TRANSACTIONS_BURST,
  WRONG_ACCELERATOR_TRANSACTIONS,
} from '../../../node/limits.ts'
import { isNeverValid } from '../../../node/pool-entry.ts'
import { aCeremonyRun, anAttempt, certificateBy, dealingBy } from '../../support/ceremony-builders.ts'
import { CONTRADICTIONS, evidenceAgainst } from '../../support/evidence-builders.ts'
import { aDraft, aPreparation, aRoll, thresholdTrustees } from '../../support/ledger-builders.ts'
import { aNodeChain, ballotOn, openElectionOn } from '../../support/node-chain.ts'

function forged(bytes: Uint8Array): Uint8Array {
  const decoded = decodeTransaction(bytes)
  assert.ok(decoded.ok && decoded.value.kind === 'ballot')
  const { ballot } = decoded.value
  const signature = { ...ballot.signature, response: ballot.signature.response + 1n }
  return encodeTransaction({ kind: 'ballot', ballot: { ...ballot, signature } })
}

describe('the pool', () => {
  it('takes a verified ballot once, and knows it from then on', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const { bytes, id } = ballotOn(on, uuid, 0)
    const [first, second] = await Promise.all([
      on.pool.add(bytes, 'a', false),
      on.pool.add(bytes, 'b', false),
    ])
    assert.deepEqual([first.code, second.code], ['accepted', 'known'])
    assert.equal((await on.pool.add(bytes, 'a', false)).code, 'known')
    assert.equal(on.pool.size, 1)
    assert.equal(on.pool.bytes, bytes.length)
    assert.ok(on.chain.isVerified(id), 'no execution verifies it again')
  })

  it('drops what became final, and knows a ballot on the board', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const { bytes, transaction } = ballotOn(on, uuid, 0)
    await on.pool.add(bytes, 'a', false)
    await on.extend([transaction])
    assert.equal(on.pool.size, 0)
    assert.equal(on.pool.bytes, 0)
    assert.equal((await on.pool.add(bytes, 'a', false)).code, 'known')
  })

  it('T14 does not take an older ballot again after a newer one', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const older = ballotOn(on, uuid, 0, 'older')
    await on.extend([older.transaction])
    await on.extend([ballotOn(on, uuid, 0, 'newer').transaction])
    assert.equal((await on.pool.add(older.bytes, 'a', false)).code, 'known')
    assert.equal(on.pool.size, 0)
  })

  it('drops waiting ballots when the election closes, and takes no more', async () => {
    const on = await aNodeChain()
    const { uuid, closesAt } = await openElectionOn(on, 2)
    const { bytes } = ballotOn(on, uuid, 0)
    const late = ballotOn(on, uuid, 1)
    await on.pool.add(bytes, 'a', false)
    await on.extend([], closesAt)
    assert.equal(on.pool.size, 0)
    assert.equal((await on.pool.add(late.bytes, 'a', false)).code, 'not-open')
  })

  it('drops other transactions that a block made invalid', async () => {
    const on = await aNodeChain()
    const { draft, keys } = aPreparation(on.networkId, aDraft(), aRoll(2))
    await on.extend([draft])
    assert.equal((await on.pool.add(encodeTransaction(keys[0]!), 'a', false)).code, 'accepted')
    await on.extend([keys[0]!, keys[1]!])
    assert.equal(on.pool.size, 0)
  })

  it('refuses what is malformed or forged, and remembers a forged ballot without verifying it again', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const bad = forged(ballotOn(on, uuid, 0).bytes)
    assert.equal((await on.pool.add(Uint8Array.of(1, 2, 3), 'a', false)).code, 'malformed')
    const first = await on.pool.add(bad, 'a', false)
    assert.equal(first.code, 'ballot-invalid')
    assert.match(first.detail, /bad-signature/)
    const before = on.verifier.pending()
    const again = on.pool.add(bad, 'a', false)
    assert.equal(on.verifier.pending(), before, 'nothing is verified')
    assert.deepEqual(await again, first)
    assert.equal(on.pool.size, 0)
  })

  it('T10 asks the cheap questions first: an unknown credential costs no verification', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const stranger = ballotOn(on, uuid, 7)
    const outcome = on.pool.add(stranger.bytes, 'a', false)
    assert.equal(on.verifier.pending(), 0)
    assert.equal((await outcome).code, 'unknown-credential')
  })

  it('T10 is busy at its limit of transactions, and has room again after a block', async () => {
    const on = await aNodeChain({ pool: { maxTransactions: 2 } })
    const { uuid } = await openElectionOn(on, 3)
    const ballots = [0, 1, 2].map((voter) => ballotOn(on, uuid, voter))
    const codes = await Promise.all(
      ballots.map(async ({ bytes }) => (await on.pool.add(bytes, 'a', false)).code),
    )
    assert.deepEqual(codes, ['accepted', 'accepted', 'busy'])
    await on.extend([ballots[0]!.transaction])
    assert.equal((await on.pool.add(ballots[2]!.bytes, 'a', false)).code, 'accepted')
  })

  it('T10 is busy at its limit of bytes', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const [first, second] = [ballotOn(on, uuid, 0), ballotOn(on, uuid, 1)]
    const small = await aNodeChain({ pool: { maxBytes: first.bytes.length + second.bytes.length - 1 } })
    await openElectionOn(small, 2)
    assert.equal((await small.pool.add(first.bytes, 'a', false)).code, 'accepted')
    assert.equal((await small.pool.add(second.bytes, 'a', false)).code, 'busy')
  })

  it('T10 holds only a few ballots of one credential at once', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const codes: string[] = []
    for (let i = 0; i <= MAX_POOL_PER_SLOT; i++) {
      codes.push((await on.pool.add(ballotOn(on, uuid, 0, `ballot ${i}`).bytes, 'a', false)).code)
    }
    assert.equal(codes.filter((code) => code === 'accepted').length, MAX_POOL_PER_SLOT)
    assert.equal(codes.at(-1), 'busy')
    assert.equal((await on.pool.add(ballotOn(on, uuid, 1).bytes, 'a', false)).code, 'accepted')
  })

  it('T10 holds only a few attempts of a trustee at one step of a ceremony', async () => {
    const on = await aNodeChain()
    const draft = aDraft(thresholdTrustees(2, 2))
    await on.extend([aPreparation(on.networkId, draft, aRoll(2)).draft])
    const at = anAttempt(on.networkId, draft)
    const codes: string[] = []
    for (let i = 0; i <= MAX_POOL_PER_SLOT; i++) {
      // Made anew, a certificate has other random numbers in its signature.
      const bytes = encodeTransaction(certificateBy(at, 'trustee 1', `attempt ${i}`))
      codes.push((await on.pool.add(bytes, 'a', false)).code)
    }
    assert.deepEqual(codes, ['accepted', 'accepted', 'accepted', 'busy'])
    assert.equal(
      (await on.pool.add(encodeTransaction(certificateBy(at, 'trustee 2')), 'a', false)).code,
      'accepted',
    )
  })

  it('T10 T30 holds one evidence against each validator, and none against the convicted', async () => {
    const on = await aNodeChain()
    const [first, second] = CONTRADICTIONS.map((two) => evidenceAgainst(on.networkId, 'validator 1', two))
    const other = evidenceAgainst(on.networkId, 'validator 2')
    const offer = async (evidence: Transaction): Promise<string> =>
      (await on.pool.add(encodeTransaction(evidence), 'a', false)).code
    assert.deepEqual(await Promise.all([first!, second!, first!].map(offer)), ['accepted', 'busy', 'known'])
    assert.equal(await offer(other), 'accepted')
    // By the proposer's choice another one than ours convicts.
    await on.extend([second!])
    assert.equal(on.pool.size, 1)
    assert.equal(await offer(first!), 'already-convicted')
    await on.extend([other])
    assert.equal(on.pool.size, 0)
  })

  it('T10 T30 refuses forged evidence at the cost of its bearer, and keeps the place for good evidence', async () => {
    const on = await aNodeChain()
    const good = evidenceAgainst(on.networkId, 'validator 1')
    const forged = { ...good, second: { ...good.second, signature: good.first.signature } }
    const { code } = await on.pool.add(encodeTransaction(forged), 'a', false)
    assert.equal(code, 'bad-signature')
    assert.ok(isNeverValid(code))
    assert.equal((await on.pool.add(encodeTransaction(good), 'b', false)).code, 'accepted')
  })

  it('T10 refuses a bad dealing, and remembers it without verifying it again', async () => {
    const on = await aNodeChain()
    const draft = aDraft(thresholdTrustees(2, 2))
    const at = anAttempt(on.networkId, draft)
    const { certificates, commitments } = aCeremonyRun(on.networkId, draft)
    await on.extend([aPreparation(on.networkId, draft, aRoll(2)).draft])
    await on.extend([...certificates, ...commitments])
    const bad = encodeTransaction(dealingBy(at, 'trustee 1', { polynomial: [5n, 6n] }))
    const first = await on.pool.add(bad, 'a', false)
    assert.equal(first.code, 'ceremony-invalid')
    assert.match(first.detail, /trustee 1.*not those it committed to/)
    assert.equal(await on.pool.add(bad, 'a', false), first)
    assert.ok(isNeverValid(first.code), 'whoever passes it on did not check it')
    assert.equal(on.pool.size, 0)
  })

  it('T10 lets one peer offer no more than its budget, while others are served', async () => {
    const on = await aNodeChain()
    const garbage = Uint8Array.of(0)
    const codes = await Promise.all(
      Array.from({ length: PEER_TRANSACTIONS_BURST + 1 }, () => on.pool.add(garbage, 'a', false)),
    )
    assert.equal(codes.filter(({ code }) => code === 'malformed').length, PEER_TRANSACTIONS_BURST)
    assert.equal(codes.at(-1)?.code, 'busy')
    assert.equal((await on.pool.add(garbage, 'b', false)).code, 'malformed')
    await on.clock.advance(1000)
    assert.equal((await on.pool.add(garbage, 'a', false)).code, 'malformed')
  })

  it('T10 is busy when the verifier has no room', async () => {
    const on = await aNodeChain({ maxJobs: 1 })
    const { uuid } = await openElectionOn(on, 3)
    const codes = await Promise.all(
      [0, 1, 2].map(async (voter) => (await on.pool.add(ballotOn(on, uuid, voter).bytes, 'a', false)).code),
    )
    assert.deepEqual(codes, ['accepted', 'accepted', 'busy'])
  })

  it('takes many at once, each with its own outcome, and verifies their ballots together', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 3)
    const [a, b, c] = [0, 1, 2].map((voter) => ballotOn(on, uuid, voter).bytes)
    const broken = c!.slice()
    broken[broken.length - 40]! ^= 1
    const verify = on.verifier.verify
    const sizes: number[] = []
    on.verifier.verify = (jobs, urgency) => {
      sizes.push(jobs.length)
      return verify(jobs, urgency)
    }
    const outcomes = await on.pool.addMany(
      [a!, Uint8Array.of(0), b!, a!, broken].map((bytes) => ({ bytes })),
      'a',
      false,
    )
    assert.deepEqual(
      outcomes.map(({ code }) => code),
      ['accepted', 'malformed', 'accepted', 'known', 'ballot-invalid'],
    )
    assert.deepEqual(sizes, [3])
    assert.equal(on.pool.size, 2)
    assert.equal(on.pool.verifying, 0)
  })

  it('keeps accelerators that are right, and tells of wrong ones, which cost their bearer', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 4)
    const found = ['right', 'wrong', 'none'] as const
    const ballots = found.map((_, voter) => ballotOn(on, uuid, voter))
    on.verifier.verify = async (jobs) =>
      jobs.map(({ accelerator }) => {
        return { verdict: { ok: true, value: undefined }, accelerator: found[accelerator![0]!]! }
      })
    const offered = ballots.map(({ bytes }, index) => ({ bytes, accelerator: Uint8Array.of(index) }))
    const outcomes = await on.pool.addMany(offered, 'a', false)
    assert.deepEqual(
      outcomes.map(({ code, hasWrongAccelerator }) => [code, hasWrongAccelerator]),
      [
        ['accepted', undefined],
        ['accepted', true],
        ['accepted', undefined],
      ],
    )
    assert.deepEqual(
      ballots.map(({ id }) => on.pool.get(id)?.accelerator),
      [Uint8Array.of(0), undefined, undefined],
    )
    // Three transactions and what the wrong accelerator cost are gone.
    const left = PEER_TRANSACTIONS_BURST - 3 - WRONG_ACCELERATOR_TRANSACTIONS
    const garbage = { bytes: Uint8Array.of(1) }
    const codes = async (count: number): Promise<string | undefined> =>
      (await on.pool.addMany(Array(count).fill(garbage), 'a', false))[0]?.code
    assert.equal(await codes(left + 1), 'busy')
    assert.equal(await codes(left), 'malformed')
  })

  it('T10 holds a credential to its limit inside one batch, too', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 1)
    const many = Array.from({ length: MAX_POOL_PER_SLOT + 2 }, (_, seed) => ({
      bytes: ballotOn(on, uuid, 0, `seed ${seed}`).bytes,
    }))
    const outcomes = await on.pool.addMany(many, 'a', false)
    assert.equal(outcomes.filter(({ code }) => code === 'accepted').length, MAX_POOL_PER_SLOT)
    assert.equal(outcomes.filter(({ code }) => code === 'busy').length, 2)
  })

  it('finds what waits and what is being verified', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 1)
    const { bytes, id } = ballotOn(on, uuid, 0)
    assert.equal(on.pool.find(id), undefined)
    const adding = on.pool.add(bytes, 'a', false)
    assert.equal(on.pool.get(id), undefined)
    assert.deepEqual(on.pool.find(id)?.bytes, bytes)
    await adding
    assert.deepEqual(on.pool.find(id)?.bytes, bytes)
  })

  it('offers candidates in order of arrival, within a count and a number of bytes', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 3)
    const all = [0, 1, 2].map((voter) => ballotOn(on, uuid, voter))
    for (const { bytes } of all) await on.pool.add(bytes, 'a', false)
    const encoded = (list: readonly Decoded[]): readonly Uint8Array[] => list.map(({ bytes }) => bytes)
    const bytes = all.map((one) => one.bytes)
    const size = bytes[0]!.length + bytes[1]!.length
    assert.deepEqual(encoded(on.pool.candidates(10, 1e9)), bytes)
    assert.deepEqual(encoded(on.pool.candidates(2, 1e9)), bytes.slice(0, 2))
    assert.deepEqual(encoded(on.pool.candidates(10, size)), bytes.slice(0, 2))
    assert.deepEqual(encoded(on.pool.candidates(10, size - 1)), bytes.slice(0, 1))
  })

  it('keeps what a proposer could not take yet, and drops what it never can', async () => {
    const on = await aNodeChain()
    const { uuid } = await openElectionOn(on, 2)
    const [early, wrong] = [ballotOn(on, uuid, 0), ballotOn(on, uuid, 1)]
    await on.pool.add(early.bytes, 'a', false)
    await on.pool.add(wrong.bytes, 'a', false)
    on.pool.drop(
      new Map([
        [early.id, { code: 'not-open', detail: '' }],
        [wrong.id, { code: 'ballot-exists', detail: '' }],
      ]),
    )
    assert.deepEqual(
      [...on.pool.entries()].map(({ id }) => id),
      [early.id],
    )
  })

  it('blames the bearer only for what no state makes good', () => {
    for (const code of ['malformed', 'bad-signature', 'ballot-invalid'] as const)
      assert.ok(isNeverValid(code))
    for (const code of ['busy', 'known', 'not-open', 'unknown-election', 'wrong-phase'] as const) {
      assert.ok(!isNeverValid(code))
    }
  })
})
