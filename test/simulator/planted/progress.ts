/** Bugs that keep a height from ending, or a queue from being bounded. */
import type { PlantedBug } from './types.ts'

const FIRST = { from: 1, count: 30 }

export const PROGRESS: readonly PlantedBug[] = [
  {
    name: 'timer-not-restarted',
    rule: 'R12, R13: a round that is entered has a timer, and one more when a quorum is there',
    edits: [
      {
        file: 'consensus/turn.ts',
        find: `    isSupported: hasSupport(turn.state, round),
  })
  startTimer(turn)`,
        replace: `    isSupported: hasSupport(turn.state, round),
  })`,
      },
      {
        file: 'consensus/rules.ts',
        find: `  turn.state = { ...state, isSupported: true }
  startTimer(turn)`,
        replace: '  turn.state = { ...state, isSupported: true }',
      },
    ],
    convictedBy: ['liveness'],
    profile: 'silent',
    seeds: { from: 25, count: 120 },
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
    profile: 'silent',
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
    profile: 'partitions',
    seeds: FIRST,
  },
  {
    name: 'inbox-without-limit',
    rule: 'T32: of each validator so many messages of later heights are kept, and no more',
    edits: [
      {
        file: 'node/inbox.ts',
        find: 'if (kept.length >= MAX_INBOX_PER_VALIDATOR || bytes > MAX_INBOX_BYTES_PER_VALIDATOR) return',
        replace: 'if (bytes > MAX_INBOX_BYTES_PER_VALIDATOR) return',
      },
    ],
    convictedBy: ['bounds'],
    profile: 'flooder',
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
    profile: 'invalid-blocks',
    seeds: FIRST,
  },
]
