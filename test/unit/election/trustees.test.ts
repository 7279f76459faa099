import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { unwrap } from '../../../base/index.ts'
import {
  encodePoint,
  GENERATOR,
  hashToScalar,
  IDENTITY,
  multiply,
  ORDER,
  pointToHex,
} from '../../../crypto/index.ts'
import {
  createTrusteeKey,
  decodeTrusteeKey,
  electionKey,
  encodeTrusteeKey,
  parseTrustees,
  type ThresholdParameters,
  type TrusteeKind,
  trusteesJson,
  verificationKeys,
  verifyTrusteeKey,
  verifyTrustees,
} from '../../../election/index.ts'
import { trusteesProblems } from '../../../election/trustees.ts'
import { unpack } from '../../support/election/archive-files.ts'
import { replaced, seeded, TORSION_POINTS, withTorsion } from '../../support/election/builders.ts'
import { aCeremony, type CeremonyOptions } from '../../support/election/ceremony.ts'

const OFFICIAL = unpack(readFileSync('test/vectors/belenios/threshold-and-mandatory.bel'))
  .map(({ text }) => text)
  .find((text) => text.startsWith('[["Single"'))!
const key = createTrusteeKey(1234n, seeded('key'))
const single = (secret: bigint): TrusteeKind => ({
  kind: 'single',
  key: createTrusteeKey(secret, seeded(`${secret}`)),
})
const pedersen = (parameters: ThresholdParameters): TrusteeKind => ({ kind: 'pedersen', parameters })
const ceremony = (options: CeremonyOptions = {}): ThresholdParameters =>
  aCeremony(3, 2, seeded('ceremony'), options).parameters

describe("a trustee's key", () => {
  it('verifies with its proof of knowledge, and with no other', () => {
    assert.equal(verifyTrusteeKey(key), true)
    const { challenge, response } = key.proof
    for (const proof of [
      { challenge: (challenge + 1n) % ORDER, response },
      { challenge, response: (response + 1n) % ORDER },
      createTrusteeKey(1235n, seeded('key')).proof,
    ])
      assert.equal(verifyTrusteeKey({ ...key, proof }), false)
    assert.equal(verifyTrusteeKey({ ...key, publicKey: key.publicKey.add(GENERATOR) }), false)
  })

  it('is not the neutral element, although its exponent is known', () => {
    const neutral = pointToHex(IDENTITY)
    const challenge = hashToScalar(`pok|Ed25519|${neutral}|${pointToHex(multiply(GENERATOR, 99n))}`)
    assert.equal(verifyTrusteeKey({ publicKey: IDENTITY, proof: { challenge, response: 99n } }), false)
  })

  it('survives its compact form and has one', () => {
    const bytes = encodeTrusteeKey(key)
    assert.equal(bytes.length, 96)
    const decoded = unwrap(decodeTrusteeKey(bytes))
    assert.ok(decoded.publicKey.equals(key.publicKey))
    assert.deepEqual(decoded.proof, key.proof)
    const code = (changed: Uint8Array): string => {
      const result = decodeTrusteeKey(changed)
      return result.ok ? 'ok' : result.error.code
    }
    assert.equal(code(bytes.slice(1)), 'key-malformed')
    assert.equal(code(Uint8Array.from([...bytes, 0])), 'key-malformed')
    const large = (at: number): Uint8Array => Uint8Array.from(bytes).fill(0xff, at, at + 32)
    assert.equal(code(large(32)), 'key-malformed')
    assert.equal(code(large(64)), 'key-malformed')
    assert.equal(code(large(0)), 'point-malformed')
  })

  it('T06 is refused with each of the points of small order added', () => {
    for (const torsion of TORSION_POINTS.slice(1)) {
      const bytes = encodeTrusteeKey(key)
      bytes.set(withTorsion(encodePoint(key.publicKey), torsion))
      const decoded = decodeTrusteeKey(bytes)
      assert.equal(decoded.ok ? 'ok' : decoded.error.code, 'point-outside-subgroup')
    }
  })
})

