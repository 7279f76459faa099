/** What a node fails with at its edges. */

/** Closed, stable, meant for programs; `psephos` prints them before the message. */
export type NodeErrorCode =
  | 'home-missing'
  | 'home-exists'
  | 'home-in-use'
  | 'settings-invalid'
  | 'genesis-invalid'
  | 'key-missing'
  | 'key-invalid'
  /** A secret that others may read. */
  | 'key-exposed'
  | 'passphrase-missing'
  | 'passphrase-wrong'
  /** Too short or too long to be set. */
  | 'passphrase-invalid'
  | 'backup-invalid'
  | 'trustee-missing'
  | 'trustee-exists'
  | 'wrong-network'
  | 'wrong-schema'
  | 'address-in-use'
  | 'address-invalid'
  /** A trustee on its own would have to take one peer's word. */
  | 'too-few-peers'
  | 'storage-failed'
  | 'storage-damaged'
  /** A guard against double signing was lost. */
  | 'storage-missing'
  /** The validator's key signs elsewhere, or this home is an old copy: see `own-key.ts`. */
  | 'key-in-use'
  /** Two certified blocks at one height: more than f validators are faulty. */
  | 'fork'
  /** A quorum certified a block that does not execute here. */
  | 'divergence'
  | 'failed'

/** An operating error of a node; `message` is one line that says what is wrong and what to do, without secrets. */
export class NodeError extends Error {
  override readonly name = 'NodeError'
  readonly code: NodeErrorCode
  constructor(code: NodeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
