/** The key ceremony of a demo's election as its audience sees it: the daemons run it, this only looks on. */
import type { Ceremony } from '../../../ledger/index.ts'

/** What the members have published, in the order of the steps. */
const PARTS = [
  ['certificate', 'certificates'],
  ['commitment', 'commitments'],
  ['dealing', 'dealings'],
  ['key', 'key shares'],
] as const

/** Tells what is new at each look: how many certificates, commitments, dealings and key shares are there, and who was left out. */
export function ceremonyWatcher(
  onProgress: (line: string) => void,
  textOf: (fault: Ceremony['faults'][number]) => string,
): (ceremony: Ceremony) => void {
  let attempt = 0
  let told: Record<string, number> = {}
  let faults = 0
  return (ceremony) => {
    const { members } = ceremony
    for (const fault of ceremony.faults.slice(faults))
      onProgress(`ceremony: ${textOf(fault)}, and is left out`)
    faults = ceremony.faults.length
    if (ceremony.attempt !== attempt) told = {}
    attempt = ceremony.attempt
    for (const [part, name] of PARTS) {
      const count = members.filter((member) => member[part] !== undefined).length
      if (count === 0 || count === told[part]) continue
      told[part] = count
      onProgress(`ceremony: attempt ${attempt}, ${count} of ${members.length} ${name}`)
    }
  }
}
