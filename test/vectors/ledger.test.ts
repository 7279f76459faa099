/**
 * The ledger's bytes, pinned: a change of what is signed, hashed or stored shows as a diff of `ledger/bytes.json`. After an
 * intended change, write the file again with `PSEPHOS_WRITE_VECTORS=1 npx mocha test/vectors/ledger.test.ts` and read the diff.
 * What holds random numbers (trustees' keys, a ceremony, a ballot, partial decryptions) is an input in the file and is not made
 * again.
 */
import { strict as assert } from 'node:assert'
import { readFileSync, writeFileSync } from 'node:fs'
import { fromHex, toHex, unwrap } from '../../base/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { ceremonyRoot, encodeCeremony } from '../../ledger/ceremony-ssz.ts'
import { signedStatements } from '../../ledger/evidence-ssz.ts'
import {
  type BlockHeader,
  blockId,
  commitmentTo,
  decodeTransaction,
  electionCeremony,
  encodeHeader,
  encodeTransaction,
  genesisFile,
  genesisState,
  proveConvictions,
  proveRecord,
  proveShare,
  sharesRoot,
  stateRoot,
  type Transaction,
  transactionId,
  transactionsRoot,
  validatorsRoot,
} from '../../ledger/index.ts'
import { recordRoot } from '../../ledger/record.ts'
import { signingBytes } from '../../ledger/transaction-ssz.ts'
import { aCeremonyRun, anAttempt, complaintBy, dealingBy } from '../support/ceremony-builders.ts'
import { evidenceAgainst } from '../support/evidence-builders.ts'
import {
  aBallot,
  aChain,
  aDecryption,
  aDraft,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
  closeElection,
  extend,
  mandatoryCommitmentBy,
  mandatoryKeyBy,
  recordOf,
  type TestChain,
  thresholdTrustees,
} from '../support/ledger-builders.ts'

const FILE = new URL('./ledger/bytes.json', import.meta.url)

type Vectors = Readonly<Record<string, string>>

function transactionVectors(networkId: Uint8Array, transaction: Transaction): Vectors {
  const { kind } = transaction
  return {
    [`${kind} encoded`]: toHex(encodeTransaction(transaction)),
    [`${kind} id`]: toHex(transactionId(transaction)),
    ...('signature' in transaction
      ? { [`${kind} signed bytes`]: toHex(signingBytes(networkId, transaction)) }
      : {}),
  }
}

function chainVectors(chain: TestChain, uuid: string, when: string): Vectors {
  const record = recordOf(chain, uuid)
  return {
    [`record ${when}`]: toHex(proveRecord(chain.state, uuid)!.record),
    [`record root ${when}`]: toHex(recordRoot(record)),
    [`state root ${when}`]: toHex(stateRoot(chain.state)),
    ...(record.board === undefined ? {} : { [`board head ${when}`]: toHex(record.board.hash) }),
  }
}

/** What holds random numbers, encoded as transactions in hexadecimal. */
interface Inputs {
  readonly keys: readonly string[]
  readonly ceremony: CeremonyInputs
  readonly ballot: string
  readonly decryptions: readonly string[]
}

/** Of {@link CEREMONY_DRAFT}, mandatory parts first: an attempt that ends with a complaint, and what the others do in the next one. */
interface CeremonyInputs {
  readonly certificates: readonly string[]
  readonly commitments: readonly string[]
  readonly dealings: readonly string[]
  readonly complaint: readonly string[]
  readonly again: readonly string[]
}

const CEREMONY_DRAFT = aDraft({
  ...thresholdTrustees(3, 2, ['court']),
  uuid: 'CeremonyBridge',
  administratorName: 'Ada',
})

const encoded = (transaction: Transaction): string => toHex(encodeTransaction(transaction))
const decoded = (hex: string): Transaction => unwrap(decodeTransaction(fromHex(hex)!))

