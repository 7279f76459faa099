/**
 * The trustees of a draft file: names out of the genesis file, or cards `{"name", "publicKey"}` of institutions that are not in it
 * (`psephos trustee init` prints one). Who is listed as mandatory is not also one of the others, unless the file says so twice.
 */
import { fromHex, ok, type Refusal, type Result, refuse, toHex } from '../../base/index.ts'
import { quorum } from '../../consensus/index.ts'
import { isStrictPublicKey, PUBLIC_KEY_BYTES } from '../../crypto/index.ts'
import type { ElectionDraft, Genesis, Party } from '../../ledger/index.ts'
import type { TrusteeCard } from '../index.ts'

/** A trustee as a file names it: out of the genesis file, or by its card. */
export type TrusteeItem = string | TrusteeCard

/** The fields of a draft file that name trustees. */
export interface TrusteeFields {
  readonly trustees?: readonly TrusteeItem[] | undefined
  readonly trusteeThreshold?: number | undefined
  readonly mandatoryTrustees?: readonly TrusteeItem[] | undefined
}

type DraftTrustees = Pick<ElectionDraft, 'mandatoryTrustees' | 'trustees' | 'trusteeThreshold'>
type DraftRefusal = Refusal<'draft-invalid'>

/** The trustees that a file names, with defaults for what it leaves out. Limits are `checkDraft`'s. */
export function readTrustees(file: TrusteeFields, genesis: Genesis): Result<DraftTrustees, DraftRefusal> {
  const mandatory = partiesOf('mandatoryTrustees', file.mandatoryTrustees ?? [], genesis)
  if (!mandatory.ok) return mandatory
  const others = othersOf(file, mandatory.value, genesis)
  if (!others.ok) return others
  const [mandatoryTrustees, trustees] = [mandatory.value, others.value]
  const twice = repeated([...mandatoryTrustees, ...trustees])
  if (twice !== undefined)
    return refuse('draft-invalid', `"trustees": ${twice}; mandatory trustees are not listed again`)
  if (mandatoryTrustees.length + trustees.length === 0)
    return refuse(
      'draft-invalid',
      `"trustees": nobody would hold the key; name at least one trustee${genesis.trustees.length === 0 ? ', since the genesis file has none' : ''}`,
    )
  const preset = trustees.length === 0 ? 0 : quorum(trustees.length)
  const trusteeThreshold = file.trusteeThreshold ?? preset
  if (trustees.length === 0 && trusteeThreshold !== 0)
    return refuse(
      'draft-invalid',
      `"trusteeThreshold" is ${trusteeThreshold}, and all trustees are mandatory: leave it out, or name "trustees" beside them`,
    )
  if (trustees.length > 0 && (trusteeThreshold < 1 || trusteeThreshold > trustees.length))
    return refuse(
      'draft-invalid',
      `"trusteeThreshold" is ${trusteeThreshold}; it says how many of the ${trustees.length} trustees decrypt together: a whole number from 1 to ${trustees.length}`,
    )
  return ok({ mandatoryTrustees, trustees, trusteeThreshold })
}

function othersOf(
  { trustees }: TrusteeFields,
  mandatory: readonly Party[],
  genesis: Genesis,
): Result<readonly Party[], DraftRefusal> {
  if (trustees !== undefined) return partiesOf('trustees', trustees, genesis)
  const taken = new Set(mandatory.map(({ publicKey }) => toHex(publicKey)))
  return ok(genesis.trustees.filter(({ publicKey }) => !taken.has(toHex(publicKey))))
}

function partiesOf(
  field: string,
  items: readonly TrusteeItem[],
  genesis: Genesis,
): Result<readonly Party[], DraftRefusal> {
  const parties: Party[] = []
  for (const item of items) {
    const party = typeof item === 'string' ? namedParty(field, item, genesis) : cardParty(field, item)
    if (!party.ok) return party
    parties.push(party.value)
  }
  const twice = repeated(parties)
  return twice === undefined ? ok(parties) : refuse('draft-invalid', `"${field}": ${twice}`)
}

function namedParty(field: string, name: string, { trustees }: Genesis): Result<Party, DraftRefusal> {
  const party = trustees.find((one) => one.name === name || toHex(one.publicKey) === name)
  if (party !== undefined) return ok(party)
  const known = trustees.length === 0 ? 'none' : trustees.map((one) => one.name).join(', ')
  return refuse(
    'draft-invalid',
    `"${field}": the genesis file has no trustee "${name}"; it has ${known}; others are named by their card, {"name": "...", "publicKey": "..."}`,
  )
}

function cardParty(field: string, { name, publicKey }: TrusteeCard): Result<Party, DraftRefusal> {
  const key = fromHex(publicKey.toLowerCase(), PUBLIC_KEY_BYTES)
  // A mistyped key is none in half of all cases: that is noticed here, and not by a ceremony that nobody turns up for.
  return key !== undefined && isStrictPublicKey(key)
    ? ok({ name, publicKey: key })
    : refuse(
        'draft-invalid',
        `"${field}": the publicKey of "${name}" is not an Ed25519 key of 64 hexadecimal digits; compare it with the trustee's card`,
      )
}

/** Who is there twice, in words. */
function repeated(parties: readonly Party[]): string | undefined {
  const names = new Set<string>()
  const keys = new Map<string, string>()
  for (const { name, publicKey } of parties) {
    if (names.has(name)) return `"${name}" is named twice`
    const twin = keys.get(toHex(publicKey))
    if (twin !== undefined) return `"${twin}" and "${name}" have the same key`
    names.add(name)
    keys.set(toHex(publicKey), name)
  }
  return undefined
}
