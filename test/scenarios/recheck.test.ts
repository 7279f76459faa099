/** Ballots whose proofs were taken on a certificate, and are verified afterwards. */
import { strict as assert } from 'node:assert'
import { toHex } from '../../base/index.ts'
import { ballotId } from '../../election/index.ts'
import type { Transaction } from '../../ledger/index.ts'
import { createChainBoard } from '../../node/trustee/chain-board.ts'
import { type BallotVerifier, createInlineVerifier } from '../../node/verifier.ts'
import { aBallot, beleniosOf, cast } from '../support/ledger-builders.ts'
import { aChainWithElection, aPeer, type MadeChain } from '../support/made-chain.ts'
import { aNodeNetwork, type NodeNetwork, type TestNode } from '../support/node-network.ts'

const VOTERS = 40
const VALIDATOR = 3

interface Stage {
  readonly network: NodeNetwork
  readonly made: MadeChain
  readonly uuid: string
}

/** A certified chain with ballots of all voters, ten a block, which peers serve; `change` is what a quorum let pass. */
async function aStage(change: (voter: number, ballot: Transaction) => Transaction = (_, ballot) => ballot) {
  const network = aNodeNetwork(4)
  const made = aChainWithElection(network.genesis, { voters: VOTERS })
  const election = beleniosOf(made.chain, made.uuid)
  const ballots = Array.from({ length: VOTERS }, (_, voter) => change(voter, cast(aBallot(election, voter))))
  for (let at = 0; at < VOTERS; at += 10) made.extend(ballots.slice(at, at + 10))
  for (const name of ['a', 'b']) await aPeer(network.hub, name, made)
  const stage: Stage = { network, made, uuid: made.uuid }
  return { ...stage, ballots }
}

/** A verifier that says which ballots it has verified, how urgent they were, and at which height the node was. */
function aWatchedVerifier(
  network: NodeNetwork,
  height: () => number,
): BallotVerifier & {
  readonly seen: { readonly id: string; readonly urgency: string; readonly height: number }[]
} {
  const below = createInlineVerifier({ clock: network.clock })
  const seen: { id: string; urgency: string; height: number }[] = []
  return {
    seen,
    room: async () => {},
    pending: () => below.pending(),
    stop: () => below.stop(),
    verify: (jobs, urgency) => {
      for (const { ballot } of jobs) seen.push({ id: toHex(ballotId(ballot)), urgency, height: height() })
      return below.verify(jobs, urgency)
    },
  }
}

function withForgedProof(transaction: Transaction): Transaction {
  assert.ok(transaction.kind === 'ballot')
  const { ballot } = transaction
  const [answer, ...others] = ballot.answers
  const [first, ...rest] = answer!.individualProofs
  const forged = [{ ...first![0]!, response: first![0]!.response + 1n }, ...first!.slice(1)]
  return cast({ ...ballot, answers: [{ ...answer!, individualProofs: [forged, ...rest] }, ...others] })
}

const verifiedTo = ({ node }: TestNode): number => node.diagnostics().proofsVerifiedTo

