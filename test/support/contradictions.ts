/** Judges what validators said, knowing nothing of how they decide: one statement a validator, kind, height and round. */
import { toHex } from '../../base/index.ts'
import { decodeMessage, encodeStatement } from '../../consensus/index.ts'
import { decodeEnvelope } from '../../network/index.ts'

export interface ContradictionChecker {
  /** A consensus payload that was sent. */
  hear(payload: Uint8Array): void
  /** Slots in which two different statements were signed. */
  readonly contradictions: readonly string[]
  /** Different statements heard of a validator. */
  statements(validator: number): number
}

export function aContradictionChecker(): ContradictionChecker {
  const said = new Map<string, string>()
  const contradictions: string[] = []
  return {
    contradictions,
    statements: (validator) => [...said.keys()].filter((key) => key.startsWith(`${validator}/`)).length,
    hear: (payload) => {
      const envelope = decodeEnvelope(payload)
      const message = envelope.ok ? decodeMessage(envelope.value.message) : envelope
      if (!message.ok) return
      const { signed } = message.value
      const { kind, height, round } = signed.statement
      const slot = `${signed.validator}/${height}/${round}/${kind}`
      const statement = toHex(encodeStatement(signed.statement))
      const earlier = said.get(slot)
      if (earlier !== undefined && earlier !== statement) contradictions.push(slot)
      said.set(slot, statement)
    },
  }
}
