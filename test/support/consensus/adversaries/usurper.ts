/**
 * Helps one honest validator alone to finalise, and as the proposer of the next rounds tries to put another block in the
 * place of the one that is prepared, or perhaps final: with round changes that oblige it to the old block, or with a claim of
 * its own that a higher round had prepared the new one.
 */
import { type Message, proposerOf, quorum, type Signed } from '../../../../consensus/index.ts'
import type { Adversary, AdversaryView } from '../../consensus-network.ts'

export function usurper(): Adversary {
  const done = new Set<string>()
  const asked = new Map<string, Map<number, Message & { kind: 'roundChange' }>>()
  const once = (key: string, act: () => void): void => {
    if (done.has(key)) return
    done.add(key)
    act()
  }
  return {
    hear: (view, message) => {
      const { height, round } = message.signed.statement
      const everyone = Array.from({ length: view.n }, (_, index) => index)
      if (proposerOf(height, 0, view.n) === view.self) {
        once(`open/${height}`, () => {
          const blockId = view.buildBlock(height)
          const signed = view.sign<'proposal'>({ kind: 'proposal', height, round: 0, blockId })
          view.send(everyone, { kind: 'proposal', signed, roundChanges: [], prepares: [] })
          support(view, height, 0, blockId, everyone)
        })
      }
      if (message.kind === 'proposal') {
        once(`vote/${height}/${round}`, () => {
          const favourite = view.dice.between(0, view.n - 1)
          support(view, height, round, message.signed.statement.blockId, everyone, [favourite])
        })
      }
      if (message.kind !== 'roundChange') return
      const slot = `${height}/${round}`
      const known = asked.get(slot) ?? new Map<number, Message & { kind: 'roundChange' }>()
      asked.set(slot, known.set(message.signed.validator, message))
      const isOurs = proposerOf(height, round, view.n) === view.self
      if (isOurs && known.size >= quorum(view.n) - 1) {
        once(`usurp/${slot}`, () => usurp(view, height, round, [...known.values()], everyone))
      }
    },
  }
}

function support(
  view: AdversaryView,
  height: number,
  round: number,
  blockId: string,
  preparing: readonly number[],
  committing: readonly number[] = preparing,
): void {
  const prepare = view.sign<'prepare'>({ kind: 'prepare', height, round, blockId })
  const commit = view.sign<'commit'>({ kind: 'commit', height, round, blockId })
  view.send(preparing, { kind: 'prepare', signed: prepare })
  view.send(committing, { kind: 'commit', signed: commit })
}

function usurp(
  view: AdversaryView,
  height: number,
  round: number,
  known: readonly (Message & { kind: 'roundChange' })[],
  everyone: readonly number[],
): void {
  const blockId = view.buildBlock(height)
  const highest = known.reduce<(Message & { kind: 'roundChange' }) | undefined>((best, one) => {
    const prepared = one.signed.statement.prepared
    return prepared !== undefined && prepared.round >= (best?.signed.statement.prepared?.round ?? 0)
      ? one
      : best
  }, undefined)
  const isLying = view.dice.chance(0.5)
  const claim = { prepared: { round: round - 1, blockId } }
  const own = view.sign<'roundChange'>({ kind: 'roundChange', height, round, ...(isLying && claim) })
  const roundChanges: readonly Signed<'roundChange'>[] = [...known.map(({ signed }) => signed), own]
  const forOwn = view.sign<'prepare'>({ kind: 'prepare', height, round: round - 1, blockId })
  const prepares = isLying ? [forOwn] : (highest?.prepares ?? [])
  const signed = view.sign<'proposal'>({ kind: 'proposal', height, round, blockId })
  view.send(everyone, { kind: 'proposal', signed, roundChanges, prepares })
  support(view, height, round, blockId, everyone)
}
