import { strict as assert } from 'node:assert'
import { toHex } from '../../../../base/index.ts'
import { type Message, quorum } from '../../../../consensus/index.ts'
import { blockId } from '../../../../ledger/index.ts'
import { roundChangeLiar } from '../../../simulator/adversaries/round-change-liar.ts'
import { write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import {
  aStage,
  blocksOf,
  N,
  preparedRoundChange,
  proposalOf,
  roundChangeOf,
  type Stage,
  saying,
  seatOf,
  signedBy,
  toldTo,
  voteOf,
} from './stage.ts'

/** What is said in the place of a prepared round change, over many seeds. */
async function claims(stage: Stage): Promise<readonly (Message & { kind: 'roundChange' })[]> {
  const block = stage.block([0])
  const all: (Message & { kind: 'roundChange' })[] = []
  for (let seed = 0; seed < 60; seed++) {
    const { hands } = stage.hands(3, `seed ${seed}`)
    const adversary = roundChangeLiar.conspire(createDice(`run ${seed}`))()
    adversary.hear?.(seatOf(0), write(proposalOf(stage, 0, block)), hands)
    const said = await saying(adversary, preparedRoundChange(stage, 3, block), hands)
    for (const message of toldTo(stage, seatOf(0), said))
      if (message.kind === 'roundChange') all.push(message)
  }
  return all
}

describe('the liar in round changes', function () {
  this.timeout(60_000)

  it('hides what it prepared, claims without or with too few or repeated prepares, and asks for far rounds', async () => {
    const stage = aStage()
    const all = await claims(stage)
    const has = (what: string, test: (message: Message & { kind: 'roundChange' }) => boolean): void =>
      assert.ok(all.some(test), what)
    const isClaim = ({ signed }: Message & { kind: 'roundChange' }): boolean =>
      signed.statement.prepared !== undefined
    has('the truth', (one) => isClaim(one) && authors(one) === quorum(N))
    has('hidden', (one) => !isClaim(one) && one.signed.statement.round === 1)
    has('naked', (one) => isClaim(one) && one.prepares.length === 0)
    has('few', (one) => isClaim(one) && one.prepares.length === quorum(N) - 1)
    has('far', (one) => one.signed.statement.round > 1000)
    const few = { ...stage, block: () => stage.block([]) }
    assert.ok(
      (await liesAboutFew(few)).some((one) => one.prepares.length === 3 && authors(one) < 3),
      'repeated',
    )
  })

  it('lets one favourite alone have its commit', async () => {
    const stage = aStage()
    let favoured = 0
    for (let seed = 0; seed < 20; seed++) {
      const { hands } = stage.hands(3, `seed ${seed}`)
      const adversary = roundChangeLiar.conspire(createDice('run'))()
      const said = await saying(adversary, voteOf(stage, 'commit', 3, stage.block([])), hands)
      if (said.flatMap(({ to }) => to).length === 1) favoured++
    }
    assert.ok(favoured > 5 && favoured < 20)
  })

  it('proposes another block over a prepared one, and its friends vote for it unseen', async () => {
    const stage = aStage()
    const block = stage.block([0])
    const prepared = toHex(blockId(block.header))
    const justifications = new Set<string>()
    for (let seed = 0; seed < 80; seed++) {
      const { hands } = stage.hands(3, `seed ${seed}`)
      const create = roundChangeLiar.conspire(createDice(`run ${seed}`))
      const adversary = create()
      for (const validator of [0, 1]) {
        const signed = roundChangeOf(stage, validator, block, 1)
        adversary.hear?.(
          seatOf(validator),
          write({ message: { kind: 'roundChange', signed, prepares: [] } }),
          hands,
        )
      }
      const said = await saying(adversary, obligedProposal(stage), hands)
      const told = toldTo(stage, seatOf(0), said)
      const proposal = told.find((message) => message.kind === 'proposal')
      assert.ok(proposal?.kind === 'proposal')
      const { blockId: id } = proposal.signed.statement
      justifications.add(
        `${id === prepared ? 'right' : 'other'} ${authors(proposal, proposal.roundChanges)} ${proposal.prepares.length}`,
      )
      if (id === prepared) continue
      assert.deepEqual(blocksOf(told, 'commit'), [id])
      const friend = stage.hands(2)
      assert.equal(
        create().hear?.(seatOf(3), write({ message: proposal, block: new Uint8Array(0) }), friend.hands),
        false,
      )
      assert.deepEqual(blocksOf(toldTo(stage, seatOf(0), friend.sent), 'prepare'), [id])
    }
    // A bare quorum; too few; one alone; all that oblige it, unmoved; its own claim; and the prepared block without its prepares.
    for (const one of ['other 3 0', 'other 2 0', 'other 1 0', 'other 3 3', 'right 3 0', 'right 3 3']) {
      assert.ok(justifications.has(one), `${one} of ${[...justifications].join(', ')}`)
    }
  })
})

function authors(
  { prepares }: { readonly prepares: readonly { readonly validator: number }[] },
  list: readonly { readonly validator: number }[] = prepares,
): number {
  return new Set(list.map(({ validator }) => validator)).size
}

/** The proposal of round 1 that a correct proposer would make where a block was prepared in round 0. */
function obligedProposal(stage: Stage): ReturnType<typeof proposalOf> {
  const block = stage.block([0])
  const claim = preparedRoundChange(stage, 0, block).message
  const said = proposalOf(stage, 3, block, 1)
  assert.ok(claim.kind === 'roundChange' && said.message.kind === 'proposal')
  const roundChanges = [claim.signed, ...said.message.roundChanges.slice(1)]
  return { ...said, message: { ...said.message, roundChanges, prepares: claim.prepares } }
}

/** Lies of one whose puppet is not prepared and who has heard two prepares. */
async function liesAboutFew(stage: Stage): Promise<readonly (Message & { kind: 'roundChange' })[]> {
  const block = stage.block()
  const all: (Message & { kind: 'roundChange' })[] = []
  for (let seed = 0; seed < 40; seed++) {
    const { hands } = stage.hands(3, `seed ${seed}`)
    const adversary = roundChangeLiar.conspire(createDice(`run ${seed}`))()
    adversary.hear?.(seatOf(0), write(proposalOf(stage, 0, block)), hands)
    for (const validator of [0, 1]) {
      adversary.hear?.(seatOf(validator), write(voteOf(stage, 'prepare', validator, block)), hands)
    }
    const { height } = block.header
    const signed = signedBy<'roundChange'>(stage, 3, { kind: 'roundChange', height, round: 1 })
    const said = await saying(adversary, { message: { kind: 'roundChange', signed, prepares: [] } }, hands)
    for (const message of toldTo(stage, seatOf(0), said))
      if (message.kind === 'roundChange') all.push(message)
  }
  return all
}
