/** The key ceremony when all goes well, in blocks of any size, after any restart. */
import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import { encodePoint, GENERATOR, IDENTITY, modOrder, multiply, pointToHex } from '../../../crypto/index.ts'
import { trusteesJson, verifyTrustees } from '../../../election/index.ts'
import {
  buildBlock,
  type Ceremony,
  executeBlock,
  loadState,
  proveCeremony,
  stateRoot,
  type Transaction,
  verifyCeremony,
} from '../../../ledger/index.ts'
import { polynomialOf, trusteesOf } from '../../../ledger/trustees.ts'
import { aCeremonyRun, memberPolynomial } from '../../support/ceremony-builders.ts'
import {
  aCopyOf,
  archiveOf,
  aStage,
  assertTallied,
  type CeremonyStage,
  decrypt,
  faultsOf,
  memberNames,
  partsOfStep,
  passDeadline,
  playStep,
  playTo,
  presentAttempt,
  stageCeremony,
  stageRecord,
  vote,
} from '../../support/ceremony-stage.ts'
import {
  aChain,
  aDraft,
  aPreparation,
  aRoll,
  extend,
  inputsOf,
  recordOf,
  type TestChain,
  thresholdTrustees,
  trusteeScalar,
} from '../../support/ledger-builders.ts'

const STEPS = ['certificates', 'commitments', 'dealings', 'keys', 'done'] as const

function assertLoads({ chain }: { readonly chain: TestChain }): void {
  const loaded = unwrap(loadState(chain.genesis, chain.networkId, chain.image.values()))
  assert.equal(toHex(stateRoot(loaded)), toHex(stateRoot(chain.state)))
  assert.deepEqual(loaded.head, chain.state.head)
}

/** The same stage after a restart: everything comes from the durable image. */
function restarted(stage: CeremonyStage): CeremonyStage {
  const { chain, draft } = aCopyOf(stage)
  chain.state = unwrap(loadState(chain.genesis, chain.networkId, chain.image.values()))
  return { chain, draft }
}

