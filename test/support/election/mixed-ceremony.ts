/**
 * A Pedersen ceremony whose members all use the official tool but one, who uses ours; each side checks the other's messages. The
 * steps are those of the tool (`setup generate-trustee-key-threshold`), which needs a threshold below the number of members.
 */
import { strict as assert } from 'node:assert'
import { toHex, unwrap } from '../../../base/index.ts'
import { modOrder, type Random, randomScalar, sha256 } from '../../../crypto/index.ts'
import {
  type CeremonyKeys,
  ceremonyKeys,
  combinedCoefficients,
  createCertificate,
  createComplaint,
  createMemberKey,
  createPublicPolynomial,
  createShare,
  decodeShare,
  judgeComplaint,
  openShare,
  type PublicPolynomial,
  parseTrustees,
  polynomialAt,
  type TrusteeCertificate,
  type TrusteePublicKey,
  thresholdParameters,
  trusteeSeedOf,
  trusteesJson,
  verifyCertificate,
  verifyMemberKey,
  verifyPublicPolynomial,
  verifyTrustees,
} from '../../../election/index.ts'
import type { ToolDirectory } from '../belenios-tool.ts'
import { type CeremonySize, ceremonyStep } from './tool-election.ts'
import {
  certificateJson,
  outputJson,
  parseCertificate,
  parseInput,
  parseOutput,
  parsePolynomial,
  polynomialJson,
  toSelf,
} from './tool-messages.ts'

/** What our member does wrong. */
export interface MixedFaults {
  readonly certificate?: boolean
  readonly coefficients?: boolean
  readonly share?: boolean
  readonly key?: boolean
}

/** Which member uses ours, from 1. */
export const OUR_MEMBER = 2

/** What all of its steps need. */
interface Run {
  readonly directory: ToolDirectory
  readonly context: CeremonySize
  readonly random: Random
  readonly faults: MixedFaults
  readonly indexes: readonly number[]
  readonly keys: CeremonyKeys
}

/** Runs it and checks everything that travels; answers all members' ids, and leaves files as `runCeremony` does. */
export function runMixedCeremony(
  directory: ToolDirectory,
  context: CeremonySize,
  random: Random,
  faults: MixedFaults = {},
): readonly string[] {
  const indexes = Array.from({ length: context.size }, (_, i) => i + 1)
  const seed = trusteeSeedOf(random(64))
  const run: Run = { directory, context, random, faults, indexes, keys: ceremonyKeys(seed) }
  const { ids, certificates } = certify(run)
  directory.write(`${ids[OUR_MEMBER - 1]}.key`, seed)
  const polynomials = deal(run, ids, certificates)
  const outputs = openShares(run, ids, certificates, polynomials)
  finish(run, certificates, polynomials, outputs)
  return ids
}

const lines = (texts: readonly string[]): string => texts.map((text) => `${text.trim()}\n`).join('')
const contextOf = ({ context: { size, threshold } }: Run, index: number): readonly string[] => [
  '--threshold-context',
  `${index}/${threshold}/${size}`,
]

/** Steps 1 and 2: certificates. A member's id is the hash of what its certificate says. */
function certify(run: Run): {
  readonly ids: readonly string[]
  readonly certificates: readonly TrusteeCertificate[]
} {
  const { directory, context, keys, random, faults } = run
  const members = run.indexes.map((index) => {
    if (index !== OUR_MEMBER) {
      const id = ceremonyStep(directory, [...contextOf(run, index), '--step', '1']).trim()
      return { id, json: directory.read(`${id}.cert`) }
    }
    const own = createCertificate(context, faults.certificate === true ? 1 : index, keys, random)
    const json = certificateJson(context, index, own)
    return { id: toHex(sha256((JSON.parse(json) as { readonly message: string }).message)), json }
  })
  directory.write('certs.jsons', lines(members.map(({ json }) => json)))
  ceremonyStep(directory, ['--certs', 'certs.jsons', '--step', '2'])
  const certificates = members.map(({ json }) => parseCertificate(json))
  for (const [i, certificate] of certificates.entries())
    assert.equal(verifyCertificate(context, i + 1, certificate), true)
  return { ids: members.map(({ id }) => id), certificates }
}

