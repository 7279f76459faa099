/** What libp2p reports when it starts and dials, in our codes and in words that say what to do. */
import { NetworkError } from './types.ts'

/** All messages of an error, its causes and, for an aggregate, its parts. */
function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const parts = error instanceof AggregateError ? error.errors.map(messagesOf) : []
  return [error.name, error.message, ...parts, error.cause === undefined ? '' : messagesOf(error.cause)].join(
    '\n',
  )
}

/** Starting failed: nearly always an address that cannot be listened on. */
export function startError(error: unknown, listen: readonly string[]): NetworkError {
  const text = messagesOf(error)
  const addresses = listen.join(', ')
  if (text.includes('EADDRINUSE')) {
    // libp2p names each failed address on a line of its own, before its error.
    const line = text.split('\n').find((one) => one.includes('EADDRINUSE')) ?? ''
    const port = /:(\d+)\b(?!.*:\d)/.exec(line)?.[1]
    const place = listen.find((one) => port !== undefined && one.includes(`/tcp/${port}`)) ?? addresses
    return new NetworkError(
      'address-in-use',
      `${place} is in use by another program: stop it, or listen on another port`,
      error,
    )
  }
  if (text.includes('EADDRNOTAVAIL')) {
    return new NetworkError(
      'unreachable',
      `${addresses}: this machine has no such address to listen on`,
      error,
    )
  }
  if (text.includes('EACCES')) {
    return new NetworkError(
      'refused',
      `${addresses}: no permission to listen there; use a port above 1023`,
      error,
    )
  }
  return new NetworkError('malformed', `${addresses}: cannot be listened on`, error)
}

/** Dialling failed. */
export function dialError(error: unknown, what: string): NetworkError {
  if (error instanceof NetworkError) return error
  const text = messagesOf(error)
  if (/UnexpectedPeerError|does not match expected remote identity key/.test(text)) {
    return new NetworkError('refused', `${what}: another peer than the named one answers there`, error)
  }
  if (text.includes('DialDeniedError') || text.includes('ConnectionDeniedError')) {
    return new NetworkError('refused', `${what}: this peer is refused for breaking rules`, error)
  }
  if (text.includes('ECONNREFUSED')) {
    return new NetworkError('unreachable', `${what}: nobody listens there`, error)
  }
  if (text.includes('WebSocket is not defined')) {
    const advice = 'this Node.js dials no WebSockets: use a /tcp/ address, or Node.js 22'
    return new NetworkError('unreachable', `${what}: ${advice}`, error)
  }
  if (text.includes('NoValidAddressesError')) {
    return new NetworkError('malformed', `${what}: not an address over TCP or WebSockets`, error)
  }
  if (text.includes('TimeoutError')) return new NetworkError('timeout', `${what}: no answer in time`, error)
  return new NetworkError('unreachable', `${what}: no connection`, error)
}
