/**
 * The key ceremony in an archive that our own ledger made, tampered with: in each test something is changed and all hashes are made
 * right again. The audit refuses it and names the member.
 */
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { GENERATOR, pointFromHex, pointToHex } from '../../../crypto/index.ts'
import { auditArchive } from '../../../election/index.ts'
import { signMessage } from '../../../election/schnorr.ts'
import { memberKeys } from '../../support/ceremony-builders.ts'
import { archiveOf, aTalliedStage, presentAttempt } from '../../support/ceremony-stage.ts'
import { type LooseFile, pack, rehashed, unpack } from '../../support/election/archive-files.ts'
import { seeded } from '../../support/election/builders.ts'
import { rememberingVerifier } from '../../support/election/remembering-verifier.ts'

interface ProofJson {
  challenge: string
  response: string
}
interface SignedJson {
  message: string
  signature: ProofJson
}
interface KeyJson {
  pok: ProofJson
  public_key: string
  signature: ProofJson
}
interface PedersenJson {
  threshold: number
  certs: SignedJson[]
  coefexps: SignedJson[]
  signatures: ProofJson[]
  verification_keys: KeyJson[]
}
type TrusteesJson = [['Single', KeyJson], ['Pedersen', PedersenJson]]

const verify = rememberingVerifier()
const failures = (archive: Uint8Array): readonly string[] =>
  auditArchive(archive, undefined, verify)
    .checks.filter(({ ok }) => !ok)
    .map(({ id, detail }) => `${id} ${detail}`)

