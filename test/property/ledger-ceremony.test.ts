/**
 * Random key ceremonies: members who fall silent, deal bad shares, complain falsely or publish what does not verify, from a random
 * attempt on, in random order and random blocks. Whatever they do, exactly they are left out, the others never, and the key is made
 * if and only if enough of the others remain.
 */
import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { toHex, unwrap } from '../../base/index.ts'
import { coefficientPoints, encodeTrusteeCertificate } from '../../election/index.ts'
import { decodeCeremony, encodeCeremony } from '../../ledger/ceremony-ssz.ts'
import {
  allTrustees,
  buildBlock,
  type CeremonyFaultKind,
  decodeTransaction,
  encodeTransaction,
  executeBlock,
  loadState,
  stateRoot,
  type Transaction,
} from '../../ledger/index.ts'
import type { Attempt } from '../support/ceremony-builders.ts'
import { certificateOf, dealingWith, keyWith, revealed, stepBy } from '../support/ceremony-forgeries.ts'
import {
  aStage,
  assertTallied,
  BAD_SHARES,
  badDealing,
  type CeremonyStage,
  complaintOf,
  decrypt,
  faultsOf,
  honestDealing,
  honestPart,
  memberNames,
  passDeadline,
  presentAttempt,
  stageCeremony,
  stageRecord,
  vote,
} from '../support/ceremony-stage.ts'
import { commit, inputsOf, seededRandom } from '../support/ledger-builders.ts'

type Step = 'certificates' | 'commitments' | 'dealings' | 'keys'

/** What a member does wrong, and what the ledger calls it; `harmless`: nothing comes of it. */
const MISDEEDS = {
  'no certificate': 'no-certificate',
  'a certificate for another number': 'no-certificate',
  'no commitment': 'no-commitment',
  'no dealing': 'no-dealing',
  'other coefficients': 'no-dealing',
  'a bad share': 'bad-share',
  'no key': 'no-key',
  'another key': 'no-key',
  'a false complaint': 'false-complaint',
  'a complaint without proof': 'harmless',
} as const satisfies Record<string, CeremonyFaultKind | 'harmless'>
type Misdeed = keyof typeof MISDEEDS

/** From which attempt on a member misbehaves, and how. */
interface Plan {
  readonly misdeed: Misdeed
  readonly from: number
}

/** Something that a member publishes; a complaint that counts names who will be convicted, as `faultsOf` writes it. */
interface Act {
  readonly transaction: Transaction
  readonly conviction?: string
}

/** A ceremony that is played, and what its players have in mind. */
interface Play {
  readonly stage: CeremonyStage
  readonly plans: ReadonlyMap<string, Plan>
  readonly pick: (count: number) => number
}

/** What a member does in this attempt; undefined for honest ones, and for those who are alone and can wrong nobody. */
function misdeedOf({ plans }: Play, at: Attempt, name: string): Misdeed | undefined {
  const plan = plans.get(name)
  if (plan === undefined || plan.from > at.attempt) return undefined
  const needsOthers = ['a bad share', 'a false complaint', 'a complaint without proof'].includes(plan.misdeed)
  return needsOthers && at.members.length === 1 ? undefined : plan.misdeed
}

/** The member after this one, whom it wrongs. */
function next({ members }: Attempt, name: string): string {
  const number = members.findIndex((member) => member.name === name)
  return members[(number + 1) % members.length]!.name
}

function dealingOf(play: Play, at: Attempt, name: string): ReturnType<typeof honestDealing> {
  if (misdeedOf(play, at, name) !== 'a bad share') return honestDealing(at, name)
  return badDealing(at, name, next(at, name), BAD_SHARES[name.length % BAD_SHARES.length])
}

/** What a member publishes in a step. */
function actsOf(play: Play, at: Attempt, step: Step, name: string): readonly Act[] {
  const misdeed = misdeedOf(play, at, name)
  const honest = { transaction: honestPart(at, step, name) }
  switch (step) {
    case 'certificates': {
      if (misdeed === 'no certificate') return []
      if (misdeed !== 'a certificate for another number') return [honest]
      const index = at.members.findIndex((member) => member.name === name) + 2
      const certificate = encodeTrusteeCertificate(certificateOf(at, name, { index }))
      return [{ transaction: stepBy(at, name, { kind: 'ceremonyCertificate', certificate }) }]
    }
    case 'commitments':
      return misdeed === 'no commitment' ? [] : [honest]
    case 'dealings': {
      if (misdeed === 'no dealing') return []
      if (misdeed !== 'other coefficients') return [{ transaction: dealingOf(play, at, name) }]
      const scalars = Array.from({ length: at.draft.trusteeThreshold }, (_, k) => BigInt(k + 5))
      const polynomial = revealed(at, name, coefficientPoints(scalars))
      return [{ transaction: dealingWith(at, name, { polynomial }) }]
    }
    case 'keys':
      return lastActsOf(play, at, name, honest)
  }
}

