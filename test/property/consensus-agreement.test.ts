import assert from 'node:assert/strict'
import { maxFaulty } from '../../consensus/index.ts'
import { babbler } from '../support/consensus/adversaries/babbler.ts'
import { equivocator, type SharedMemory } from '../support/consensus/adversaries/equivocator.ts'
import { silent } from '../support/consensus/adversaries/silent.ts'
import { usurper } from '../support/consensus/adversaries/usurper.ts'
import { Violation } from '../support/consensus/checker.ts'
import { dice } from '../support/consensus/random.ts'
import {
  type Adversary,
  createNetwork,
  type Faults,
  type Network,
  type NetworkOptions,
} from '../support/consensus-network.ts'

/** Another mixture of faults for each seed: too many of one kind hide what another would show. */
function faultsOf(seed: number): Faults {
  const { pick } = dice(seed * 7919)
  return {
    drop: pick([0, 0.02, 0.05, 0.1, 0.2, 0.3]) ?? 0,
    double: pick([0, 0.3]) ?? 0,
    maxDelayMs: pick([20, 100, 300, 800, 1500]) ?? 0,
    crashPerSecond: pick([0, 0.05, 0.2]) ?? 0,
    splitPerSecond: pick([0, 0.1, 0.3]) ?? 0,
  }
}

const HEAL_AT_MS = 12_000
/** Generous: the first rounds after healing may have faulty proposers, and a round lasts 3 s at most. */
const PROGRESS_MS = 60_000

/** `count` adversaries of a kind, at places that vary with the seed. */
function adversaries(n: number, count: number, seed: number, make: () => Adversary): Map<number, Adversary> {
  return new Map(Array.from({ length: count }, (_, i) => [(seed + i * 2) % n, make()]))
}

function heightOf(network: Network): number {
  return Math.min(...[...network.validators.values()].map(({ height }) => height))
}

/** Faults, then quiet: the checker watches agreement throughout; after the faults three more heights must be finalised. */
function agreesAndProceeds(options: NetworkOptions): void {
  const replay = `seed ${options.seed}, n ${options.n}`
  try {
    const network = createNetwork({ faults: faultsOf(options.seed), healAtMs: HEAL_AT_MS, ...options })
    network.runUntil(() => false, HEAL_AT_MS)
    for (const index of network.validators.keys()) network.restart(index)
    const highest = Math.max(...[...network.validators.values()].map(({ height }) => height))
    const isThrough = network.runUntil(() => heightOf(network) >= highest + 3, PROGRESS_MS)
    assert.ok(isThrough, `stuck at height ${heightOf(network)} after ${network.now()} ms: ${replay}`)
  } catch (error) {
    if (error instanceof Violation) assert.fail(`${error.message}: ${replay}`)
    throw error
  }
}

