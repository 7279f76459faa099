/** What a transport may be made with instead of the defaults: tests have no half a minute to see a silence end. */
import type { SetTimer } from './deadline.ts'
import { PROTOCOL_LIMITS, type ProtocolLimits } from './protocols.ts'
import type { ScoreOptions } from './scores.ts'
import type { Protocol } from './types.ts'

export interface Tuning {
  readonly protocols?: Readonly<Partial<Record<Protocol, Partial<ProtocolLimits>>>>
  readonly scores?: ScoreOptions
  /** How often gossip streams are looked at. */
  readonly gossipCheckMs?: number
  /** Milliseconds, for scores; the system's clock by default. */
  readonly now?: () => number
  /** For every limit in time of a transport in memory; the system's timers by default. */
  readonly setTimer?: SetTimer
}

/** The limits in force. */
export function protocolLimits(tuning: Tuning | undefined, protocol: Protocol): ProtocolLimits {
  return { ...PROTOCOL_LIMITS[protocol], ...tuning?.protocols?.[protocol] }
}
