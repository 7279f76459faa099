/** The bytes of a ceremony, against schemas and hashes written again from docs/protocol.md; and what a damaged image does. */
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  UintNumberType,
} from '@chainsafe/ssz'
import { concat, toHex, unwrap } from '../../../base/index.ts'
import { sha256 } from '../../../crypto/index.ts'
import { ceremonyRoot, decodeCeremony, encodeCeremony } from '../../../ledger/ceremony-ssz.ts'
import {
  buildBlock,
  type Ceremony,
  commitmentTo,
  loadState,
  proveShare,
  sharesRoot,
} from '../../../ledger/index.ts'
import {
  MAX_BLOCK_POINTS,
  MAX_CEREMONY_BYTES,
  MAX_COEFFICIENTS,
  MAX_TRUSTEES,
  TRUSTEES_DEPTH,
} from '../../../ledger/limits.ts'
import { isInList } from '../../../ledger/merkle.ts'
import { stepBy } from '../../support/ceremony-forgeries.ts'
import {
  aCopyOf,
  aStage,
  type CeremonyStage,
  memberNames,
  passDeadline,
  playStep,
  playTo,
  presentAttempt,
  stageCeremony,
} from '../../support/ceremony-stage.ts'
import { extend, inputsOf, keyOf } from '../../support/ledger-builders.ts'
import { executeForged } from '../../support/refusals.ts'

const BYTES32 = new ByteVectorType(32)
const [UINT8, UINT16, UINT64] = [1, 2, 8].map((bytes) => new UintNumberType(bytes as 1 | 2 | 8)) as [
  UintNumberType,
  UintNumberType,
  UintNumberType,
]
const optional = (bytes: number): ListCompositeType<ByteListType> =>
  new ListCompositeType(new ByteListType(bytes), 1)
/** As docs/protocol.md has it. */
const SCHEMA = new ContainerType({
  attempt: UINT16,
  step: UINT8,
  deadline: UINT64,
  members: new ListCompositeType(
    new ContainerType({
      place: UINT16,
      certificate: optional(128),
      commitment: new ListCompositeType(BYTES32, 1),
      dealing: new ListCompositeType(
        new ContainerType({
          polynomial: new ByteListType(8320),
          sharesRoot: BYTES32,
          transaction: BYTES32,
        }),
        1,
      ),
      key: optional(160),
    }),
    256,
  ),
  faults: new ListCompositeType(
    new ContainerType({
      place: UINT16,
      attempt: UINT16,
      kind: UINT8,
      other: new ListBasicType(UINT16, 1),
    }),
    256,
  ),
  mandatory: new ListCompositeType(
    new ContainerType({ commitment: new ListCompositeType(BYTES32, 1), key: optional(512) }),
    256,
  ),
})

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)
const dealing = { polynomial: filled(192, 4), sharesRoot: filled(32, 5), transaction: filled(32, 6) }

/** A ceremony in which everything that may be absent is there and is absent. */
const MIXED: Ceremony = {
  attempt: 300,
  step: 'dealings',
  deadline: 1_735_689_600_123,
  members: [
    { place: 2 },
    { place: 5, certificate: filled(128, 1) },
    { place: 6, certificate: filled(128, 2), commitment: filled(32, 3) },
    { place: 258, certificate: filled(128, 2), commitment: filled(32, 3), dealing },
    { place: 259, certificate: filled(128, 2), commitment: filled(32, 3), dealing, key: filled(160, 7) },
  ],
  faults: [
    { place: 3, attempt: 1, kind: 'no-commitment' },
    { place: 4, attempt: 299, kind: 'false-complaint', other: 0 },
  ],
  mandatory: [{ commitment: filled(32, 9), key: filled(96, 8) }, { commitment: filled(32, 10) }, {}],
}

