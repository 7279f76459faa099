/**
 * What the official tool says of an archive, ballots included.
 *
 * `election verify` of releases 3.0 to 3.3.0 starts the verification of the ballots and drops its outcome, so each ballot goes
 * through `verify-ballot` too, against a copy of the archive that ends at its Setup event.
 */
import { inToolDirectory } from '../belenios-tool.ts'
import { type LooseFile, pack, unpack } from './archive-files.ts'

/** What the tool refused, a line each; empty when it accepts everything. */
export function refusedByTool(archive: Uint8Array): readonly string[] {
  const files = unpack(archive)
  const setup = files.slice(0, files.findIndex(({ kind }) => kind === 'event') + 1)
  const { uuid } = JSON.parse(files[1]?.text ?? '') as { uuid: string }
  const check = (of: readonly LooseFile[], args: readonly string[], ballot?: string): readonly string[] =>
    inToolDirectory((directory) => {
      directory.write(`${uuid}.bel`, pack(of))
      if (ballot !== undefined) directory.write('ballot.json', ballot)
      const run = directory.run(['election', ...args])
      return run.ok ? [] : [`${args.join(' ')}: ${run.stderr.trim().split('\n').at(-1)}`]
    })
  const ballots = files.filter(({ kind, text }) => kind === 'data' && text.startsWith('{"election_uuid"'))
  return [
    ...check(files, ['verify']),
    ...ballots.flatMap(({ text }) => check(setup, ['verify-ballot', '--ballot', 'ballot.json'], text)),
  ]
}

/** Whether the tool takes `later` for a continuation of `earlier`. */
export function isContinuationByTool(earlier: Uint8Array, later: Uint8Array): boolean {
  const { uuid } = JSON.parse(unpack(later)[1]?.text ?? '') as { uuid: string }
  return inToolDirectory((first) =>
    inToolDirectory((second) => {
      first.write(`${uuid}.bel`, earlier)
      second.write(`${uuid}.bel`, later)
      return first.run(['election', 'verify-diff', '--dir1', first.path, '--dir2', second.path]).ok
    }),
  )
}
