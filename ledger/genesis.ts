/**
 * The genesis file: JSON that every node of a network holds byte for byte. Its SHA-256 is the network id, and everything that
 * is signed carries that id, so that nothing signed for one network is good in another (T15).
 *
 * Reading is strict: unknown keys, wrong types, repeated keys of parties and values beyond the limits are refused.
 */
import { fromHex, fromUtf8, ok, type Refusal, type Result, refuse, toHex, utf8 } from '../base/index.ts'
import { PUBLIC_KEY_BYTES, sha256 } from '../crypto/index.ts'
import {
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES,
  MAX_GENESIS_BYTES,
  MAX_NAME_LENGTH,
  MAX_PARAMETER_MS,
  MAX_PARTIES,
  MAX_VALIDATORS,
} from './limits.ts'
import type { Genesis, GenesisValidator, Parameters, Party } from './types.ts'

/** What a genesis file may leave out. Milliseconds. */
export const DEFAULT_PARAMETERS = {
  blockIntervalMs: 100,
  heartbeatMs: 1000,
  roundTimeoutMs: 3000,
  roundTimeoutStepMs: 2000,
  roundTimeoutCapMs: 30_000,
} as const
const PARAMETER_NAMES = Object.keys(DEFAULT_PARAMETERS) as readonly (keyof Parameters)[]

class GenesisFault extends Error {
  override readonly name = 'GenesisFault'
}

function fault(where: string, what: string): never {
  throw new GenesisFault(`${where}: ${what}`)
}

function object(
  value: unknown,
  where: string,
  keys: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fault(where, 'must be an object')
  for (const key of Object.keys(value))
    if (!keys.includes(key) && !optional.includes(key)) fault(where, `unknown key "${key}"`)
  for (const key of keys) if (!Object.hasOwn(value, key)) fault(where, `"${key}" is missing`)
  return value as Readonly<Record<string, unknown>>
}

function list(value: unknown, where: string, min: number, max: number): readonly unknown[] {
  if (!Array.isArray(value)) fault(where, 'must be a list')
  if (value.length < min || value.length > max)
    fault(where, `has ${value.length} elements, allowed are ${min} to ${max}`)
  return value
}

function name(value: unknown, where: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_NAME_LENGTH)
    fault(where, `must be a text of 1 to ${MAX_NAME_LENGTH} characters`)
  if (/\p{C}/u.test(value)) fault(where, 'must not contain control characters')
  return value
}

function publicKey(value: unknown, where: string): Uint8Array {
  const key = typeof value === 'string' ? fromHex(value, PUBLIC_KEY_BYTES) : undefined
  return key ?? fault(where, `must be ${2 * PUBLIC_KEY_BYTES} lower-case hexadecimal digits`)
}

function address(value: unknown, where: string): string {
  if (typeof value !== 'string' || value.length > MAX_ADDRESS_LENGTH || !/^(?:\/[!-.0-~]+)+$/.test(value))
    fault(where, `must be a multiaddr of at most ${MAX_ADDRESS_LENGTH} characters`)
  if (!value.includes('/p2p/')) fault(where, 'must end in /p2p/ and the peer id')
  return value
}

function milliseconds(value: unknown, where: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
    fault(where, `must be a whole number from ${min} to ${max}`)
  return value
}

function parties(value: unknown, where: string, min = 1): readonly Party[] {
  const read = list(value, where, min, MAX_PARTIES).map((item, i): Party => {
    const place = `${where}[${i}]`
    const fields = object(item, place, ['name', 'publicKey'])
    return {
      name: name(fields.name, `${place}.name`),
      publicKey: publicKey(fields.publicKey, `${place}.publicKey`),
    }
  })
  return distinct(read, where)
}