describe('the encoding of a ceremony', () => {
  it('is the SSZ of the schema in docs/protocol.md, and so is its root', () => {
    const value = {
      attempt: 300,
      step: 2,
      deadline: 1_735_689_600_123,
      members: MIXED.members.map(({ place, certificate, commitment, dealing: dealt, key }) => ({
        place,
        certificate: certificate === undefined ? [] : [certificate],
        commitment: commitment === undefined ? [] : [commitment],
        dealing: dealt === undefined ? [] : [dealt],
        key: key === undefined ? [] : [key],
      })),
      faults: [
        { place: 3, attempt: 1, kind: 1, other: [] },
        { place: 4, attempt: 299, kind: 5, other: [0] },
      ],
      mandatory: [
        { commitment: [filled(32, 9)], key: [filled(96, 8)] },
        { commitment: [filled(32, 10)], key: [] },
        { commitment: [], key: [] },
      ],
    }
    assert.equal(toHex(encodeCeremony(MIXED)), toHex(SCHEMA.serialize(value)))
    assert.equal(toHex(ceremonyRoot(MIXED)), toHex(SCHEMA.hashTreeRoot(value)))
    assert.deepEqual(unwrap(decodeCeremony(encodeCeremony(MIXED))), MIXED)
  })

  it('numbers steps and faults in the order of the documents', () => {
    const steps = ['certificates', 'commitments', 'dealings', 'keys', 'done'] as const
    for (const [number, step] of steps.entries()) assert.equal(encodeCeremony({ ...MIXED, step })[2], number)
    const kinds = [
      'no-certificate',
      'no-commitment',
      'no-dealing',
      'no-key',
      'bad-share',
      'false-complaint',
    ] as const
    for (const [number, kind] of kinds.entries()) {
      const bytes = encodeCeremony({
        attempt: 1,
        step: 'done',
        deadline: 0,
        members: [],
        faults: [{ place: 3, attempt: 1, kind }],
        mandatory: [],
      })
      // After the fixed part (23 bytes), the list has one offset of 4 bytes, then place and attempt.
      assert.equal(bytes[23 + 4 + 4], number)
    }
  })

  it('has no unknown step or fault, no second form, and nothing missing', () => {
    const bytes = encodeCeremony(MIXED)
    const codeOf = (changed: Uint8Array): string => {
      const decoded = decodeCeremony(changed)
      return decoded.ok ? 'read' : decoded.error.code
    }
    assert.equal(codeOf(bytes), 'read')
    for (const other of [
      new Uint8Array(0),
      bytes.slice(0, -1),
      concat(encodeCeremony({ ...MIXED, mandatory: [] }), Uint8Array.of(0)),
      // The step, and the offset of the first list.
      bytes.with(2, 5),
      bytes.with(11, bytes[11]! + 1),
    ])
      assert.equal(codeOf(other), 'malformed')
    const single = encodeCeremony({ ...MIXED, faults: MIXED.faults.slice(0, 1), mandatory: [] })
    const at = single.length - 5
    assert.equal(unwrap(decodeCeremony(single.with(at, 5))).faults[0]?.kind, 'false-complaint')
    assert.equal(codeOf(single.with(at, 6)), 'malformed')
  })

  it('takes the largest ceremonies there can be, and one member more not', () => {
    const largest = (size: number, threshold: number, mandatory: number): Ceremony => ({
      ...MIXED,
      members: Array.from({ length: size }, (_, place) => ({
        ...MIXED.members[4]!,
        place,
        dealing: { ...dealing, polynomial: filled(128 + 32 * threshold, 1) },
      })),
      faults: Array.from({ length: MAX_TRUSTEES }, (_, place) => ({
        place,
        attempt: 1,
        kind: 'bad-share',
        other: 1,
      })),
      mandatory: Array.from({ length: mandatory }, () => ({ commitment: filled(32, 2), key: filled(96, 1) })),
    })
    for (const [size, threshold, mandatory] of [
      [256, 64, 0],
      [128, 128, 128],
      [1, 1, 255],
    ] as const) {
      assert.ok(size * threshold <= MAX_COEFFICIENTS)
      const ceremony = largest(size, threshold, mandatory)
      const bytes = encodeCeremony(ceremony)
      assert.ok(bytes.length <= MAX_CEREMONY_BYTES, `${bytes.length} bytes`)
      assert.deepEqual(unwrap(decodeCeremony(bytes)), ceremony)
    }
    assert.equal(decodeCeremony(encodeCeremony(largest(257, 1, 0))).ok, false)
    assert.equal(decodeCeremony(encodeCeremony(largest(1, 1, 257))).ok, false)
    const long = decodeCeremony(new Uint8Array(MAX_CEREMONY_BYTES + 1))
    assert.ok(!long.ok && /at most/.test(long.error.detail))
  })
})

