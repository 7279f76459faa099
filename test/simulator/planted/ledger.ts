/** Bugs in what a block and a ballot must be, and in how ballots are counted. */
import type { PlantedBug } from './types.ts'

const FIRST = { from: 1, count: 30 }

export const LEDGER: readonly PlantedBug[] = [
  {
    name: 'state-root-not-compared',
    rule: 'Execution: the header has the root of the state after the block',
    edits: [
      {
        file: 'ledger/execute.ts',
        find: 'if (!equalBytes(stateRoot(next), block.header.stateRoot))',
        replace: 'if (!equalBytes(stateRoot(next), stateRoot(next)))',
      },
    ],
    convictedBy: ['state-root'],
    profile: 'invalid-blocks',
    seeds: FIRST,
  },
  {
    name: 'proofs-not-verified',
    rule: 'T09: every validator verifies every ballot',
    edits: [
      {
        file: 'election/verify-ballot.ts',
        find: 'first === undefined ? GOOD : { ok: false, error: first },',
        replace: 'first === undefined || ballots.length > 0 ? GOOD : { ok: false, error: first },',
      },
    ],
    convictedBy: ['validity'],
    profile: 'forger',
    seeds: FIRST,
  },
  {
    name: 'ballot-twice',
    rule: 'T14: a ballot that was on the board is never accepted again',
    edits: [
      {
        file: 'ledger/check.ts',
        find: 'if (boardPosition(election, id) !== undefined)',
        replace: 'if (boardPosition(election, id) === -1)',
      },
      {
        file: 'ledger/id-trie.ts',
        find: "assert(level < NIBBLES, 'two ids differ somewhere')",
        replace: 'if (level >= NIBBLES) return position',
      },
    ],
    convictedBy: ['validity'],
    profile: 'replayer',
    seeds: { from: 2, count: 30 },
  },
  {
    name: 'closing-ignored',
    rule: 'A ballot is in time when opensAt <= time < closesAt',
    edits: [
      {
        file: 'ledger/clock.ts',
        find: "return opened.record.phase === 'open' && time >= draft.closesAt ? close(opened) : opened",
        replace: "return opened.record.phase === 'open' && time < 0 ? close(opened) : opened",
      },
      {
        file: 'ledger/phase.ts',
        find: "if (phase === 'open' && time >= draft.closesAt) return 'decrypting'",
        replace: "if (phase === 'open' && time < 0) return 'decrypting'",
      },
    ],
    convictedBy: ['validity', 'ballots', 'liveness'],
    profile: 'calm',
    seeds: FIRST,
  },
  {
    name: 'replaced-ballot-counts',
    rule: 'T13: one ballot counts per credential',
    edits: [
      {
        file: 'ledger/apply.ts',
        find: 'if (replaced !== undefined) count(ballotOf(toHex(replaced)), -weight)',
        replace: '',
      },
    ],
    convictedBy: ['ballots', 'liveness'],
    profile: 'calm',
    seeds: { from: 5, count: 30 },
  },
  {
    name: 'lead-not-checked',
    rule: 'A block that is more than 2 s ahead of the own clock waits',
    edits: [
      {
        file: 'node/height-run.ts',
        find: 'if (leadMs > 0 && chain.executed(id) === undefined) await this.#wait(leadMs)',
        replace: 'if (leadMs > 3.6e6 && chain.executed(id) === undefined) await this.#wait(leadMs)',
      },
    ],
    convictedBy: ['validity'],
    profile: 'invalid-blocks',
    seeds: { from: 2, count: 30 },
  },
  {
    name: 'certificate-not-verified',
    rule: 'Blocks from peers: certificates are verified, and two at one height stop the node',
    edits: [
      {
        file: 'node/block-import.ts',
        find: "if (!verified.ok) return refuse('bad-certificate', verified.error.detail)",
        replace:
          "if (!verified.ok && verified.error.code === 'unknown-validator') return refuse('bad-certificate', verified.error.detail)",
      },
      {
        file: 'node/block-import.ts',
        find: 'if (height === chain.height() && id !== toHex(chain.state().head.id)) throw fork(height)',
        replace: 'if (height === chain.height()) return',
      },
    ],
    convictedBy: ['validity', 'agreement', 'liveness'],
    profile: 'forger',
    seeds: { from: 6, count: 30 },
  },
]