function lastActsOf(play: Play, at: Attempt, name: string, honest: Act): readonly Act[] {
  const misdeed = misdeedOf(play, at, name)
  if (misdeed === 'no key') return []
  if (misdeed === 'another key') return [{ transaction: keyWith(at, name, { share: 9n }) }]
  const complain = (dealer: string): Transaction => complaintOf(at, name, dealingOf(play, at, dealer), dealer)
  const others = at.members.map((member) => member.name).filter((other) => other !== name)
  const wrongedBy = others.find(
    (other) => misdeedOf(play, at, other) === 'a bad share' && next(at, other) === name,
  )
  const innocent = others.find((other) => other !== wrongedBy)
  if (misdeed === 'a false complaint' && innocent !== undefined)
    return [
      {
        transaction: complain(innocent),
        conviction: `${name} ${at.attempt} false-complaint ${innocent}`,
      },
    ]
  const noise: Act[] = []
  if (misdeed === 'a complaint without proof' && innocent !== undefined) {
    const { share, branch, dealer } = complaintOf(at, name, dealingOf(play, at, innocent), innocent)
    const complaint = new Uint8Array(96)
    noise.push({
      transaction: stepBy(at, name, { kind: 'ceremonyComplaint', share, branch, dealer, complaint }),
    })
  }
  if (wrongedBy === undefined) return [...noise, honest]
  return [
    ...noise,
    { transaction: complain(wrongedBy), conviction: `${wrongedBy} ${at.attempt} bad-share ${name}` },
  ]
}

/** One block of these transactions; what is refused is left out. The image still gives the state. */
function offer({ chain }: CeremonyStage, candidates: readonly Transaction[]): void {
  const { state } = chain
  const inputs = inputsOf(chain, candidates)
  const { block } = buildBlock(state, candidates, state.head.time + 1, inputs)
  const execution = unwrap(executeBlock(state, block, { ...inputs, isVerified: () => true }))
  commit(chain, block, execution, [])
  const loaded = unwrap(loadState(chain.genesis, chain.networkId, chain.image.values()))
  assert.equal(toHex(stateRoot(loaded)), toHex(stateRoot(chain.state)))
}

function shuffled<T>(list: readonly T[], pick: Play['pick']): readonly T[] {
  const rest = [...list]
  return list.map(() => rest.splice(pick(rest.length), 1)[0]!)
}

/** Everybody does what it does in the present step, in some order and some blocks; who must be left out after it. */
function playOneStep(play: Play, step: Step): readonly string[] {
  const { stage, pick } = play
  const at = presentAttempt(stage)
  const before = stageCeremony(stage)
  const acts = shuffled(
    at.members.map(({ name }) => actsOf(play, at, step, name)),
    pick,
  ).flat()
  for (let from = 0; from < acts.length; ) {
    const size = 1 + pick(acts.length - from)
    offer(
      stage,
      acts.slice(from, from + size).map(({ transaction }) => transaction),
    )
    from += size
  }
  const convicted = acts.find(({ conviction }) => conviction !== undefined)?.conviction
  if (convicted !== undefined) return [convicted]
  const { attempt, step: now } = stageCeremony(stage)
  if (attempt === before.attempt && now === step) passDeadline(stage)
  const silence = {
    certificates: 'no-certificate',
    commitments: 'no-commitment',
    dealings: 'no-dealing',
    keys: 'no-key',
  }
  return at.members.flatMap(({ name }) => {
    const misdeed = misdeedOf(play, at, name)
    const isSilent = misdeed !== undefined && MISDEEDS[misdeed] === silence[step]
    return isSilent ? [`${name} ${at.attempt} ${silence[step]}`] : []
  })
}

/** Plays a ceremony to its end. Each attempt has fewer members than the one before, and who is left out is who was at fault. */
function playAll(play: Play): void {
  const { stage, plans } = play
  const expected: string[] = []
  let size = memberNames(stage).length + 1
  for (let attempt = 1; ; attempt++) {
    const names = memberNames(stage)
    assert.equal(stageCeremony(stage).attempt, attempt)
    assert.ok(names.length < size, 'each attempt is smaller')
    size = names.length
    let out: readonly string[] = []
    for (const step of ['certificates', 'commitments', 'dealings', 'keys'] as const) {
      assert.equal(stageCeremony(stage).step, step)
      out = playOneStep(play, step)
      if (out.length > 0) break
    }
    expected.push(...out)
    assert.deepEqual(faultsOf(stage), expected)
    if (out.length === 0 || stageRecord(stage).phase === 'abandoned') break
  }
  for (const fault of stageCeremony(stage).faults) {
    const { name } = allTrustees(stage.draft)[fault.place]!
    assert.equal(fault.kind, MISDEEDS[plans.get(name)?.misdeed ?? 'a complaint without proof'])
  }
}

