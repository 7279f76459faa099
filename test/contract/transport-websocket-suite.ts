/** The suite over WebSockets: for a Node.js that dials them. transport-websocket.test.ts runs it. */
import { libp2p } from './transport-libp2p.ts'
import { describeTransport } from './transport-suite.ts'

describeTransport(libp2p('libp2p over WebSockets', '/ip4/127.0.0.1/tcp/0/ws'))
