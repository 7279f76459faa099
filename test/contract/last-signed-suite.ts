/** What every `LastSigned` does: the guard against a validator that contradicts itself. */
import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { AssertionFailure } from '../../base/index.ts'
import type { LastSigned, SigningSlot } from '../../storage/index.ts'

/** How a suite gets at records. */
export interface LastSignedHarness {
  /** Whether it outlives its closing, so that `reopen` may be called. */
  readonly isDurable: boolean
  /** Runs `use` with a new record and cleans up. `reopen` closes it and opens it again with what it kept. */
  with(use: (guard: LastSigned, reopen: () => Promise<LastSigned>) => Promise<void>): Promise<void>
}

/** Declares the suite for one adapter. */
export function lastSignedSuite(name: string, harness: LastSignedHarness): void {
  describe(`the LastSigned contract: ${name}`, () => {
    signing(harness)
    regressions(harness)
    againstAModel(harness)
  })
}

function signing(harness: LastSignedHarness): void {
  it('has signed nothing when new', () =>
    harness.with(async (guard) => {
      assert.equal(guard.last(), undefined)
    }))

  it('signs in rising slots and remembers the last one', () =>
    harness.with(async (guard) => {
      for (const [i, slot] of [at(1, 0, 1), at(1, 0, 2), at(1, 1, 0), at(2, 0, 0)].entries()) {
        assert.deepEqual(await guard.sign(slot, bytes(i), toySignature), { ok: true, value: bytes(1, i) })
        assert.deepEqual(guard.last(), slot)
      }
    }))

  it('gives the stored signature when asked for the same again, and does not sign twice', () =>
    harness.with(async (guard) => {
      const signer = countingSigner()
      const first = await guard.sign(at(1, 0, 2), bytes(7), signer.sign)
      const second = await guard.sign(at(1, 0, 2), bytes(7), signer.sign)
      assert.deepEqual(second, first)
      assert.equal(signer.calls(), 1)
    }))

  it('does not let its stored signature be changed from outside', () =>
    harness.with(async (guard) => {
      const first = await guard.sign(at(1, 0, 2), bytes(7), toySignature)
      if (first.ok) first.value.fill(0)
      const second = await guard.sign(at(1, 0, 2), bytes(7), toySignature)
      assert.deepEqual(second, { ok: true, value: bytes(1, 7) })
    }))

  it('keeps the slot taken when the signer fails', () =>
    harness.with(async (guard) => {
      const failing = (): never => {
        throw new Error('no key')
      }
      await assert.rejects(guard.sign(at(1, 0, 2), bytes(7), failing), /no key/)
      const other = await guard.sign(at(1, 0, 2), bytes(8), toySignature)
      assert.equal(!other.ok && other.error.code, 'conflicting-statement')
      const same = await guard.sign(at(1, 0, 2), bytes(7), toySignature)
      assert.deepEqual(same, { ok: true, value: bytes(1, 7) })
    }))

  it('refuses slots that are not counts', () =>
    harness.with(async (guard) => {
      for (const slot of [at(-1, 0, 0), at(1, 0.5, 0), at(1, 0, Number.NaN)]) {
        await assert.rejects(async () => guard.sign(slot, bytes(7), toySignature), AssertionFailure)
      }
    }))

  it('signs nothing after it was closed', () =>
    harness.with(async (guard) => {
      await guard.close()
      await guard.close()
      const signer = countingSigner()
      await assert.rejects(guard.sign(at(1, 0, 0), bytes(7), signer.sign), {
        name: 'StorageError',
        code: 'closed',
      })
      assert.equal(signer.calls(), 0)
    }))
}

