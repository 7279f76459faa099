/** Everything secret of a ceremony in each form in which it might slip into a log (T38). */
import { toBase64, toHex } from '../../../base/index.ts'
import { modOrder } from '../../../crypto/index.ts'
import { ceremonyKeys, polynomialAt } from '../../../election/index.ts'
import type { ElectionDraft } from '../../../ledger/index.ts'
import {
  ceremonyPolynomial,
  ceremonySeed,
  mandatoryPrivateKey,
  trusteeSigningKey,
} from '../../../node/trustee-secrets.ts'
import { seedOf } from './material.ts'

/** Who took part in one attempt. */
export interface AttemptOf {
  readonly attempt: number
  readonly members: readonly string[]
}

/** Seeds, private keys, coefficients, shares and sums of shares, as texts. */
export function secretsOf(
  networkId: Uint8Array,
  draft: ElectionDraft,
  attempts: readonly AttemptOf[],
): readonly string[] {
  const place = { networkId, uuid: draft.uuid }
  const names = [...draft.mandatoryTrustees, ...draft.trustees].map(({ name }) => name)
  return [
    ...names.flatMap((name) => [...bytesForms(seedOf(name)), ...bytesForms(trusteeSigningKey(seedOf(name)))]),
    ...attempts.flatMap(({ attempt, members }) => {
      const singles = draft.mandatoryTrustees.map(({ name }) =>
        mandatoryPrivateKey(seedOf(name), place, attempt),
      )
      const seeds = members.map((name) => ceremonySeed(seedOf(name), place, attempt))
      const polynomials = members.map((name) =>
        ceremonyPolynomial(seedOf(name), place, attempt, draft.trusteeThreshold),
      )
      const shares = members.map((_, j) => polynomials.map((one) => polynomialAt(one, j + 1)))
      const sums = shares.map((list) => modOrder(list.reduce((sum, share) => sum + share, 0n)))
      const keys = seeds.map(ceremonyKeys).flatMap(({ signing, decryption }) => [signing, decryption])
      return [
        ...seeds,
        ...[...singles, ...keys, ...polynomials.flat(), ...shares.flat(), ...sums].flatMap(scalarForms),
      ]
    }),
  ]
}

/** The secrets that a text contains. */
export function secretsIn(text: string, secrets: readonly string[]): readonly string[] {
  const lower = text.toLowerCase()
  return secrets.filter((secret) => text.includes(secret) || lower.includes(secret.toLowerCase()))
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function bytesForms(bytes: Uint8Array): readonly string[] {
  const number = BigInt(`0x${toHex(bytes)}`)
  return [toHex(bytes), toBase64(bytes), String(number), inBase58(number), [...bytes].join(',')]
}

function scalarForms(scalar: bigint): readonly string[] {
  const hex = scalar.toString(16).padStart(64, '0')
  const bigEndian = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return [...bytesForms(bigEndian), ...bytesForms(bigEndian.slice().reverse()), scalar.toString(16)]
}

function inBase58(number: bigint): string {
  let text = ''
  for (let rest = number; rest > 0n; rest /= 58n) text = BASE58[Number(rest % 58n)]! + text
  return text
}