const PLANS = fc.record({
  size: fc.integer({ min: 1, max: 5 }),
  threshold: fc.nat(4),
  plans: fc.array(
    fc.option(
      fc.record({
        misdeed: fc.constantFrom(...(Object.keys(MISDEEDS) as Misdeed[])),
        from: fc.integer({ min: 1, max: 2 }),
      }),
    ),
    { minLength: 5, maxLength: 5 },
  ),
  seed: fc.nat(1000),
})

/** A ceremony that goes well after a bad share, and one that must end. */
const EXAMPLES = (
  [
    [3, 'a bad share'],
    [2, 'no key'],
  ] as const
).map(([size, misdeed]): [{ size: number; threshold: number; plans: (Plan | null)[]; seed: number }] => [
  { size, threshold: 1, plans: [{ misdeed, from: 1 }, null, null, null, null], seed: 1 },
])

describe('T16 T18 T20 any ceremony', () => {
  it('leaves out exactly those at fault, and ends with a key that any threshold of the others decrypts with', async () => {
    let [frozen, abandoned] = [0, 0]
    await fc.assert(
      fc.asyncProperty(PLANS, async ({ size, threshold: nth, plans, seed }) => {
        const threshold = 1 + (nth % size)
        const stage = aStage(size, threshold, { hasRoll: true })
        const random = seededRandom(`ceremony ${seed}`)
        const play: Play = {
          stage,
          plans: new Map(
            memberNames(stage).flatMap((name, i) => (plans[i] ? [[name, plans[i]] as const] : [])),
          ),
          pick: (count) => (random(1)[0]! * 256 + random(1)[0]!) % count,
        }
        playAll(play)
        const { faults } = stageCeremony(stage)
        const { phase } = stageRecord(stage)
        assert.equal(phase, size - faults.length >= threshold ? 'frozen' : 'abandoned')
        if (phase === 'abandoned') {
          abandoned += 1
          return
        }
        frozen += 1
        vote(stage)
        decrypt(stage, shuffled(memberNames(stage), play.pick).slice(0, threshold))
        await assertTallied(stage)
      }),
      {
        numRuns: 7,
        examples: EXAMPLES,
      },
    )
    assert.ok(frozen > 0 && abandoned > 0, 'some make a key, some do not')
  })
})

describe('bytes of ceremonies and their transactions from anywhere', () => {
  it('never make a decoder throw, and what is read is written back to the same bytes', () => {
    const stage = aStage(2, 1)
    const at = presentAttempt(stage)
    const samples = (['certificates', 'commitments', 'dealings', 'keys'] as const)
      .map((step) => honestPart(at, step, 'trustee 1'))
      .concat(complaintOf(at, 'trustee 1', honestDealing(at, 'trustee 2'), 'trustee 2'))
      .map(encodeTransaction)
    const near = (good: Uint8Array): fc.Arbitrary<Uint8Array> =>
      fc
        .record({ at: fc.nat(good.length - 1), byte: fc.nat(255), cut: fc.nat(3) })
        .map((how) => Uint8Array.from(good.with(how.at, how.byte)).slice(0, good.length - how.cut))
    fc.assert(
      fc.property(
        fc.oneof(
          ...samples.map(near),
          fc.uint8Array({ maxLength: 400 }).map((rest) => Uint8Array.of(7 + (rest.length % 5), ...rest)),
        ),
        (bytes) => {
          const decoded = decodeTransaction(bytes)
          if (decoded.ok) assert.deepEqual(encodeTransaction(decoded.value), bytes)
          else assert.equal(decoded.error.code, 'malformed')
        },
      ),
      { numRuns: 300 },
    )
    const ceremony = encodeCeremony(stageCeremony(stage))
    fc.assert(
      fc.property(fc.oneof(near(ceremony), fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const decoded = decodeCeremony(bytes)
        if (decoded.ok) assert.deepEqual(encodeCeremony(decoded.value), bytes)
        else assert.equal(decoded.error.code, 'malformed')
      }),
      { numRuns: 300 },
    )
  })
})
