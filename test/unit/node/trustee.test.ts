import { strict as assert } from 'node:assert'
import { equalBytes } from '../../../base/index.ts'
import {
  type ElectionRecord,
  electionRecord,
  type Transaction,
  type TransactionOf,
} from '../../../ledger/index.ts'
import { SILENT } from '../../../node/index.ts'
import { dutyOf, Trustee } from '../../../node/trustee.ts'
import {
  aDraft,
  aPreparation,
  aRoll,
  keyOf,
  privateKeyOf,
  seededRandom,
} from '../../support/ledger-builders.ts'
import { aNodeChain, ballotOn, type NodeChain } from '../../support/node-chain.ts'

function aTrustee(on: NodeChain, name: string, seed = `seed of ${name}`): Trustee {
  const { clock, chain, pool, networkId } = on
  return new Trustee(
    { networkId, signingKey: privateKeyOf(name), seed: privateKeyOf(seed) },
    { clock, random: seededRandom(`${seed} at ${clock.now()}`), chain, pool, logger: SILENT },
  )
}

function waiting(on: NodeChain): readonly Transaction[] {
  return [...on.pool.entries()].map(({ transaction }) => transaction)
}

/** The pool forgets everything, as at a restart. */
function loseAll(on: NodeChain): void {
  const rejection = { code: 'malformed', detail: '' } as const
  on.pool.drop(new Map([...on.pool.entries()].map(({ id }) => [id, rejection])))
}

function recordOn(on: NodeChain, uuid: string): ElectionRecord {
  const record = electionRecord(on.chain.state(), uuid)
  assert.ok(record)
  return record
}

/** An election whose two trustees are daemons; drafted, nothing else. */
async function aDraftedElection(on: NodeChain): Promise<ReturnType<typeof aPreparation> & { uuid: string }> {
  const draft = aDraft()
  const preparation = aPreparation(on.networkId, draft, aRoll(2))
  await on.extend([preparation.draft])
  return { ...preparation, uuid: draft.uuid }
}

describe('the trustee', () => {
  it('publishes a key, and after the closing a partial decryption, and then the result is there', async () => {
    const on = await aNodeChain()
    const trustees = ['validator 1', 'validator 2'].map((name) => aTrustee(on, name))
    for (const trustee of trustees) trustee.start()
    const { uuid, chunks, signatures } = await aDraftedElection(on)
    await on.clock.settle()
    assert.deepEqual(
      waiting(on).map(({ kind }) => kind),
      ['trusteeKey', 'trusteeKey'],
    )
    await on.extend([...waiting(on), ...chunks, ...signatures])
    await on.extend([], recordOn(on, uuid).draft.opensAt)
    await on.extend([ballotOn(on, uuid, 0).transaction])
    await on.clock.settle()
    assert.deepEqual(waiting(on), [], 'nothing is decrypted while ballots are taken')
    await on.extend([], recordOn(on, uuid).draft.closesAt)
    await on.clock.settle()
    assert.deepEqual(
      waiting(on).map(({ kind }) => kind),
      ['partialDecryption', 'partialDecryption'],
    )
    await on.extend(waiting(on))
    assert.deepEqual(recordOn(on, uuid).result, [[1n, 0n]])
    for (const trustee of trustees) await trustee.stop()
  })

  it('T23 uses the same key after a restart, and does not publish twice', async () => {
    const on = await aNodeChain()
    const first = aTrustee(on, 'validator 1')
    first.start()
    const { uuid } = await aDraftedElection(on)
    await on.clock.settle()
    const before = waiting(on)
    await first.stop()
    loseAll(on)
    const second = aTrustee(on, 'validator 1')
    second.start()
    await on.clock.settle()
    const after = waiting(on)
    const pointOf = (list: readonly Transaction[]): Uint8Array =>
      (list[0] as TransactionOf<'trusteeKey'>).key.slice(0, 32)
    assert.ok(equalBytes(pointOf(before), pointOf(after)))
    await on.extend(after)
    await on.clock.settle()
    assert.equal(dutyOf(recordOn(on, uuid), keyOf('validator 1')), undefined)
    assert.deepEqual(waiting(on), [])
    await second.stop()
  })

  it('offers again what was lost', async () => {
    const on = await aNodeChain()
    const trustee = aTrustee(on, 'validator 1')
    trustee.start()
    await aDraftedElection(on)
    await on.clock.settle()
    const [lost] = [...on.pool.entries()]
    assert.ok(lost)
    loseAll(on)
    await on.clock.advance(20_000)
    assert.deepEqual(
      [...on.pool.entries()].map(({ id }) => id),
      [lost.id],
    )
    await trustee.stop()
  })

  it('T22 owes nothing before the closing, nothing twice, and nothing to elections of others', async () => {
    const on = await aNodeChain()
    const { uuid, keys, chunks, signatures } = await aDraftedElection(on)
    const key = keyOf('validator 1')
    const duty = (): string | undefined => dutyOf(recordOn(on, uuid), key)
    assert.equal(duty(), 'key')
    assert.equal(dutyOf(recordOn(on, uuid), keyOf('validator 9')), undefined)
    await on.extend([...keys, ...chunks, ...signatures])
    assert.equal(recordOn(on, uuid).phase, 'frozen')
    assert.equal(duty(), undefined)
    await on.extend([], recordOn(on, uuid).draft.opensAt)
    assert.equal(recordOn(on, uuid).phase, 'open')
    assert.equal(duty(), undefined)
    await on.extend([], recordOn(on, uuid).draft.closesAt)
    assert.equal(duty(), 'decryption')
    const record = recordOn(on, uuid)
    const published = { ...record, decryptions: [{ owner: 1, decryption: new Uint8Array(0) }] }
    assert.equal(dutyOf(published, key), undefined)
    assert.equal(dutyOf({ ...record, phase: 'tallied' }, key), undefined)
  })

  it('decrypts nothing with another seed than the one its key came from', async () => {
    const on = await aNodeChain()
    const { uuid, keys, chunks, signatures } = await aDraftedElection(on)
    await on.extend([...keys, ...chunks, ...signatures])
    await on.extend([], recordOn(on, uuid).draft.opensAt)
    await on.extend([], recordOn(on, uuid).draft.closesAt)
    const trustee = aTrustee(on, 'validator 1', 'another seed')
    trustee.start()
    await on.clock.settle()
    assert.equal(dutyOf(recordOn(on, uuid), keyOf('validator 1')), 'decryption')
    assert.deepEqual(waiting(on), [])
    await trustee.stop()
  })
})
