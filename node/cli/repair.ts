/** `psephos repair --home DIR`: what is damaged or lost in a home, what can be done about it, and, once that is agreed to, doing it. */
import { findingsText, openHome, openRepair, type Repair, stepText, systemClock } from '../index.ts'
import type { Context } from './context.ts'
import { CommandError, usageError } from './error.ts'
import { type PassphraseOptions, presentPassphrase } from './passphrase.ts'

export interface RepairCommandOptions extends PassphraseOptions {
  readonly home: string
  readonly yes?: boolean
  readonly alone?: boolean
  readonly signedUpTo?: number
}

/** Reports, and repairs with `--yes` or when the person at the terminal says so. */
export async function runRepair(options: RepairCommandOptions, context: Context): Promise<void> {
  const { output } = context
  if (options.alone === true && options.signedUpTo !== undefined)
    throw usageError(
      '--alone says that nothing was signed above the database, --signed-up-to that something was: not both',
    )
  const passphrase = presentPassphrase(options.passphraseFile, context, { of: `the keys in ${options.home}` })
  const home = await openHome(options.home, passphrase)
  const isAlone = options.alone === true
  const { signedUpTo } = options
  const repair = await openRepair({ home, isAlone, signedUpTo, now: systemClock.now() })
  try {
    const { plan, findings } = repair
    output.say(`Found in ${options.home}:\n${list(findingsText(findings))}`)
    if (!plan.ok) throw new CommandError(plan.code, plan.detail)
    const steps = plan.steps.map(stepText)
    const report = { ok: true, found: statesOf(findings), details: findingsText(findings), steps }
    if (steps.length === 0) {
      output.say('\nNothing has to be repaired.')
      return output.end({ ...report, done: false, setAside: [] })
    }
    output.say(`\nTo be done:\n${list(steps)}\nWhat is replaced is kept beside it under another name.`)
    if (!(await isAgreed(options, context))) {
      output.say('\nNothing was changed. To do it: the same command with --yes')
      return output.end({ ...report, done: false, setAside: [] })
    }
    const setAside = await carryOut(repair, context)
    output.end({ ...report, done: true, setAside })
  } finally {
    await repair.close()
  }
}

/** For programs: sound, missing, damaged or full. */
function statesOf(findings: Repair['findings']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(findings).map(([name, { is }]) => [name, is]))
}

async function isAgreed({ yes }: RepairCommandOptions, { terminal, output }: Context): Promise<boolean> {
  if (yes === true) return true
  if (terminal === undefined || output.isJson) return false
  return (await terminal.ask('\nType yes to do it: ', 'shown')).trim() === 'yes'
}

async function carryOut(repair: Repair, { output }: Context): Promise<readonly string[]> {
  const setAside = await repair.carryOut()
  output.say(
    setAside.length === 0 ? '\nDone.' : `\nDone. Kept, until you no longer need it:\n${list(setAside)}`,
  )
  return setAside
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}
