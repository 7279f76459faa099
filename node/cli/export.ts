/** `psephos export UUID --out FILE.bel`: the Belenios archive of an election, certified by a quorum. */
import { stat } from 'node:fs/promises'
import { compareArchives } from '../../election/index.ts'
import type { Context } from './context.ts'
import { CommandError, orFail } from './error.ts'
import { readInput, replaceFile } from './files.ts'
import { ARCHIVE_BYTES_MAX } from './limits.ts'
import { type NetworkOptions, withNetwork } from './network.ts'

export interface ExportOptions extends NetworkOptions {
  readonly out: string
}

/** Writes the archive. Where FILE is an earlier archive, the new one must extend it (T25). */
export async function runExport(uuid: string, options: ExportOptions, context: Context): Promise<void> {
  const { output } = context
  const { out } = options
  const { archive, record } = await withNetwork(options, context, async ({ client }) =>
    orFail(await client.export(uuid)),
  )
  const isUpdate = await exists(out)
  if (isUpdate) await checkExtends(out, archive)
  await replaceFile(out, archive)
  output.say(
    `${out}: ${archive.length} bytes, ${record.ballots} ballots, phase ${record.phase}; its last event is certified by a quorum.`,
  )
  if (isUpdate) output.say('It extends the archive that was there: nothing is missing or changed.')
  output.say(`Recount it: psephos audit ${out}`)
  output.end({
    ok: true,
    election: uuid,
    archive: out,
    bytes: archive.length,
    phase: record.phase,
    events: (record.board?.height ?? -1) + 1,
    ballots: record.ballots,
  })
}

async function checkExtends(path: string, archive: Uint8Array): Promise<void> {
  const compared = compareArchives(await readInput(path, ARCHIVE_BYTES_MAX), archive)
  if (!compared.ok)
    throw new CommandError(
      'file-exists',
      `${path} is there and is no earlier archive (${compared.error.detail}); name another file`,
    )
  const [first, ...more] = compared.value
  if (first === undefined) return
  const others = more.length === 0 ? '' : `, and ${more.length} more`
  throw new CommandError(
    'board-changed',
    `the board does not extend the archive in ${path}: ${first}${others}; keep that file, it is evidence if it is of this election`,
  )
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