describe('a commitment', () => {
  const place = { networkId: filled(32, 1), uuid: 'CeremonyBridge', attempt: 513, trustee: keyOf('ada') }
  const coefficients = filled(64, 9)

  it('is the hash of tag, network, election, attempt, trustee and points', () => {
    const hash = (...parts: readonly (string | Uint8Array)[]): Buffer =>
      parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest()
    const expected = hash(
      'psephos/ceremony-commitment/1',
      place.networkId,
      hash(place.uuid),
      Uint8Array.of(1, 2),
      place.trustee,
      coefficients,
    )
    assert.equal(toHex(commitmentTo(place, coefficients)), expected.toString('hex'))
  })

  it('is another one in another network, election or attempt, for another trustee or other points', () => {
    const all = [
      commitmentTo(place, coefficients),
      commitmentTo({ ...place, networkId: filled(32, 2) }, coefficients),
      commitmentTo({ ...place, uuid: 'CeremonyBridgf' }, coefficients),
      commitmentTo({ ...place, attempt: 514 }, coefficients),
      commitmentTo({ ...place, attempt: 1 }, coefficients),
      commitmentTo({ ...place, trustee: keyOf('bob') }, coefficients),
      commitmentTo(place, filled(32, 9)),
      commitmentTo(place, filled(64, 8)),
    ].map(toHex)
    assert.equal(new Set(all).size, all.length)
  })
})

describe('the root of shares', () => {
  it('is that of the SSZ list of their hashes, and each is proved by its branch at its number only', () => {
    const list = new ListCompositeType(BYTES32, MAX_TRUSTEES)
    for (const size of [1, 2, 5, MAX_TRUSTEES]) {
      const shares = Array.from({ length: size }, (_, i) => filled(80 + (i % 3), i % 251))
      const hashes = shares.map((share) => sha256(share))
      const root = sharesRoot(shares)
      assert.equal(toHex(root), toHex(list.hashTreeRoot(hashes)))
      for (const number of new Set([0, size >> 1, size - 1])) {
        const branch = proveShare(shares, number)
        assert.equal(branch.length, TRUSTEES_DEPTH + 1)
        assert.ok(isInList(root, TRUSTEES_DEPTH, number, hashes[number]!, branch))
        assert.ok(!isInList(root, TRUSTEES_DEPTH, number ^ 1, hashes[number]!, branch))
      }
    }
    const [one, other] = [filled(80, 1), filled(80, 2)]
    assert.notEqual(toHex(sharesRoot([one, other])), toHex(sharesRoot([other, one])))
    assert.notEqual(toHex(sharesRoot([one])), toHex(sharesRoot([one, filled(0, 0)])))
  })
})

