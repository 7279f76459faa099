/** The threshold key ceremony between members who use the official tool and one who uses ours. */
import { strict as assert } from 'node:assert'
import { GENERATOR, multiply, multiplySecret } from '../../crypto/index.ts'
import { openMessage } from '../../election/ceremony/channel.ts'
import {
  auditArchive,
  ceremonyKeys,
  coefficientBytes,
  coefficientPoints,
  type EncryptedShare,
} from '../../election/index.ts'
import { inToolDirectory, requireBeleniosTool } from '../support/belenios-tool.ts'
import { seeded } from '../support/election/builders.ts'
import { type MixedFaults, runMixedCeremony } from '../support/election/mixed-ceremony.ts'
import { refusedByTool } from '../support/election/oracle.ts'
import { ceremonyStep, runCeremony, runToolElection } from '../support/election/tool-election.ts'
import {
  parseCertificate,
  parseEncrypted,
  parseOutput,
  parsePolynomial,
} from '../support/election/tool-messages.ts'

const QUESTIONS = [{ answers: ['A', 'B', 'C'], min: 0, max: 2, question: 'Which?' }]

describe('a threshold key ceremony with the official tool', function () {
  this.timeout(120_000)
  before(function () {
    requireBeleniosTool(this)
  })

  it('T16 of members of whom one uses ours makes the same parameters here and there', () => {
    for (const [size, threshold] of [
      [2, 1],
      [3, 2],
      [4, 3],
    ] as const)
      inToolDirectory((directory) => {
        const ids = runMixedCeremony(directory, { size, threshold }, seeded(`mixed ${size}`))
        assert.equal(ids.length, size)
      })
  })

  it('T20 makes the key of an election that the tool decrypts, with our member as one of its own', () => {
    const random = seeded('mixed election')
    const { archives, result } = inToolDirectory((directory) =>
      runToolElection(directory, {
        questions: QUESTIONS,
        weights: [undefined, undefined],
        votes: [
          { voter: 0, answers: [[1, 0, 1]] },
          { voter: 1, answers: [[0, 0, 1]] },
        ],
        singles: 1,
        threshold: {
          size: 3,
          threshold: 2,
          ceremony: (tool, size) => runMixedCeremony(tool, size, random),
        },
      }),
    )
    assert.equal(result, '{"result":[[1,0,2]]}')
    assert.equal(auditArchive(archives.at(-1)!).ok, true)
    assert.deepEqual(refusedByTool(archives.at(-1)!), [])
  })

  it('T18 is stopped by the tool at every wrong message of ours', () => {
    const stopped = (faults: MixedFaults): string => {
      try {
        inToolDirectory((directory) => {
          runMixedCeremony(directory, { size: 3, threshold: 2 }, seeded('faults'), faults)
        })
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }
    assert.match(stopped({ certificate: true }), /certificate 2 does not validate/)
    assert.match(stopped({ coefficients: true }), /coefexps 2 does not validate/)
    assert.match(stopped({ share: true }), /secret 2 does not validate/)
    assert.match(stopped({ key: true }), /verification key 2 is incorrect/)
  })

  it('keeps its secrets in messages of members to themselves, which we open', () => {
    inToolDirectory((directory) => {
      const ids = runCeremony(directory, { size: 2, threshold: 1 })
      const files = ['--certs', 'certs.jsons', '--key', `${ids[0]}.key`]
      const output = ceremonyStep(directory, [...files, '--step', '5'], directory.read(`${ids[0]}.vinput`))
      const own = parseCertificate(directory.read(`${ids[0]}.cert`))
      const keys = ceremonyKeys(directory.read(`${ids[0]}.key`).trim())
      const opened = (message: EncryptedShare): unknown => {
        const shared = multiplySecret(message.alpha, keys.decryption)
        return JSON.parse(openMessage(own.verification, own.encryption, message, shared) ?? 'null')
      }
      const [line] = directory.read('polynomials.jsons').split('\n')
      const { polynomial, published } = parsePolynomial(line!)
      const secret = opened(polynomial) as { readonly polynomial: readonly string[] }
      assert.deepEqual(
        coefficientBytes(coefficientPoints(secret.polynomial.map(BigInt))),
        coefficientBytes(published.coefficients),
      )
      const { key, privateKey } = parseOutput(output)
      for (const message of [privateKey, parseEncrypted(directory.read(`${ids[0]}.dkey`))]) {
        const { decryption_key } = opened(message) as { readonly decryption_key: string }
        assert.ok(multiply(GENERATOR, BigInt(decryption_key)).equals(key.publicKey))
      }
    })
  })
})
