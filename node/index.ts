/** The daemon: the only place with time, processes and configuration. */

export { type Clock, createManualClock, type ManualClock, sleep, systemClock, type Timer } from './clock.ts'
export { type Daemon, startDaemon } from './daemon.ts'
export type { Diagnostics, LastHeard, ValidatorDiagnostics, WaitingElection } from './diagnostics.ts'
export { NodeError, type NodeErrorCode } from './error.ts'
export {
  createHome,
  type Home,
  type NodeSettings,
  openHome,
  type PublicHome,
  parseSettings,
  readHome,
} from './home.ts'
export { type AskPassphrase, createFile, createKeys, loadKey, type NodeKeys, saveKey } from './keys.ts'
export type { KeyPurpose } from './keystore.ts'
export { createLogger, LOG_LEVELS, type Logger, type LogLevel, SILENT } from './log.ts'
export { type NodeOptions, type NodePorts, type RunningNode, startNode } from './node.ts'
export { createObserverHome } from './observer-home.ts'
export { type ProtectedKeys, protectHome, protectKey } from './protect.ts'
export type { QueueFill } from './queues.ts'
export { systemRandom } from './random.ts'
export { faultOfPassphrase, normalisePassphrase, type Protection } from './sealing.ts'
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
export { decodeBackup, openBackup, type TrusteeBackup } from './trustee-backup.ts'
export type { TrusteeCard } from './trustee-card.ts'
export {
  backupTrustee,
  createTrusteeHome,
  planRestore,
  type RestorePlace,
  requirePassphraseOf,
  restoreTrustee,
} from './trustee-home.ts'
export { trusteePublicKey } from './trustee-secrets.ts'