describe('a durable image with a ceremony', () => {
  const stage = aStage(3, 1, { mandatory: ['court'], hasRoll: true })
  playTo(stage, 'keys')
  const before = aCopyOf(stage)
  playStep(stage, ['trustee 2'])
  passDeadline(stage)
  playTo(stage, 'done')

  const CEREMONY_KEY = toHex(Uint8Array.of('k'.charCodeAt(0), 0, 0, 0, 0))
  /** Loads the image with another value for the ceremony; without one where there is none. */
  function load({ chain }: CeremonyStage, value?: Uint8Array): ReturnType<typeof loadState> {
    const image = new Map(chain.image)
    const key = image.get(CEREMONY_KEY)?.[0]
    assert.ok(key)
    if (value === undefined) image.delete(CEREMONY_KEY)
    else image.set(CEREMONY_KEY, [key, value])
    return loadState(chain.genesis, chain.networkId, image.values())
  }
  const damage = (value?: Uint8Array): string => {
    const loaded = load(stage, value)
    assert.equal(loaded.ok ? 'loaded' : loaded.error.code, 'state-damaged')
    return loaded.ok ? '' : loaded.error.detail
  }
  const ceremonyIn = ({ chain }: CeremonyStage): Uint8Array => chain.image.get(CEREMONY_KEY)![1]

  it('loads as it is', () => {
    assert.ok(load(stage, ceremonyIn(stage)).ok)
    assert.deepEqual(unwrap(decodeCeremony(ceremonyIn(stage))), stageCeremony(stage))
  })
  it('is damaged without it, or with bytes that are none', () => {
    assert.match(damage(), /^election 0: no ceremony/)
    assert.match(damage(new Uint8Array(0)), /^election 0: the ceremony: /)
    assert.match(damage(ceremonyIn(stage).slice(0, -1)), /^election 0: the ceremony/)
    assert.match(damage(ceremonyIn(stage).with(2, 9)), /no step is numbered 9/)
  })
  it('is damaged with the ceremony of an earlier block, or of another election', () => {
    for (const other of [
      before,
      aStage(3, 1, { mandatory: ['court'] }),
      aStage(0, 0, { mandatory: ['court'] }),
    ])
      assert.match(damage(ceremonyIn(other)), /^election 0: the ceremony has another root/)
  })
  it('is damaged with any byte of it flipped', () => {
    const value = ceremonyIn(stage)
    for (let at = 0; at < value.length; at += 11) damage(value.with(at, value[at]! ^ (1 << (at % 8))))
  })
  it('is damaged with one thing changed and written anew: a key, a fault, a step, an attempt', () => {
    const ceremony = stageCeremony(stage)
    const [first, ...rest] = ceremony.members
    const changes: readonly Partial<Ceremony>[] = [
      { attempt: 3 },
      { step: 'keys' },
      { deadline: 1 },
      { faults: [] },
      { faults: [{ ...ceremony.faults[0]!, place: 1 }] },
      { members: rest },
      { members: [...rest, first!] },
      { members: [{ ...first!, key: rest[0]!.key! }, ...rest] },
      { members: [{ place: first!.place }, ...rest] },
      { mandatory: [{}] },
      { mandatory: [{ key: ceremony.mandatory[0]!.key! }] },
      { mandatory: [] },
    ]
    for (const change of changes)
      assert.match(
        damage(encodeCeremony({ ...ceremony, ...change })),
        /^election 0: the ceremony has another root/,
      )
  })
  it('is damaged with a ceremony for an election that is not there', () => {
    const { chain } = stage
    const key = Uint8Array.of('k'.charCodeAt(0), 0, 0, 0, 1)
    const entries = [...chain.image.values(), [key, ceremonyIn(stage)] as const]
    const loaded = loadState(chain.genesis, chain.networkId, entries)
    assert.equal(loaded.ok ? 'loaded' : loaded.error.code, 'state-damaged')
  })
})

describe('the points of a block', () => {
  /** At the dealings of so many members, whose parts nobody has verified. */
  function unverified(size: number, threshold: number): CeremonyStage {
    const stage = aStage(size, threshold)
    const at = presentAttempt(stage)
    const all = memberNames(stage)
    const take = (transactions: Parameters<typeof extend>[1]): void =>
      void extend(stage.chain, transactions, undefined, () => true)
    take(
      all.map((name) =>
        stepBy(at, name, { kind: 'ceremonyCertificate', certificate: concat(sha256(name), filled(96, 1)) }),
      ),
    )
    take(all.map((name) => stepBy(at, name, { kind: 'ceremonyCommitment', commitment: filled(32, 1) })))
    assert.equal(stageCeremony(stage).step, 'dealings')
    return stage
  }

  it('count two for each share of a dealing and one for each 32 bytes of its polynomial, up to the limit', () => {
    const [size, threshold] = [42, 40]
    const stage = unverified(size, threshold)
    const at = presentAttempt(stage)
    const polynomial = filled(128 + 32 * threshold, 1)
    const shares = new Array<Uint8Array>(size).fill(filled(72, 1))
    const dealings = memberNames(stage)
      .slice(0, 9)
      .map((name) => stepBy(at, name, { kind: 'ceremonyDealing', polynomial, shares }))
    assert.equal((2 * size + threshold + 4) * 8, MAX_BLOCK_POINTS)
    const inputs = inputsOf(stage.chain, dealings, () => true)
    const { block, rejected } = buildBlock(
      stage.chain.state,
      dealings,
      stage.chain.state.head.time + 1,
      inputs,
    )
    assert.deepEqual(rejected, [])
    assert.equal(block.transactions.length, 8)
    assert.ok(executeForged(stage.chain, dealings.slice(0, 8)).ok)
    const refused = executeForged(stage.chain, dealings)
    assert.ok(!refused.ok && refused.error.code === 'too-large', refused.ok ? 'taken' : refused.error.code)
    const lighter = stepBy(at, memberNames(stage)[8]!, {
      kind: 'ceremonyDealing',
      polynomial: filled(31, 1),
      shares: [],
    })
    // Nothing that the limit is about: it is refused for what it is.
    const other = executeForged(stage.chain, [...dealings.slice(0, 8), lighter])
    assert.ok(!other.ok && other.error.code === 'rejected-transaction')
  })
})
