/** Ballots in both directions: the official tool takes ours, and we take the official tool's. */
import { strict as assert } from 'node:assert'
import { toBase64, unwrap } from '../../base/index.ts'
import { sha256 } from '../../crypto/index.ts'
import {
  type Ballot,
  ballotId,
  ballotJson,
  createElection,
  createUuid,
  decodeBallot,
  type Election,
  encodeBallot,
  parseBallot,
  parseElection,
  parsePublicCredentials,
  parseQuestions,
  publicCredentialsJson,
  type Question,
  questionsJson,
  tracker,
  verifyBallot,
} from '../../election/index.ts'
import { inToolDirectory, requireBeleniosTool, type ToolDirectory } from '../support/belenios-tool.ts'
import {
  aBallot,
  aQuestion,
  aVoter,
  seeded,
  signedBy,
  type Voter,
  withAnswer,
} from '../support/election/builders.ts'

/** Every shape of question that the protocol has: single and many answers, exact numbers, blank, all or nothing. */
const QUESTIONS: readonly Question[] = [
  aQuestion({ question: 'One?', answers: ['Yes'], min: 0, max: 1 }),
  aQuestion({ question: 'One that must be?', answers: ['Yes'], min: 1, max: 1 }),
  aQuestion({ question: 'Exactly two?', answers: ['A', 'B', 'C'], min: 2, max: 2 }),
  aQuestion({ question: 'One or blank?', answers: ['A', 'B'], blank: true, min: 1, max: 1 }),
  aQuestion({ question: 'Anything or blank?', answers: ['A', 'B', 'C', 'D'], blank: true, min: 0, max: 4 }),
]
const ANSWERS: readonly (readonly (readonly number[])[])[] = [
  [[0], [1], [1, 1, 0], [1, 0, 0], [1, 0, 0, 0, 0]],
  [[1], [1], [0, 1, 1], [0, 0, 1], [0, 0, 0, 0, 0]],
  [[1], [1], [1, 0, 1], [0, 1, 0], [0, 1, 1, 1, 1]],
]

/** An election of the tool's making that is ready for ballots, with our credentials on its roll. */
function prepare(
  directory: ToolDirectory,
  questions: string,
  description = 'd',
): { election: Election; voters: Voter[] } {
  const uuid = createUuid(seeded('interop'))
  directory.must(['setup', 'generate-trustee-key', '--group', 'Ed25519'])
  const keys = directory.list().filter((name) => name.endsWith('.pubkey'))
  directory.write('public_keys.jsons', keys.map((name) => directory.read(name)).join(''))
  directory.must(['setup', 'make-trustees'])
  const template = `{"description":${JSON.stringify(description)},"name":"n","questions":${questions}}`
  directory.write('template.json', template)
  directory.must([
    'setup',
    'make-election',
    '--uuid',
    uuid,
    '--group',
    'Ed25519',
    '--template',
    'template.json',
  ])
  const election = unwrap(parseElection(directory.read('election.json').trimEnd()))
  const voters = ['alice', 'bob', 'carol'].map((name) => aVoter(election, name))
  const roll = voters.map(({ publicCredential }) => ({ credential: publicCredential, weight: 1n }))
  directory.write('public_creds.json', publicCredentialsJson(roll, false))
  directory.must(['archive', 'init'])
  return { election, voters }
}

const toolAccepts = (directory: ToolDirectory, ballot: Ballot): boolean => {
  directory.write('ballot.json', ballotJson(ballot))
  return directory.run(['election', 'verify-ballot', '--ballot', 'ballot.json']).ok
}

