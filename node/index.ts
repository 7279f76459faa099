/** The daemon: the only place with time, processes and configuration. */

export { type Clock, createManualClock, type ManualClock, sleep, systemClock, type Timer } from './clock.ts'
export { type Daemon, startDaemon } from './daemon.ts'
export type { Diagnostics, LastHeard, ValidatorDiagnostics, WaitingElection } from './diagnostics.ts'
export { NodeError, type NodeErrorCode } from './error.ts'
export { createHome, type Home, type NodeSettings, openHome, parseSettings } from './home.ts'
export { createFile, createKeys, loadKey, type NodeKeys, saveKey } from './keys.ts'
export { createLogger, LOG_LEVELS, type Logger, type LogLevel, SILENT } from './log.ts'
export { type NodeOptions, type NodePorts, type RunningNode, startNode } from './node.ts'
export { systemRandom } from './random.ts'
export { startTrustee, type TrusteeProcess, type TrusteeProcessOptions } from './trustee/alone.ts'
export {
  type CeremonyView,
  ceremonyText,
  ceremonyView,
  type FaultView,
  missingNames,
  partText,
  roleText,
  type TrusteeRole,
  type TrusteeView,
  thresholdText,
  trusteeViews,
  waitingText,
} from './trustee/words.ts'
export { trusteePublicKey } from './trustee-secrets.ts'
