/**
 * `psephos credentials generate`: a registrar makes a private credential for each voter, and the public roll.
 *
 * Everything private is written with mode 0600 into a directory of mode 0700: `credentials.csv` (voter, credential, weight) and
 * one file a voter under `voters/`, which holds the credential alone. `roll.json` is public and sorted, so that it says nothing
 * about who is who.
 */
import { join } from 'node:path'
import {
  createCredential,
  credentialSecret,
  isUuid,
  publicCredential,
  publicCredentialsJson,
  type RollEntry,
} from '../../election/index.ts'
import { systemRandom } from '../index.ts'
import type { Context } from './context.ts'
import { CommandError, usageError } from './error.ts'
import { makePrivateDirectory, readText, writeNewFile } from './files.ts'
import { LETTERS_MAX, VOTERS_BYTES_MAX } from './limits.ts'
import { readVoters, type Voter } from './voters-file.ts'

export interface CredentialsOptions {
  readonly voters: string
  readonly election: string
  readonly out: string
}

/** A voter with the credential made for it. */
export interface IssuedCredential extends Voter {
  readonly credential: string
  readonly entry: RollEntry
}

/** Progress is told each so many voters. */
const PROGRESS_EVERY = 5000

/** Credentials for all voters. */
export function issueCredentials(
  uuid: string,
  voters: readonly Voter[],
  onProgress?: (done: number) => void,
): readonly IssuedCredential[] {
  return voters.map((voter, i) => {
    if (i > 0 && i % PROGRESS_EVERY === 0) onProgress?.(i)
    const credential = createCredential(systemRandom)
    const secret = credentialSecret(uuid, credential)
    return { ...voter, credential, entry: { credential: publicCredential(secret), weight: voter.weight } }
  })
}

/** Reads the voters, writes credentials and roll. */
export async function runCredentialsGenerate(options: CredentialsOptions, context: Context): Promise<void> {
  const { output } = context
  const { election: uuid, out } = options
  if (!isUuid(uuid)) throw usageError(`"${uuid}" is not an election's uuid (14 or more base58 characters)`)
  const read = readVoters(await readText(options.voters, VOTERS_BYTES_MAX))
  if (!read.ok) throw new CommandError(read.error.code, `${options.voters}: ${read.error.detail}`)
  const { voters, isWeighted } = read.value
  const issued = issueCredentials(uuid, voters, (done) =>
    output.progress(`credentials: ${done} of ${voters.length}`),
  )
  const letters = issued.length <= LETTERS_MAX
  await makePrivateDirectory(out)
  const rollPath = join(out, 'roll.json')
  const csvPath = join(out, 'credentials.csv')
  await writeNewFile(csvPath, credentialsCsv(issued, isWeighted), 0o600)
  await writeNewFile(
    rollPath,
    publicCredentialsJson(
      issued.map(({ entry }) => entry),
      isWeighted,
    ),
    0o644,
  )
  if (letters) await writeLetters(join(out, 'voters'), issued)
  const totalWeight = issued.reduce((sum, { weight }) => sum + weight, 0n)
  output.say(
    [
      `${issued.length} credentials for election ${uuid}${isWeighted ? `, total weight ${totalWeight}` : ''}:`,
      `  ${csvPath}  PRIVATE: voter and credential; hand each voter the own one, then destroy it`,
      ...(letters ? [`  ${join(out, 'voters')}/  PRIVATE: the same, a file a voter`] : []),
      `  ${rollPath}  public: publish it with`,
      `    psephos roll publish ${uuid} ${rollPath} --key REGISTRAR.key ...`,
    ].join('\n'),
  )
  output.end({
    ok: true,
    election: uuid,
    voters: issued.length,
    totalWeight,
    roll: rollPath,
    credentials: csvPath,
    ...(letters ? { letters: join(out, 'voters') } : {}),
  })
}

function credentialsCsv(issued: readonly IssuedCredential[], isWeighted: boolean): string {
  const quote = (text: string): string => (/[",;\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const lines = issued.map(({ name, credential, weight }) =>
    [quote(name), credential, ...(isWeighted ? [weight.toString()] : [])].join(','),
  )
  return `${[isWeighted ? 'name,credential,weight' : 'name,credential', ...lines].join('\n')}\n`
}

async function writeLetters(directory: string, issued: readonly IssuedCredential[]): Promise<void> {
  await makePrivateDirectory(directory)
  const digits = String(issued.length).length
  for (const [i, { name, credential }] of issued.entries()) {
    const number = String(i + 1).padStart(digits, '0')
    await writeNewFile(join(directory, `${number}-${fileName(name)}.txt`), `${credential}\n`, 0o600)
  }
}

/** Enough of a name to find its file by; the number before it makes it unique. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 40) || 'voter'
}
