/**
 * Ballots (specification 4.17): what is signed, and what a voter keeps.
 *
 * `hash` = base64 of SHA-256 of the ballot's JSON without its signature; the tracker is the same of the whole JSON.
 */
import { toBase64 } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { ballotJson } from './ballot-json.ts'
import type { Ballot } from './types.ts'

/** Ids by ballot: asked for often, and a hash of kilobytes each time. */
const ids = new WeakMap<Ballot, Uint8Array>()

/** SHA-256 of the JSON, 32 bytes: the Belenios tracker before base64. Remembered per ballot object. */
export function ballotId(ballot: Ballot): Uint8Array {
  let id = ids.get(ballot)
  if (id === undefined) {
    id = sha256(ballotJson(ballot))
    ids.set(ballot, id)
  }
  return id
}

/** What a voter writes down: the id in base64 without padding. */
export function tracker(id: Uint8Array): string {
  return toBase64(id)
}
