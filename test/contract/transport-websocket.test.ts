/**
 * The suite over WebSockets. Node 20 listens on them but has no WebSocket of its own to dial with, unless it is started
 * with a flag; so the suite runs in a process of its own, which has it.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createLibp2pTransport, type NetworkError } from '../../network/index.ts'
import { failsWith } from './transport-suite.ts'

const path = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier))

describe('libp2p over WebSockets transport', () => {
  it('does all that the suite asks, in a Node.js that dials WebSockets', async function () {
    this.timeout(60_000)
    const args = [
      path('mocha/bin/mocha.js'),
      '--import=tsx',
      '--no-config',
      path('./transport-websocket-suite.ts'),
    ]
    const env = { ...process.env, NODE_OPTIONS: '--experimental-websocket' }
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 55_000 })
    const passing = Number(/(\d+) passing/.exec(stdout)?.[1])
    assert.ok(passing >= 40, stdout)
    assert.doesNotMatch(stdout, /failing/)
  })

  it('says what to do where it cannot dial', async () => {
    // A Node.js that can dial finds that nobody listens.
    const reason = 'WebSocket' in globalThis ? /127\.0\.0\.1/ : /Node\.js 22/
    const transport = await createLibp2pTransport({
      networkId: new Uint8Array(32),
      listen: [],
      bootstrap: [],
      gossip: false,
    })
    await transport.start()
    await assert.rejects(transport.dial('/ip4/127.0.0.1/tcp/9/ws'), (error: NetworkError) => {
      assert.match(error.message, reason)
      return failsWith('unreachable')(error)
    })
    await transport.stop()
  })
})
