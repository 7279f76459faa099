import assert from 'node:assert/strict'
import { createAddressBook } from '../../../network/address-book.ts'
import { createAdmission } from '../../../network/admission.ts'
import { createDeadline, orAborted, sleep, untilAborted } from '../../../network/deadline.ts'
import { messageId } from '../../../network/gossip.ts'
import { MAX_ADDRESSES_PER_PEER, NetworkError, PROTOCOL_LIMITS } from '../../../network/index.ts'
import { networkTag, protocolId, topicName } from '../../../network/protocols.ts'

const ID = Uint8Array.from({ length: 32 }, (_, index) => index)
const never = new Promise<never>(() => undefined)

describe('names on the wire', () => {
  it('hold the first 8 bytes of the network id', () => {
    assert.equal(networkTag(ID), '0001020304050607')
    assert.equal(protocolId(ID, 'status'), '/psephos/0001020304050607/status/1')
    assert.equal(topicName(ID, 'blocks'), 'psephos/0001020304050607/blocks/2')
    assert.equal(topicName(ID, 'transactions'), 'psephos/0001020304050607/transactions/2')
    assert.equal(protocolId(ID, 'submit'), '/psephos/0001020304050607/submit/2')
    assert.equal(protocolId(ID, 'transactions'), '/psephos/0001020304050607/transactions/1')
  })

  it('T15 differ between networks', () => {
    const other = ID.map((byte) => byte ^ 1)
    assert.notEqual(protocolId(ID, 'status'), protocolId(other, 'status'))
    assert.notEqual(topicName(ID, 'blocks'), topicName(other, 'blocks'))
  })
})

describe('the id of a gossiped message', () => {
  it('is 32 bytes that depend on the topic, the content, and where one ends', () => {
    const ids = [
      messageId('a', Uint8Array.of(1)),
      messageId('b', Uint8Array.of(1)),
      messageId('a', Uint8Array.of(2)),
      messageId('a', Uint8Array.of(1, 0)),
      messageId('ab', Uint8Array.of()),
      messageId('a', Uint8Array.of('b'.charCodeAt(0))),
    ]
    assert.equal(new Set(ids.map(String)).size, ids.length)
    assert.ok(ids.every(({ length }) => length === 32))
    assert.deepEqual(messageId('a', Uint8Array.of(1)), ids[0])
  })
})

describe('the address book', () => {
  it('has the newest address of a peer first, each once', () => {
    const book = createAddressBook()
    for (const address of ['/1', '/2', '/1']) book.add('a', address)
    assert.deepEqual(book.of('a'), ['/1', '/2'])
    assert.deepEqual(book.of('b'), [])
  })

  it('T32 keeps so many addresses of a peer, and so many peers', () => {
    const book = createAddressBook(2)
    for (let i = 0; i <= MAX_ADDRESSES_PER_PEER; i++) book.add('a', `/${i}`)
    assert.equal(book.of('a').length, MAX_ADDRESSES_PER_PEER)
    assert.equal(book.of('a').includes('/0'), false)
    book.add('b', '/b')
    book.add('a', '/again')
    book.add('c', '/c')
    assert.deepEqual([book.of('a').length > 0, book.of('b'), book.of('c')], [true, [], ['/c']])
  })
})

describe('admission', () => {
  it('T32 has so many places in all and for one peer, and gives them back', () => {
    const admission = createAdmission({ ...PROTOCOL_LIMITS.status, streams: 3, streamsPerPeer: 2 })
    assert.deepEqual(
      ['a', 'a', 'a', 'b', 'c'].map((peer) => admission.enter(peer)),
      [true, true, false, true, false],
    )
    admission.leave('a')
    assert.equal(admission.enter('c'), true)
    admission.leave('b')
    assert.equal(admission.enter('a'), true)
    assert.equal(admission.enter('a'), false)
  })
})

describe('a deadline', () => {
  const isCode =
    (code: NetworkError['code']) =>
    (error: NetworkError): boolean =>
      error.name === 'NetworkError' && error.code === code

  it('runs out when nobody restarts it', async () => {
    const deadline = createDeadline(5, 'a question')
    await assert.rejects(orAborted(never, deadline.signal), isCode('timeout'))
  })

  it('does not run while it is paused or after it was stopped', async () => {
    const paused = createDeadline(1, 'a question')
    paused.pause()
    const stopped = createDeadline(1, 'a question')
    stopped.stop()
    await sleep(5, new AbortController().signal)
    assert.deepEqual([paused.signal.aborted, stopped.signal.aborted], [false, false])
    paused.restart()
    await assert.rejects(orAborted(never, paused.signal), isCode('timeout'))
  })

  it('ends with its parent, as aborted or with the reason that a NetworkError gives', async () => {
    const parent = new AbortController()
    const deadline = createDeadline(1000, 'a question', parent.signal)
    parent.abort()
    await assert.rejects(orAborted(never, deadline.signal), isCode('aborted'))
    const ended = createDeadline(1000, 'a question', undefined, AbortSignal.abort())
    await assert.rejects(orAborted(never, ended.signal), isCode('aborted'))
    const reason = AbortSignal.abort(new NetworkError('stopped', 'the host stops'))
    await assert.rejects(
      orAborted(never, createDeadline(1000, 'a question', reason).signal),
      isCode('stopped'),
    )
  })

  it('lets a source go that hangs, without waiting for it', async () => {
    let isReturned = false
    const hanging: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => never,
        return: () => {
          isReturned = true
          return never
        },
      }),
    }
    const deadline = createDeadline(5, 'a question')
    await assert.rejects(async () => {
      for await (const _ of untilAborted(hanging, deadline.signal)) assert.fail()
    }, isCode('timeout'))
    assert.equal(isReturned, true)
  })

  it('ends a sleep early', async () => {
    const controller = new AbortController()
    const slept = sleep(60_000, controller.signal)
    controller.abort(new Error('enough'))
    await assert.rejects(slept, /enough/)
    await assert.rejects(sleep(60_000, AbortSignal.abort(new Error('before'))), /before/)
  })
})
