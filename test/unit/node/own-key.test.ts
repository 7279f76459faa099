import { strict as assert } from 'node:assert'
import {
  encodeSigned,
  MAX_ROUND,
  type Signed,
  type Statement,
  statementBytes,
} from '../../../consensus/index.ts'
import { publicKeyOf, sha256, sign } from '../../../crypto/index.ts'
import { createMemoryHub, type Transport } from '../../../network/index.ts'
import { type NodeError, SILENT } from '../../../node/index.ts'
import { OwnKey } from '../../../node/own-key.ts'
import { type LastSigned, memoryLastSigned } from '../../../storage/index.ts'

const NETWORK = sha256('a network')
const KEYS = ['ann', 'bob', 'cho'].map((name) => sha256(name))
const VALIDATORS = { keys: KEYS.map(publicKeyOf) }
const [SELF, OTHER] = [1, 2]
const [BLOCK, ANOTHER] = ['ab'.repeat(32), 'cd'.repeat(32)]

function prepare(height: number, round: number, blockId = BLOCK): Statement {
  return { kind: 'prepare', height, round, blockId }
}

function signed(statement: Statement, validator = SELF, key = validator): Signed {
  const signature = sign(statementBytes(NETWORK, statement), KEYS[key]!)
  return { statement, validator, signature }
}

/** A record whose last statement is a prepare at height 5, round 1. */
async function aRecord(): Promise<LastSigned> {
  const record = memoryLastSigned()
  await record.sign(
    { height: 5, round: 1, step: 2 },
    statementBytes(NETWORK, prepare(5, 1)),
    (bytes) => bytes,
  )
  return record
}

interface Watched {
  readonly ownKey: OwnKey
  readonly transport: Transport
  readonly failures: NodeError[]
  /** Starts a peer that answers like this. */
  peer(name: string, answer: () => AsyncGenerator<Uint8Array>): Promise<string>
}

async function aWatch(record: LastSigned, role: 'validator' | 'observer' = 'validator'): Promise<Watched> {
  const hub = createMemoryHub({ now: () => 0 })
  const transport = hub.transport('us')
  await transport.start()
  const failures: NodeError[] = []
  const ownKey = new OwnKey(
    { networkId: NETWORK, validators: VALIDATORS, self: role === 'observer' ? undefined : SELF },
    { lastSigned: record, transport, logger: SILENT, onFailure: (error) => failures.push(error) },
  )
  const peer = async (name: string, answer: () => AsyncGenerator<Uint8Array>): Promise<string> => {
    const other = hub.transport(name)
    other.handle('statement', answer)
    await other.start()
    return name
  }
  return { ownKey, transport, failures, peer }
}

/** Asks one after the other. */
async function ask(ownKey: OwnKey, peers: readonly string[]): Promise<void> {
  for (const peer of peers) await ownKey.ask(peer, new AbortController().signal)
}

