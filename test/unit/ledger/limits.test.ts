/** Limits that no test could reach by filling something: the state is given the size instead. */
import { strict as assert } from 'node:assert'
import { checkTransaction, decodeRecord, decodeTransaction, type State } from '../../../ledger/index.ts'
import {
  BOARD_DEPTH,
  MAX_BALLOT_BYTES,
  MAX_BALLOTS,
  MAX_ELECTIONS,
  MAX_LIVE_ELECTIONS,
  MAX_RECORD_BYTES,
  MAX_ROLL_CHUNKS,
} from '../../../ledger/limits.ts'
import { zeroList } from '../../../ledger/list-tree.ts'
import { findElection, withElection } from '../../../ledger/state.ts'
import {
  aBallot,
  aChain,
  aDraft,
  anOpenElection,
  aPreparation,
  aRoll,
  beleniosOf,
  cast,
} from '../../support/ledger-builders.ts'

function codeOf(checked: ReturnType<typeof checkTransaction>): string {
  return checked.ok ? 'ok' : checked.error.code
}

describe('the ledger takes no more than its limit', () => {
  it('of elections, ever and at the same time', () => {
    const chain = aChain()
    const { draft } = aPreparation(chain.networkId, aDraft(), aRoll(1))
    const { state } = chain
    const sized = (length: number, live: number): State => ({
      ...state,
      inside: {
        ...state.inside,
        elections: { ...state.inside.elections, length },
        live: Array.from({ length: live }, (_, i) => i),
      },
    })
    const check = (length: number, live: number): string =>
      codeOf(checkTransaction(sized(length, live), draft, state.head.time))
    assert.equal(check(MAX_ELECTIONS - 1, 0), 'ok')
    assert.equal(check(MAX_ELECTIONS, 0), 'draft-invalid')
    assert.equal(check(MAX_LIVE_ELECTIONS, MAX_LIVE_ELECTIONS - 1), 'ok')
    assert.equal(check(MAX_LIVE_ELECTIONS, MAX_LIVE_ELECTIONS), 'draft-invalid')
  })

  it('of ballots on one board', () => {
    const chain = aChain()
    const uuid = anOpenElection(chain)
    const election = findElection(chain.state, uuid)!
    const ballot = cast(aBallot(beleniosOf(chain, uuid), 0))
    const check = (ballots: number): string => {
      const sized = { ...election, ballots: zeroList(BOARD_DEPTH, ballots) }
      return codeOf(checkTransaction(withElection(chain.state, sized), ballot, chain.state.head.time))
    }
    assert.equal(check(MAX_BALLOTS - 1), 'ok')
    assert.equal(check(MAX_BALLOTS), 'board-full')
  })

  it('of chunks of one roll', () => {
    const { networkId, state } = aChain()
    const { draft, chunks } = aPreparation(networkId, aDraft(), aRoll(1))
    assert.ok(draft.kind === 'draft' && chunks[0]?.kind === 'rollChunk')
    const chunk = chunks[0]
    const chain = aChain()
    const uuid = anOpenElection(chain, { draft: { uuid: 'Second1Bridge2' } })
    const election = findElection(chain.state, uuid)!
    const { roll: _, ...open } = election
    const drafted = { ...open, record: { ...open.record, phase: 'draft' as const } }
    const withDraft = withElection(chain.state, drafted)
    const check = (count: number): string =>
      codeOf(checkTransaction(withDraft, { ...chunk, uuid, index: count - 1, count }, state.head.time))
    assert.equal(check(MAX_ROLL_CHUNKS), 'ok')
    assert.equal(check(MAX_ROLL_CHUNKS + 1), 'roll-invalid')
  })

  it('of bytes in a ballot and in a record', () => {
    const ballot = decodeTransaction(new Uint8Array(MAX_BALLOT_BYTES + 2).fill(5))
    assert.ok(!ballot.ok && /a ballot of more than/.test(ballot.error.detail))
    const within = decodeTransaction(new Uint8Array(MAX_BALLOT_BYTES + 1).fill(5))
    assert.ok(!within.ok && !/more than/.test(within.error.detail))
    const record = decodeRecord(new Uint8Array(MAX_RECORD_BYTES + 1))
    assert.ok(!record.ok && /at most/.test(record.error.detail))
  })
})
