/** Bugs that keep a height from ending, or a queue from being bounded. */
import type { PlantedBug } from './types.ts'

const FIRST = { from: 1, count: 60 }

export const PROGRESS: readonly PlantedBug[] = [
  {
    name: 'timer-not-restarted',
    rule: 'R12: a round that is entered has a timer',
    edits: [
      {
        file: 'consensus/turn.ts',
        find: `    isSupported: hasSupport(turn.state, round),
  })
  startTimer(turn)`,
        replace: `    isSupported: hasSupport(turn.state, round),
  })`,
      },
    ],
    convictedBy: ['liveness'],
    seeds: FIRST,
  },
  {
    name: 'proposer-for-life',
    rule: 'R2: the proposer changes with the round',
    edits: [
      {
        file: 'consensus/quorum.ts',
        find: 'return ((height % n) + (round % n)) % n',
        replace: 'return ((height % n) + 0 * (round % n)) % n',
      },
    ],
    convictedBy: ['liveness', 'justification'],
    seeds: FIRST,
  },
  {
    name: 'nothing-repeated',
    rule: 'R13: what was said is said again while the height lasts',
    edits: [
      {
        file: 'node/voice.ts',
        find: 'this.#publish(message, this.#dependencies.clock.now())',
        replace: 'void message',
      },
    ],
    convictedBy: ['liveness'],
    seeds: FIRST,
  },
  {
    name: 'pool-without-limit',
    rule: 'T10, T32: the pool has room for so many transactions, and no more',
    edits: [
      {
        file: 'node/pool.ts',
        find: 'this.#entries.size + this.#arriving.size >= this.#maxTransactions ||',
        replace: 'this.#entries.size + this.#arriving.size < 0 ||',
      },
    ],
    convictedBy: ['bounds'],
    seeds: FIRST,
  },
  {
    name: 'invalid-block-prepared',
    rule: 'R7, R8: a block is prepared when it was executed and found valid',
    edits: [
      {
        file: 'consensus/step.ts',
        find: "rememberBlock(turn, blockId, isValid ? 'valid' : 'invalid')",
        replace: "rememberBlock(turn, blockId, isValid ? 'valid' : 'valid')",
      },
    ],
    convictedBy: ['liveness', 'validity'],
    seeds: FIRST,
  },
]
