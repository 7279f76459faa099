/** Nobody's secret is anywhere in what a network sends, stores and exports: searched as bytes and as text. */
import { strict as assert } from 'node:assert'
import { toBigEndian, toHex, utf8 } from '../../../base/index.ts'
import { modOrder } from '../../../crypto/index.ts'
import { polynomialAt } from '../../../election/index.ts'
import { encodeBlock, proveCeremony, proveRecord } from '../../../ledger/index.ts'
import { type Attempt, memberKeys, memberPolynomial, memberShare } from '../../support/ceremony-builders.ts'
import {
  archiveOf,
  aStage,
  assertTallied,
  attemptOf,
  type CeremonyStage,
  decrypt,
  passDeadline,
  playStep,
  playTo,
  presentAttempt,
  stageCeremony,
  vote,
} from '../../support/ceremony-stage.ts'
import { trusteeScalar } from '../../support/ledger-builders.ts'

/** All secrets of an attempt, each with what it is. */
function secretsOf(at: Attempt): ReadonlyMap<string, bigint> {
  const secrets = new Map<string, bigint>()
  for (const { name } of at.members) {
    const { signing, decryption } = memberKeys(at, name)
    const polynomial = memberPolynomial(at, name)
    secrets.set(`${name} signing key`, signing)
    secrets.set(`${name} decryption key`, decryption)
    for (const [k, coefficient] of polynomial.entries()) secrets.set(`${name} coefficient ${k}`, coefficient)
    for (const [j] of at.members.entries())
      secrets.set(`${name} share for member ${j + 1}`, polynomialAt(polynomial, j + 1))
    secrets.set(`${name} S_j`, memberShare(at, name))
  }
  const constants = at.members.map(({ name }) => memberPolynomial(at, name)[0]!)
  secrets.set('the key of all', modOrder(constants.reduce((sum, one) => sum + one, 0n)))
  return secrets
}

/** The forms in which a scalar may be written, as bytes in hexadecimal. */
function formsOf(secret: bigint): readonly string[] {
  const big = toBigEndian(secret, 32)
  const little = big.toReversed()
  const texts = [String(secret), toHex(big), toHex(little), Buffer.from(big).toString('base64').slice(0, 42)]
  return [toHex(big), toHex(little), ...texts.map((text) => toHex(utf8(text)))]
}

/** Which secrets are somewhere in these bytes. */
function found(places: ReadonlyMap<string, string>, secrets: ReadonlyMap<string, bigint>): readonly string[] {
  return [...secrets].flatMap(([what, secret]) =>
    formsOf(secret).flatMap((form) =>
      [...places].flatMap(([where, hex]) => (hex.includes(form) ? [`${what} in ${where}`] : [])),
    ),
  )
}

/** Everything that the network of a stage has sent, stored and exported, in hexadecimal. */
async function publicPlaces(stage: CeremonyStage): Promise<ReadonlyMap<string, string>> {
  const { chain, draft } = stage
  const places = new Map<string, string>()
  for (const [i, block] of chain.blocks.entries()) places.set(`block ${i + 1}`, toHex(encodeBlock(block)))
  for (const [key, [, value]] of chain.image) places.set(`image ${key}`, toHex(value))
  places.set('the record', toHex(proveRecord(chain.state, draft.uuid)!.record))
  places.set('the ceremony', toHex(proveCeremony(chain.state, draft.uuid)!))
  places.set('the archive', toHex(await archiveOf(stage)))
  return places
}

describe('T16 T38 what a network sends, stores and exports', () => {
  it('has no share, coefficient or key of anybody in it, not even of an attempt that failed', async () => {
    const stage = aStage(3, 2, { mandatory: ['court'], hasRoll: true })
    const { chain, draft } = stage
    const first = presentAttempt(stage)
    playTo(stage, 'keys')
    const dealt = toHex(proveCeremony(chain.state, draft.uuid)!)
    playStep(stage, ['trustee 2'])
    passDeadline(stage)
    playTo(stage, 'done')
    vote(stage)
    decrypt(stage, ['trustee 1', 'trustee 3', 'court'])
    await assertTallied(stage)
    assert.equal(stageCeremony(stage).attempt, 2)
    const places = new Map(await publicPlaces(stage)).set('the ceremony of the first attempt', dealt)
    const secrets = [first, attemptOf(stage, 2, ['trustee 1', 'trustee 3'])].map(secretsOf)
    assert.deepEqual(
      secrets.map(({ size }) => size),
      [3 * (2 + 2 + 3 + 1) + 1, 2 * (2 + 2 + 2 + 1) + 1],
    )
    for (const each of secrets) assert.deepEqual(found(places, each), [])
    const mandatory = new Map([['the key of the court', trusteeScalar(draft.uuid, 'court')]])
    assert.deepEqual(found(places, mandatory), [])
  })

  it('would be found out: the search sees a secret in each of its forms', () => {
    const secret = memberShare(presentAttempt(aStage(2, 1)), 'trustee 1')
    const forms = formsOf(secret)
    assert.equal(new Set(forms).size, 6)
    for (const [i, form] of forms.entries()) {
      const places = new Map([
        ['here', `00ff${form}00`],
        ['there', '00ff'],
      ])
      assert.deepEqual(found(places, new Map([['S_1', secret]])), ['S_1 in here'], `form ${i}`)
    }
  })
})