describe('T16 the audit of an archive of our own ledger', () => {
  const stage = aTalliedStage()
  let files: readonly LooseFile[] = []
  /** Up to the opening: what is wrong with the trustees shows there, and that is soon audited. */
  let opening: readonly LooseFile[] = []
  let at = -1
  before(async () => {
    files = unpack(await archiveOf(stage))
    opening = files.slice(0, files.findIndex(({ kind }) => kind === 'event') + 1)
    at = files.findIndex(({ text }) => text.startsWith('[["Single"'))
  })

  /** What the audit says to an archive with other trustees. */
  function tampered(
    change: (trustees: TrusteesJson) => unknown,
    archive: readonly LooseFile[] = opening,
  ): readonly string[] {
    const trustees = JSON.parse(files[at]!.text) as TrusteesJson
    const text = JSON.stringify(change(trustees) ?? trustees)
    assert.notEqual(text, files[at]!.text, 'the change changes something')
    return failures(pack(rehashed(archive, at, text)))
  }
  /** The same for the threshold item. */
  const ceremony = (change: (item: PedersenJson) => void): readonly string[] =>
    tampered(([, [, item]]) => change(item))
  function assertNamed(found: readonly string[], ...patterns: readonly RegExp[]): void {
    for (const pattern of patterns)
      assert.ok(
        found.some((line) => line.startsWith('A09 ') && pattern.test(line)),
        `${pattern}: ${found.join('\n')}`,
      )
  }
  const otherPoint = (hex: string): string => {
    const point = pointFromHex(hex)
    assert.ok(point.ok)
    return pointToHex(point.value.add(GENERATOR))
  }
  const otherProof = ({ challenge, response }: ProofJson): ProofJson => ({
    challenge,
    response: String(BigInt(response) - 1n),
  })
  const edited = (signed: SignedJson, change: (message: string) => string): SignedJson => ({
    ...signed,
    message: change(signed.message),
  })
  /** The message signed by a member, as only it can. */
  const resigned = (name: string, message: string): SignedJson => {
    const { signing } = memberKeys(presentAttempt(stage), name)
    const { challenge, response } = signMessage(signing, message, seeded('again'))
    return { message, signature: { challenge: String(challenge), response: String(response) } }
  }
  const context = (message: string, change: object): string => {
    const json = JSON.parse(message) as { context: object }
    return JSON.stringify({ ...json, context: { ...json.context, ...change } })
  }

  it('accepts it as it is, as it accepts what the official tool made', () => {
    assert.deepEqual(failures(pack(files)), [])
    assert.deepEqual(failures(pack(opening)), [])
    const official = readFileSync('test/vectors/belenios/threshold-and-mandatory.bel')
    assert.deepEqual(failures(official), [])
    const [, [kind, { threshold, certs }]] = JSON.parse(files[at]!.text) as TrusteesJson
    assert.deepEqual([kind, threshold, certs.length], ['Pedersen', 2, 3])
  })

  for (const member of [1, 2, 3]) {
    const place = `item 2, member ${member}: `
    const named = (what: string): RegExp => new RegExp(`${place}.*${what}`)

    it(`refuses another certificate of member ${member}: a key, its signature`, () => {
      for (const field of ['verification', 'encryption']) {
        const pattern = new RegExp(`(?<="${field}":")[0-9a-f]{64}`)
        const found = ceremony(({ certs }) => {
          certs[member - 1] = edited(certs[member - 1]!, (message) => message.replace(pattern, otherPoint))
        })
        assertNamed(found, named("the certificate's signature"))
        // Everybody signed all certificates: nobody agrees to a ceremony with this one.
        for (const other of [1, 2, 3])
          assertNamed(found, new RegExp(`member ${other}: the signature over certificates and coefficients`))
      }
      const unsigned = ceremony(({ certs }) => {
        const cert = certs[member - 1]!
        certs[member - 1] = { ...cert, signature: otherProof(cert.signature) }
      })
      assertNamed(unsigned, named("the certificate's signature"))
    })

    it(`refuses other coefficients of member ${member}: another point, more, fewer, another signature`, () => {
      const coefficients = (change: (points: string[]) => string[]): readonly string[] =>
        ceremony(({ coefexps }) => {
          coefexps[member - 1] = edited(coefexps[member - 1]!, (message) => {
            const json = JSON.parse(message) as { coefexps: string[] }
            return JSON.stringify({ coefexps: change(json.coefexps) })
          })
        })
      for (const k of [0, 1]) {
        const found = coefficients((points) => points.with(k, otherPoint(points[k]!)))
        assertNamed(
          found,
          named("the coefficients' signature"),
          named('the signature over certificates and coefficients'),
          /member [123]: the verification key does not follow from the coefficients/,
        )
      }
      assertNamed(
        coefficients((points) => points.toReversed()),
        named("the coefficients' signature"),
      )
      assertNamed(
        coefficients((points) => points.slice(1)),
        named('1 coefficients for threshold 2'),
      )
      assertNamed(
        coefficients((points) => [...points, points[0]!]),
        named('3 coefficients for threshold 2'),
      )
      const unsigned = ceremony(({ coefexps }) => {
        const signed = coefexps[member - 1]!
        coefexps[member - 1] = { ...signed, signature: otherProof(signed.signature) }
      })
      assertNamed(unsigned, named("the coefficients' signature"))
    })

    it(`refuses another signature of member ${member} over all certificates, and that of another member`, () => {
      const overall = named('the signature over certificates and coefficients')
      assertNamed(
        ceremony(({ signatures }) => {
          signatures[member - 1] = otherProof(signatures[member - 1]!)
        }),
        overall,
      )
      assertNamed(
        ceremony(({ signatures }) => {
          signatures[member - 1] = signatures[member % 3]!
        }),
        overall,
      )
    })

    it(`refuses another key share of member ${member}: the point, its proof, its signature, that of another`, () => {
      const share = (change: (key: KeyJson, all: readonly KeyJson[]) => KeyJson): readonly string[] =>
        ceremony(({ verification_keys }) => {
          verification_keys[member - 1] = change(verification_keys[member - 1]!, verification_keys)
        })
      assertNamed(
        share((key) => ({ ...key, public_key: otherPoint(key.public_key) })),
        named('does not follow from the coefficients'),
        named("the verification key's signature"),
        named("the verification key's proof of knowledge"),
      )
      assertNamed(
        share((key) => ({ ...key, pok: otherProof(key.pok) })),
        named("the verification key's proof of knowledge"),
      )
      assertNamed(
        share((key) => ({ ...key, signature: otherProof(key.signature) })),
        named("the verification key's signature"),
      )
      assertNamed(
        share((_, all) => all[member % 3]!),
        named('does not follow from the coefficients'),
        named("the verification key's signature"),
      )
      assertNamed(
        share(({ signature: _, ...key }) => key as KeyJson),
        named("the verification key's signature is missing"),
      )
    })

    it(`refuses the ceremony without member ${member}`, () => {
      const found = ceremony((item) => {
        for (const list of [item.certs, item.coefexps, item.signatures, item.verification_keys])
          list.splice(member - 1, 1)
      })
      assertNamed(found, /member [12]: certificate for 3 members/)
      if (member < 3) assertNamed(found, /member 2: certificate of member 3/)
    })
  }

  it('refuses certificates for another number, number of members, threshold or group, also signed by their member', () => {
    for (const [change, what] of [
      [{ index: 3 }, 'certificate of member 3'],
      [{ size: 4 }, 'certificate for 4 members'],
      [{ threshold: 1 }, 'certificate for threshold 1'],
      [{ group: 'RFC-3526-2048' }, 'certificate: '],
    ] as const) {
      const found = ceremony(({ certs }) => {
        certs[1] = edited(certs[1]!, (message) => context(message, change))
      })
      assertNamed(found, new RegExp(`item 2, member 2: ${what}`))
      // The member itself can sign another context, and still nobody has agreed to it.
      const again = ceremony(({ certs }) => {
        certs[1] = resigned('trustee 3', context(certs[1]!.message, change))
      })
      assertNamed(again, new RegExp(`item 2, member 2: ${what}`), /member 1: the signature over certificates/)
    }
  })

  it('refuses members in another order, whichever two change places', () => {
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ] as const) {
      const found = ceremony((item) => {
        for (const list of [
          item.certs,
          item.coefexps,
          item.signatures,
          item.verification_keys,
        ] as unknown[][]) {
          const kept = list[a]
          list[a] = list[b]
          list[b] = kept
        }
      })
      assertNamed(
        found,
        new RegExp(`member ${a + 1}: certificate of member ${b + 1}`),
        new RegExp(`member ${b + 1}: certificate of member ${a + 1}`),
        new RegExp(`member ${a + 1}: the verification key does not follow`),
      )
    }
  })

  it('refuses another threshold, and lists of different lengths', () => {
    for (const threshold of [1, 3])
      assertNamed(
        ceremony((item) => {
          item.threshold = threshold
        }),
        new RegExp(`item 2, member 1: 2 coefficients for threshold ${threshold}`),
        /item 2, member 2: certificate for threshold 2/,
      )
    assertNamed(
      ceremony((item) => {
        item.threshold = 4
      }),
      /item 2, threshold 4 of 3 members/,
    )
    for (const field of ['certs', 'coefexps', 'signatures', 'verification_keys'] as const)
      assertNamed(
        ceremony((item) => void item[field].pop()),
        /item 2, \d certificates, \d coefficient lists, \d signatures and \d verification keys/,
      )
    assertNamed(
      tampered(([single, [kind, { signatures: _, ...item }]]) => [single, [kind, item]]),
      /no signatures over the certificates/,
    )
  })

  it('refuses another mandatory key, items in another order, and an item that is missing', () => {
    assertNamed(
      tampered(([[, key]]) => {
        key.public_key = otherPoint(key.public_key)
      }),
      /item 1: the key's proof of knowledge/,
    )
    const reordered = tampered((items) => items.toReversed(), files)
    assert.ok(
      reordered.some((line) => line.startsWith('A16 ')),
      reordered.join('\n'),
    )
    for (const items of [0, 1]) {
      const found = tampered((all) => [all[items]])
      assert.ok(
        found.some((line) => line.startsWith('A10 ')),
        found.join('\n'),
      )
    }
  })

  it('refuses decryptions of other owners than those who made them', () => {
    const owned = files.flatMap(({ text }, file) => (text.startsWith('{"owner":') ? [{ text, file }] : []))
    assert.deepEqual(
      owned.map(({ text }) => (JSON.parse(text) as { owner: number }).owner),
      [3, 1, 4],
    )
    for (const { text, file } of owned)
      for (const owner of [2, text.startsWith('{"owner":4') ? 3 : 4]) {
        const changed = text.replace(/"owner":\d/, `"owner":${owner}`)
        const found = failures(pack(rehashed(files, file, changed)))
        assert.ok(
          found.some((line) => line.startsWith('A16 ')),
          `${owner}: ${found.join('\n')}`,
        )
      }
  })
})