const seeds = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('agreement and progress of the whole network', () => {
  for (const n of [1, 4, 5, 6, 7, 10]) {
    const count = n > 6 ? 25 : 50
    it(`n = ${n}: loss, delay, duplicates, splits and crashes`, () => {
      for (const seed of seeds(count)) agreesAndProceeds({ n, seed })
    })
    if (n === 1) continue
    it(`n = ${n}: T30 with f silent validators besides`, () => {
      for (const seed of seeds(count)) {
        agreesAndProceeds({ n, seed, adversaries: adversaries(n, maxFaulty(n), seed, silent) })
      }
    })
    it(`n = ${n}: T30 with f equivocating validators besides`, () => {
      for (const seed of seeds(count)) {
        const camps: SharedMemory = new Map()
        agreesAndProceeds({
          n,
          seed,
          adversaries: adversaries(n, maxFaulty(n), seed, () => equivocator(camps)),
        })
      }
    })
    it(`n = ${n}: T30 with f usurping validators besides`, () => {
      for (const seed of seeds(count)) {
        agreesAndProceeds({ n, seed, adversaries: adversaries(n, maxFaulty(n), seed, usurper) })
      }
    })
    it(`n = ${n}: T30 with f babbling validators besides`, () => {
      for (const seed of seeds(count)) {
        agreesAndProceeds({ n, seed, adversaries: adversaries(n, maxFaulty(n), seed, () => babbler(0.3)) })
      }
    })
  }

  it('T30 equivocation on a calm network leaves evidence against the equivocator alone', () => {
    const network = createNetwork({ n: 4, seed: 5, adversaries: adversaries(4, 1, 2, () => equivocator()) })
    assert.ok(network.runUntil(() => heightOf(network) >= 30, 10 * PROGRESS_MS))
    const convicted = new Set(network.evidence.map(({ first }) => first.validator))
    assert.deepEqual([...convicted], [2])
  })

  it('one seed gives one run', () => {
    const chains = [1, 2].map(() => {
      const network = createNetwork({ n: 4, seed: 77, faults: faultsOf(77), healAtMs: HEAL_AT_MS })
      network.runUntil(() => false, 20_000)
      return [...network.validators.values()].map(({ chain }) => chain)
    })
    assert.deepEqual(chains[0], chains[1])
    assert.ok((chains[0]?.[0]?.length ?? 0) > 0)
  })
})

describe('T29 too few validators', () => {
  for (const n of [4, 7]) {
    const missing = maxFaulty(n) + 1
    it(`n = ${n}: with ${missing} gone nothing is finalised, and when one returns it goes on`, () => {
      for (const seed of seeds(10)) {
        const network = createNetwork({ n, seed })
        const validators = [...network.validators.values()]
        assert.ok(
          network.runUntil(() => heightOf(network) >= 1, PROGRESS_MS),
          `seed ${seed}`,
        )
        network.runUntil(() => false, seed * 7)
        for (let i = 0; i < missing; i++) network.crash(i)
        const settled = (): number => Math.max(...validators.map(({ height }) => height))
        network.runUntil(() => false, 10_000)
        const before = settled()
        network.runUntil(() => false, 600_000)
        assert.equal(settled(), before, `finalised without a quorum, seed ${seed}`)
        network.restart(0)
        assert.ok(
          network.runUntil(() => settled() >= before + 3, PROGRESS_MS),
          `stuck, seed ${seed}`,
        )
      }
    })
  }

  it('n = 4: validators that restart at different times, with just a quorum up, still meet in one round', () => {
    for (const seed of seeds(10)) {
      const network = createNetwork({ n: 4, seed })
      const validators = [...network.validators.values()]
      assert.ok(network.runUntil(() => heightOf(network) >= 1, PROGRESS_MS))
      for (let i = 0; i < 3; i++) network.crash(i)
      network.runUntil(() => false, 100_000)
      network.restart(0)
      network.runUntil(() => false, 12_345)
      network.crash(3)
      network.restart(1)
      network.runUntil(() => false, 50_000 + seed * 311)
      network.restart(2)
      const before = Math.max(...validators.map(({ height }) => height))
      const settled = (): number => Math.min(...validators.slice(0, 3).map(({ height }) => height))
      assert.ok(
        network.runUntil(() => settled() >= before + 3, PROGRESS_MS),
        `stuck, seed ${seed}`,
      )
    }
  })
})

describe('the checker', () => {
  it('convicts a network with more than f equivocators', () => {
    const isSplit = seeds(10).some((seed) => {
      const camps: SharedMemory = new Map()
      const network = createNetwork({
        n: 4,
        seed,
        adversaries: adversaries(4, 2, seed, () => equivocator(camps)),
      })
      try {
        network.runUntil(() => false, HEAL_AT_MS)
        return false
      } catch (error) {
        assert.ok(error instanceof Violation)
        return /second block/.test(error.message)
      }
    })
    assert.ok(isSplit, 'two equivocators of four never split the network: the checker sees nothing')
  })
})
