/** What a demo votes on: the default question, or the file of `--election`. */
import { z } from 'zod'
import { ok, type Refusal, type Result, refuse } from '../../../base/index.ts'
import { parseQuestions, type Question } from '../../../election/index.ts'

/** The subject of a demo. */
export interface DemoElection {
  readonly name: string
  readonly description: string
  readonly questions: readonly Question[]
  /** Weights of the voters, in turn; undefined: a roll without weights. */
  readonly weights?: readonly bigint[]
}

export const DEFAULT_DEMO_ELECTION: DemoElection = {
  name: 'The tree on the market square',
  description: 'Which tree shall be planted on the market square?',
  questions: [
    {
      question: 'Which tree shall we plant?',
      answers: ['Lime', 'Plane', 'Walnut'],
      blank: true,
      min: 1,
      max: 1,
    },
  ],
}

const WEIGHTS_IN_TURN: readonly bigint[] = [1n, 2n, 3n]

const FILE = z.strictObject({
  name: z.string().min(1).default(DEFAULT_DEMO_ELECTION.name),
  description: z.string().default(''),
  questions: z.array(z.unknown()),
  weights: z.union([z.boolean(), z.array(z.int().min(1)).min(1)]).default(false),
})

/** The election in a file's JSON value: a list of questions, or an object around it. */
export function readDemoElection(json: unknown): Result<DemoElection, Refusal<'election-invalid'>> {
  const parsed = FILE.safeParse(Array.isArray(json) ? { questions: json } : json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const place = issue?.path.join('.') ?? ''
    return refuse('election-invalid', `${place === '' ? '' : `"${place}": `}${issue?.message ?? 'malformed'}`)
  }
  const { name, description, weights } = parsed.data
  const questions = parseQuestions(parsed.data.questions)
  if (!questions.ok) return refuse('election-invalid', questions.error.detail)
  const list = weights === true ? WEIGHTS_IN_TURN : weights === false ? undefined : weights.map(BigInt)
  return ok({
    name,
    description,
    questions: questions.value,
    ...(list === undefined ? {} : { weights: list }),
  })
}
