/**
 * Every field of an official archive changed, one at a time, with all hashes made right again: the audit refuses each.
 *
 * By default one file of each kind (one ballot, one decryption, one event of each type), one change a field (for a point in
 * turn a digit or another point of the group) and a third of the fields a fixture; with AUDIT_MUTATIONS=all everything (a
 * few minutes).
 */
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { GENERATOR, pointFromHex, pointToHex } from '../../../crypto/index.ts'
import { auditArchive } from '../../../election/index.ts'
import {
  type Leaf,
  type LooseFile,
  leaves,
  pack,
  rehashed,
  unpack,
  withLeaf,
} from '../../support/election/archive-files.ts'
import { rememberingVerifier } from '../../support/election/remembering-verifier.ts'

const FIXTURES = ['large-weights', 'small-weights-blank', 'threshold-and-mandatory']
const ALL = process.env.AUDIT_MUTATIONS === 'all'

/** Other values for a leaf: one that differs in a digit, and for points another point of the group. */
function changesOf({ path, value }: Leaf): readonly unknown[] {
  if (typeof value === 'boolean') return [!value]
  if (typeof value === 'number') return [value + 1]
  const [first, weight] = value.split(',')
  if (weight !== undefined && /^[0-9a-f]{64}$/.test(first ?? ''))
    return [`${otherDigit(first ?? '')},${weight}`, `${first},${otherDigit(weight)}`]
  const point = /^[0-9a-f]{64}$/.test(value) && !isHash(path) ? pointFromHex(value) : undefined
  if (point?.ok === true) return [otherDigit(value), pointToHex(point.value.add(GENERATOR))]
  return [/[0-9a-zA-Z]$/.test(value) ? otherDigit(value) : `${value}?`]
}

const HASHES = ['parent', 'payload', 'election', 'trustees', 'credentials', 'encrypted_tally']
const isHash = (path: Leaf['path']): boolean => HASHES.includes(String(path.at(-1)))

/** The text with another last character of the same kind (in base64 the last one has spare bits, so the one before). */
function otherDigit(text: string): string {
  const at = text.length === 43 ? 41 : text.length - 1
  const digit = text[at] === '1' ? '2' : '1'
  return text.slice(0, at) + digit + text.slice(at + 1)
}

interface Mutation {
  readonly file: number
  readonly path: Leaf['path']
  readonly value: unknown
}

function mutationsOf(files: readonly LooseFile[]): readonly Mutation[] {
  const seen = new Set<string>()
  const mutations = files.flatMap(({ kind, text }, file) => {
    const like = kindOfFile(text)
    if (!ALL && seen.has(like)) return []
    seen.add(like)
    return leaves(JSON.parse(text))
      .filter(({ path }) => kind !== 'header' || path[0] !== 'timestamp')
      .map((leaf) => changesOf(leaf).map((value) => ({ file, path: leaf.path, value })))
  })
  if (ALL) return mutations.flat()
  return mutations.map((changes, index) => changes[index % changes.length]!)
}

/** Every third one, another third for each fixture: the fixtures have the same kinds of fields. */
function share<T>(mutations: readonly T[], fixture: number): readonly T[] {
  return ALL ? mutations : mutations.filter((_, index) => index % FIXTURES.length === fixture)
}

/** Ballots, decryptions and their events say the same each time; every other file is of its own kind. */
function kindOfFile(text: string): string {
  const json = JSON.parse(text) as Readonly<Record<string, unknown>>
  if (json.type !== undefined) return `event ${json.type}`
  return json.election_uuid !== undefined || json.decryption_factors !== undefined || json.owner !== undefined
    ? Object.keys(json).join(' ')
    : text
}

function mutate(files: readonly LooseFile[], { file, path, value }: Mutation): readonly LooseFile[] {
  const changed = JSON.stringify(withLeaf(JSON.parse(files[file]?.text ?? ''), path, value))
  if (files[file]?.kind === 'header')
    return files.map((old, index) => (index === file ? { ...old, text: changed } : old))
  return rehashed(files, file, changed, [path.join('.')])
}

describe('the audit of official archives with one field changed', () => {
  for (const [fixture, name] of FIXTURES.entries()) {
    const archive = readFileSync(`test/vectors/belenios/${name}.bel`)
    const files = unpack(archive)

    it(`accepts ${name} unpacked and packed again`, () => {
      assert.deepEqual(Buffer.from(pack(files)), archive)
      assert.equal(auditArchive(pack(files)).ok, true)
    })

    it(`refuses ${name} with any field changed and all hashes made right again`, function () {
      this.timeout(ALL ? 3_600_000 : 120_000)
      const verify = rememberingVerifier()
      const mutations = share(mutationsOf(files), fixture)
      const accepted = mutations.filter(
        (mutation) => auditArchive(pack(mutate(files, mutation)), undefined, verify).ok,
      )
      assert.deepEqual(accepted, [])
      assert.ok(mutations.length > 40, `${mutations.length} mutations are too few`)
    })
  }
})