describe('T31 the watch over our own key', () => {
  const foreign: readonly (readonly [string, Signed])[] = [
    ['a later height', signed(prepare(6, 0))],
    ['a later round', signed(prepare(5, 2))],
    ['a later step', signed({ kind: 'commit', height: 5, round: 1, blockId: BLOCK })],
    ['another block in the recorded slot', signed(prepare(5, 1, ANOTHER))],
  ]
  for (const [what, statement] of foreign) {
    it(`T31 stops for ${what}, with what was heard and what to do`, async () => {
      const { ownKey, failures } = await aWatch(await aRecord())
      ownKey.hear(statement)
      assert.equal(failures.length, 1)
      assert.equal(failures[0]?.code, 'key-in-use')
      assert.match(failures[0]?.message ?? '', /signed height \d, round \d, step \d/)
      assert.match(failures[0]?.message ?? '', /height 5, round 1, step 2/)
      assert.match(failures[0]?.message ?? '', /psephos start --home DIR --observe/)
      assert.match(
        failures[0]?.message ?? '',
        new RegExp(`--signed-up-to HEIGHT: .* not below ${statement.statement.height}$`),
      )
    })
  }

  const own: readonly (readonly [string, Signed])[] = [
    ['what it recorded', signed(prepare(5, 1))],
    ['what is below the record', signed(prepare(5, 0, ANOTHER))],
    ['an earlier height', signed({ kind: 'commit', height: 4, round: 9, blockId: BLOCK })],
    ['what others say', signed(prepare(9, 0), OTHER)],
  ]
  for (const [what, statement] of own) {
    it(`goes on for ${what}`, async () => {
      const { ownKey, failures } = await aWatch(await aRecord())
      ownKey.hear(statement)
      assert.equal(failures.length, 0)
    })
  }

  it('T31 stops for anything of ours where nothing is recorded', async () => {
    const { ownKey, failures } = await aWatch(memoryLastSigned())
    ownKey.hear(signed(prepare(1, 0)))
    assert.equal(failures[0]?.code, 'key-in-use')
    assert.match(failures[0]?.message ?? '', /this home signed is nothing/)
  })

  it('an observer has no key to watch', async () => {
    const { ownKey, failures, peer } = await aWatch(memoryLastSigned(), 'observer')
    for (const validator of [0, 1, 2]) ownKey.hear(signed(prepare(1, 0), validator))
    await ask(ownKey, [await peer('a', () => answers(encodeSigned(signed(prepare(9, 0)))))])
    assert.equal(failures.length, 0)
  })

  it('T31 stops for evidence against itself, below the record too, unless a barrier covers it', async () => {
    const evidence = { first: signed(prepare(5, 0)), second: signed(prepare(5, 0, ANOTHER)) }
    const { ownKey, failures } = await aWatch(await aRecord())
    ownKey.hearEvidence({
      first: signed(prepare(5, 0), OTHER),
      second: signed(prepare(5, 0, ANOTHER), OTHER),
    })
    assert.equal(failures.length, 0)
    ownKey.hearEvidence(evidence)
    assert.equal(failures[0]?.code, 'key-in-use')
    const barrier = memoryLastSigned()
    await barrier.sign({ height: 5, round: MAX_ROUND, step: 3 }, new Uint8Array(1), (bytes) => bytes)
    const behind = await aWatch(barrier)
    behind.ownKey.hearEvidence(evidence)
    assert.equal(behind.failures.length, 0)
    behind.ownKey.hearEvidence({ first: signed(prepare(6, 0)), second: signed(prepare(6, 0, ANOTHER)) })
    assert.equal(behind.failures.length, 1)
  })
})

describe('T31 a validator that asks for its last words', () => {
  it('T31 stops when any of its peers heard more than it recorded', async () => {
    const { ownKey, failures, peer } = await aWatch(await aRecord())
    const peers = [
      await peer('knows nothing', () => answers()),
      await peer('knows less', () => answers(encodeSigned(signed(prepare(4, 0))))),
      await peer('knows more', () => answers(encodeSigned(signed(prepare(7, 3))))),
    ]
    await ask(ownKey, peers.slice(0, 2))
    assert.equal(failures.length, 0)
    await ask(ownKey, peers)
    assert.equal(failures.length, 1)
    assert.match(failures[0]?.message ?? '', / not below 7$/)
  })

  it('T31 T32 is not moved by peers that lie, babble, break off or are not there, and parts from liars', async () => {
    const { ownKey, failures, peer, transport } = await aWatch(await aRecord())
    const forged = signed(prepare(9, 0), SELF, OTHER)
    const flipped = signed(prepare(9, 0))
    const peers = [
      await peer('forges', () => answers(encodeSigned(forged))),
      await peer('flips', () => answers(encodeSigned({ ...flipped, statement: prepare(8, 0) }))),
      await peer('of another', () => answers(encodeSigned(signed(prepare(9, 0), OTHER)))),
      await peer('babbles', () => answers(Uint8Array.of(1, 2, 3))),
      await peer('too long', () => answers(new Uint8Array(10_000))),
      await peer('breaks off', async function* () {
        yield* []
        throw new Error('broken')
      }),
      'nobody',
    ]
    await ask(ownKey, peers)
    assert.equal(failures.length, 0)
    const left = transport.peers().map(({ id }) => id)
    for (const liar of ['forges', 'flips', 'of another', 'babbles']) assert.ok(!left.includes(liar), liar)
    assert.ok(left.includes('breaks off'))
  })

  it('T32 gives up on a peer that is silent when its time is over, and asks nobody twice who answered', async () => {
    const { ownKey, failures, peer } = await aWatch(await aRecord())
    const silent = await peer('silent', async function* () {
      await new Promise<never>(() => {})
      yield new Uint8Array(0)
    })
    const patience = new AbortController()
    const asking = ownKey.ask(silent, patience.signal)
    patience.abort()
    await asking
    let asked = 0
    const quiet = await peer('quiet', () => {
      asked++
      return answers()
    })
    await ask(ownKey, [quiet, quiet])
    assert.equal(asked, 1)
    assert.equal(failures.length, 0)
  })
})

async function* answers(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
