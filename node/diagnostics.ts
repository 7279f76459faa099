/** What `psephos status` shows: JSON, made by the node about itself, believed by nobody. */
import type { HeightReport } from '../consensus/index.ts'
import type { Phase } from '../ledger/index.ts'

/** When and with what a validator was last heard. */
export interface LastHeard {
  readonly height: number
  readonly round: number
  readonly kind: 'proposal' | 'prepare' | 'commit' | 'roundChange'
  /** Milliseconds since then. */
  readonly agoMs: number
}

/** One validator of the genesis file, as this node sees it. */
export interface ValidatorDiagnostics {
  readonly index: number
  readonly name: string
  /** Hexadecimal. */
  readonly publicKey: string
  readonly isSelf: boolean
  readonly lastHeard?: LastHeard
}

/** The whole report. */
export interface Diagnostics {
  readonly name: string
  readonly network: string
  /** Hexadecimal, as are all ids and roots here. */
  readonly networkId: string
  readonly role: 'validator' | 'observer'
  readonly isTrustee: boolean
  readonly peerId: string
  readonly addresses: readonly string[]
  readonly height: number
  readonly blockId: string
  readonly stateRoot: string
  /** Time of the head's block, milliseconds since 1970. */
  readonly blockTime: number
  /** This node's clock. */
  readonly now: number
  readonly peers: readonly {
    readonly id: string
    readonly addresses: readonly string[]
    readonly height?: number
  }[]
  readonly validators: readonly ValidatorDiagnostics[]
  readonly isCatchingUp: boolean
  /** The height under way; absent while catching up. */
  readonly consensus?: HeightReport
  readonly pool: { readonly transactions: number; readonly bytes: number; readonly verifying: number }
  readonly elections: Readonly<Record<Phase, number>>
  /** Why nothing is being finalised, in words; absent when nothing is amiss. */
  readonly waiting?: string
}
