/** What every kind of adversary must be, whatever it does: decided by its dice, modest, and not to be confused by what others say. */
import { strict as assert } from 'node:assert'
import { sha256 } from '../../../../crypto/index.ts'
import { encodeCertifiedBlock, encodeTransactionBatch } from '../../../../network/index.ts'
import { ADVERSARIES } from '../../../simulator/adversaries/index.ts'
import { write } from '../../../simulator/adversaries/speech.ts'
import { createDice } from '../../../simulator/dice.ts'
import type { AdversaryKind, Gossiped, Sending } from '../../../simulator/types.ts'
import {
  aStage,
  preparedRoundChange,
  proposalOf,
  roundChangeOf,
  type Stage,
  seatOf,
  voteOf,
} from './stage.ts'

/** More than any kind sends in one turn to one seat. */
const MAX_A_TURN = 80

/** A little of everything that gossip carries, and some that it should not. */
function everything(stage: Stage): readonly Gossiped[] {
  const blocks = [stage.block([0, 1]), stage.block([2])]
  const agreement = blocks.flatMap((block) => [
    ...[0, 1, 2, 3].flatMap((validator) => [
      proposalOf(stage, validator, block),
      proposalOf(stage, validator, block, 2),
      voteOf(stage, 'prepare', validator, block),
      voteOf(stage, 'commit', validator, block),
      preparedRoundChange(stage, validator, block),
      {
        message: {
          kind: 'roundChange' as const,
          signed: roundChangeOf(stage, validator, block, 2),
          prepares: [],
        },
      },
    ]),
  ])
  const strange = ['', 'x', 'not of this network'.repeat(40)].map((text) => new TextEncoder().encode(text))
  const certified = encodeCertifiedBlock({ block: strange[2]!, certificate: strange[1]! })
  return [
    ...agreement.map((said) => write(said)),
    {
      topic: 'transactions',
      payload: encodeTransactionBatch([{ bytes: strange[1]! }, { bytes: stage.block([0]).transactions[0]! }]),
    },
    { topic: 'blocks', payload: certified },
    ...(['transactions', 'consensus', 'blocks'] as const).flatMap((topic) =>
      strange.map((payload) => ({ topic, payload })),
    ),
  ]
}

/** All that two conspirators send when they hear and say everything, twice, with ticks between. */
async function performed(
  kind: AdversaryKind,
  stage: Stage,
  seed: string,
): Promise<readonly (readonly Sending[])[]> {
  const create = kind.conspire(createDice(seed))
  const turns: (readonly Sending[])[] = []
  const players = [2, 3].map((index) => ({ adversary: create(), ...stage.hands(index, seed) }))
  const material = everything(stage)
  for (let again = 0; again < 2; again++) {
    for (const message of material) {
      for (const { adversary, hands, sent } of players) {
        adversary.hear?.(seatOf(0), message, hands)
        turns.push(sent.splice(0))
        turns.push((await adversary.say?.(message, hands)) ?? [])
        turns.push((await adversary.tick?.(hands)) ?? [])
        turns.push(sent.splice(0))
      }
    }
  }
  return turns
}

function digest(turns: readonly (readonly Sending[])[]): string {
  const texts = turns
    .flat()
    .map(({ topic, to, payload, afterMs }) =>
      [topic, to.join(), afterMs ?? 0, Buffer.from(sha256(payload)).toString('hex')].join(' '),
    )
  return texts.join('\n')
}

describe('every kind of adversary', function () {
  this.timeout(60_000)

  for (const [name, kind] of Object.entries(ADVERSARIES)) {
    it(`${name}: does the same with the same dice, and no more than it may`, async () => {
      const stage = aStage()
      const first = await performed(kind, stage, 'one seed')
      assert.equal(digest(await performed(kind, stage, 'one seed')), digest(first))
      for (const { to } of first.flat()) {
        assert.equal(new Set(to).size, to.length, 'each receiver is named once')
      }
      for (const turn of first) {
        for (let index = 0; index < 4; index++) {
          const toOne = turn.filter(({ to }) => to.includes(seatOf(index)))
          assert.ok(toOne.length <= MAX_A_TURN, `${toOne.length} messages in one turn`)
        }
      }
      assert.match(kind.describe, /^[a-z].{8,}[^.]$/)
    })
  }
})
