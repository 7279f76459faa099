/**
 * The end of a run: the election is tallied, exported and audited, the daemons are stopped in order, their databases read, and the
 * judges called.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unwrap } from '../../base/index.ts'
import { sha256 } from '../../crypto/index.ts'
import { readArchive, tracker } from '../../election/index.ts'
import { psephosJson } from '../e2e/processes.ts'
import type { BlockFact, ChainFact, Violation } from './facts.ts'
import { judgeAgreement, judgeDurability } from './judges/agreement.ts'
import { type BoardFact, judgeArchive, judgeBoard, judgeTally } from './judges/ballots.ts'
import { judgeStatements } from './judges/statements.ts'
import { judgeTimes } from './judges/times.ts'
import { readChain, readJournal } from './records.ts'
import type { World } from './world.ts'

/** What the design allows a block's time to be ahead of a correct clock, and the same for a log line that took its time. */
const MAX_LEAD_MS = 2000
const COMMAND_LIMIT_MS = 300_000

export interface Verdict {
  readonly heights: number
  readonly ballotsOnBoard: number
  readonly statements: number
  readonly result: readonly number[]
  readonly violations: readonly Violation[]
}

/** Ends the election and the daemons, and judges everything. */
export async function reachVerdict(world: World): Promise<Verdict> {
  const { say, offices, statements } = world
  const { uuid, closesAt, load, watcher } = world.ballots
  say(`the election closes in ${Math.max(0, Math.ceil((closesAt - Date.now()) / 1000))} s`)
  await world.pause(Math.max(0, closesAt - Date.now()))
  let result: readonly number[] | undefined
  let voted = 0
  await world.until('the election is tallied', async () => {
    const read = await offices.client.election(uuid)
    if (!read.ok || read.value.record.phase !== 'tallied') return false
    const [question = []] = read.value.record.result ?? []
    result = question.map(Number)
    voted = read.value.record.voted
    return true
  })
  say(`the result is ${result?.join(' to ')}`)
  for (const { place } of world.daemons) await world.catchesUp(place)
  await load.stop()
  const archived = await audited(world, uuid)
  await watcher.stop()
  for (const daemon of world.daemons) await daemon.stop()
  say('reading the databases')
  const stored: (ChainFact & { readonly isWhole: boolean })[] = []
  for (const { place, home } of world.daemons) {
    const blocks = await readChain(home, offices.trust.networkId, uuid, statements)
    await readJournal(home, statements)
    stored.push({ source: `the database of daemon ${place + 1}`, blocks, isWhole: true })
  }
  const served = world.daemons.map(({ place }) => ({ ...watcher.served(place), isWhole: false }))
  const boards = stored.map(({ source, blocks }) => boardOf(source, blocks))
  const casts = load.casts()
  const published = { result: result ?? [], voted }
  const violations = [
    ...world.violations,
    ...judgeAgreement([...stored, ...served]),
    ...served.flatMap((chain, place) => judgeDurability(chain, stored[place]!)),
    ...boards.flatMap((board) => judgeBoard(board, casts)),
    ...archived.flatMap((payloads) => judgeArchive(payloads, boards[0]!)),
    ...judgeTally(boards[0]!, casts, published),
    ...judgeStatements(statements.facts()),
    ...judgeTimes(stored[0]?.blocks ?? [], world.sightings, MAX_LEAD_MS),
  ]
  return {
    heights: Math.max(...stored.map(({ blocks }) => blocks.length)),
    ballotsOnBoard: boards[0]?.ballots.length ?? 0,
    statements: statements.size,
    result: published.result,
    violations,
  }
}

/** Exports through each daemon with `psephos export`, audits with `psephos audit`; what each archive holds, by hash. */
async function audited(world: World, uuid: string): Promise<readonly ReadonlySet<string>[]> {
  const held: ReadonlySet<string>[] = []
  const files: Uint8Array[] = []
  for (const { place } of world.daemons) {
    const path = join(world.directory, `board-${place + 1}.bel`)
    const peer = world.offices.addresses[place] ?? ''
    const args = ['export', uuid, '--out', path, '--home', world.daemon(place).home, '--peer', peer]
    await psephosJson(args, { limitMs: COMMAND_LIMIT_MS })
    const archive = new Uint8Array(await readFile(path))
    files.push(archive)
    const { entries } = unwrap(readArchive(archive))
    held.push(new Set(entries.map(({ json }) => tracker(sha256(json)))))
  }
  if (files.some((file) => Buffer.compare(file, files[0]!) !== 0))
    world.convict('audit', 'the daemons give different archives')
  const audit = await psephosJson<{ ok: boolean; checks: readonly { ok: boolean; name: string }[] }>(
    ['audit', join(world.directory, 'board-1.bel')],
    { limitMs: COMMAND_LIMIT_MS },
  )
  if (!audit.ok) world.convict('audit', JSON.stringify(audit.checks.filter(({ ok }) => !ok)))
  return held
}

function boardOf(source: string, blocks: readonly BlockFact[]): BoardFact {
  return { source, ballots: blocks.flatMap(({ ballots }) => ballots) }
}
