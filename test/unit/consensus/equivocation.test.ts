import assert from 'node:assert/strict'
import {
  decodeEvidence,
  EVIDENCE_BYTES,
  type Evidence,
  encodeEvidence,
  type Input,
  type Signed,
  type Statement,
  statementBytes,
  verifyEvidence,
} from '../../../consensus/index.ts'
import { sign } from '../../../crypto/index.ts'
import {
  aHeight,
  block,
  finalised,
  NETWORK,
  only,
  realValidators,
  run,
  validatorKey,
} from '../../support/consensus/builders.ts'

describe('counting votes', () => {
  const h = aHeight({ self: 3 })
  const pairs: readonly (readonly [string, Input, Input])[] = [
    ['proposals', h.proposal(0, block(1)), h.proposal(0, block(2))],
    ['prepares', ...pair(h.prepares([0], 0, block(1)), h.prepares([0], 0, block(2)))],
    ['commits', ...pair(h.commits([0], 0, block(1)), h.commits([0], 0, block(2)))],
    [
      'round changes',
      ...pair(h.roundChanges([0], 1), h.roundChanges([0], 1, { round: 0, blockId: block(1) })),
    ],
    [
      'round changes from far above',
      ...pair(h.roundChanges([0], 99), h.roundChanges([0], 99, { round: 0, blockId: block(1) })),
    ],
  ]
  for (const [what, first, second] of pairs) {
    it(`T30 [R18] two different ${what} of one validator for one round are evidence`, () => {
      const { effects } = run(h.start, first, second)
      assert.ok(first.type === 'message' && second.type === 'message')
      const evidence = { first: first.message.signed, second: second.message.signed }
      assert.deepEqual(only(effects, 'evidence'), [{ type: 'evidence', evidence }])
    })

    it(`[R18] the same of the ${what} twice is no evidence`, () => {
      const { effects } = run(h.start, first, first)
      assert.deepEqual(only(effects, 'evidence'), [])
    })

    it(`[R18] more contradictions among the ${what} bring no more evidence`, () => {
      const { effects } = run(h.start, first, second, second, first, second)
      assert.equal(only(effects, 'evidence').length, 1)
    })
  }

  it('[R18] a validator may say different things in different rounds', () => {
    const { effects } = run(
      h.start,
      ...h.prepares([0], 0, block(1)),
      ...h.prepares([0], 1, block(2)),
      ...h.commits([0], 0, block(1)),
      ...h.commits([0], 1, block(2)),
      ...h.roundChanges([0], 1),
      ...h.roundChanges([0], 2, { round: 1, blockId: block(2) }),
    )
    assert.deepEqual(only(effects, 'evidence'), [])
  })

  it('[R18] counts the first vote of a slot only', () => {
    const { effects } = run(
      h.start,
      ...h.commits([0], 0, block(2)),
      ...h.commits([0], 0, block(1)),
      ...h.commits([1, 2], 0, block(1)),
    )
    assert.deepEqual(finalised(effects), [])
    const more = run(h.start, ...h.commits([0], 0, block(2)), ...h.commits([0, 1, 2, 3], 0, block(1)))
    assert.deepEqual(
      finalised(more.effects).map(({ signatures }) => signatures.map(({ validator }) => validator)),
      [[1, 2, 3]],
    )
  })

  it('[R18] an unjustified round change that contradicts a counted one is evidence too', () => {
    const claim = { round: 0, blockId: block(1) }
    const bare = { kind: 'roundChange', signed: h.roundChange(0, 1, claim), prepares: [] } as const
    const { effects } = run(h.start, ...h.roundChanges([0], 1), { type: 'message', message: bare as never })
    assert.deepEqual(
      effects.map(({ type }) => type),
      ['evidence'],
    )
  })
})

describe('evidence', () => {
  const validators = realValidators(4)
  const signedBy = (validator: number, statement: Statement, networkId = NETWORK): Signed => ({
    statement,
    validator,
    signature: sign(statementBytes(networkId, statement), validatorKey(validator)),
  })
  const commit = (blockId: string, round = 2): Statement => ({ kind: 'commit', height: 4, round, blockId })
  const good: Evidence = { first: signedBy(1, commit(block(1))), second: signedBy(1, commit(block(2))) }
  const refusal = (evidence: Evidence): string | undefined => {
    const result = verifyEvidence(evidence, validators, NETWORK)
    return result.ok ? undefined : result.error.code
  }

  it('[R18] convinces anyone who knows the validators', () => {
    assert.equal(refusal(good), undefined)
    const claim = { round: 0, blockId: block(1) }
    const roundChange: Statement = { kind: 'roundChange', height: 4, round: 2 }
    const second = signedBy(1, { ...roundChange, prepared: claim })
    assert.equal(refusal({ first: signedBy(1, roundChange), second }), undefined)
  })

  it('[R18] is none without a contradiction in one slot of one validator', () => {
    const { first } = good
    const others = [
      first,
      signedBy(2, commit(block(2))),
      signedBy(1, commit(block(2), 3)),
      signedBy(1, { ...commit(block(2)), height: 5 }),
      signedBy(1, { kind: 'prepare', height: 4, round: 2, blockId: block(2) }),
    ]
    for (const second of others) assert.equal(refusal({ first, second }), 'not-equivocation')
    const malformed = { ...first, statement: commit('no block id') }
    assert.equal(refusal({ first, second: malformed }), 'not-equivocation')
  })

  it('[R18] needs both signatures, of a validator of the set, on this network', () => {
    const { first, second } = good
    const forged = { ...second, signature: first.signature }
    assert.equal(refusal({ first, second: forged }), 'bad-signature')
    assert.equal(refusal({ first: forged, second: { ...first } }), 'bad-signature')
    const elsewhere = new Uint8Array(32)
    const foreign = {
      first: signedBy(1, commit(block(1)), elsewhere),
      second: signedBy(1, commit(block(2)), elsewhere),
    }
    assert.equal(refusal(foreign), 'bad-signature')
    const unknown = { first: { ...first, validator: 4 }, second: { ...second, validator: 4 } }
    assert.equal(refusal(unknown), 'unknown-validator')
  })

  it('has one encoding of a fixed size', () => {
    const bytes = encodeEvidence(good)
    assert.equal(bytes.length, EVIDENCE_BYTES)
    assert.deepEqual(decodeEvidence(bytes), { ok: true, value: good })
    assert.equal(decodeEvidence(bytes.subarray(1)).ok, false)
    assert.equal(decodeEvidence(new Uint8Array([...bytes, 0])).ok, false)
  })
})

function pair(first: readonly Input[], second: readonly Input[]): readonly [Input, Input] {
  const [a] = first
  const [b] = second
  assert.ok(a !== undefined && b !== undefined)
  return [a, b]
}
