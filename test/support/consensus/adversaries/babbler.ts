/**
 * Says anything at random about what it heard: any kind, near and absurd rounds, any known block or an invalid new one, with
 * justifications stitched together from real signatures of others, complete or not, to a random part of the network.
 */
import { MAX_ROUND, type Message, type Signed } from '../../../../consensus/index.ts'
import type { Adversary, AdversaryView } from '../../consensus-network.ts'

const REMEMBERED = 400

export function babbler(chance: number): Adversary {
  const heard: Message[] = []
  return {
    hear: (view, message) => {
      heard.push(message)
      if (heard.length > REMEMBERED) heard.shift()
      if (!view.dice.chance(chance)) return
      const receivers = Array.from({ length: view.n }, (_, index) => index).filter(() =>
        view.dice.chance(0.6),
      )
      view.send(receivers, anything(view, message, heard))
    },
  }
}

function anything(view: AdversaryView, message: Message, heard: readonly Message[]): Message {
  const { dice } = view
  const height = message.signed.statement.height + (dice.chance(0.1) ? 1 : 0)
  const near = Math.max(0, message.signed.statement.round + dice.between(-1, 2))
  const round = dice.chance(0.03) ? MAX_ROUND - dice.between(0, 3) : near
  const blockId = blockOf(dice.pick(heard)) ?? view.buildBlock(height, dice.chance(0.5))
  const prepares = heard.flatMap((one) => (one.kind === 'prepare' ? [one.signed] : []))
  switch (dice.between(0, 3)) {
    case 0: {
      const roundChanges = heard.flatMap((one) => (one.kind === 'roundChange' ? [one.signed] : []))
      const asked = distinct(roundChanges.filter(({ statement }) => statement.round === round))
      const highest = asked
        .map(({ statement }) => statement.prepared)
        .find((prepared) => prepared !== undefined)
      const signed = view.sign<'proposal'>({
        kind: 'proposal',
        height,
        round,
        blockId: highest !== undefined && dice.chance(0.8) ? highest.blockId : blockId,
      })
      const proof = distinct(prepares.filter(({ statement }) => statement.round === highest?.round))
      return { kind: 'proposal', signed, roundChanges: round === 0 ? [] : asked, prepares: proof }
    }
    case 1:
      return { kind: 'prepare', signed: view.sign<'prepare'>({ kind: 'prepare', height, round, blockId }) }
    case 2:
      return { kind: 'commit', signed: view.sign<'commit'>({ kind: 'commit', height, round, blockId }) }
    default: {
      const prepared = dice.pick(prepares)?.statement
      if (prepared === undefined || prepared.round >= round || round === 0 || dice.chance(0.5)) {
        const signed = view.sign<'roundChange'>({ kind: 'roundChange', height, round: Math.max(1, round) })
        return { kind: 'roundChange', signed, prepares: [] }
      }
      const claim = { round: prepared.round, blockId: prepared.blockId }
      const signed = view.sign<'roundChange'>({ kind: 'roundChange', height, round, prepared: claim })
      const own = view.sign<'prepare'>({ kind: 'prepare', height, ...claim })
      const proof = prepares.filter(
        ({ statement }) => statement.round === claim.round && statement.blockId === claim.blockId,
      )
      return { kind: 'roundChange', signed, prepares: distinct([...proof, own]) }
    }
  }
}

function blockOf(message: Message | undefined): string | undefined {
  if (message === undefined) return undefined
  return message.kind === 'roundChange'
    ? message.signed.statement.prepared?.blockId
    : message.signed.statement.blockId
}

function distinct<S extends Signed>(votes: readonly S[]): readonly S[] {
  return [...new Map(votes.map((vote) => [vote.validator, vote])).values()]
}
