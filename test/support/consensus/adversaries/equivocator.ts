/**
 * Tells two halves of the network two stories: two proposals where it is the proposer, prepares and commits for every block,
 * round changes with and without a prepared block. Those that share one memory work together: each half hears from all of
 * them only of its own block.
 */
import { type Message, proposerOf, quorum, type Signed } from '../../../../consensus/index.ts'
import type { Adversary, AdversaryView } from '../../consensus-network.ts'

/** What equivocators that work together know: which half of the network a block was shown to. */
export type SharedMemory = Map<string, readonly number[]>

export function equivocator(camps: SharedMemory = new Map()): Adversary {
  const done = new Set<string>()
  const roundChanges = new Map<string, Map<number, Signed<'roundChange'>>>()
  const prepares = new Map<string, Map<number, Signed<'prepare'>>>()
  const once = (key: string, act: () => void): void => {
    if (done.has(key)) return
    done.add(key)
    act()
  }
  return {
    hear: (view, message) => {
      const { height, round } = message.signed.statement
      if (message.kind === 'roundChange') {
        note(roundChanges, `${height}/${round}`, message.signed)
        once(`roundChange/${height}/${round}`, () => {
          note(roundChanges, `${height}/${round}`, twoRoundChanges(view, height, round, prepares))
        })
        const asked = [...(roundChanges.get(`${height}/${round}`)?.values() ?? [])]
        if (proposerOf(height, round, view.n) === view.self && asked.length >= quorum(view.n)) {
          once(`proposal/${height}/${round}`, () => twoProposals(view, height, round, asked, camps))
        }
        return
      }
      const { blockId } = message.signed.statement
      if (message.kind === 'prepare') note(prepares, `${height}/${round}/${blockId}`, message.signed)
      if (proposerOf(height, 0, view.n) === view.self) {
        once(`proposal/${height}/0`, () => twoProposals(view, height, 0, [], camps))
      }
      once(`votes/${height}/${round}/${blockId}`, () =>
        twoVotes(view, height, round, blockId, camps.get(blockId)),
      )
      // Ahead of time: the next height may be ours to open.
      if (message.kind === 'commit' && proposerOf(height + 1, 0, view.n) === view.self) {
        once(`proposal/${height + 1}/0`, () => twoProposals(view, height + 1, 0, [], camps))
      }
    },
  }
}

function note<S extends Signed>(votes: Map<string, Map<number, S>>, key: string, signed: S): void {
  const known = votes.get(key) ?? new Map<number, S>()
  votes.set(key, known.set(signed.validator, signed))
}

function halves(view: AdversaryView): readonly [readonly number[], readonly number[]] {
  const all = Array.from({ length: view.n }, (_, index) => index).filter((index) => index !== view.self)
  const first = all.filter(() => view.dice.chance(0.5))
  return [first, all.filter((index) => !first.includes(index) || view.dice.chance(0.2))]
}

function twoProposals(
  view: AdversaryView,
  height: number,
  round: number,
  roundChanges: readonly Signed<'roundChange'>[],
  camps: SharedMemory,
): void {
  for (const receivers of halves(view)) {
    const blockId = view.buildBlock(height, view.dice.chance(0.8))
    const signed = view.sign<'proposal'>({ kind: 'proposal', height, round, blockId })
    const unprepared = roundChanges.filter(({ statement }) => statement.prepared === undefined)
    camps.set(blockId, receivers)
    view.send(receivers, { kind: 'proposal', signed, roundChanges: unprepared, prepares: [] })
    twoVotes(view, height, round, blockId, receivers)
  }
}

function twoVotes(
  view: AdversaryView,
  height: number,
  round: number,
  blockId: string,
  receivers: readonly number[] = Array.from({ length: view.n }, (_, index) => index),
): void {
  const prepare = view.sign<'prepare'>({ kind: 'prepare', height, round, blockId })
  const commit = view.sign<'commit'>({ kind: 'commit', height, round, blockId })
  view.send(receivers, { kind: 'prepare', signed: prepare })
  view.send(receivers, { kind: 'commit', signed: commit })
}

function twoRoundChanges(
  view: AdversaryView,
  height: number,
  round: number,
  known: ReadonlyMap<string, ReadonlyMap<number, Signed<'prepare'>>>,
): Signed<'roundChange'> {
  const [first, second] = halves(view)
  const plain = view.sign<'roundChange'>({ kind: 'roundChange', height, round })
  const stories: Message[] = [{ kind: 'roundChange', signed: plain, prepares: [] }]
  for (const votes of known.values()) {
    const prepares = [...votes.values()]
    const [one] = prepares
    if (one === undefined || one.statement.height !== height || one.statement.round >= round) continue
    const own = view.sign<'prepare'>(one.statement)
    const prepared = { round: one.statement.round, blockId: one.statement.blockId }
    const signed = view.sign<'roundChange'>({ kind: 'roundChange', height, round, prepared })
    stories.push({ kind: 'roundChange', signed, prepares: [...prepares, own] })
  }
  view.send(first, stories[0] as Message)
  view.send(second, view.dice.pick(stories) as Message)
  return plain
}
