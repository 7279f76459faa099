/** Bugs in what makes a quorum, a proposal or a prepared block: how two blocks of one height become final, or none. */
import type { PlantedBug } from './types.ts'

const FIRST = { from: 1, count: 60 }

export const AGREEMENT: readonly PlantedBug[] = [
  {
    name: 'quorum-minus-one',
    rule: 'R1: two quorums share more than f validators',
    edits: [
      {
        file: 'consensus/quorum.ts',
        find: 'return Math.floor((n + maxFaulty(n)) / 2) + 1',
        replace: 'return Math.floor((n + maxFaulty(n)) / 2)',
      },
    ],
    convictedBy: ['validity'],
    seeds: FIRST,
  },
  {
    name: 'nobody-is-faulty',
    rule: 'R1: f is a third, rounded down',
    edits: [
      {
        file: 'consensus/quorum.ts',
        find: 'return Math.floor((n - 1) / 3)',
        replace: 'return Math.min(0, n)',
      },
    ],
    convictedBy: ['validity', 'justification'],
    seeds: FIRST,
  },
  {
    name: 'final-with-one-honest',
    rule: 'R11: a block is final with a quorum of commits, not with f + 1',
    edits: [
      {
        file: 'consensus/on-vote.ts',
        find: 'const decided = decidedBlock(votesOf(state, round).commits, quorum(state.n))',
        replace: 'const decided = decidedBlock(votesOf(state, round).commits, quorum(state.n) - 1)',
      },
    ],
    convictedBy: ['validity'],
    seeds: FIRST,
  },
  {
    name: 'claim-forgotten',
    rule: 'R12: a round change carries the prepared certificate',
    edits: [
      {
        file: 'consensus/turn.ts',
        find: 'const { self, height, round, prepared } = turn.state',
        replace: 'const { self, height, round, prepared } = { ...turn.state, prepared: undefined }',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'prepared-cleared',
    rule: 'R9: a prepared block is kept until a higher round replaces it',
    edits: [
      {
        file: 'consensus/turn.ts',
        find: `    isBegun: true,
    round,
    said: new Set(),`,
        replace: `    isBegun: true,
    round,
    prepared: undefined,
    said: new Set(),`,
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'lowest-prepared',
    rule: 'R5, R6: the block of the highest prepared round is proposed again',
    edits: [
      {
        file: 'consensus/justification.ts',
        find: 'claim.round > highest.round)) highest = claim',
        replace: 'claim.round < highest.round)) highest = claim',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'new-block-over-prepared',
    rule: 'R5: the proposer of a later round is bound by what was prepared',
    edits: [
      {
        file: 'consensus/rules.ts',
        find: 'if (justification.blockId !== undefined) {',
        replace: 'if (justification.blockId !== undefined && state.round < 0) {',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'proposal-unjustified',
    rule: 'R6: after round 0 a proposal needs its justification',
    edits: [
      {
        file: 'consensus/on-proposal.ts',
        find: 'const flaw = proposalFlaw(message, n)',
        replace: 'const flaw = round > 0 ? undefined : proposalFlaw(message, n)',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'claim-unchecked',
    rule: 'R14: a prepared claim needs a quorum of prepares',
    edits: [
      {
        file: 'consensus/on-round-change.ts',
        find: 'const flaw = roundChangeFlaw(message, turn.state.n)',
        replace:
          'const flaw = message.prepares.length > 99 ? roundChangeFlaw(message, turn.state.n) : undefined',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'authors-counted-twice',
    rule: 'R1: authors are counted once each',
    edits: [
      {
        file: 'consensus/votes.ts',
        find: 'return new Set(votes.map((vote) => vote.validator).filter((validator) => validator < n)).size',
        replace: 'return votes.map((vote) => vote.validator).filter((validator) => validator < n).length',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'commit-without-quorum',
    rule: 'R9, R10: a commit needs a quorum of prepares',
    edits: [
      {
        file: 'consensus/rules.ts',
        find: 'const decided = decidedBlock(votesOf(turn.state, round).prepares, quorum(n))',
        replace: 'const decided = decidedBlock(votesOf(turn.state, round).prepares, 1)',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'votes-counted-together',
    rule: 'R9, R11: votes count for the block that they name',
    edits: [
      {
        file: 'consensus/votes.ts',
        find: 'const same = byBlock.get(blockId)',
        replace: 'const same = [...byBlock.values()][0]',
      },
    ],
    convictedBy: ['justification', 'validity', 'agreement'],
    seeds: FIRST,
  },
  {
    name: 'second-proposal-counts',
    rule: 'R6, R8: of one round the first proposal counts, and one block is prepared',
    edits: [
      {
        file: 'consensus/on-proposal.ts',
        find: `  if (novelty.is !== 'new') return
`,
        replace: `  if (novelty.is === 'repeated') return
  if (novelty.is === 'contradiction') turn.state = { ...turn.state, said: new Set() }
`,
      },
      {
        file: 'storage/signing-guard.ts',
        find: 'if (order === 0 && !equalBytes(hash, this.#recorded!.hash)) {',
        replace: 'if (order === 0 && !equalBytes(hash, this.#recorded!.hash) && hash.length === 0) {',
      },
      {
        file: 'storage/signing-guard.ts',
        find: 'this.#signature ??= sign(own).slice()',
        replace: 'this.#signature = sign(own).slice()',
      },
    ],
    convictedBy: ['single-signing'],
    seeds: FIRST,
  },
  {
    name: 'evidence-of-repetition',
    rule: 'R18: the same statement again is no contradiction',
    edits: [
      {
        file: 'consensus/votes.ts',
        find: "    ? { is: 'repeated' }",
        replace: "    ? { is: 'contradiction', earlier }",
      },
    ],
    convictedBy: ['evidence'],
    seeds: FIRST,
  },
]
