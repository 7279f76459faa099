import { strict as assert } from 'node:assert'
import { unwrap } from '../../../base/index.ts'
import { electionCeremony, faultText } from '../../../ledger/index.ts'
import { FIRST_ATTEMPT_FRACTION } from '../../../ledger/limits.ts'
import { ceremonyWatcher } from '../../../node/cli/demo/ceremony.ts'
import { planTimes } from '../../../node/cli/demo/plan.ts'
import { DEFAULT_DEMO_ELECTION, readDemoElection } from '../../../node/cli/demo/questions.ts'
import { countInTheClear, createVoters } from '../../../node/cli/demo/voters.ts'
import { aCeremonyRun } from '../../support/ceremony-builders.ts'
import { passDeadline } from '../../support/ceremony-stage.ts'
import {
  aChain,
  aDraft,
  aPreparation,
  aRoll,
  extend,
  seededRandom,
  thresholdTrustees,
} from '../../support/ledger-builders.ts'

const QUESTIONS = [
  { question: 'Who?', answers: ['Ada', 'Bo', 'Cy'], blank: true, min: 1, max: 2 },
  { question: 'Yes?', answers: ['Yes', 'No'], blank: false, min: 0, max: 1 },
]

describe("a demo's voters", () => {
  it('choose within the rules of every question, blank votes among them', () => {
    const voters = createVoters(200, QUESTIONS, undefined, seededRandom('voters'))
    let blanks = 0
    for (const { choices } of voters)
      for (const choice of choices) {
        const [blank = 0, ...who] = choice[0] ?? []
        const chosen = who.reduce((sum, one) => sum + one, 0)
        assert.ok(blank === 1 ? chosen === 0 : chosen >= 1 && chosen <= 2)
        blanks += blank
        assert.equal(choice[1]?.length, 2)
        assert.ok((choice[1]?.[0] ?? 0) + (choice[1]?.[1] ?? 0) <= 1)
      }
    assert.ok(blanks > 0)
    assert.equal(voters.filter(({ choices }) => choices.length === 2).length, 40, 'every fifth votes twice')
  })

  it('count with the last choice of each, times the weight', () => {
    const voters = [
      {
        weight: 2n,
        choices: [
          [
            [0, 1, 0, 0],
            [1, 0],
          ],
          [
            [1, 0, 0, 0],
            [0, 0],
          ],
        ],
      },
      {
        weight: 3n,
        choices: [
          [
            [0, 1, 1, 0],
            [0, 1],
          ],
        ],
      },
    ] as const
    assert.deepEqual(countInTheClear(QUESTIONS, voters), [
      [2n, 3n, 3n, 0n],
      [0n, 3n],
    ])
  })

  it('have the weights of the list in turn', () => {
    const voters = createVoters(5, QUESTIONS, [1n, 2n], seededRandom('weights'))
    assert.deepEqual(
      voters.map(({ weight }) => weight),
      [1n, 2n, 1n, 2n, 1n],
    )
  })
})

describe("a demo's file of questions", () => {
  it("is a list in Belenios' form, or an object around it with weights", () => {
    const list = unwrap(readDemoElection(QUESTIONS))
    assert.deepEqual(list.questions, QUESTIONS)
    assert.equal(list.name, DEFAULT_DEMO_ELECTION.name)
    assert.equal(list.weights, undefined)
    assert.deepEqual(unwrap(readDemoElection({ questions: QUESTIONS, weights: true })).weights, [1n, 2n, 3n])
    assert.deepEqual(unwrap(readDemoElection({ questions: QUESTIONS, weights: [7] })).weights, [7n])
  })

  it('is refused with unknown fields, question types and weights that are none', () => {
    for (const json of [
      { questions: QUESTIONS, colour: 'red' },
      { questions: [{ type: 'NonHomomorphic', value: {} }] },
      { questions: QUESTIONS, weights: [0] },
      { questions: QUESTIONS, weights: [] },
      'questions',
      null,
    ]) {
      const read = readDemoElection(json)
      assert.ok(!read.ok && read.error.code === 'election-invalid', JSON.stringify(json))
    }
  })
})

describe("a demo's times", () => {
  const size = { validators: 4, voters: 25, ballots: 30, cores: 2 }
  const cost = { createMs: 20, verifyMs: 40, multiplyMs: 0.5 }

  it('stay well under a minute with the defaults on two cores', () => {
    const { opensInMs, openForMs } = planTimes(size, cost)
    assert.ok(opensInMs + openForMs < 30_000)
  })

  it('give each step of the key ceremony the time that it is expected to take, with room to spare', () => {
    for (const validators of [1, 4, 7, 32]) {
      // A model of its own: a daemon has 300 ms of a core to do a step, and a dealing has two points a share to be checked.
      const step = (300 * validators) / Math.min(2, validators)
      const dealings = (validators ** 2 * 2 * validators * cost.multiplyMs) / Math.min(2, validators)
      let left = planTimes({ ...size, validators }, cost).opensInMs
      for (const expected of [step, step, step + dealings, step + dealings / 3]) {
        assert.ok(left / FIRST_ATTEMPT_FRACTION > 1.3 * expected, `${validators} validators`)
        left -= expected
      }
    }
  })

  it('leave at least twice the time that the work needs, and grow with it', () => {
    for (const validators of [1, 4, 7])
      for (const ballots of [1, 100]) {
        const { openForMs } = planTimes({ ...size, validators, ballots }, cost)
        assert.ok(openForMs > 2 * ((ballots * (validators * cost.verifyMs)) / 2))
      }
    const more = planTimes({ ...size, ballots: 60 }, cost)
    assert.ok(more.openForMs > planTimes(size, cost).openForMs)
  })
})

describe("a demo's ceremony", () => {
  it('is told part by part, each number once, and begins anew with each attempt', () => {
    const chain = aChain()
    const draft = aDraft(thresholdTrustees(3, 2))
    extend(chain, [aPreparation(chain.networkId, draft, aRoll(1)).draft])
    const lines: string[] = []
    const watch = ceremonyWatcher(
      (line) => lines.push(line),
      (fault) => faultText(draft, fault),
    )
    const look = (): void => watch(electionCeremony(chain.state, draft.uuid) ?? assert.fail('no ceremony'))
    look()
    const [first] = aCeremonyRun(chain.networkId, draft).certificates
    extend(chain, [first!, aCeremonyRun(chain.networkId, draft).certificates[1]!])
    look()
    look()
    passDeadline({ chain, draft })
    look()
    extend(chain, aCeremonyRun(chain.networkId, draft, 2, ['trustee 3']).all)
    look()
    assert.deepEqual(lines, [
      'ceremony: attempt 1, 2 of 3 certificates',
      'ceremony: trustee 3 published no certificate, and is left out',
      'ceremony: attempt 2, 2 of 2 certificates',
      'ceremony: attempt 2, 2 of 2 commitments',
      'ceremony: attempt 2, 2 of 2 dealings',
      'ceremony: attempt 2, 2 of 2 key shares',
    ])
  })
})
