import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import {
  decodeReferring,
  decodeTransaction,
  encodeBlock,
  encodeReferring,
  missingFrom,
  resolve,
} from '../../../ledger/index.ts'
import { aBlockOfBallots } from '../../support/referring-blocks.ts'

describe('a block by reference', () => {
  it('has 32 bytes for each transaction, and is the same block once it is made whole', () => {
    const { whole, referring, find } = aBlockOfBallots(3)
    const size = encodeReferring({ ...whole, transactions: [] }).length
    assert.equal(encodeReferring(whole).length, size + 3 * (32 + 4))
    assert.equal(referring.id, whole.id)
    assert.deepEqual(
      referring.items,
      whole.transactions.map(({ id }) => id),
    )
    assert.equal(missingFrom(referring, find).size, 0)
    assert.deepEqual(unwrap(resolve(referring, find)), whole)
  })

  it('may have some transactions, or all of them, in their own bytes', () => {
    const { whole, find } = aBlockOfBallots(3)
    const [first, ...others] = whole.transactions
    const mixed = encodeBlock({
      header: whole.header,
      transactions: [first!.bytes, ...others.map(({ hash }) => hash)],
    })
    const known = (id: string): ReturnType<typeof find> => (id === first!.id ? undefined : find(id))
    assert.deepEqual(unwrap(resolve(unwrap(decodeReferring(mixed)), known)), whole)
    const nothing = (): undefined => undefined
    assert.deepEqual(unwrap(resolve(unwrap(decodeReferring(whole.bytes)), nothing)), whole)
  })

  it('says once what is missing', () => {
    const { whole, referring, find } = aBlockOfBallots(2)
    const [first] = whole.transactions
    const twice = { ...referring, items: [first!.id, ...referring.items] }
    assert.deepEqual([...missingFrom(twice, (id) => (id === first!.id ? undefined : find(id)))], [first!.id])
  })

  it('is refused where its references lead to other transactions than those of its header', () => {
    const { whole, referring, find } = aBlockOfBallots(2)
    const turned = { ...referring, items: [...referring.items].reverse() }
    const refused = resolve(turned, find)
    assert.ok(!refused.ok)
    assert.equal(refused.error.code, 'wrong-transactions-root')
    const short = resolve({ ...referring, items: referring.items.slice(1) }, find)
    assert.ok(!short.ok)
    assert.ok(resolve({ ...referring, items: whole.transactions }, find).ok)
  })

  it('mistakes no transaction for an id: none has 32 bytes', () => {
    for (let kind = 0; kind < 256; kind++) {
      const bytes = new Uint8Array(32).fill(1)
      bytes[0] = kind
      assert.ok(!decodeTransaction(bytes).ok)
    }
  })

  it('is refused with a transaction that is none', () => {
    const { whole } = aBlockOfBallots(1)
    const bytes = encodeBlock({ header: whole.header, transactions: [new Uint8Array(33)] })
    assert.ok(!decodeReferring(bytes).ok)
  })
})
