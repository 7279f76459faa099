import { strict as assert } from 'node:assert'
import { toHex } from '../../../base/index.ts'
import { GENERATOR, hashToScalar, IDENTITY, multiply, pointToHex, sha256 } from '../../../crypto/index.ts'
import {
  compareCredentials,
  createTrusteeKey,
  encodeTrusteeKey,
  payloadHash,
  publicCredentialsJson,
  type RollEntry,
} from '../../../election/index.ts'
import { checkTransaction, splitRoll, type Transaction } from '../../../ledger/index.ts'
import { CHUNK_ENTRIES, MAX_ROLL_CHUNKS, MAX_TOTAL_WEIGHT } from '../../../ledger/limits.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  aFrozenElection,
  aGenesis,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  keyOf,
  recordOf,
  seededRandom,
  signed,
  type TestChain,
} from '../../support/ledger-builders.ts'
import { assertRefused } from '../../support/refusals.ts'

/** A chain with a draft, and the parts that would freeze it. */
function drafted(roll: readonly RollEntry[] = aRoll(3)): {
  chain: TestChain
  parts: ReturnType<typeof aPreparation>
  uuid: string
} {
  const chain = aChain()
  const parts = aPreparation(chain.networkId, aDraft(), roll)
  extend(chain, [parts.draft])
  return { chain, parts, uuid: aDraft().uuid }
}

describe('a draft transaction is refused', () => {
  const draft = aDraft()
  const draftBy = (chain: TestChain, name: string, changes = {}): Transaction =>
    signed(
      chain.networkId,
      { kind: 'draft', draft: { ...draft, ...changes }, administrator: keyOf(name) },
      name,
    )

  it('from somebody who is no administrator', () => {
    const chain = aChain()
    assertRefused(chain, draftBy(chain, 'registrar 1'), 'unknown-administrator', 'check')
  })
  it('with a wrong signature', () => {
    const chain = aChain()
    const good = draftBy(chain, 'administrator 1')
    assert.ok(good.kind === 'draft')
    const changed = { ...good, draft: { ...draft, name: 'Another name' } }
    assertRefused(chain, changed, 'bad-signature', 'verify')
    assertRefused(chain, { ...good, signature: new Uint8Array(64) }, 'bad-signature', 'verify')
  })
  it('with anything wrong in itself', () => {
    const chain = aChain()
    assertRefused(chain, draftBy(chain, 'administrator 1', { closesAt: 1 }), 'draft-invalid', 'check')
  })
  it('when it would open in the past or at once', () => {
    const chain = aChain()
    const now = chain.state.head.time + 1
    assertRefused(
      chain,
      draftBy(chain, 'administrator 1', { opensAt: now }),
      'draft-invalid',
      'check',
      /future/,
    )
    extend(chain, [draftBy(chain, 'administrator 1', { opensAt: now + 1 })], now)
  })
  it('with a registrar that the network does not know', () => {
    const chain = aChain()
    const changes = { registrars: [keyOf('registrar 1'), keyOf('stranger')] }
    assertRefused(chain, draftBy(chain, 'administrator 1', changes), 'unknown-registrar', 'check')
  })
  it('when the uuid is taken', () => {
    const { chain } = drafted()
    assertRefused(chain, draftBy(chain, 'administrator 1', { name: 'Else' }), 'election-exists', 'check')
  })
})

