/** The SSZ form of a ceremony: its root stands in the election's record, its bytes in the durable image and in answers to clients. */
import { ByteListType, ContainerType, ListBasicType, ListCompositeType, type ValueOf } from '@chainsafe/ssz'
import { type Codec, codec, type Refusal, type Result } from '../base/index.ts'
import { STEPS } from './ceremony.ts'
import {
  CERTIFICATE_BYTES,
  MAX_CEREMONY_BYTES,
  MAX_POLYNOMIAL_BYTES,
  MAX_TRUSTEE_KEY_BYTES,
  MAX_TRUSTEES,
  MEMBER_KEY_BYTES,
} from './limits.ts'
import { BYTES32, converted, fromOptional, optionalType, UINT8, UINT16, UINT64, Unreadable } from './ssz.ts'
import type { Ceremony, CeremonyFaultKind, CeremonyMember } from './types.ts'

/** By number in the encoding. */
const FAULT_KINDS: readonly CeremonyFaultKind[] = [
  'no-certificate',
  'no-commitment',
  'no-dealing',
  'no-key',
  'bad-share',
  'false-complaint',
]

const DEALING = new ContainerType(
  { polynomial: new ByteListType(MAX_POLYNOMIAL_BYTES), sharesRoot: BYTES32, transaction: BYTES32 },
  { typeName: 'Dealing' },
)
const MEMBER = new ContainerType(
  {
    place: UINT16,
    certificate: optionalType(new ByteListType(CERTIFICATE_BYTES)),
    commitment: optionalType(BYTES32),
    dealing: optionalType(DEALING),
    key: optionalType(new ByteListType(MEMBER_KEY_BYTES)),
  },
  { typeName: 'CeremonyMember' },
)
const MANDATORY_PART = new ContainerType(
  { commitment: optionalType(BYTES32), key: optionalType(new ByteListType(MAX_TRUSTEE_KEY_BYTES)) },
  { typeName: 'MandatoryPart' },
)
const FAULT = new ContainerType(
  { place: UINT16, attempt: UINT16, kind: UINT8, other: new ListBasicType(UINT16, 1) },
  { typeName: 'CeremonyFault' },
)
const CEREMONY = new ContainerType(
  {
    attempt: UINT16,
    step: UINT8,
    deadline: UINT64,
    members: new ListCompositeType(MEMBER, MAX_TRUSTEES),
    faults: new ListCompositeType(FAULT, MAX_TRUSTEES),
    mandatory: new ListCompositeType(MANDATORY_PART, MAX_TRUSTEES),
  },
  { typeName: 'Ceremony' },
)
type SszCeremony = ValueOf<typeof CEREMONY>

const ceremonyCodec: Codec<SszCeremony> = codec(CEREMONY, MAX_CEREMONY_BYTES)

function toSsz({ attempt, step, deadline, members, faults, mandatory }: Ceremony): SszCeremony {
  return {
    attempt,
    step: STEPS.indexOf(step),
    deadline,
    members: members.map(({ place, certificate, commitment, dealing, key }) => ({
      place,
      certificate: fromOptional(certificate),
      commitment: fromOptional(commitment),
      dealing: fromOptional(dealing),
      key: fromOptional(key),
    })),
    faults: faults.map(({ place, attempt: at, kind, other }) => ({
      place,
      attempt: at,
      kind: FAULT_KINDS.indexOf(kind),
      other: fromOptional(other),
    })),
    mandatory: mandatory.map(({ commitment, key }) => ({
      commitment: fromOptional(commitment),
      key: fromOptional(key),
    })),
  }
}

function fromSsz(value: SszCeremony): Ceremony {
  const step = STEPS[value.step]
  if (step === undefined) throw new Unreadable(`no step is numbered ${value.step}`)
  return {
    attempt: value.attempt,
    step,
    deadline: value.deadline,
    members: value.members.map(memberFromSsz),
    faults: value.faults.map(({ place, attempt, kind: number, other: [other] }) => {
      const kind = FAULT_KINDS[number]
      if (kind === undefined) throw new Unreadable(`no kind of fault is numbered ${number}`)
      return { place, attempt, kind, ...(other === undefined ? {} : { other }) }
    }),
    mandatory: value.mandatory.map(({ commitment: [commitment], key: [key] }) => ({
      ...(commitment === undefined ? {} : { commitment }),
      ...(key === undefined ? {} : { key }),
    })),
  }
}

function memberFromSsz(value: SszCeremony['members'][number]): CeremonyMember {
  const {
    place,
    certificate: [certificate],
    commitment: [commitment],
    dealing: [dealing],
    key: [key],
  } = value
  return {
    place,
    ...(certificate === undefined ? {} : { certificate }),
    ...(commitment === undefined ? {} : { commitment }),
    ...(dealing === undefined ? {} : { dealing }),
    ...(key === undefined ? {} : { key }),
  }
}

/** The ceremony's only encoding. */
export function encodeCeremony(ceremony: Ceremony): Uint8Array {
  return ceremonyCodec.encode(toSsz(ceremony))
}

/** The ceremony of bytes; checks form, not sense. Never throws. */
export function decodeCeremony(bytes: Uint8Array): Result<Ceremony, Refusal<'malformed'>> {
  return converted(ceremonyCodec.decode(bytes), fromSsz)
}

const roots = new WeakMap<Ceremony, Uint8Array>()

/** `hash_tree_root` of the ceremony; hashed once a version, since every block asks for it while ballots come in. */
export function ceremonyRoot(ceremony: Ceremony): Uint8Array {
  let root = roots.get(ceremony)
  if (root === undefined) {
    root = ceremonyCodec.root(toSsz(ceremony))
    roots.set(ceremony, root)
  }
  return root
}
