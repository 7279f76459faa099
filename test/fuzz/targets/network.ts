/** Decoders of what travels: messages, frames, addresses; and what a client makes of certified answers. */
import { verifyBallotAnswer, verifyElectionAnswer } from '../../../client/certified.ts'
import { createReceipt, verifyReceipt } from '../../../client/receipt.ts'
import type { Trust } from '../../../client/types.ts'
import { encodeBlock } from '../../../ledger/index.ts'
import { parseAddress } from '../../../network/addresses.ts'
import * as network from '../../../network/index.ts'
import { NetworkError } from '../../../network/types.ts'
import { ballotAnswer, certify, electionAnswer } from '../../support/certified-peers.ts'
import { aVoterOf, hexBytes, recordings, vectors } from '../recordings.ts'
import { declared, ofBytes, ofText } from '../target.ts'
import type { Target } from '../types.ts'

const hash = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** Gossip and sync. */
export function gossip(): readonly Target[] {
  const { tallied, transactions } = recordings()
  const { chain } = tallied
  const small = [...chain.blocks].sort((a, b) => encodeBlock(a).length - encodeBlock(b).length).slice(0, 3)
  const { messages } = vectors<{ readonly messages: readonly { readonly encoded: string }[] }>(
    'consensus/messages.json',
  )
  const [first, second] = messages.map(({ encoded }) => hexBytes(encoded)) as [Uint8Array, Uint8Array]
  const envelopes = [{ message: first }, { message: second, block: encodeBlock(small[0]!), repeat: 12 }]
  const certified = small.map((block) => ({
    block: encodeBlock(block),
    certificate: certify(chain, block.header).certificate,
  }))
  const status = { networkId: chain.networkId, height: 12, blockId: hash(3) }
  const batch = transactions.filter(({ length }) => length < 1000).slice(0, 5)
  const outcomes = [
    { code: 'accepted', detail: '' },
    { code: 'election-closed', detail: 'The election is closed \u{1f5f3}.' },
  ]
  return [
    ofBytes(
      {
        name: 'batch of transactions',
        covers: 'network/messages/transactions.ts decodeTransactionBatch',
        samples: [[], batch.map((bytes) => ({ bytes })), [{ bytes: hash(1), accelerator: hash(2) }]].map(
          network.encodeTransactionBatch,
        ),
      },
      network.decodeTransactionBatch,
      network.encodeTransactionBatch,
    ),
    ofBytes(
      {
        name: 'ids',
        covers: 'network/messages/transactions.ts decodeIds',
        form: 'bytes',
        samples: [[], [hash(1), hash(2)]].map(network.encodeIds),
      },
      network.decodeIds,
      network.encodeIds,
    ),
    ofBytes(
      {
        name: 'outcomes',
        covers: 'network/messages/transactions.ts decodeOutcomes',
        samples: [[], outcomes].map(network.encodeOutcomes),
      },
      network.decodeOutcomes,
      network.encodeOutcomes,
    ),
    ofBytes(
      {
        name: 'consensus envelope',
        covers: 'network/messages/blocks.ts decodeEnvelope',
        samples: envelopes.map(network.encodeEnvelope),
      },
      network.decodeEnvelope,
      network.encodeEnvelope,
    ),
    ofBytes(
      {
        name: 'certified block',
        covers: 'network/messages/blocks.ts decodeCertifiedBlock',
        samples: certified.map(network.encodeCertifiedBlock),
      },
      network.decodeCertifiedBlock,
      network.encodeCertifiedBlock,
    ),
    ofBytes(
      {
        name: 'status',
        covers: 'network/messages/blocks.ts decodeStatus',
        form: 'bytes',
        samples: [network.encodeStatus(status)],
      },
      network.decodeStatus,
      network.encodeStatus,
    ),
    ofBytes(
      {
        name: 'request for a statement',
        covers: 'network/messages/blocks.ts decodeStatementRequest',
        form: 'bytes',
        samples: [0, 299].map((validator) => network.encodeStatementRequest({ validator })),
      },
      network.decodeStatementRequest,
      network.encodeStatementRequest,
    ),
    ofBytes(
      {
        name: 'request for blocks',
        covers: 'network/messages/blocks.ts decodeBlocksRequest',
        form: 'bytes',
        samples: [network.encodeBlocksRequest({ from: 5, count: 64 })],
      },
      network.decodeBlocksRequest,
      network.encodeBlocksRequest,
    ),
  ]
}

