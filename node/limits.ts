/** The limits and delays of a node, each with its reason. */

// ---- settings -------------------------------------------------------------------------------------------------------
/** Fits a line of `psephos status`; the genesis file has the same limit. */
export const MAX_NAME_LENGTH = 64
/** A host has a handful of addresses: TCP and WebSockets, two address families. */
export const MAX_LISTEN_ADDRESSES = 16
/** Peers beyond the validators that a node insists on; libp2p keeps more connections than this. */
export const MAX_PEER_ADDRESSES = 64
