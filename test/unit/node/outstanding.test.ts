import { strict as assert } from 'node:assert'
import type { AuthenticMessage, Certificate, Draft, Effect } from '../../../consensus/index.ts'
import { Outstanding } from '../../../node/outstanding.ts'

const ID = 'ab'.repeat(32)
const OTHER = 'cd'.repeat(32)
const SELF = 1

const prepare: Draft = {
  kind: 'prepare',
  statement: { kind: 'prepare', height: 5, round: 0, blockId: ID },
}
const certificate: Certificate = { height: 5, round: 0, blockId: ID, signatures: [] }

function prepareOf(validator: number, blockId: string = ID): AuthenticMessage {
  const statement = { kind: 'prepare' as const, height: 5, round: 0, blockId }
  const signed = { statement, validator, signature: new Uint8Array(64) }
  return { kind: 'prepare', signed } as unknown as AuthenticMessage
}

function owed(...effects: readonly Effect[]): Outstanding {
  const outstanding = new Outstanding(SELF)
  for (const effect of effects) outstanding.add(effect)
  return outstanding
}

const types = (outstanding: Outstanding): readonly string[] => outstanding.all().map(({ type }) => type)
const ANY = (): boolean => true

describe('what the core is owed', () => {
  it('is begun once, in the order in which it was asked for', () => {
    const outstanding = owed(
      { type: 'sign', draft: prepare },
      { type: 'checkBlock', blockId: ID },
      { type: 'setTimer', round: 0, afterMs: 10 },
    )
    assert.deepEqual(
      outstanding.begin(ANY).map(({ type }) => type),
      ['sign', 'checkBlock', 'setTimer'],
    )
    assert.deepEqual(outstanding.begin(ANY), [])
    assert.equal(outstanding.all().length, 3, 'begun is not answered')
  })

  it('waits while it may not be begun', () => {
    const outstanding = owed({ type: 'sign', draft: prepare }, { type: 'finalise', certificate })
    const silent = outstanding.begin(({ type }) => type === 'finalise')
    assert.deepEqual(
      silent.map(({ type }) => type),
      ['finalise'],
    )
    assert.deepEqual(
      outstanding.begin(ANY).map(({ type }) => type),
      ['sign'],
    )
  })

  it('is a signature until our own message with that statement has come back', () => {
    const outstanding = owed({ type: 'sign', draft: prepare })
    outstanding.answered({ type: 'message', message: prepareOf(2) })
    outstanding.answered({ type: 'message', message: prepareOf(SELF, OTHER) })
    assert.deepEqual(types(outstanding), ['sign'])
    outstanding.answered({ type: 'message', message: prepareOf(SELF) })
    assert.deepEqual(types(outstanding), [])
  })

  it('is a block until the answer for that round or id', () => {
    const outstanding = owed({ type: 'buildBlock', round: 1 }, { type: 'checkBlock', blockId: ID })
    outstanding.answered({ type: 'blockBuilt', round: 0, blockId: ID })
    outstanding.answered({ type: 'blockChecked', blockId: OTHER, isValid: true })
    assert.deepEqual(types(outstanding), ['buildBlock', 'checkBlock'])
    outstanding.answered({ type: 'blockBuilt', round: 1, blockId: OTHER })
    outstanding.answered({ type: 'blockChecked', blockId: ID, isValid: false })
    assert.deepEqual(types(outstanding), [])
  })

  it('is the latest timer alone, until it has run out', () => {
    const outstanding = owed(
      { type: 'setTimer', round: 0, afterMs: 10 },
      { type: 'setTimer', round: 1, afterMs: 10 },
    )
    assert.deepEqual(types(outstanding), ['setTimer'])
    outstanding.answered({ type: 'timeout', round: 0 })
    assert.deepEqual(types(outstanding), ['setTimer'])
    outstanding.answered({ type: 'timeout', round: 1 })
    assert.deepEqual(types(outstanding), [])
  })

  it('is nothing for what happens once', () => {
    const signed = prepareOf(2).signed
    const reason = { code: 'wrong-height', detail: '' } as const
    const outstanding = owed(
      { type: 'refuse', validator: 2, reason },
      { type: 'evidence', evidence: { first: signed, second: signed } },
      { type: 'resend', message: prepareOf(SELF) },
    )
    assert.deepEqual(types(outstanding), [])
  })
})
