/** `psephos vote UUID`: encrypts here, hands the ballot to several peers, waits for finality, writes the receipt. */
import type { Context } from './context.ts'
import { CommandError, orFail } from './error.ts'
import { readSecret, readText, writeNewFile } from './files.ts'
import { type NetworkOptions, withNetwork } from './network.ts'
import { requireOneStdin } from './passphrase.ts'

export interface VoteOptions extends NetworkOptions {
  /** File, or `-` for standard input; never the credential itself, which other users of the machine would see. */
  readonly credential: string
  /** JSON, or `@FILE`. */
  readonly answers: string
  readonly receipt?: string
  readonly timeout: number
}

/** Answers in JSON: the largest ballot has 512 choices. */
const ANSWERS_BYTES_MAX = 16_384

/** Casts one ballot. */
export async function runVote(uuid: string, options: VoteOptions, context: Context): Promise<void> {
  const { output } = context
  requireOneStdin(options.credential, options.passphraseFile)
  const text = options.answers.startsWith('@')
    ? await readText(options.answers.slice(1), ANSWERS_BYTES_MAX)
    : options.answers
  const answers = parseAnswers(text)
  const credential = await readSecret(options.credential, context)
  const cast = await withNetwork(options, context, async ({ client }) => {
    output.progress('encrypting, submitting, waiting until the ballot is final')
    return orFail(await client.vote(uuid, credential, answers, options.timeout * 1000))
  })
  output.say(`Your ballot is final (height ${cast.height}). Its tracker:\n\n  ${cast.tracker}\n`)
  if (options.receipt === undefined)
    output.say('With --receipt FILE you get a proof that anyone can verify offline.')
  else {
    await writeReceipt(options.receipt, cast.receipt.json)
    output.say(
      `The receipt lies in ${options.receipt}: psephos receipt verify ${options.receipt} --genesis FILE`,
    )
  }
  output.say('You may vote again until the election closes: the last ballot counts.')
  output.end({
    ok: true,
    election: uuid,
    tracker: cast.tracker,
    height: cast.height,
    ...(options.receipt === undefined ? {} : { receipt: options.receipt }),
  })
}

/** The ballot is final already: a receipt that cannot be written is a warning with the advice that is left. */
async function writeReceipt(path: string, json: string): Promise<void> {
  try {
    await writeNewFile(path, json, 0o600)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(
      error.code,
      `the ballot is final, but ${error.message}; vote again for another receipt`,
    )
  }
}

/** Answers out of JSON: a list a question, of 0 and 1. Whether they fit the questions is the election's business. */
export function parseAnswers(text: string): readonly (readonly number[])[] {
  const wrong = (): CommandError =>
    new CommandError(
      'answers-invalid',
      "--answers must be a JSON list with a list of 0 and 1 for each question, such as '[[1,0],[0,0,1]]'; where blank is allowed, the first number stands for it",
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong()
  }
  if (!Array.isArray(value) || !value.every(isAnswer)) throw wrong()
  return value
}

function isAnswer(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item))
}
