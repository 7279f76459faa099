import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { toHex, unwrap, utf8 } from '../../../base/index.ts'
import { DEFAULT_PARAMETERS, genesisFile, networkIdOf, parseGenesis } from '../../../ledger/index.ts'
import {
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES,
  MAX_GENESIS_BYTES,
  MAX_NAME_LENGTH,
  MAX_PARAMETER_MS,
  MAX_PARTIES,
  MAX_VALIDATORS,
} from '../../../ledger/limits.ts'
import { aGenesis, aTrustee, keyOf } from '../../support/ledger-builders.ts'

type Json = Record<string, unknown>

/** The file of a genesis after a change to its JSON. */
function fileWith(change: (json: Json) => void): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(genesisFile(aGenesis()))) as Json
  change(json)
  return utf8(JSON.stringify(json))
}

function validator(i: number, addresses: readonly string[] = []): Json {
  return { name: `v${i}`, publicKey: toHex(keyOf(`v${i}`)), addresses }
}

const trustee = (i: number): Json => ({ name: `t${i}`, publicKey: toHex(keyOf(`t${i}`)) })

describe('a genesis file', () => {
  it('is read back as it was written', () => {
    const trustees = [aTrustee('court'), aTrustee('validator 1')]
    for (const genesis of [aGenesis({ validators: 4, administrators: 2 }), aGenesis({ trustees })])
      assert.deepEqual(unwrap(parseGenesis(genesisFile(genesis))), genesis)
  })

  it('has the SHA-256 of its bytes as network id', () => {
    const file = genesisFile(aGenesis())
    assert.equal(toHex(networkIdOf(file)), createHash('sha256').update(file).digest('hex'))
  })

  it('may leave out parameters, which then have their defaults', () => {
    const without = unwrap(parseGenesis(fileWith((json) => delete json.parameters)))
    assert.deepEqual(without.parameters, DEFAULT_PARAMETERS)
    const some = unwrap(parseGenesis(fileWith((json) => (json.parameters = { heartbeatMs: 5000 }))))
    assert.deepEqual(some.parameters, { ...DEFAULT_PARAMETERS, heartbeatMs: 5000 })
  })

  const faults: readonly (readonly [string, (json: Json) => void, RegExp])[] = [
    ['an unknown key', (json) => (json.motto = 'x'), /unknown key "motto"/],
    [
      'an unknown key of a validator',
      (json) => ((json.validators as Json[])[0]!.weight = 2),
      /unknown key "weight"/,
    ],
    ['an unknown parameter', (json) => ((json.parameters as Json).quorum = 1), /unknown key "quorum"/],
    ['a missing key', (json) => delete json.registrars, /"registrars" is missing/],
    ['no list of trustees', (json) => delete json.trustees, /"trustees" is missing/],
    [
      'a trustee with something else',
      (json) => (json.trustees = [{ ...trustee(0), addresses: [] }]),
      /trustees\[0\]: unknown key "addresses"/,
    ],
    [
      'a trustee with a control character in its name',
      (json) => (json.trustees = [{ ...trustee(0), name: 'a\u0000' }]),
      /trustees\[0\]\.name: must not contain control characters/,
    ],
    [
      'the key of a trustee twice',
      (json) => (json.trustees = [trustee(0), { ...trustee(0), name: 'other' }]),
      /trustees\[1\]\.publicKey: .* is there twice/,
    ],
    [
      'the name of a trustee twice',
      (json) => (json.trustees = [trustee(0), { ...trustee(1), name: 't0' }]),
      /trustees\[1\]\.name: "t0" is there twice/,
    ],
    ['no validator', (json) => (json.validators = []), /validators: has 0 elements/],
    ['a time that is no whole number', (json) => (json.time = 1.5), /time: must be a whole number/],
    ['a time in words', (json) => (json.time = '2025'), /time: must be a whole number/],
    ['an empty name', (json) => (json.network = ''), /network: must be a text of 1 to/],
    ['a name with a line break', (json) => (json.network = 'a\nb'), /control characters/],
    [
      'a key in upper case',
      (json) => ((json.registrars as Json[])[0]!.publicKey = 'AB'.repeat(32)),
      /registrars\[0\]\.publicKey: must be 64 lower-case/,
    ],
    [
      'a key that is too short',
      (json) => ((json.registrars as Json[])[0]!.publicKey = 'ab'.repeat(31)),
      /registrars\[0\]\.publicKey/,
    ],
    [
      'the same key twice',
      (json) => ((json.validators as Json[])[1]!.publicKey = (json.validators as Json[])[0]!.publicKey),
      /validators\[1\]\.publicKey: .* is there twice/,
    ],
    [
      'the same name twice',
      (json) => ((json.validators as Json[])[1]!.name = (json.validators as Json[])[0]!.name),
      /validators\[1\]\.name: .* is there twice/,
    ],
    [
      'an address without a peer id',
      (json) => ((json.validators as Json[])[0]!.addresses = ['/ip4/127.0.0.1/tcp/1']),
      /must end in \/p2p\//,
    ],
    [
      'an address that is no multiaddr',
      (json) => ((json.validators as Json[])[0]!.addresses = ['localhost:1']),
      /must be a multiaddr/,
    ],
    [
      'a heartbeat below the block interval',
      (json) => (json.parameters = { heartbeatMs: 50 }),
      /heartbeatMs: must not be below/,
    ],
    [
      'a cap below the first timeout',
      (json) => (json.parameters = { roundTimeoutCapMs: 100 }),
      /roundTimeoutCapMs: must not be below/,
    ],
    ['a round without a timeout', (json) => (json.parameters = { roundTimeoutMs: 0 }), /roundTimeoutMs/],
  ]
  for (const [what, change, detail] of faults)
    it(`is refused with ${what}`, () => {
      const parsed = parseGenesis(fileWith(change))
      assert.ok(!parsed.ok)
      assert.equal(parsed.error.code, 'genesis-invalid')
      assert.match(parsed.error.detail, detail)
    })

  it('is refused when it is not JSON, not UTF-8, or no object', () => {
    for (const bytes of [utf8('{'), Uint8Array.of(0xff), utf8('[]'), utf8('null'), utf8('')])
      assert.equal(parseGenesis(bytes).ok, false)
  })

  it('takes as many of everything as the limits say, and not one more', () => {
    const atLimit = (change: (json: Json, more: number) => void): void => {
      const inside = parseGenesis(fileWith((json) => change(json, 0)))
      assert.ok(inside.ok, inside.ok ? '' : inside.error.detail)
      assert.equal(parseGenesis(fileWith((json) => change(json, 1))).ok, false)
    }
    atLimit((json, more) => {
      json.validators = Array.from({ length: MAX_VALIDATORS + more }, (_, i) => validator(i))
    })
    atLimit((json, more) => {
      json.trustees = Array.from({ length: MAX_PARTIES + more }, (_, i) => trustee(i))
    })
    atLimit((json, more) => (json.network = 'n'.repeat(MAX_NAME_LENGTH + more)))
    const address = (length: number): string => `/${'a'.repeat(length - 7)}/p2p/Q`
    atLimit((json, more) => {
      json.validators = [validator(0, new Array(MAX_ADDRESSES + more).fill(address(20)))]
    })
    atLimit((json, more) => {
      json.validators = [validator(0, [address(MAX_ADDRESS_LENGTH + more)])]
    })
    atLimit((json, more) => (json.parameters = { roundTimeoutCapMs: MAX_PARAMETER_MS + more }))
    const spaces = (file: Uint8Array, length: number): Uint8Array => {
      const padded = new Uint8Array(length).fill(0x20)
      padded.set(file)
      return padded
    }
    assert.ok(parseGenesis(spaces(genesisFile(aGenesis()), MAX_GENESIS_BYTES)).ok)
    assert.ok(!parseGenesis(spaces(genesisFile(aGenesis()), MAX_GENESIS_BYTES + 1)).ok)
  })
})