describe('a key ceremony', () => {
  for (const [size, threshold] of [
    [1, 1],
    [2, 2],
    [4, 3],
  ] as const)
    it(`makes a key that ${threshold} of ${size} decrypt`, async () => {
      const stage = aStage(size, threshold, { hasRoll: true })
      for (const step of STEPS) {
        assert.equal(stageCeremony(stage).step, step)
        if (step !== 'done') playStep(stage)
      }
      vote(stage)
      decrypt(stage, memberNames(stage).slice(size - threshold))
      await assertTallied(stage)
    })

  it('goes on to the next step with the last part of the present one, in whatever order they come', () => {
    const orders = [
      (list: readonly Transaction[]) => list,
      (list: readonly Transaction[]) => list.toReversed(),
    ]
    const roots = orders.map((order) => {
      const stage = aStage(3, 2)
      for (const [i, step] of STEPS.slice(0, -1).entries()) {
        const parts = order(partsOfStep(stage))
        for (const [n, part] of parts.entries()) {
          assert.equal(stageCeremony(stage).step, step, `${n} of 3 have done it`)
          extend(stage.chain, [part], stage.chain.state.head.time + 1)
        }
        assert.equal(stageCeremony(stage).step, STEPS[i + 1])
      }
      return toHex(stageRecord(stage).ceremonyRoot)
    })
    assert.notEqual(roots[0], undefined)
    assert.equal(new Set(roots).size, 1)
  })

  it('fits into one block, even into the one with the draft and the roll', () => {
    const chain = aChain()
    const draft = aDraft(thresholdTrustees(3, 2, ['court']))
    const { draft: first, keys, chunks, signatures } = aPreparation(chain.networkId, draft, aRoll(2))
    extend(chain, [first, ...keys, ...chunks, ...signatures])
    assert.equal(recordOf(chain, draft.uuid).phase, 'frozen')
    assertLoads({ chain })
  })

  it('gives the same key in one block as in many, and to those who verify all as to those who remember', () => {
    const chain = aChain()
    const draft = aDraft(thresholdTrustees(3, 2))
    const { draft: first, chunks, signatures } = aPreparation(chain.networkId, draft, aRoll(2))
    const { all } = aCeremonyRun(chain.networkId, draft)
    extend(chain, [first, ...chunks, ...signatures])
    const time = chain.state.head.time + 5
    const inputs = inputsOf(chain, all)
    const everything = { ...inputs, isVerified: () => true }
    const { block } = buildBlock(chain.state, all, time, inputs)
    assert.deepEqual(buildBlock(chain.state, all, time, everything).block, block)
    const roots = [inputs, everything].map((one) =>
      toHex(stateRoot(unwrap(executeBlock(chain.state, block, one)).state)),
    )
    assert.equal(roots[0], roots[1])
    const many = aStage(3, 2, { hasRoll: true })
    playTo(many, 'done')
    extend(chain, all)
    assert.deepEqual(recordOf(chain, draft.uuid).electionKey, stageRecord(many).electionKey)
  })

  it('freezes the election with whatever comes last: a key share, a roll signature', () => {
    const draft = aDraft(thresholdTrustees(2, 2, ['court']))
    const parts = aPreparation(aChain().networkId, draft, aRoll(2))
    const { keys } = parts
    const roll = [...parts.chunks, ...parts.signatures]
    const hashes = [
      [...roll, ...keys],
      [...keys, ...roll],
    ].map((order) => {
      const chain = aChain()
      extend(chain, [parts.draft, ...order.slice(0, -1)])
      assert.equal(recordOf(chain, draft.uuid).phase, 'draft')
      extend(chain, order.slice(-1))
      assert.equal(recordOf(chain, draft.uuid).phase, 'frozen')
      return toHex(recordOf(chain, draft.uuid).electionHash!)
    })
    assert.equal(new Set(hashes).size, 1)
  })

  it('has two steps where all trustees are mandatory, the last of which freezes the election', async () => {
    const stage = aStage(0, 0, { mandatory: ['court', 'city'], hasRoll: true })
    for (const step of ['commitments', 'dealings'] as const) {
      assert.deepEqual([stageCeremony(stage).attempt, stageCeremony(stage).step], [1, step])
      playStep(stage, ['city'])
      assert.equal(stageCeremony(stage).step, step)
      playStep(stage)
    }
    const { step, deadline, members, faults } = stageCeremony(stage)
    assert.deepEqual([step, deadline, members, faults], ['done', 0, [], []])
    assert.equal(stageRecord(stage).phase, 'frozen')
    vote(stage)
    decrypt(stage, ['city', 'court'])
    await assertTallied(stage)
  })
})

describe('T23 a node that restarts after any block of a ceremony', () => {
  /** Blocks of a ceremony in which somebody falls silent, up to the result. */
  const moves: readonly (readonly [string, (stage: CeremonyStage) => void])[] = [
    ['the draft', () => {}],
    ['the first certificate', (stage) => extend(stage.chain, partsOfStep(stage).slice(0, 1))],
    ['all certificates', playStep],
    ['one commitment', (stage) => extend(stage.chain, partsOfStep(stage).slice(3))],
    ['a mandatory commitment', (stage) => extend(stage.chain, partsOfStep(stage).slice(0, 1))],
    ['all commitments', playStep],
    ['two dealings', (stage) => playStep(stage, ['trustee 2'])],
    ['a deadline', passDeadline],
    ['all certificates again', playStep],
    ['all commitments again', playStep],
    ['the mandatory key', (stage) => extend(stage.chain, partsOfStep(stage).slice(0, 1))],
    ['all dealings', playStep],
    ['a key share', (stage) => extend(stage.chain, partsOfStep(stage).slice(1))],
    ['all key shares', playStep],
    ['the closing', vote],
    ['the first decryption', (stage) => decrypt(stage, ['trustee 3'])],
    ['the result', (stage) => decrypt(stage, ['trustee 1', 'court'])],
  ]

  it('has the same state, and goes on to the same result', async () => {
    const straight = aStage(3, 2, { mandatory: ['court'], hasRoll: true })
    let broken = aCopyOf(straight)
    for (const [what, move] of moves) {
      move(straight)
      move(broken)
      broken = restarted(broken)
      assert.equal(toHex(stateRoot(broken.chain.state)), toHex(stateRoot(straight.chain.state)), what)
      assert.deepEqual(stageCeremony(broken), stageCeremony(straight), what)
    }
    assert.deepEqual(faultsOf(broken), ['trustee 2 1 no-dealing'])
    await assertTallied(broken)
  })
})