function validators(value: unknown): readonly GenesisValidator[] {
  const read = list(value, 'validators', 1, MAX_VALIDATORS).map((item, i): GenesisValidator => {
    const place = `validators[${i}]`
    const fields = object(item, place, ['name', 'publicKey', 'addresses'])
    return {
      name: name(fields.name, `${place}.name`),
      publicKey: publicKey(fields.publicKey, `${place}.publicKey`),
      addresses: list(fields.addresses, `${place}.addresses`, 0, MAX_ADDRESSES).map((text, k) =>
        address(text, `${place}.addresses[${k}]`),
      ),
    }
  })
  return distinct(read, 'validators')
}

function distinct<P extends Party>(read: readonly P[], where: string): readonly P[] {
  for (const field of ['name', 'publicKey'] as const) {
    const seen = new Set<string>()
    for (const [i, party] of read.entries()) {
      const value = field === 'name' ? party.name : toHex(party.publicKey)
      if (seen.has(value)) fault(`${where}[${i}].${field}`, `"${value}" is there twice`)
      seen.add(value)
    }
  }
  return read
}

function parameters(value: unknown): Parameters {
  const given = value === undefined ? {} : object(value, 'parameters', [], PARAMETER_NAMES)
  const read = { ...DEFAULT_PARAMETERS } as { -readonly [K in keyof Parameters]: number }
  for (const key of PARAMETER_NAMES)
    if (given[key] !== undefined)
      read[key] = milliseconds(
        given[key],
        `parameters.${key}`,
        key === 'roundTimeoutStepMs' || key === 'blockIntervalMs' ? 0 : 1,
        MAX_PARAMETER_MS,
      )
  if (read.heartbeatMs < read.blockIntervalMs)
    fault('parameters.heartbeatMs', 'must not be below blockIntervalMs')
  if (read.roundTimeoutCapMs < read.roundTimeoutMs)
    fault('parameters.roundTimeoutCapMs', 'must not be below roundTimeoutMs')
  return read
}

/** Reads a genesis file (JSON, every key known, every limit checked). */
export function parseGenesis(bytes: Uint8Array): Result<Genesis, Refusal<'genesis-invalid'>> {
  if (bytes.length > MAX_GENESIS_BYTES)
    return refuse('genesis-invalid', `${bytes.length} bytes, at most ${MAX_GENESIS_BYTES}`)
  const text = fromUtf8(bytes)
  if (text === undefined) return refuse('genesis-invalid', 'not UTF-8')
  try {
    const fields = object(
      JSON.parse(text),
      'genesis',
      ['network', 'time', 'validators', 'administrators', 'registrars', 'trustees'],
      ['parameters'],
    )
    return ok({
      network: name(fields.network, 'network'),
      time: milliseconds(fields.time, 'time', 0, Number.MAX_SAFE_INTEGER),
      validators: validators(fields.validators),
      administrators: parties(fields.administrators, 'administrators'),
      registrars: parties(fields.registrars, 'registrars'),
      trustees: parties(fields.trustees, 'trustees', 0),
      parameters: parameters(fields.parameters),
    })
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('genesis-invalid', `not JSON: ${error.message}`)
    if (error instanceof GenesisFault) return refuse('genesis-invalid', error.message)
    throw error
  }
}

/** The bytes of a new genesis file: indented JSON with a final newline. */
export function genesisFile(genesis: Genesis): Uint8Array {
  const party = ({ name, publicKey }: Party) => ({ name, publicKey: toHex(publicKey) })
  const file = {
    network: genesis.network,
    time: genesis.time,
    validators: genesis.validators.map((validator) => ({
      ...party(validator),
      addresses: validator.addresses,
    })),
    administrators: genesis.administrators.map(party),
    registrars: genesis.registrars.map(party),
    trustees: genesis.trustees.map(party),
    parameters: Object.fromEntries(
      PARAMETER_NAMES.map((parameter) => [parameter, genesis.parameters[parameter]]),
    ),
  }
  return utf8(`${JSON.stringify(file, null, 2)}\n`)
}

/** SHA-256 of the file's bytes (`sha256sum genesis.json`). */
export function networkIdOf(file: Uint8Array): Uint8Array {
  return sha256(file)
}
