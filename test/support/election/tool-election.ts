/** Whole elections run by the official tool, as its own demonstration scripts run them, with the archive after each step. */
import type { ToolDirectory } from '../belenios-tool.ts'

export interface CeremonySize {
  readonly size: number
  readonly threshold: number
}

export interface ToolElectionOptions {
  /** Questions in Belenios' JSON. */
  readonly questions: readonly unknown[]
  /** A weight a voter, or undefined for a roll without weights. */
  readonly weights: readonly (bigint | undefined)[]
  /** Who votes what, in order. */
  readonly votes: readonly { readonly voter: number; readonly answers: readonly (readonly number[])[] }[]
  /** Trustees who must all decrypt. */
  readonly singles: number
  /** And a threshold of others. `ceremony` runs it another way; it answers as {@link runCeremony} does. */
  readonly threshold?: CeremonySize & { readonly ceremony?: typeof runCeremony }
}

export interface ToolElection {
  readonly uuid: string
  /** The archive after each step, the final one last. */
  readonly archives: readonly Uint8Array[]
  /** The result's JSON. */
  readonly result: string
}

/** Runs the election in the directory, which must be empty. */
export function runToolElection(directory: ToolDirectory, options: ToolElectionOptions): ToolElection {
  const uuid = directory.must(['setup', 'generate-token']).trim()
  const group = ['--group', 'Ed25519']
  const setup = (...args: readonly string[]): string => directory.must(['setup', ...args])
  const archives: Uint8Array[] = []
  const snapshot = (): void => {
    archives.push(directory.readBytes(`${uuid}.bel`))
  }
  const add = (type: string, payload = ''): void => {
    directory.must(['archive', 'add-event', `--type=${type}`], payload)
    snapshot()
  }
  const names = options.weights.map(
    (weight, voter) => `v${voter}@example.org${weight === undefined ? '' : `,v${voter},${weight}`}`,
  )
  directory.write('voters.txt', `${names.join('\n')}\n`)
  setup('generate-credentials', '--uuid', uuid, ...group, '--file', 'voters.txt')
  const file = (suffix: string): string => directory.list().find((name) => name.endsWith(suffix)) ?? ''
  const credentials = Object.values(JSON.parse(directory.read(file('.privcreds'))) as Record<string, string>)
  directory.write('public_creds.json', directory.read(file('.pubcreds')))
  const { threshold } = options
  const members = threshold === undefined ? [] : (threshold.ceremony ?? runCeremony)(directory, threshold)
  for (let made = 0; made < options.singles; made++) setup('generate-trustee-key', ...group)
  const singles = directory.list().filter((name) => name.endsWith('.pubkey'))
  directory.write('public_keys.jsons', singles.map((name) => directory.read(name)).join(''))
  setup('make-trustees')
  directory.write(
    'questions.json',
    JSON.stringify({ description: 'By the tool.', name: 'Tool', questions: options.questions }),
  )
  setup('make-election', '--uuid', uuid, ...group, '--template', 'questions.json')
  directory.must(['archive', 'init'])
  snapshot()
  for (const { voter, answers } of options.votes) {
    directory.write('credential', `${credentials[voter]}\n`)
    directory.write('choice', JSON.stringify(answers))
    add(
      'Ballot',
      directory.must(['election', 'generate-ballot', '--privcred', 'credential', '--choice', 'choice']),
    )
  }
  add('EndBallots')
  add('EncryptedTally', directory.must(['election', 'compute-encrypted-tally']))
  const decrypt = (command: string, owner: number, ...keys: readonly string[]): void =>
    add('PartialDecryption', directory.must(['election', command, ...keys, '--trustee-id', String(owner)]))
  for (const [index, id] of members.slice(0, threshold?.threshold).entries())
    decrypt(
      'decrypt-threshold',
      singles.length + index + 1,
      '--key',
      `${id}.key`,
      '--decryption-key',
      `${id}.dkey`,
    )
  for (const [index, name] of singles.entries())
    decrypt('decrypt', index + 1, '--privkey', name.replace('.pubkey', '.privkey'))
  const result = directory.must(['election', 'compute-result'])
  add('Result', result)
  return { uuid, archives, result: result.trim() }
}

/** One step of a ceremony. */
export function ceremonyStep(directory: ToolDirectory, args: readonly string[], input = ''): string {
  return directory.must(['setup', 'generate-trustee-key-threshold', '--group', 'Ed25519', ...args], input)
}

/**
 * The Pedersen ceremony, step by step. Answers the members' ids in order; leaves `threshold.json`, and for each member `ID.key` (its
 * seed) and `ID.dkey` (its encrypted share).
 */
export function runCeremony(directory: ToolDirectory, { size, threshold }: CeremonySize): readonly string[] {
  const step = (args: readonly string[], input?: string): string => ceremonyStep(directory, args, input)
  const context = (index: number): readonly string[] => [
    '--threshold-context',
    `${index + 1}/${threshold}/${size}`,
  ]
  const certificates = ['--certs', 'certs.jsons']
  const ids = Array.from({ length: size }, (_, index) => step([...context(index), '--step', '1']).trim())
  directory.write('certs.jsons', ids.map((id) => directory.read(`${id}.cert`)).join(''))
  step([...certificates, '--step', '2'])
  const polynomials = ids.map((id, index) =>
    step([...context(index), ...certificates, '--key', `${id}.key`, '--step', '3']),
  )
  directory.write('polynomials.jsons', polynomials.join(''))
  step([...certificates, '--step', '4', '--polynomials', 'polynomials.jsons'])
  const outputs = ids.map((id) =>
    step([...certificates, '--key', `${id}.key`, '--step', '5'], directory.read(`${id}.vinput`)),
  )
  directory.write(
    'threshold.json',
    step([...certificates, '--step', '6', '--polynomials', 'polynomials.jsons'], outputs.join('')),
  )
  return ids
}