describe('what a ceremony leaves', () => {
  const stage = aStage(4, 2, { mandatory: ['court', 'city'], hasRoll: true })
  playTo(stage, 'dealings')
  playStep(stage, ['trustee 2'])
  passDeadline(stage)
  playTo(stage, 'done')
  const ceremony = (): Ceremony => stageCeremony(stage)

  it('T16 is a key that the ledger computed, which nobody announced and nobody has the private part of', () => {
    const at = presentAttempt(stage)
    const constants = ceremony().members.map((member) => polynomialOf(member).coefficients[0]!)
    const { uuid } = stage.draft
    const mandatory = ['court', 'city'].map((name) => trusteeScalar(uuid, name))
    const key = constants
      .concat(mandatory.map((scalar) => multiply(GENERATOR, scalar)))
      .reduce((product, point) => product.add(point), IDENTITY)
    assert.equal(toHex(stageRecord(stage).electionKey!), pointToHex(key))
    // What nobody in the world computes: the sum of all secrets.
    const secrets = at.members.map(({ name }) => memberPolynomial(at, name)[0]!).concat(mandatory)
    const sum = modOrder(secrets.reduce((total, secret) => total + secret, 0n))
    assert.ok(multiply(GENERATOR, sum).equals(key))
    const subKey = encodePoint(constants.reduce((product, point) => product.add(point), IDENTITY))
    const sent = stage.chain.blocks.flatMap(({ transactions }) => transactions.map(toHex)).join(' ')
    for (const bytes of [encodePoint(key), subKey]) assert.ok(!sent.includes(toHex(bytes)))
  })

  it('T16 is the structure of Belenios: Single items of the mandatory ones, then one of the members who remain', () => {
    const trustees = trusteesOf(stage.draft, ceremony())
    assert.deepEqual(
      trustees.map(({ kind }) => kind),
      ['single', 'single', 'pedersen'],
    )
    assert.deepEqual(verifyTrustees(trustees), { ok: true, value: undefined })
    const json = JSON.parse(trusteesJson(trustees)) as [
      string,
      { threshold: number; certs: { message: string }[] },
    ][]
    const [kind, { threshold, certs }] = json[2]!
    assert.deepEqual([kind, threshold, certs.length], ['Pedersen', 2, 3])
    assert.deepEqual(
      certs.map(({ message }) => (JSON.parse(message) as { context: unknown }).context),
      [1, 2, 3].map((index) => ({ group: 'Ed25519', size: 3, threshold: 2, index })),
    )
  })

  it('is proved to a client by the record, and nothing else is', () => {
    const { chain, draft } = stage
    const bytes = proveCeremony(chain.state, draft.uuid)
    assert.ok(bytes)
    const record = stageRecord(stage)
    assert.deepEqual(unwrap(verifyCeremony(record, bytes)), ceremony())
    assert.equal(proveCeremony(chain.state, 'nobody'), undefined)
    for (let at = 0; at < bytes.length; at += 37) {
      const other = verifyCeremony(record, bytes.with(at, bytes[at]! ^ 4))
      assert.equal(other.ok ? undefined : other.error.code, 'bad-proof', `byte ${at}`)
    }
    for (const other of [new Uint8Array(0), bytes.slice(0, -1), new Uint8Array([...bytes, 0])])
      assert.equal(verifyCeremony(record, other).ok, false)
    const before = aStage(3, 2)
    assert.equal(verifyCeremony(record, proveCeremony(before.chain.state, before.draft.uuid)!).ok, false)
  })

  it('is in the archive, whose setup has no other trustees', async () => {
    const copy = aCopyOf(stage)
    vote(copy)
    decrypt(copy, ['trustee 4', 'court', 'trustee 1', 'city'])
    await assertTallied(copy)
    const trustees = trusteesJson(trusteesOf(copy.draft, ceremony()))
    const archive = new TextDecoder().decode(await archiveOf(copy))
    assert.ok(archive.includes(trustees))
    assert.equal(archive.split('"verification_keys"').length, 2)
  })
})