function freshInputs(): Inputs {
  const chain = aChain()
  const uuid = anOpenElection(chain, { voters: 2, weights: [3n, 4n] })
  const ballot = cast(aBallot(beleniosOf(chain, uuid), 0))
  extend(chain, [ballot])
  closeElection(chain, uuid)
  return {
    keys: aPreparation(chain.networkId, aDraft(), aRoll(2)).keys.map(encoded),
    ceremony: freshCeremony(chain.networkId),
    ballot: encoded(ballot),
    decryptions: ['validator 1', 'validator 2'].map((name) => encoded(aDecryption(chain, uuid, name))),
  }
}

function freshCeremony(networkId: Uint8Array): CeremonyInputs {
  const at = anAttempt(networkId, CEREMONY_DRAFT)
  const { certificates, commitments, dealings } = aCeremonyRun(networkId, CEREMONY_DRAFT)
  const again = aCeremonyRun(networkId, CEREMONY_DRAFT, 2, ['trustee 3'])
  const court = [networkId, CEREMONY_DRAFT, 'court'] as const
  const bad = dealingBy(at, 'trustee 3', { shares: { 0: (right) => right.with(-1, right.at(-1)! ^ 1) } })
  return {
    certificates: certificates.map(encoded),
    commitments: [mandatoryCommitmentBy(...court), ...commitments].map(encoded),
    dealings: [mandatoryKeyBy(...court), ...dealings.slice(0, 2), bad].map(encoded),
    complaint: [complaintBy(at, 'trustee 1', bad, 'trustee 3')].map(encoded),
    again: [
      ...again.certificates,
      mandatoryCommitmentBy(...court, { attempt: 2 }),
      ...again.commitments,
      mandatoryKeyBy(...court, { attempt: 2 }),
      ...again.dealings,
      ...again.keys,
    ].map(encoded),
  }
}

function ceremonyVectors(inputs: CeremonyInputs): Vectors {
  const chain = aChain()
  const { networkId } = chain
  const { uuid } = CEREMONY_DRAFT
  const vectors: Record<string, string> = {}
  const step = (when: string, transactions: readonly Transaction[]): void => {
    extend(chain, transactions)
    const ceremony = electionCeremony(chain.state, uuid)!
    vectors[`ceremony ${when}`] = toHex(encodeCeremony(ceremony))
    vectors[`ceremony root ${when}`] = toHex(ceremonyRoot(ceremony))
  }
  const { draft, chunks, signatures } = aPreparation(networkId, CEREMONY_DRAFT, aRoll(2))
  step('drafted', [draft])
  for (const part of ['certificates', 'commitments', 'dealings', 'complaint', 'again'] as const)
    step(`after ${part}`, inputs[part].map(decoded))
  extend(chain, [...chunks, ...signatures])
  const dealing = decoded(inputs.dealings[1]!)
  const complaint = decoded(inputs.complaint[0]!)
  const mandatory = [inputs.commitments, inputs.dealings].map(([first]) => decoded(first!))
  const [committed, revealed] = mandatory
  assert.ok(committed?.kind === 'ceremonyCommitment' && revealed?.kind === 'trusteeKey')
  assert.ok(dealing.kind === 'ceremonyDealing' && complaint.kind === 'ceremonyComplaint')
  const place = { networkId, uuid, attempt: 513, trustee: dealing.trustee }
  const key = decoded(inputs.again.at(-1)!)
  return Object.assign(
    { 'draft with a ceremony encoded': encoded(draft) },
    ...[decoded(inputs.certificates[0]!), decoded(inputs.commitments[1]!), dealing, key, complaint].map(
      (transaction) => transactionVectors(networkId, transaction),
    ),
    {
      'commitment to a mandatory key': toHex(committed.commitment),
      'commitment to coefficients': toHex(commitmentTo(place, dealing.polynomial.slice(128))),
      'root of shares': toHex(sharesRoot(dealing.shares)),
      'branch of share 2': proveShare(dealing.shares, 2).map(toHex).join(' '),
    },
    vectors,
    chainVectors(chain, uuid, 'frozen after a ceremony'),
  ) as Vectors
}

