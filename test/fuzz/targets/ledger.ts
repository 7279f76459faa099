/** Decoders of the ledger: transactions, blocks, states, drafts, the genesis file. */
import { concat, equalBytes, fromHex, toHex, unwrap } from '../../../base/index.ts'
import { questionsJson } from '../../../election/index.ts'
import { decodeTransactions } from '../../../ledger/block.ts'
import { ceremonyRoot, decodeCeremony, encodeCeremony } from '../../../ledger/ceremony-ssz.ts'
import {
  type Conviction,
  decodeConviction,
  decodeConvictions,
  decodeEquivocation,
  encodeConviction,
  encodeConvictions,
  encodeEquivocation,
} from '../../../ledger/evidence-ssz.ts'
import { headCodec } from '../../../ledger/image.ts'
import * as ledger from '../../../ledger/index.ts'
import { stageCeremony, stageRecord } from '../../support/ceremony-stage.ts'
import { aGenesis, aTrustee } from '../../support/ledger-builders.ts'
import { packedEntries, recordings, unpackedEntries } from '../recordings.ts'
import { ofBytes, ofJson } from '../target.ts'
import type { Target } from '../types.ts'

const unwrapHex = (id: string): Uint8Array => fromHex(id) ?? new Uint8Array(0)

/** What is gossiped and finalised. */
export function chainDecoders(): readonly Target[] {
  const { tallied, transactions } = recordings()
  // The largest blocks show nothing that smaller ones do not.
  const blocks = [...tallied.chain.blocks]
    .map((block) => ({ block, bytes: ledger.encodeBlock(block) }))
    .sort((a, b) => a.bytes.length - b.bytes.length)
    .slice(0, 6)
  return [
    ofBytes(
      { name: 'transaction', covers: 'ledger/transaction-ssz.ts decodeTransaction', samples: transactions },
      ledger.decodeTransaction,
      ledger.encodeTransaction,
    ),
    ofBytes(
      { name: 'transaction with its id', covers: 'ledger/decoded.ts decodeWithId', samples: transactions },
      ledger.decodeWithId,
      ({ transaction }) => ledger.encodeTransaction(transaction),
    ),
    ofBytes(
      { name: 'block', covers: 'ledger/block.ts decodeBlock', samples: blocks.map(({ bytes }) => bytes) },
      ledger.decodeBlock,
      ledger.encodeBlock,
    ),
    ofBytes(
      {
        name: 'transactions of a block',
        covers: 'ledger/block.ts decodeTransactions',
        samples: blocks.map(({ bytes }) => bytes),
      },
      (bytes) => {
        const block = ledger.decodeBlock(bytes)
        return block.ok ? decodeTransactions(block.value) : block
      },
    ),
    ofBytes(
      {
        name: 'whole block',
        covers: 'ledger/whole-block.ts decodeWholeBlock',
        samples: blocks.map(({ bytes }) => bytes),
      },
      ledger.decodeWholeBlock,
      ({ header, transactions }) =>
        ledger.encodeBlock({ header, transactions: transactions.map(({ bytes }) => bytes) }),
    ),
    ofBytes(
      {
        name: 'block by reference',
        covers: 'ledger/referring-block.ts decodeReferring',
        samples: blocks.map(({ bytes }, index) =>
          index % 2 === 0 ? bytes : ledger.encodeReferring(unwrap(ledger.decodeWholeBlock(bytes))),
        ),
      },
      ledger.decodeReferring,
      ({ header, items }) =>
        ledger.encodeBlock({
          header,
          transactions: items.map((item) => (typeof item === 'string' ? unwrapHex(item) : item.bytes)),
        }),
    ),
    ofBytes(
      {
        name: 'header',
        covers: 'ledger/block.ts decodeHeader',
        form: 'bytes',
        samples: blocks.map(({ block }) => ledger.encodeHeader(block.header)),
      },
      ledger.decodeHeader,
      ledger.encodeHeader,
    ),
    ...convictionDecoders(),
  ]
}

