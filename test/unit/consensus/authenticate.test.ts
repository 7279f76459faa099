import assert from 'node:assert/strict'
import {
  authenticate,
  type Certificate,
  type Message,
  type Signed,
  type StatementKind,
  type StatementOf,
  statementBytes,
  verifyCertificate,
} from '../../../consensus/index.ts'
import { sign } from '../../../crypto/index.ts'
import { block, NETWORK, realValidators, validatorKey } from '../../support/consensus/builders.ts'

const validators = realValidators(4)

function signedBy<K extends StatementKind>(
  validator: number,
  statement: StatementOf<K>,
  networkId: Uint8Array = NETWORK,
): Signed<K> {
  const signature = sign(statementBytes(networkId, statement), validatorKey(validator))
  return { statement, validator, signature }
}

const prepare = (validator: number, height = 4): Signed<'prepare'> =>
  signedBy<'prepare'>(validator, { kind: 'prepare', height, round: 0, blockId: block(1) })
const roundChange = (validator: number): Signed<'roundChange'> =>
  signedBy<'roundChange'>(validator, {
    kind: 'roundChange',
    height: 4,
    round: 1,
    prepared: { round: 0, blockId: block(1) },
  })
const proposal = signedBy<'proposal'>(1, { kind: 'proposal', height: 4, round: 1, blockId: block(1) })

type Proposal = Message & { kind: 'proposal' }
const good: Proposal = {
  kind: 'proposal',
  signed: proposal,
  roundChanges: [0, 1, 2].map(roundChange),
  prepares: [0, 1, 2].map((validator) => prepare(validator)),
}

function refusalOf(message: Message, networkId: Uint8Array = NETWORK): string | undefined {
  const result = authenticate(message, validators, networkId)
  return result.ok ? undefined : result.error.code
}

function damaged<S extends Signed>(signed: S): S {
  const signature = signed.signature.slice()
  signature[3] = (signature[3] ?? 0) ^ 1
  return { ...signed, signature }
}

