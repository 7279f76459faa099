/** What others signed: decoded, and its signatures verified, as nodes and clients do with what peers send. */
import { ok, refuse } from '../../../base/index.ts'
import {
  authenticate,
  decodeMessage,
  decodeSigned,
  encodeMessage,
  encodeSigned,
  type Message,
  type Signed,
  type StatementKind,
  type StatementOf,
  statementBytes,
  verifySigned,
} from '../../../consensus/index.ts'
import { sign } from '../../../crypto/index.ts'
import { verifyEvidence } from '../../../ledger/evidence.ts'
import { decodeEquivocation, encodeEquivocation } from '../../../ledger/evidence-ssz.ts'
import { encodeBlock } from '../../../ledger/index.ts'
import { decodeCertifiedBlock, encodeCertifiedBlock } from '../../../network/index.ts'
import { proveBlock } from '../../../node/block-import.ts'
import { certify } from '../../support/certified-peers.ts'
import { blockIdOf, CONTRADICTIONS, evidenceAgainst } from '../../support/evidence-builders.ts'
import { privateKeyOf } from '../../support/ledger-builders.ts'
import { recordings } from '../recordings.ts'
import { ofBytes } from '../target.ts'
import type { Target } from '../types.ts'

/** Statements, evidence and blocks, under keys that sign. */
export function signedThings(): readonly Target[] {
  const { chain } = recordings().tallied
  const { networkId } = chain
  const validators = { keys: chain.genesis.validators.map(({ publicKey }) => publicKey) }
  const signedBy = <K extends StatementKind>(validator: number, statement: StatementOf<K>): Signed<K> => ({
    validator,
    statement,
    signature: sign(statementBytes(networkId, statement), privateKeyOf(`validator ${validator + 1}`)),
  })
  const commit = signedBy<'commit'>(0, { kind: 'commit', height: 9, round: 1, blockId: blockIdOf(5) })
  const roundChange = signedBy<'roundChange'>(1, { kind: 'roundChange', height: 9, round: 2 })
  const messages: readonly Message[] = [
    { kind: 'commit', signed: commit },
    { kind: 'roundChange', signed: roundChange, prepares: [] },
  ]
  const name = 'validator 1'
  const blocks = [...chain.blocks]
    .filter(({ header }) => header.height > 0)
    .map((block) => ({ header: block.header, block: encodeBlock(block) }))
    .sort((a, b) => a.block.length - b.block.length)
    .slice(0, 4)
  return [
    ofBytes(
      {
        name: 'statement under its key',
        covers: ['consensus/message.ts decodeSigned', 'consensus/authenticate.ts verifySigned'],
        form: 'bytes',
        samples: [commit, roundChange].map(encodeSigned),
      },
      (bytes) => {
        const signed = decodeSigned(bytes)
        if (!signed.ok) return signed
        const verified = verifySigned(signed.value, validators, networkId)
        return verified.ok ? signed : verified
      },
      encodeSigned,
    ),
    ofBytes(
      {
        name: 'consensus message under its keys',
        covers: 'consensus/authenticate.ts authenticate',
        samples: messages.map(encodeMessage),
      },
      (bytes) => {
        const message = decodeMessage(bytes)
        return message.ok ? authenticate(message.value, validators, networkId) : message
      },
      encodeMessage,
    ),
    ofBytes(
      {
        name: 'evidence under the key of the accused',
        covers: 'ledger/evidence.ts verifyEvidence',
        form: 'bytes',
        samples: CONTRADICTIONS.map((pair) => encodeEquivocation(evidenceAgainst(networkId, name, pair))),
      },
      (bytes) => {
        const evidence = decodeEquivocation(bytes)
        if (!evidence.ok) return evidence
        const verified = verifyEvidence(networkId, evidence.value)
        return verified.ok ? evidence : verified
      },
      encodeEquivocation,
    ),
    ofBytes(
      {
        name: 'block that was fetched',
        covers: 'node/block-import.ts proveBlock',
        samples: blocks.map(({ header, block }) =>
          encodeCertifiedBlock({ block, certificate: certify(chain, header).certificate }),
        ),
      },
      (bytes) => {
        const certified = decodeCertifiedBlock(bytes)
        if (!certified.ok) return certified
        const proven = proveBlock(certified.value, { validators, networkId })
        return proven.ok ? ok(certified.value) : refuse(proven.error.code, proven.error.detail)
      },
      encodeCertifiedBlock,
    ),
  ]
}
