/** The SSZ form of an election's draft: inside draft transactions, and inside the election's record. */
import { BooleanType, type ByteListType, ContainerType, ListCompositeType, type Type } from '@chainsafe/ssz'
import { utf8 } from '../base/index.ts'
import {
  MAX_ANSWERS,
  MAX_DESCRIPTION_BYTES,
  MAX_NAME_BYTES,
  MAX_QUESTIONS,
  MAX_REGISTRARS,
  MAX_TEXT_BYTES,
  MAX_TRUSTEES,
  MAX_UUID_LENGTH,
} from './limits.ts'
import { BYTES32, fromOptional, optionalType, textOf, textType, UINT16, UINT64 } from './ssz.ts'
import type { ElectionDraft, Party } from './types.ts'

const TEXT: ByteListType = textType(MAX_TEXT_BYTES)

const QUESTION = new ContainerType(
  {
    question: TEXT,
    answers: new ListCompositeType(TEXT, MAX_ANSWERS),
    blank: new BooleanType(),
    min: UINT16,
    max: UINT16,
  },
  { typeName: 'Question' },
)

const TRUSTEES = new ListCompositeType(
  new ContainerType({ name: textType(MAX_NAME_BYTES), publicKey: BYTES32 }, { typeName: 'Party' }),
  MAX_TRUSTEES,
)

interface SszParty {
  name: Uint8Array
  publicKey: Uint8Array
}

/** A draft as the schema's plain value: texts as bytes, what may be absent as a list of none or one. */
export interface SszDraft {
  uuid: Uint8Array
  name: Uint8Array
  description: Uint8Array
  questions: {
    question: Uint8Array
    answers: Uint8Array[]
    blank: boolean
    min: number
    max: number
  }[]
  administratorName: Uint8Array[]
  credentialAuthorityName: Uint8Array[]
  registrars: Uint8Array[]
  registrarThreshold: number
  mandatoryTrustees: SszParty[]
  trustees: SszParty[]
  trusteeThreshold: number
  opensAt: number
  closesAt: number
}

/** The schema of a draft. */
export const DRAFT: Type<SszDraft> = new ContainerType(
  {
    uuid: textType(MAX_UUID_LENGTH),
    name: TEXT,
    description: textType(MAX_DESCRIPTION_BYTES),
    questions: new ListCompositeType(QUESTION, MAX_QUESTIONS),
    administratorName: optionalType(TEXT),
    credentialAuthorityName: optionalType(TEXT),
    registrars: new ListCompositeType(BYTES32, MAX_REGISTRARS),
    registrarThreshold: UINT16,
    mandatoryTrustees: TRUSTEES,
    trustees: TRUSTEES,
    trusteeThreshold: UINT16,
    opensAt: UINT64,
    closesAt: UINT64,
  },
  { typeName: 'ElectionDraft' },
)

const partyToSsz = ({ name, publicKey }: Party): SszParty => ({ name: utf8(name), publicKey })
const partyFromSsz = ({ name, publicKey }: SszParty): Party => ({ name: textOf(name), publicKey })

/** A draft, which `checkDraft` must have accepted, as the schema's value. */
export function draftToSsz(draft: ElectionDraft): SszDraft {
  return {
    uuid: utf8(draft.uuid),
    name: utf8(draft.name),
    description: utf8(draft.description),
    questions: draft.questions.map(({ question, answers, blank, min, max }) => ({
      question: utf8(question),
      answers: answers.map(utf8),
      blank,
      min,
      max,
    })),
    administratorName: fromOptional(draft.administratorName).map(utf8),
    credentialAuthorityName: fromOptional(draft.credentialAuthorityName).map(utf8),
    registrars: [...draft.registrars],
    registrarThreshold: draft.registrarThreshold,
    mandatoryTrustees: draft.mandatoryTrustees.map(partyToSsz),
    trustees: draft.trustees.map(partyToSsz),
    trusteeThreshold: draft.trusteeThreshold,
    opensAt: draft.opensAt,
    closesAt: draft.closesAt,
  }
}

/** The draft of a decoded value; throws `Unreadable` where a text is not UTF-8. */
export function draftFromSsz(value: SszDraft): ElectionDraft {
  const administratorName = value.administratorName[0]
  const credentialAuthorityName = value.credentialAuthorityName[0]
  return {
    uuid: textOf(value.uuid),
    name: textOf(value.name),
    description: textOf(value.description),
    questions: value.questions.map(({ question, answers, blank, min, max }) => ({
      question: textOf(question),
      answers: answers.map(textOf),
      blank,
      min,
      max,
    })),
    ...(administratorName === undefined ? {} : { administratorName: textOf(administratorName) }),
    ...(credentialAuthorityName === undefined
      ? {}
      : { credentialAuthorityName: textOf(credentialAuthorityName) }),
    registrars: value.registrars,
    registrarThreshold: value.registrarThreshold,
    mandatoryTrustees: value.mandatoryTrustees.map(partyFromSsz),
    trustees: value.trustees.map(partyFromSsz),
    trusteeThreshold: value.trusteeThreshold,
    opensAt: value.opensAt,
    closesAt: value.closesAt,
  }
}

/** Bytes of a draft's encoding. */
export function draftBytes(draft: ElectionDraft): number {
  return DRAFT.value_serializedSize(draftToSsz(draft))
}