function evidenceVectors(): Vectors {
  const chain = aChain()
  const evidence = evidenceAgainst(chain.networkId, 'validator 2')
  extend(chain, [evidence])
  const { convictions, branch } = proveConvictions(chain.state)
  return {
    ...transactionVectors(chain.networkId, evidence),
    'evidence signed bytes': signedStatements(chain.networkId, evidence).map(toHex).join(' '),
    'convictions with evidence': toHex(convictions),
    'branch of convictions with evidence': branch.map(toHex).join(' '),
    'state root with evidence': toHex(stateRoot(chain.state)),
  }
}

function computed(inputs: Inputs): Vectors {
  const chain = aChain()
  const { networkId, genesis } = chain
  const names = { administratorName: 'Ada', credentialAuthorityName: 'Zoë' }
  const named = aPreparation(networkId, aDraft(names), aRoll(2))
  const header: BlockHeader = {
    networkId,
    height: 7,
    time: 1_735_689_600_123,
    parent: sha256('parent'),
    transactionsRoot: transactionsRoot([Uint8Array.of(1), Uint8Array.of(2, 3)]),
    stateRoot: sha256('state'),
    validatorsRoot: validatorsRoot(genesis.validators.map(({ publicKey }) => publicKey)),
    nextValidatorsRoot: validatorsRoot([]),
  }
  const [key, ballot, decryption] = [inputs.keys[2]!, inputs.ballot, inputs.decryptions[0]!].map(decoded)
  const { draft, chunks, signatures } = aPreparation(networkId, aDraft(), aRoll(2, [3n, 4n]), true)
  const { uuid, opensAt } = aDraft()
  extend(chain, [draft])
  extend(chain, [...inputs.keys.map(decoded), ...chunks, ...signatures])
  extend(chain, [], opensAt)
  const open = chainVectors(chain, uuid, 'open')
  extend(chain, [ballot!])
  const voted = chainVectors(chain, uuid, 'with a ballot')
  closeElection(chain, uuid)
  extend(chain, inputs.decryptions.map(decoded))
  const image = [...chain.image].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.assign(
    {
      'genesis file': toHex(genesisFile(genesis)),
      'network id': toHex(networkId),
      'genesis state root': toHex(stateRoot(genesisState(genesis, networkId))),
      'header encoded': toHex(encodeHeader(header)),
      'header id': toHex(blockId(header)),
      'transactions root': toHex(header.transactionsRoot),
      'validators root': toHex(header.validatorsRoot),
    },
    ...[named.draft, key!, named.chunks[0]!, named.signatures[0]!, ballot!, decryption!].map((transaction) =>
      transactionVectors(networkId, transaction),
    ),
    ceremonyVectors(inputs.ceremony),
    evidenceVectors(),
    open,
    voted,
    chainVectors(chain, uuid, 'tallied'),
    {
      'image tallied': toHex(sha256(image.map(([name, [, value]]) => `${name} ${toHex(value)}\n`).join(''))),
    },
  ) as Vectors
}

describe('the bytes of the ledger', () => {
  if (process.env.PSEPHOS_WRITE_VECTORS === '1') {
    const inputs = freshInputs()
    writeFileSync(FILE, `${JSON.stringify({ inputs, bytes: computed(inputs) }, null, 2)}\n`)
  }
  const { inputs, bytes: pinned } = JSON.parse(readFileSync(FILE, 'utf8')) as {
    readonly inputs: Inputs
    readonly bytes: Vectors
  }
  const vectors = computed(inputs)

  it('are all pinned, and nothing else is', () => {
    assert.deepEqual(Object.keys(vectors), Object.keys(pinned))
  })
  for (const [name, bytes] of Object.entries(pinned))
    it(`are those pinned: ${name}`, () => {
      assert.equal(vectors[name], bytes)
    })
})