/** Evidence of equivocation, and the state's list of who was convicted. */
function convictionDecoders(): readonly Target[] {
  const evidence = recordings()
    .transactionsOf('evidence')
    .map((transaction) => ledger.encodeTransaction(transaction).slice(1))
  const conviction = (number: number): Conviction => ({
    validator: new Uint8Array(32).fill(number),
    slot: { kind: 'commit', height: 9, round: number },
    height: 10,
    evidence: new Uint8Array(32).fill(3),
  })
  return [
    ofBytes(
      {
        name: 'evidence on the chain',
        covers: 'ledger/evidence-ssz.ts decodeEquivocation',
        form: 'bytes',
        samples: evidence,
      },
      decodeEquivocation,
      encodeEquivocation,
    ),
    ofBytes(
      {
        name: 'conviction',
        covers: 'ledger/evidence-ssz.ts decodeConviction',
        form: 'bytes',
        samples: [1, 2].map((number) => encodeConviction(conviction(number))),
      },
      decodeConviction,
      encodeConviction,
    ),
    ofBytes(
      {
        name: 'convictions',
        covers: 'ledger/evidence-ssz.ts decodeConvictions',
        form: 'bytes',
        samples: [[], [conviction(1), conviction(2)]].map(encodeConvictions),
      },
      decodeConvictions,
      encodeConvictions,
    ),
  ]
}

/** What is on disk, and certified parts of it. */
export function stateDecoders(): readonly Target[] {
  const { tallied, decrypting, dealing } = recordings()
  const stages = [tallied, decrypting, dealing]
  const { chain } = tallied
  const images = [chain, decrypting.chain, dealing.chain].map(({ image }) => packedEntries(image.values()))
  const head = chain.image.get('68')
  if (head === undefined) throw new Error('the image of a chain has a head')
  const roots = stages.map((stage) => ceremonyRoot(stageCeremony(stage)))
  return [
    ofBytes(
      {
        name: 'record',
        covers: 'ledger/record.ts decodeRecord',
        samples: stages.map((stage) => ledger.encodeRecord(stageRecord(stage))),
      },
      ledger.decodeRecord,
      ledger.encodeRecord,
    ),
    ofBytes(
      {
        name: 'ceremony',
        covers: 'ledger/ceremony-ssz.ts decodeCeremony',
        samples: stages.map((stage) => encodeCeremony(stageCeremony(stage))),
      },
      decodeCeremony,
      encodeCeremony,
    ),
    ofBytes(
      {
        name: 'ceremony under a root',
        covers: 'ledger/proofs.ts verifyCeremony',
        samples: stages.map((stage) => encodeCeremony(stageCeremony(stage))),
      },
      (bytes) => {
        const decoded = decodeCeremony(bytes)
        if (!decoded.ok) return decoded
        // Whatever is decodable has a root, and another one than the recorded one unless it is that very ceremony.
        const root = ceremonyRoot(decoded.value)
        return roots.some((known) => equalBytes(known, root)) ? decoded : undefined
      },
    ),
    ofBytes(
      { name: 'head of an image', covers: 'ledger/image.ts headCodec', form: 'bytes', samples: [head[1]] },
      headCodec.decode,
      headCodec.encode,
    ),
    ofBytes({ name: 'image of a state', covers: 'ledger/load.ts loadState', samples: images }, (bytes) =>
      ledger.loadState(chain.genesis, chain.networkId, unpackedEntries(bytes)),
    ),
  ]
}

/** What people write and hand around. */
export function paperDecoders(): readonly Target[] {
  const genesis = aGenesis({ validators: 4, trustees: [aTrustee('trustee 1')] })
  const withAddresses = {
    ...genesis,
    validators: genesis.validators.map((one) => ({
      ...one,
      addresses: ['/ip4/127.0.0.1/tcp/7000/p2p/12D3KooW'],
    })),
  }
  const drafts = recordings()
    .transactionsOf('draft')
    .map(({ draft }) => draftJson(draft))
  return [
    ofBytes(
      {
        name: 'genesis file',
        covers: 'ledger/genesis.ts parseGenesis',
        form: 'json',
        samples: [genesis, withAddresses].map(ledger.genesisFile),
      },
      (bytes) => {
        const parsed = ledger.parseGenesis(bytes)
        // Its form is free, what it says is not: what was read is written, read and written again as the same.
        if (parsed.ok) {
          const file = ledger.genesisFile(parsed.value)
          if (!equalBytes(ledger.genesisFile(unwrap(ledger.parseGenesis(file))), file))
            throw new Error('another genesis')
          ledger.genesisState(parsed.value, ledger.networkIdOf(concat(bytes)))
        }
        return parsed
      },
    ),
    ofJson({ name: 'draft', covers: 'ledger/draft.ts parseDraft', samples: drafts }, ledger.parseDraft),
  ]
}

/** A draft as `parseDraft` reads it. */
function draftJson(draft: ledger.ElectionDraft): unknown {
  const party = ({ name, publicKey }: ledger.Party): unknown => ({ name, publicKey: toHex(publicKey) })
  return {
    ...draft,
    questions: JSON.parse(questionsJson(draft.questions)),
    registrars: draft.registrars.map(toHex),
    mandatoryTrustees: draft.mandatoryTrustees.map(party),
    trustees: draft.trustees.map(party),
  }
}