function regressions(harness: LastSignedHarness): void {
  it('T31 signs no other statement in a slot that it signed in', () =>
    harness.with(async (guard) => {
      await guard.sign(at(1, 0, 2), bytes(7), toySignature)
      const refused = await guard.sign(at(1, 0, 2), bytes(8), toySignature)
      assert.equal(!refused.ok && refused.error.code, 'conflicting-statement')
    }))

  it('T31 goes back neither in height nor in round nor in step', () =>
    harness.with(async (guard) => {
      await guard.sign(at(5, 5, 2), bytes(7), toySignature)
      const signer = countingSigner()
      for (const slot of [at(5, 5, 1), at(5, 4, 3), at(4, 9, 3)]) {
        const refused = await guard.sign(slot, bytes(7), signer.sign)
        assert.equal(!refused.ok && refused.error.code, 'slot-regression')
      }
      assert.equal(signer.calls(), 0)
      assert.deepEqual(guard.last(), at(5, 5, 2))
    }))

  it('T31 lets one of two statements through that are asked for at once', () =>
    harness.with(async (guard) => {
      const [first, second] = await Promise.all([
        guard.sign(at(1, 0, 2), bytes(7), toySignature),
        guard.sign(at(1, 0, 2), bytes(8), toySignature),
      ])
      assert.ok(first.ok)
      assert.equal(!second.ok && second.error.code, 'conflicting-statement')
    }))

  it('T31 knows what it may have signed: nothing above its slot, and nothing else in it', () =>
    harness.with(async (guard) => {
      assert.equal(guard.mayHaveSigned(at(0, 0, 0), bytes(7)), false)
      await guard.sign(at(5, 5, 2), bytes(7), toySignature)
      assert.equal(guard.mayHaveSigned(at(5, 5, 2), bytes(7)), true)
      assert.equal(guard.mayHaveSigned(at(5, 5, 2), bytes(8)), false)
      for (const slot of [at(5, 5, 1), at(5, 4, 3), at(4, 9, 3)]) {
        assert.equal(guard.mayHaveSigned(slot, bytes(8)), true)
      }
      for (const slot of [at(5, 5, 3), at(5, 6, 0), at(6, 0, 0)]) {
        assert.equal(guard.mayHaveSigned(slot, bytes(7)), false)
      }
    }))

  if (!harness.isDurable) return
  it('T31 remembers after it was opened again, and gives the same signature again', () =>
    harness.with(async (guard, reopen) => {
      const first = await guard.sign(at(3, 1, 2), bytes(7), toySignature)
      const again = await reopen()
      assert.deepEqual(again.last(), at(3, 1, 2))
      const other = await again.sign(at(3, 1, 2), bytes(8), toySignature)
      assert.equal(!other.ok && other.error.code, 'conflicting-statement')
      const lower = await again.sign(at(3, 1, 1), bytes(7), toySignature)
      assert.equal(!lower.ok && lower.error.code, 'slot-regression')
      assert.deepEqual(await again.sign(at(3, 1, 2), bytes(7), toySignature), first)
    }))
}

/** The property itself: whatever is asked, with restarts in between, no slot ever carries two statements. */
function againstAModel(harness: LastSignedHarness): void {
  const request = fc.record({
    slot: fc.record({ height: fc.nat(2), round: fc.nat(2), step: fc.nat(3) }),
    statement: fc.nat(1),
    restarts: fc.boolean(),
  })
  it('T31 never signs two statements in one slot, and never downwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 12 }), (requests) =>
        harness.with(async (guard, reopen) => {
          let current = guard
          const signed = new Map<string, number>()
          let highest = ''
          for (const { slot, statement, restarts } of requests) {
            if (restarts && harness.isDurable) current = await reopen()
            const name = `${slot.height}.${slot.round}.${slot.step}`
            const result = await current.sign(slot, bytes(statement), toySignature)
            assert.equal(result.ok, name > highest || (name === highest && signed.get(name) === statement))
            if (!result.ok) continue
            assert.deepEqual(result.value, toySignature(bytes(statement)))
            signed.set(name, statement)
            highest = name
          }
        }),
      ),
      { numRuns: 25 },
    )
  })
}

/** Not a signature; what it gives depends on the bytes, which is all that the guard may assume. */
function toySignature(message: Uint8Array): Uint8Array {
  return Uint8Array.of(1, ...message)
}

function countingSigner(): {
  readonly sign: (message: Uint8Array) => Uint8Array
  readonly calls: () => number
} {
  let calls = 0
  return {
    sign: (message) => {
      calls += 1
      return toySignature(message)
    },
    calls: () => calls,
  }
}

function at(height: number, round: number, step: number): SigningSlot {
  return { height, round, step }
}

function bytes(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values)
}