/** What clients ask and are told. */
export function answers(): readonly Target[] {
  const { tallied, decrypting, dealing, view } = recordings()
  const voter = aVoterOf(recordings())
  const { uuid, ballotId, credential } = voter
  const trust: Trust = { genesis: tallied.chain.genesis, networkId: tallied.chain.networkId }
  const election = [electionAnswer(view, uuid), { head: view.head }].map(network.encodeElectionAnswer)
  const ballot = [ballotAnswer(view, voter), ballotAnswer(view, { uuid })].map(network.encodeBallotAnswer)
  const summaries = [tallied, decrypting, dealing].map(({ draft }, i) => ({
    uuid: draft.uuid,
    name: `${draft.name} \u{1f5f3}`,
    phase: ['tallied', 'open', 'draft'][i]!,
  }))
  return [
    ofBytes(
      {
        name: 'uuid',
        covers: 'network/messages/elections.ts decodeUuid',
        form: 'bytes',
        samples: [network.encodeUuid(uuid)],
      },
      network.decodeUuid,
      network.encodeUuid,
    ),
    ofBytes(
      {
        name: 'summary',
        covers: 'network/messages/elections.ts decodeSummary',
        samples: summaries.map(network.encodeSummary),
      },
      network.decodeSummary,
      network.encodeSummary,
    ),
    ofBytes(
      {
        name: 'answer about an election',
        covers: 'network/messages/elections.ts decodeElectionAnswer',
        samples: election,
      },
      network.decodeElectionAnswer,
      network.encodeElectionAnswer,
    ),
    ofBytes(
      {
        name: 'question about a ballot',
        covers: 'network/messages/elections.ts decodeBallotRequest',
        samples: [{ uuid }, { uuid, ballotId }, { uuid, ballotId, credential }].map(
          network.encodeBallotRequest,
        ),
      },
      network.decodeBallotRequest,
      network.encodeBallotRequest,
    ),
    ofBytes(
      {
        name: 'answer about a ballot',
        covers: 'network/messages/elections.ts decodeBallotAnswer',
        samples: ballot,
      },
      network.decodeBallotAnswer,
      network.encodeBallotAnswer,
    ),
    ofBytes(
      {
        name: 'certified answer about an election',
        covers: 'client/certified.ts verifyElectionAnswer',
        samples: election,
      },
      (bytes) => {
        const answer = network.decodeElectionAnswer(bytes)
        return answer.ok ? verifyElectionAnswer(answer.value, uuid, trust) : answer
      },
    ),
    ofBytes(
      {
        name: 'certified answer about a ballot',
        covers: 'client/certified.ts verifyBallotAnswer',
        samples: ballot,
      },
      (bytes) => {
        const answer = network.decodeBallotAnswer(bytes)
        return answer.ok ? verifyBallotAnswer(answer.value, voter, trust) : answer
      },
    ),
    receipt(trust),
    ofText(
      {
        name: 'address',
        covers: 'network/addresses.ts parseAddress',
        form: 'text',
        samples: [
          '/ip4/127.0.0.1/tcp/7000/p2p/12D3KooWGC8iFsYBT4BT3KJGVyeYEvhBzXHNyoXkBdQYPbMDQCFq',
          '/dns4/votes.example/tcp/443/wss',
        ],
      },
      (text) => declared(NetworkError, () => parseAddress(text)),
    ),
  ]
}

function receipt(trust: Trust): Target {
  const { view } = recordings()
  const voter = aVoterOf(recordings())
  const { head, record, onBoard, counting } = ballotAnswer(view, voter)
  if (record === undefined || onBoard === undefined || counting === undefined)
    throw new Error('a voter of the recorded election has a receipt')
  const { json } = createReceipt(voter.uuid, trust.networkId, { head, record, onBoard, counting })
  return ofText(
    { name: 'receipt', covers: 'client/receipt.ts verifyReceipt', samples: [json.trimEnd()] },
    (text) => verifyReceipt(text, trust),
  )
}