describe('trustees', () => {
  it('of an official archive verify, and are written as they were read', () => {
    const trustees = unwrap(parseTrustees(OFFICIAL))
    assert.deepEqual(verifyTrustees(trustees), { ok: true, value: undefined })
    assert.equal(trusteesJson(trustees), OFFICIAL)
    assert.equal(verificationKeys(trustees).length, 4)
    const election = unpack(readFileSync('test/vectors/belenios/threshold-and-mandatory.bel'))
      .map(({ text }) => text)
      .find((text) => text.startsWith('{"version":1,"description"'))!
    assert.ok(election.includes(`"public_key":"${pointToHex(electionKey(trustees))}"`))
  })

  it('T16 multiply into the election key: the product of single keys and of constant coefficients', () => {
    const secrets = aCeremony(3, 2, seeded('ceremony'))
    const trustees = [single(5n), pedersen(secrets.parameters), single(7n)]
    assert.deepEqual(verifyTrustees(trustees), { ok: true, value: undefined })
    // The members' shares are points of one polynomial: at 1 and 2 they give its value at 0 (2 * S1 - S2).
    const [first, second] = secrets.shares
    const constant = (((2n * first! - second!) % ORDER) + ORDER) % ORDER
    assert.ok(electionKey(trustees).equals(multiply(GENERATOR, (constant + 12n) % ORDER)))
  })

  it('are refused when none are there, with a false key, and with a key twice', () => {
    assert.match(trusteesProblems([]).join(), /no trustee/)
    const { proof } = key
    assert.match(
      trusteesProblems([
        single(1n),
        { kind: 'single', key: { ...createTrusteeKey(2n, seeded('')), proof } },
      ]).join(),
      /item 2: the key's proof/,
    )
    assert.match(
      trusteesProblems([single(1n), single(2n), single(1n)]).join(),
      /trustee 3 has the key of trustee 1/,
    )
    const parameters = ceremony()
    assert.match(
      trusteesProblems([pedersen(parameters), pedersen(parameters)]).join(),
      /trustee 4 has the key/,
    )
  })

  it('are refused as JSON that is not theirs', () => {
    const good = trusteesJson([single(1n)])
    assert.equal(parseTrustees(good).ok, true)
    for (const bad of [
      '[]',
      good.replace('Single', 'single'),
      good.replace('"pok":', '"pok" :'),
      good.replace('}]]', ',"signature":{"challenge":"1","response":"1"}}]]'),
      good.replace('"Single",', '"Single",1,'),
      good.replace(/"public_key":"../, '"public_key":"ff'),
    ])
      assert.equal(parseTrustees(bad).ok, false, bad)
  })
})

describe('threshold parameters', () => {
  it('verify, but not without the signatures over certificates, although they can be read', () => {
    assert.deepEqual(trusteesProblems([pedersen(ceremony())]), [])
    const problems = trusteesProblems([pedersen(ceremony({ withoutSignatures: true }))])
    assert.match(problems.join(), /^item 1, no signatures over the certificates/)
    const written = trusteesJson([pedersen(ceremony({ withoutSignatures: true }))])
    assert.equal(trusteesJson(unwrap(parseTrustees(written))), written)
  })

  it('verify for every threshold up to the number of members', () => {
    for (const [size, threshold] of [
      [1, 1],
      [2, 1],
      [2, 2],
      [4, 3],
      [4, 4],
    ] as const)
      assert.deepEqual(trusteesProblems([pedersen(aCeremony(size, threshold, seeded('t')).parameters)]), [])
  })

  it("name the member whose certificate has another context, whoever's signature holds", () => {
    const problems = (context: Readonly<Record<string, unknown>>): string =>
      trusteesProblems([pedersen(ceremony({ context }))]).join('\n')
    assert.match(problems({ group: 'BELENIOS-2048' }), /member 1: certificate: context.group/)
    assert.match(problems({ size: 4 }), /member 1: certificate for 4 members/)
    assert.match(problems({ threshold: 3 }), /member 2: certificate for threshold 3/)
    assert.match(problems({ index: 1 }), /member 2: certificate of member 1/)
    assert.match(problems({ extra: 1 }), /member 3: certificate: unknown field/)
  })

  it('T21 name a threshold that is not the number of coefficients', () => {
    const parameters = ceremony()
    assert.match(
      trusteesProblems([pedersen({ ...parameters, threshold: 1 })]).join('\n'),
      /2 coefficients for threshold 1/,
    )
    assert.match(
      trusteesProblems([pedersen({ ...parameters, threshold: 3 })]).join('\n'),
      /2 coefficients for threshold 3/,
    )
    assert.match(trusteesProblems([pedersen({ ...parameters, threshold: 4 })]).join('\n'), /threshold 4 of 3/)
    assert.match(trusteesProblems([pedersen({ ...parameters, threshold: 0 })]).join('\n'), /threshold 0 of 3/)
  })

  it('name a member whose key does not follow from the coefficients', () => {
    const problems = trusteesProblems([pedersen(ceremony({ wrongShare: 1n }))])
    assert.deepEqual(problems, [
      'item 1, member 1: the verification key does not follow from the coefficients',
    ])
  })

  it('name the member of each false signature', () => {
    const parameters = ceremony()
    const false_ = { challenge: 1n, response: 2n }
    const { certificates, coefficients, signatures, verificationKeys: keys } = parameters
    const problems = (change: Partial<ThresholdParameters>): readonly string[] =>
      trusteesProblems([pedersen({ ...parameters, ...change })])
    const changes: readonly (readonly [Partial<ThresholdParameters>, RegExp])[] = [
      [
        { certificates: replaced(certificates, 1, { ...certificates[1]!, signature: false_ }) },
        /the certificate's/,
      ],
      [
        { coefficients: replaced(coefficients, 1, { ...coefficients[1]!, signature: false_ }) },
        /the coefficients'/,
      ],
      [{ signatures: replaced(signatures!, 1, false_) }, /over certificates/],
      [
        { verificationKeys: replaced(keys, 1, { ...keys[1]!, signature: false_ }) },
        /the verification key's signature/,
      ],
      [{ verificationKeys: replaced(keys, 1, { ...keys[1]!, proof: false_ }) }, /proof of knowledge/],
      [
        { verificationKeys: replaced(keys, 1, { publicKey: keys[1]!.publicKey, proof: keys[1]!.proof }) },
        /is missing/,
      ],
    ]
    for (const [change, pattern] of changes) {
      const found = problems(change)
      assert.ok(
        found.some((problem) => problem.includes('member 2') && pattern.test(problem)),
        `${pattern}: ${found}`,
      )
    }
  })

  it('are refused with lists of different lengths', () => {
    const parameters = ceremony()
    for (const list of ['certificates', 'coefficients', 'signatures', 'verificationKeys'] as const) {
      const shorter = { ...parameters, [list]: parameters[list]!.slice(1) }
      assert.match(trusteesProblems([pedersen(shorter)]).join(), /certificates, .* verification keys/, list)
    }
  })

  it('swapped between members are refused', () => {
    const parameters = ceremony()
    const swap = <T>([a, b, c]: readonly T[]): readonly T[] => [b!, a!, c!]
    for (const list of ['certificates', 'coefficients', 'signatures', 'verificationKeys'] as const)
      assert.notDeepEqual(
        trusteesProblems([pedersen({ ...parameters, [list]: swap(parameters[list] as never[]) })]),
        [],
      )
  })
})
