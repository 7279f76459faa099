/**
 * Every field of an archive, of the official tool's or of our own ledger's, changed or left out, one at a time, with all hashes made
 * right again: the audit refuses each.
 *
 * By default one file of each kind (one ballot, one decryption, one event of each type), one change a field (for a point in
 * turn a digit or another point of the group) and a part of the fields a fixture; with AUDIT_MUTATIONS=all everything (some
 * minutes).
 */
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { GENERATOR, pointFromHex, pointToHex } from '../../../crypto/index.ts'
import { auditArchive } from '../../../election/index.ts'
import { archiveOf, aTalliedStage } from '../../support/ceremony-stage.ts'
import {
  inside,
  type Leaf,
  type LooseFile,
  leaves,
  pack,
  rehashed,
  unpack,
  withLeaf,
  withoutNode,
} from '../../support/election/archive-files.ts'
import { rememberingVerifier } from '../../support/election/remembering-verifier.ts'

const official = (name: string): readonly [string, () => Promise<Uint8Array>] => [
  name,
  async () => readFileSync(`test/vectors/belenios/${name}.bel`),
]
const FIXTURES = [
  official('large-weights'),
  official('small-weights-blank'),
  official('threshold-and-mandatory'),
  ['an archive of our own ledger', () => archiveOf(aTalliedStage())],
] as const
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
  /** Absent where the field or element is left out. */
  readonly value?: unknown
}

/** Every change of a field, as lists of alternatives. */
function changes(files: readonly LooseFile[]): readonly (readonly Mutation[])[] {
  return chosenFiles(files).flatMap((file) =>
    leaves(JSON.parse(files[file]!.text))
      .filter(({ path }) => !isTimestamp(files[file]!, path))
      .map((leaf) => changesOf(leaf).map((value) => ({ file, path: leaf.path, value }))),
  )
}

/** Every field and element left out, one at a time. */
function omissions(files: readonly LooseFile[]): readonly (readonly Mutation[])[] {
  return chosenFiles(files).flatMap((file) =>
    inside(JSON.parse(files[file]!.text)).map((path) => [{ file, path }]),
  )
}

const isTimestamp = ({ kind }: LooseFile, [field]: Leaf['path']): boolean =>
  kind === 'header' && field === 'timestamp'

/** One file of each kind: ballots, decryptions and events of one type say the same each time. */
function chosenFiles(files: readonly LooseFile[]): readonly number[] {
  const kinds = files.map(({ text }) => {
    const json = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (json.type !== undefined) return `event ${json.type}`
    const isOneOfMany = ['election_uuid', 'decryption_factors', 'owner'].some(
      (field) => json[field] !== undefined,
    )
    return isOneOfMany ? Object.keys(json).join(' ') : text
  })
  return [...files.keys()].filter((file) => ALL || kinds.indexOf(kinds[file]!) === file)
}

/** One in `every`, others for each fixture, one alternative each: the fixtures have the same kinds of fields. */
function share(
  mutations: readonly (readonly Mutation[])[],
  fixture: number,
  every: number,
): readonly Mutation[] {
  if (ALL) return mutations.flat()
  return mutations
    .filter((_, index) => index % every === fixture)
    .map((alternatives, index) => alternatives[index % alternatives.length]!)
}

function mutate(files: readonly LooseFile[], mutation: Mutation): readonly LooseFile[] {
  const { file, path } = mutation
  const json: unknown = JSON.parse(files[file]!.text)
  const changed = JSON.stringify(
    'value' in mutation ? withLeaf(json, path, mutation.value) : withoutNode(json, path),
  )
  if (files[file]!.kind === 'header')
    return files.map((old, index) => (index === file ? { ...old, text: changed } : old))
  return rehashed(files, file, changed, [path.join('.')])
}

describe('the audit of archives', () => {
  for (const [fixture, [name, read]] of FIXTURES.entries()) {
    let archive: Uint8Array = new Uint8Array(0)
    let files: readonly LooseFile[] = []
    before(async () => {
      archive = await read()
      files = unpack(archive)
    })
    const verify = rememberingVerifier()
    const accepted = (mutations: readonly Mutation[]): readonly Mutation[] =>
      mutations.filter((mutation) => auditArchive(pack(mutate(files, mutation)), undefined, verify).ok)

    it(`accepts ${name} unpacked and packed again`, () => {
      assert.deepEqual(Buffer.from(pack(files)), Buffer.from(archive))
      assert.equal(auditArchive(pack(files), undefined, verify).ok, true)
    })

    it(`refuses ${name} with any field changed and all hashes made right again`, function () {
      this.timeout(ALL ? 3_600_000 : 120_000)
      const mutations = share(changes(files), fixture, 4)
      assert.deepEqual(accepted(mutations), [])
      assert.ok(mutations.length > 30, `${mutations.length} mutations are too few`)
    })

    it(`refuses ${name} with anything left out and all hashes made right again`, function () {
      this.timeout(ALL ? 3_600_000 : 120_000)
      const mutations = share(omissions(files), fixture, 8)
      assert.deepEqual(accepted(mutations), [])
      assert.ok(mutations.length > 20, `${mutations.length} mutations are too few`)
    })
  }
})