describe('a trustee key is refused', () => {
  const keyBy = (chain: TestChain, name: string, key: Uint8Array): Transaction =>
    signed(
      chain.networkId,
      { kind: 'trusteeKey', uuid: aDraft().uuid, trustee: keyOf(name), attempt: 1, key },
      name,
    )
  const aKey = (): Uint8Array => encodeTrusteeKey(createTrusteeKey(77n, seededRandom('key')))
  /** An election whose trustees have committed to their keys, and what reveals them. */
  function committed(): { chain: TestChain; revealed: readonly Transaction[] } {
    const { chain, parts } = drafted()
    extend(chain, parts.keys.slice(0, 2))
    return { chain, revealed: parts.keys.slice(2) }
  }

  it('for an election that is not there', () => {
    const { parts } = drafted()
    for (const part of parts.keys) assertRefused(aChain(), part, 'unknown-election', 'check')
  })
  it('from somebody who is no trustee', () => {
    const { chain } = committed()
    assertRefused(chain, keyBy(chain, 'registrar 1', aKey()), 'unknown-trustee', 'check')
  })
  it('when it is not a key, or its proof is wrong', () => {
    const { chain } = committed()
    const key = aKey()
    assertRefused(chain, keyBy(chain, 'validator 1', key.slice(1)), 'key-invalid', 'verify')
    const wrong = key.with(key.length - 1, key.at(-1)! ^ 1)
    assertRefused(chain, keyBy(chain, 'validator 1', wrong), 'key-invalid', 'verify')
  })
  it('when it is the neutral element, which hides nothing', () => {
    const { chain } = committed()
    const commitment = pointToHex(multiply(GENERATOR, 5n))
    const challenge = hashToScalar(`pok|Ed25519|${pointToHex(IDENTITY)}|${commitment}`)
    const key = encodeTrusteeKey({ publicKey: IDENTITY, proof: { challenge, response: 5n } })
    assertRefused(chain, keyBy(chain, 'validator 1', key), 'key-invalid', 'verify', /neutral/)
  })
  it('before all have committed, and a second time', () => {
    const { chain, parts } = drafted()
    extend(chain, parts.keys.slice(0, 1))
    assertRefused(chain, parts.keys[2]!, 'wrong-step', 'check', /"commitments".*"dealings"/)
    extend(chain, parts.keys.slice(1, 3))
    assertRefused(chain, parts.keys[2]!, 'step-done', 'check', /validator 1.* published its key already/)
  })
  it('when it is another one than that committed to', () => {
    const { chain } = committed()
    const other = keyBy(chain, 'validator 1', aKey())
    assertRefused(chain, other, 'key-invalid', 'verify', /^of trustee 1 \(.*not the key that it committed to/)
  })
  it('when it copies that of another trustee, with its proof', () => {
    const { chain, revealed } = committed()
    extend(chain, revealed.slice(0, 1))
    const [first] = revealed
    assert.ok(first?.kind === 'trusteeKey')
    const copy = keyBy(chain, 'validator 2', first.key)
    assertRefused(chain, copy, 'key-invalid', 'verify', /^of trustee 2 \(.*not the key that it committed to/)
    extend(chain, revealed.slice(1))
  })
  it('after the election was abandoned', () => {
    const { chain, parts } = drafted()
    extend(chain, [], aDraft().opensAt)
    assertRefused(chain, parts.keys[0]!, 'wrong-phase', 'check')
  })
})

describe('a roll chunk is refused', () => {
  const uuid = aDraft().uuid
  type Chunk = Extract<ReturnType<typeof splitRoll>[number], { kind: 'rollChunk' }>
  const chunkWith = (chain: TestChain, changes: Partial<Chunk>, name = 'registrar 1'): Transaction => {
    const [chunk] = splitRoll(uuid, keyOf(name), aRoll(3), false)
    assert.ok(chunk?.kind === 'rollChunk')
    return signed(chain.networkId, { ...chunk, ...changes }, name)
  }
  const sorted = (): readonly RollEntry[] => {
    const [chunk] = splitRoll(uuid, keyOf('registrar 1'), aRoll(3), false)
    assert.ok(chunk?.kind === 'rollChunk')
    return chunk.entries
  }

  it('from somebody who is no registrar of this election', () => {
    const chain = aChain()
    const draft = aDraft({ registrars: [keyOf('registrar 1')], registrarThreshold: 1 })
    extend(chain, [aPreparation(chain.networkId, draft, aRoll(1)).draft])
    assertRefused(chain, chunkWith(chain, {}, 'registrar 2'), 'unknown-registrar', 'check')
  })
  const forms: readonly (readonly [string, (entries: readonly RollEntry[]) => Partial<Chunk>])[] = [
    ['without entries', () => ({ entries: [] })],
    ['with an entry twice', ([a, b]) => ({ entries: [a!, b!, b!] })],
    ['out of order', ([a, b, c]) => ({ entries: [a!, c!, b!] })],
    [
      'with a weight of zero',
      ([a, b, c]) => ({ isWeighted: true, entries: [a!, b!, { ...c!, weight: 0n }] }),
    ],
    ['with a weight where there are none', ([a, b, c]) => ({ entries: [a!, b!, { ...c!, weight: 2n }] })],
    ['behind the last place', () => ({ index: 1 })],
    ['of no chunks', () => ({ count: 0 })],
    ['of too many chunks', () => ({ count: MAX_ROLL_CHUNKS + 1 })],
    [
      'with a weight beyond the limit',
      ([a]) => ({ isWeighted: true, entries: [{ ...a!, weight: MAX_TOTAL_WEIGHT + 1n }] }),
    ],
  ]
  for (const [what, change] of forms)
    it(what, () => {
      const { chain } = drafted()
      assertRefused(chain, chunkWith(chain, change(sorted())), 'roll-invalid', 'check')
    })
  it('with more entries than a chunk may have', () => {
    const { chain } = drafted()
    const [first] = sorted()
    const entries = Array.from({ length: CHUNK_ENTRIES + 1 }, () => first!)
    const checked = checkTransaction(chain.state, chunkWith(chain, {}), chain.state.head.time)
    assert.ok(checked.ok)
    const chunk = { ...chunkWith(chain, {}), entries } as Transaction
    const refused = checkTransaction(chain.state, chunk, chain.state.head.time)
    assert.ok(!refused.ok && /entries in a chunk/.test(refused.error.detail))
  })
  it('with a credential that is no point, outside the subgroup, or the neutral element', () => {
    const { chain } = drafted()
    const identity = new Uint8Array(32).with(31, 1)
    // The point of order 2: y = -1.
    const torsion = Uint8Array.from([0x7f, ...new Array<number>(30).fill(0xff), 0xec])
    for (const credential of [new Uint8Array(32).fill(0xff), identity, torsion]) {
      const chunk = chunkWith(chain, { entries: [{ credential, weight: 1n }] })
      assertRefused(chain, chunk, 'roll-invalid', 'verify', /entry 0/)
    }
  })
  it('when the whole roll has not the promised hash', () => {
    const { chain } = drafted()
    const chunk = chunkWith(chain, { entries: sorted().slice(0, 2) })
    assertRefused(chain, chunk, 'roll-invalid', 'execution', /not the promised one/)
  })
  it('when its total weight is beyond the limit', () => {
    const heavy = aRoll(2, [MAX_TOTAL_WEIGHT, 1n])
    const { chain } = drafted()
    const [chunk] = splitRoll(uuid, keyOf('registrar 1'), heavy, true)
    assertRefused(
      chain,
      signed(chain.networkId, chunk!, 'registrar 1'),
      'roll-invalid',
      'execution',
      /total weight/,
    )
    const [fits] = splitRoll(uuid, keyOf('registrar 1'), aRoll(2, [MAX_TOTAL_WEIGHT - 1n, 1n]), true)
    extend(chain, [signed(chain.networkId, fits!, 'registrar 1')])
  })
  it('when it is not full and not the last one', () => {
    const { chain } = drafted()
    assertRefused(chain, chunkWith(chain, { index: 0, count: 2 }), 'roll-invalid', 'check', /only the last/)
  })
  it('when it contradicts the other chunks of its roll, which may come in any order', () => {
    const { chain } = drafted()
    // Points are not looked at here: `isVerified` says that they are good.
    const many = Array.from({ length: 2 * CHUNK_ENTRIES + 5 }, (_, i) => ({
      credential: sha256(`credential ${i}`),
      weight: 1n,
    }))
    const chunks = splitRoll(uuid, keyOf('registrar 1'), many, false) as readonly Chunk[]
    const part = (index: number, changes: Partial<Chunk> = {}): Transaction =>
      signed(chain.networkId, { ...chunks[index]!, ...changes }, 'registrar 1')
    const take = (transaction: Transaction): void => void extend(chain, [transaction], undefined, () => true)
    take(part(1))
    assertRefused(chain, part(1), 'roll-exists', 'check')
    const before = part(2, { entries: chunks[0]!.entries.slice(0, 5) })
    assertRefused(chain, before, 'roll-invalid', 'check', /ascend from the one before/)
    const late = Array.from({ length: CHUNK_ENTRIES }, (_, i) => ({
      credential: Uint8Array.of(...new Uint8Array(29), i >> 8, i & 255, 255),
      weight: 1n,
    })).sort((a, b) => compareCredentials(a.credential, b.credential))
    assertRefused(chain, part(0, { entries: late }), 'roll-invalid', 'check', /ascend to the one after/)
    assertRefused(chain, part(0, { count: 4 }), 'roll-invalid', 'check', /differs/)
    take(part(2))
    take(part(0))
    const [progress] = recordOf(chain, uuid).rolls
    assert.deepEqual([progress?.received, progress?.chunks], [3, 3])
    assert.equal(toHex(progress!.hash), toHex(payloadHash(publicCredentialsJson(many, false))))
    const again = signed(chain.networkId, { ...chunks[0]!, registrar: keyOf('registrar 2') }, 'registrar 2')
    assertRefused(chain, again, 'roll-exists', 'check', /complete/)
  })
  it('replaces the unfinished roll of the same registrar when it promises another hash', () => {
    const { chain, parts } = drafted()
    extend(chain, [chunkWith(chain, { index: 1, count: 2, rollHash: new Uint8Array(32) })])
    extend(chain, [...parts.chunks])
    const { rolls } = recordOf(chain, uuid)
    assert.deepEqual(
      rolls.map(({ received, chunks }) => [received, chunks]),
      [[1, 1]],
    )
  })
})

describe('a roll signature is refused', () => {
  it('under a hash that no complete roll has', () => {
    const { chain, parts } = drafted()
    assertRefused(chain, parts.signatures[0]!, 'roll-incomplete', 'check')
  })
  it('a second time', () => {
    const { chain, parts } = drafted()
    extend(chain, [...parts.chunks, parts.signatures[0]!])
    assertRefused(chain, parts.signatures[0]!, 'already-signed', 'check')
  })
  it('with a signature of somebody else', () => {
    const { chain, parts } = drafted()
    extend(chain, [...parts.chunks])
    const other = { ...parts.signatures[0]!, registrar: keyOf('registrar 3') } as Transaction
    assertRefused(chain, other, 'bad-signature', 'verify')
  })
})

describe('a ballot is refused', () => {
  it('before the opening and from the closing on', () => {
    const chain = aChain()
    const uuid = aFrozenElection(chain)
    const ballot = cast(aBallot(beleniosOf(chain, uuid), 0))
    assertRefused(chain, ballot, 'not-open', 'check')
    const { opensAt, closesAt } = recordOf(chain, uuid).draft
    const codeAt = (time: number): string => {
      const checked = checkTransaction(chain.state, ballot, time)
      return checked.ok ? 'ok' : checked.error.code
    }
    assert.deepEqual([opensAt - 1, opensAt, closesAt - 1, closesAt].map(codeAt), [
      'not-open',
      'ok',
      'ok',
      'not-open',
    ])
    extend(chain, [], opensAt)
    assert.deepEqual([closesAt - 1, closesAt].map(codeAt), ['ok', 'not-open'])
    extend(chain, [], closesAt)
    assertRefused(chain, ballot, 'not-open', 'check')
  })
})

describe('a partial decryption is refused', () => {
  function closed(): { chain: TestChain; uuid: string } {
    const chain = aChain(aGenesis({ validators: 3 }))
    const uuid = anOpenElection(chain)
    extend(chain, [cast(aBallot(beleniosOf(chain, uuid), 0))])
    closeElection(chain, uuid)
    return { chain, uuid }
  }
  it('before the tally', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    assertRefused(chain, aDecryption(chain, uuid, 'validator 1'), 'wrong-phase', 'check')
  })
  it('from somebody who is no trustee', () => {
    const { chain, uuid } = closed()
    const { decryption } = aDecryption(chain, uuid, 'validator 1')
    const body = { kind: 'partialDecryption', uuid, trustee: keyOf('validator 3'), decryption } as const
    assertRefused(chain, signed(chain.networkId, body, 'validator 3'), 'unknown-trustee', 'check')
  })
  it('a second time', () => {
    const { chain, uuid } = closed()
    extend(chain, [aDecryption(chain, uuid, 'validator 1')])
    assertRefused(chain, aDecryption(chain, uuid, 'validator 1', 'again'), 'decryption-exists', 'check')
  })
  it('after the result', () => {
    const { chain, uuid } = closed()
    const all = [aDecryption(chain, uuid, 'validator 1'), aDecryption(chain, uuid, 'validator 2')]
    extend(chain, all)
    assertRefused(chain, all[0]!, 'wrong-phase', 'check')
  })
  it('when its bytes are none', () => {
    const { chain, uuid } = closed()
    const body = { kind: 'partialDecryption', uuid, trustee: keyOf('validator 1') } as const
    const transaction = signed(chain.networkId, { ...body, decryption: new Uint8Array(9) }, 'validator 1')
    assertRefused(chain, transaction, 'decryption-invalid', 'verify', new RegExp(toHex(keyOf('validator 1'))))
  })
})