describe('ballots and the official tool', function () {
  this.timeout(120_000)
  before(function () {
    requireBeleniosTool(this)
  })

  it('the tool accepts our ballots, for every shape of question', () => {
    inToolDirectory((directory) => {
      const { election, voters } = prepare(directory, questionsJson(QUESTIONS))
      for (const [index, answers] of ANSWERS.entries()) {
        const ballot = aBallot(election, voters[index], answers)
        assert.ok(toolAccepts(directory, ballot), JSON.stringify(answers))
        const travelled = unwrap(decodeBallot(encodeBallot(ballot)))
        assert.ok(toolAccepts(directory, travelled))
      }
    })
  })

  it('we accept its ballots, made with our credentials, and give them its trackers', () => {
    inToolDirectory((directory) => {
      const { election, voters } = prepare(directory, questionsJson(QUESTIONS))
      for (const [index, answers] of ANSWERS.entries()) {
        directory.write('credential', voters[index]!.credential)
        directory.write('choice.json', JSON.stringify(answers))
        const json = directory
          .must(['election', 'generate-ballot', '--privcred', 'credential', '--choice', 'choice.json'])
          .trimEnd()
        const ballot = unwrap(parseBallot(json))
        assert.deepEqual(verifyBallot(election, ballot), { ok: true, value: undefined })
        assert.deepEqual(ballot.credential, voters[index]!.publicCredential)
        assert.equal(tracker(ballotId(ballot)), directory.must(['sha256-b64'], json).trim())
        assert.equal(ballotJson(unwrap(decodeBallot(encodeBallot(ballot)))), json)
      }
    })
  })

  it('both refuse a ballot with one number of one proof changed', () => {
    inToolDirectory((directory) => {
      const { election, voters } = prepare(directory, questionsJson(QUESTIONS))
      const ballot = aBallot(election, voters[0], ANSWERS[0])
      const { overallProof } = ballot.answers[2]!
      const changed = withAnswer(ballot, 2, {
        overallProof: overallProof.map((proof) => ({ ...proof, response: proof.response ^ 1n })),
      })
      const signed = signedBy(changed, voters[0]!.secret)
      assert.ok(!verifyBallot(election, signed).ok)
      assert.ok(!toolAccepts(directory, signed))
      assert.ok(toolAccepts(directory, ballot))
    })
  })

  it('we make the same election and the same strings out of the same words', () => {
    const controls = Array.from({ length: 31 }, (_, code) => String.fromCharCode(code + 1)).join('')
    const words = `${controls} \x7f\x80\x85 "quoted" \\ / </script> é€😀 \u2028\u2029 \ufeff`
    inToolDirectory((directory) => {
      const { election } = prepare(directory, questionsJson(QUESTIONS), words)
      const ours = createElection({
        description: words,
        name: 'n',
        publicKey: election.publicKey,
        questions: unwrap(parseQuestions(JSON.parse(questionsJson(QUESTIONS)))),
        uuid: election.uuid,
      })
      assert.equal(ours.json, election.json)
      assert.equal(ours.fingerprint, toBase64(sha256(election.json)))
    })
  })

  it('we read the rolls that it makes, in its order, and the election with `blank: false`', () => {
    inToolDirectory((directory) => {
      const uuid = createUuid(seeded('roll'))
      directory.write('voters.txt', Array.from({ length: 40 }, (_, i) => `v${i},v${i},${i + 1}`).join('\n'))
      directory.must([
        'setup',
        'generate-credentials',
        '--uuid',
        uuid,
        '--group',
        'Ed25519',
        '--file',
        'voters.txt',
      ])
      const name = directory.list().find((file) => file.endsWith('.pubcreds')) ?? assert.fail('no roll')
      // The file for the server has the voters' numbers behind the weights; the archive has not.
      const lines = (JSON.parse(directory.read(name)) as string[]).map((line) =>
        line.split(',').slice(0, 2).join(),
      )
      const json = JSON.stringify(lines)
      const roll = unwrap(parsePublicCredentials(json))
      assert.equal(roll.entries.length, 40)
      assert.equal(publicCredentialsJson([...roll.entries].reverse(), true), json)
      const { election } = prepare(
        directory,
        '[{"answers":["A"],"blank":false,"min":0,"max":1,"question":"Q"}]',
      )
      assert.ok(election.json.includes('"blank":false'))
    })
  })
})