describe('the proofs of ballots that came with a certificate', function () {
  this.timeout(120_000)

  it('are verified once the head is reached, each once, in the background', async () => {
    const { network, made, ballots } = await aStage()
    let node: TestNode | undefined
    const verifier = aWatchedVerifier(network, () => node?.node.chain.height() ?? 0)
    node = await network.start(VALIDATOR, { verifier })
    const head = made.payloads.length
    await network.runUntil(() => node?.node.chain.height() === head, 10_000, 'the head')
    await network.runUntil(() => node !== undefined && verifiedTo(node) === head, 10_000, 'the proofs')
    assert.deepEqual(node.failures, [])
    assert.deepEqual(
      verifier.seen.map(({ id }) => id).sort(),
      ballots.map((one) => (one.kind === 'ballot' ? toHex(ballotId(one.ballot)) : '')).sort(),
    )
    assert.ok(verifier.seen.every(({ urgency, height }) => urgency === 'background' && height === head))
    await network.stopAll()
  })

  it('stop the node where one does not hold, with the block and the ballot, and again after a restart', async () => {
    const bad: Transaction[] = []
    const { network, made } = await aStage((voter, ballot) => {
      if (voter !== 25) return ballot
      bad.push(withForgedProof(ballot))
      return bad[0]!
    })
    const [forged] = bad
    assert.ok(forged?.kind === 'ballot')
    const head = made.payloads.length
    const height = head - 1
    for (const _ of ['first', 'second']) {
      const node = await network.start(VALIDATOR)
      await network.runUntil(() => node.failures.length > 0, 20_000, 'the failure')
      const [failure] = node.failures as { readonly code: string; readonly message: string }[]
      assert.equal(failure?.code, 'divergence')
      assert.match(failure?.message ?? '', new RegExp(`block of height ${height} `))
      assert.ok(failure?.message.includes(toHex(ballotId(forged.ballot))))
      assert.equal(node.node.chain.height(), head)
      assert.equal(verifiedTo(node), height - 1)
      await network.stop(VALIDATOR)
    }
  })

  it('are verified from where it was when the node was stopped in the middle', async () => {
    const { network, made } = await aStage()
    const head = made.payloads.length
    const first = aWatchedVerifier(network, () => 0)
    const stuck: BallotVerifier = {
      ...first,
      // The ballots of the third block take for ever.
      verify: (jobs, urgency) =>
        first.seen.length >= 20 ? new Promise(() => {}) : first.verify(jobs, urgency),
    }
    let node = await network.start(VALIDATOR, { verifier: stuck })
    const mark = head - 2
    await network.runUntil(() => verifiedTo(node) === mark, 10_000, 'half of the proofs')
    await network.run(1000)
    await network.stop(VALIDATOR)
    const second = aWatchedVerifier(network, () => 0)
    node = await network.start(VALIDATOR, { verifier: second })
    assert.equal(verifiedTo(node), mark)
    await network.runUntil(() => verifiedTo(node) === head, 10_000, 'the others')
    assert.equal(second.seen.length, 20)
    await network.stopAll()
  })

  it('do not keep a validator from voting, and a ballot in a new proposal is verified before it prepares', async () => {
    const { network, made, uuid } = await aStage()
    const head = made.payloads.length
    const never: BallotVerifier = createInlineVerifier({ clock: network.clock })
    const seen: string[] = []
    const verifier: BallotVerifier = {
      room: async () => {},
      pending: () => never.pending(),
      stop: () => never.stop(),
      // The background never comes to an end.
      verify: (jobs, urgency) => {
        seen.push(...jobs.map(() => urgency))
        return urgency === 'background' ? new Promise(() => {}) : never.verify(jobs, urgency)
      },
    }
    for (const index of [0, 1, 2]) {
      // Their signatures are in the certificates: they know that they gave them, and have lost the chain.
      const slot = { height: head, round: 1, step: 0 }
      await network.disks[index]!.lastSigned.sign(slot, new Uint8Array(0), (bytes) => bytes)
      await network.start(index, index === 0 ? { verifier } : {})
    }
    const nodes = [0, 1, 2]
    await network.runUntil(() => nodes.every((i) => network.height(i) >= head), 20_000, 'the head')
    const again = aBallot(beleniosOf(made.chain, uuid), 7, [[1, 0]], 'again')
    seen.length = 0
    assert.equal(await network.submit(1, cast(again)), 'accepted')
    const isIn = (): boolean => (network.record(0, uuid)?.ballots ?? 0) > VOTERS
    await network.runUntil(isIn, 20_000, 'the ballot')
    assert.ok(seen.includes('normal') || seen.includes('urgent'), 'it verified that one itself')
    assert.ok(verifiedTo(network.running.get(0)!) < head)
    assert.equal(network.running.get(0)!.node.diagnostics().isCatchingUp, false)
    await network.stopAll()
  })

  it('keep a trustee from decrypting the tally until they are verified', async () => {
    const { network, made, uuid } = await aStage()
    made.extend([], 60_000)
    const head = made.payloads.length
    let release: () => void = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const below = createInlineVerifier({ clock: network.clock })
    const verifier: BallotVerifier = {
      room: async () => {},
      pending: () => below.pending(),
      stop: () => below.stop(),
      verify: (jobs, urgency) =>
        urgency === 'background' ? gate.then(() => below.verify(jobs, urgency)) : below.verify(jobs, urgency),
    }
    const node = await network.start(VALIDATOR, { verifier })
    await network.runUntil(() => node.node.chain.height() === head, 10_000, 'the head')
    assert.equal(network.record(VALIDATOR, uuid)?.phase, 'decrypting')
    const { chain, pool } = node.node
    const board = createChainBoard({ chain, pool, ballots: undefined as never })
    assert.deepEqual(await board.standings(), [])
    release()
    await network.runUntil(() => verifiedTo(node) === head, 10_000, 'the proofs')
    assert.equal((await board.standings()).length, 1)
    await network.stopAll()
  })
})
