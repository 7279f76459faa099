import { strict as assert } from 'node:assert'
import { NetworkError } from '../../../network/index.ts'
import { nodeError, withoutClients } from '../../../node/daemon.ts'
import { NodeError } from '../../../node/index.ts'
import { StorageError } from '../../../storage/index.ts'

describe('a daemon', () => {
  it('T38 writes down the peers it is configured with, and no others', () => {
    const nodes = ['/ip4/127.0.0.1/tcp/1/p2p/validator']
    const fields = { peer: 'validator', direction: 'inbound' }
    assert.deepEqual(withoutClients(fields, nodes), fields)
    for (const client of [
      { peer: 'voter', direction: 'inbound' },
      { from: 'voter', topic: 'transactions' },
      { address: '/ip4/10.0.0.7/tcp/5555' },
      { peer: 'voter', points: 5, reason: 'voter sent a malformed ballot' },
    ]) {
      const written = JSON.stringify(withoutClients(client, nodes))
      assert.doesNotMatch(written, /voter|10\.0\.0\.7/)
    }
  })

  it('names what went wrong underneath by one of its own codes, and keeps the cause', () => {
    const cases = [
      [new StorageError('locked', 'in use'), 'home-in-use'],
      [new StorageError('wrong-network', 'another'), 'wrong-network'],
      [new StorageError('wrong-schema', 'another'), 'wrong-schema'],
      [new StorageError('damaged', 'bad'), 'storage-damaged'],
      [new StorageError('full', 'full'), 'storage-failed'],
      [new NetworkError('address-in-use', 'port 80'), 'address-in-use'],
      [new NetworkError('malformed', 'no multiaddr'), 'address-invalid'],
      [new Error('else'), 'failed'],
    ] as const
    for (const [cause, code] of cases) {
      const error = nodeError(cause)
      assert.ok(error instanceof NodeError)
      assert.equal(error.code, code)
      assert.equal(error.message, cause.message)
      assert.equal(error.cause, cause)
      assert.equal(nodeError(error), error)
    }
  })

  it('names the repair of a home whose storage is damaged or lost in part, and of no other', () => {
    for (const code of ['damaged', 'missing'] as const) {
      const error = nodeError(new StorageError(code, 'the journal'), '/srv/town')
      assert.equal(error.code, `storage-${code}`)
      assert.match(error.message, /^the journal; psephos repair --home \/srv\/town /)
    }
    assert.equal(nodeError(new StorageError('failed', 'disk full'), '/srv/town').message, 'disk full')
  })
})
