/**
 * What the official tool says of an archive. `election verify` of its releases drops the outcome of the ballots' verification,
 * so each ballot is verified on its own, against a copy of the archive that ends at the Setup event.
 */
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { inToolDirectory } from '../support/belenios-tool.ts'
import { pack, unpack } from '../support/election/archive-files.ts'

/** Everything that the tool refuses, a line each; empty when it accepts the whole archive and every ballot. */
export function officialRefusals(archive: Uint8Array, uuid: string): readonly string[] {
  return inToolDirectory((directory) => {
    const files = unpack(archive)
    const events = files.flatMap(({ kind, text }, at) =>
      kind === 'event' ? [{ at, event: JSON.parse(text) as { type: string; payload?: string } }] : [],
    )
    for (const [name, bytes] of [
      ['whole', archive],
      ['setup', pack(files.slice(0, (events[0]?.at ?? 0) + 1))],
    ] as const) {
      mkdirSync(`${directory.path}/${name}`)
      directory.write(`${name}/${uuid}.bel`, bytes)
    }
    const refusals: string[] = []
    const ask = (what: string, args: readonly string[]): void => {
      const run = directory.run(['election', ...args])
      if (!run.ok) refusals.push(`${what}: ${run.stderr.trim()}`)
    }
    ask('the whole', ['verify', '--dir', 'whole'])
    const data = new Map(files.map(({ text }) => [createHash('sha256').update(text).digest('hex'), text]))
    for (const { at, event } of events) {
      if (event.type !== 'Ballot') continue
      directory.write('ballot.json', data.get(event.payload ?? '') ?? '')
      ask(`the ballot in file ${at}`, ['verify-ballot', '--dir', 'setup', '--ballot', 'ballot.json'])
    }
    return refusals
  })
}

/** Whether the tool agrees that the later archive extends the earlier one. */
export function officialDiffAccepts(earlier: Uint8Array, later: Uint8Array, uuid: string): boolean {
  return inToolDirectory((directory) => {
    for (const [name, bytes] of [
      ['earlier', earlier],
      ['later', later],
    ] as const) {
      mkdirSync(`${directory.path}/${name}`)
      directory.write(`${name}/${uuid}.bel`, bytes)
    }
    return directory.run(['election', 'verify-diff', '--dir1', 'earlier', '--dir2', 'later']).ok
  })
}