describe('authenticate', () => {
  it('accepts a message whose signatures are all good, and changes nothing about it', () => {
    const result = authenticate(good, validators, NETWORK)
    assert.ok(result.ok)
    assert.equal(result.value, good)
    assert.equal(refusalOf({ kind: 'prepare', signed: prepare(3) }), undefined)
    assert.equal(
      refusalOf({ kind: 'roundChange', signed: roundChange(0), prepares: good.prepares }),
      undefined,
    )
  })

  it('refuses one bad signature anywhere in the message', () => {
    const [a, b, c] = good.roundChanges
    const [x, y, z] = good.prepares
    assert.ok(a && b && c && x && y && z)
    assert.equal(refusalOf({ ...good, signed: damaged(good.signed) }), 'bad-signature')
    assert.equal(refusalOf({ ...good, roundChanges: [a, b, damaged(c)] }), 'bad-signature')
    assert.equal(refusalOf({ ...good, prepares: [x, damaged(y), z] }), 'bad-signature')
    const nested: Message = { kind: 'roundChange', signed: a, prepares: [x, y, damaged(z)] }
    assert.equal(refusalOf(nested), 'bad-signature')
    assert.equal(refusalOf({ kind: 'prepare', signed: damaged(x) }), 'bad-signature')
  })

  it('refuses a good signature under another name, or of another length', () => {
    assert.equal(refusalOf({ kind: 'prepare', signed: { ...prepare(0), validator: 1 } }), 'bad-signature')
    const short = { ...prepare(0), signature: new Uint8Array(63) }
    assert.equal(refusalOf({ kind: 'prepare', signed: short }), 'bad-signature')
  })

  it('T15 refuses signatures for another network', () => {
    assert.equal(refusalOf(good, new Uint8Array(32)), 'bad-signature')
  })

  it('T15 refuses a signature taken from another kind, height, round or block', () => {
    const { statement, signature } = prepare(0)
    const others: readonly Message[] = [
      { kind: 'commit', signed: { statement: { ...statement, kind: 'commit' }, validator: 0, signature } },
      { kind: 'prepare', signed: { statement: { ...statement, height: 5 }, validator: 0, signature } },
      { kind: 'prepare', signed: { statement: { ...statement, round: 1 }, validator: 0, signature } },
      {
        kind: 'prepare',
        signed: { statement: { ...statement, blockId: block(2) }, validator: 0, signature },
      },
    ]
    for (const message of others) assert.equal(refusalOf(message), 'bad-signature')
  })

  it('refuses authors that the set does not have', () => {
    for (const validator of [4, 65535, -1, 0.5, Number.NaN]) {
      assert.equal(refusalOf({ kind: 'prepare', signed: { ...prepare(0), validator } }), 'unknown-validator')
    }
    const roundChanges = [...good.roundChanges.slice(0, 2), { ...roundChange(2), validator: 4 }]
    assert.equal(refusalOf({ ...good, roundChanges }), 'unknown-validator')
  })

  it('refuses parts that do not belong together', () => {
    const prepares = [...good.prepares.slice(0, 2), prepare(2, 5)]
    assert.equal(refusalOf({ ...good, prepares }), 'inconsistent')
    const mixed = { ...good, prepares: good.roundChanges } as unknown as Message
    assert.equal(refusalOf(mixed), 'inconsistent')
    const renamed = { kind: 'commit', signed: prepare(0) } as unknown as Message
    assert.equal(refusalOf(renamed), 'inconsistent')
    const { statement } = prepare(0)
    const malformed = [
      { ...statement, blockId: block(171).toUpperCase() },
      { ...statement, height: 0.5 },
      { ...statement, round: -1 },
      { ...statement, round: 2 ** 32 },
    ]
    for (const one of malformed) {
      assert.equal(refusalOf({ kind: 'prepare', signed: { ...prepare(0), statement: one } }), 'inconsistent')
    }
  })

  it('T32 refuses more nested votes than validators before it verifies any', () => {
    const four = [0, 1, 2, 3].map((validator) => prepare(validator))
    assert.equal(refusalOf({ ...good, prepares: four }), undefined)
    const five = [...four, damaged(prepare(0))]
    assert.equal(refusalOf({ ...good, prepares: five }), 'inconsistent')
  })
})

describe('a certificate', () => {
  const commits = [0, 1, 2, 3].map((validator) => {
    const statement: StatementOf<'commit'> = { kind: 'commit', height: 4, round: 1, blockId: block(1) }
    const { signature } = signedBy<'commit'>(validator, statement)
    return { validator, signature }
  })
  const certificate = (
    signatures: Certificate['signatures'],
    change: Partial<Certificate> = {},
  ): Certificate => ({
    height: 4,
    round: 1,
    blockId: block(1),
    signatures,
    ...change,
  })
  const refusal = (one: Certificate, networkId = NETWORK): string | undefined => {
    const result = verifyCertificate(one, validators, networkId)
    return result.ok ? undefined : result.error.code
  }
  const [first, second, third, fourth] = commits
  assert.ok(first && second && third && fourth)

  it('T29 [R11] convinces with a quorum of signatures, and not with one less', () => {
    assert.equal(refusal(certificate([first, second, fourth])), undefined)
    assert.equal(refusal(certificate(commits)), undefined)
    assert.equal(refusal(certificate([first, second])), 'no-quorum')
    assert.equal(refusal(certificate([])), 'no-quorum')
  })

  it('[R1] counts each validator once, in ascending order', () => {
    assert.equal(refusal(certificate([first, first, second])), 'not-ascending')
    assert.equal(refusal(certificate([first, third, second])), 'not-ascending')
  })

  it('refuses strangers and signatures under anything else', () => {
    assert.equal(refusal(certificate([first, second, { ...third, validator: 4 }])), 'unknown-validator')
    assert.equal(refusal(certificate([first, second, { ...third, validator: 3 }])), 'bad-signature')
    for (const change of [{ height: 5 }, { round: 2 }, { blockId: block(2) }, { blockId: 'none' }]) {
      assert.equal(refusal(certificate(commits, change)), 'bad-signature')
    }
    assert.equal(refusal(certificate(commits), new Uint8Array(32)), 'bad-signature')
  })
})