/** Steps 3 and 4: polynomials and shares, which the tool routes to their recipients. */
function deal(
  run: Run,
  ids: readonly string[],
  certificates: readonly TrusteeCertificate[],
): readonly PublicPolynomial[] {
  const { directory, context, keys, random, faults } = run
  const place = { context, certificates, index: OUR_MEMBER }
  const secret = Array.from({ length: context.threshold }, () => randomScalar(random))
  const signing = faults.coefficients === true ? ceremonyKeys('a stranger') : keys
  const shares = run.indexes.map((index) => {
    const value = modOrder(polynomialAt(secret, index) + (faults.share === true ? 1n : 0n))
    return unwrap(decodeShare(createShare(keys, certificates[index - 1]!.encryption, value, random)))
  })
  const memory = JSON.stringify({ polynomial: secret.map(String) })
  const ours = polynomialJson(
    createPublicPolynomial(place, signing, secret, random),
    toSelf(keys, certificates[OUR_MEMBER - 1]!, memory, random),
    shares,
  )
  const files = (index: number): readonly string[] => ['--key', `${ids[index - 1]}.key`, '--step', '3']
  const sent = run.indexes.map((index) =>
    index === OUR_MEMBER
      ? ours
      : ceremonyStep(directory, [...contextOf(run, index), '--certs', 'certs.jsons', ...files(index)]),
  )
  directory.write('polynomials.jsons', lines(sent))
  ceremonyStep(directory, ['--certs', 'certs.jsons', '--polynomials', 'polynomials.jsons', '--step', '4'])
  const polynomials = sent.map((json) => parsePolynomial(json).published)
  for (const [i, polynomial] of polynomials.entries())
    assert.deepEqual(verifyPublicPolynomial({ context, certificates, index: i + 1 }, polynomial), {
      ok: true,
      value: undefined,
    })
  return polynomials
}

/** Step 5: the tool opens our shares, and we open those of the tool. */
function openShares(
  run: Run,
  ids: readonly string[],
  certificates: readonly TrusteeCertificate[],
  polynomials: readonly PublicPolynomial[],
): readonly string[] {
  const { directory, keys, random, faults } = run
  const recipient = certificates[OUR_MEMBER - 1]!
  const open = (): string => {
    const { shares } = parseInput(directory.read(`${ids[OUR_MEMBER - 1]}.vinput`))
    const sum = shares.reduce((total, share, i) => {
      const { coefficients } = polynomials[i]!
      const place = { dealer: certificates[i]!, recipient, index: OUR_MEMBER, coefficients }
      const complaint = createComplaint(keys.decryption, share, random)
      assert.equal(judgeComplaint(place, share, complaint), 'complainer')
      return total + unwrap(openShare(place, share, keys.decryption))
    }, 0n)
    const key = modOrder(sum)
    const memory = JSON.stringify({ decryption_key: String(key) })
    const shown = modOrder(key + (faults.key === true ? 1n : 0n))
    return outputJson(toSelf(keys, recipient, memory, random), createMemberKey(keys.signing, shown, random))
  }
  return run.indexes.map((index) => {
    if (index === OUR_MEMBER) return open()
    const id = ids[index - 1]!
    const args = ['--certs', 'certs.jsons', '--key', `${id}.key`, '--step', '5']
    return ceremonyStep(directory, args, directory.read(`${id}.vinput`))
  })
}

/** Step 6: the tool makes the parameters, and we make the same ones. */
function finish(
  { directory, context }: Run,
  certificates: readonly TrusteeCertificate[],
  polynomials: readonly PublicPolynomial[],
  outputs: readonly string[],
): void {
  const args = ['--certs', 'certs.jsons', '--polynomials', 'polynomials.jsons', '--step', '6']
  directory.write('threshold.json', ceremonyStep(directory, args, lines(outputs)))
  const combined = combinedCoefficients(polynomials.map(({ coefficients }) => coefficients))
  const keys: readonly TrusteePublicKey[] = outputs.map((json) => parseOutput(json).key)
  for (const [i, key] of keys.entries())
    assert.deepEqual(verifyMemberKey({ certificate: certificates[i]!, index: i + 1, combined }, key), {
      ok: true,
      value: undefined,
    })
  const parameters = thresholdParameters(
    context,
    keys.map((key, i) => ({ certificate: certificates[i]!, polynomial: polynomials[i]!, key })),
  )
  const json = `[["Pedersen",${directory.read('threshold.json').trim()}]]`
  assert.equal(trusteesJson([{ kind: 'pedersen', parameters }]), json)
  assert.deepEqual(verifyTrustees(unwrap(parseTrustees(json))), { ok: true, value: undefined })
}
