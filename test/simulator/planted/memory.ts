/** Bugs in what a validator remembers: before it speaks, across crashes, while it catches up. */
import type { PlantedBug } from './types.ts'

const FIRST = { from: 1, count: 30 }

export const MEMORY: readonly PlantedBug[] = [
  {
    name: 'journal-not-synced',
    rule: 'Persist, then speak: the journal is durable before anything is signed',
    edits: [
      {
        file: 'node/height-run.ts',
        find: "if (requests.some(({ type }) => type === 'sign' || type === 'finalise')) {",
        replace: "if (requests.some(({ type }) => type === 'finalise')) {",
      },
    ],
    convictedBy: ['persist-before-speak'],
    profile: 'calm',
    seeds: FIRST,
  },
  {
    name: 'sync-that-does-not',
    rule: 'Persist, then speak: a sync forces the bytes to the disk',
    edits: [
      {
        file: 'storage/journal.ts',
        find: `      await this.#file.write(frame, this.#end)
      await this.#file.sync()`,
        replace: `      await this.#file.write(frame, this.#end)`,
      },
    ],
    convictedBy: ['persist-before-speak'],
    profile: 'calm',
    seeds: FIRST,
  },
  {
    name: 'record-one-behind',
    rule: 'Persist, then speak: the last-signed record is durable before the signature leaves',
    edits: [
      {
        file: 'storage/signing-guard.ts',
        find: 'await this.#options.save(next)',
        replace: 'await this.#options.save(this.#recorded ?? next)',
      },
    ],
    convictedBy: ['persist-before-speak'],
    profile: 'calm',
    seeds: FIRST,
  },
  {
    // Alone it shows nowhere: the journal is the other guard. Where that one forgets a block, the record is what is left.
    name: 'record-ignored',
    rule: 'The last-signed record refuses a second statement, whatever the journal says',
    edits: [
      {
        file: 'node/height-run.ts',
        find: '    await this.#dependencies.journal.append(',
        replace: `    if (input.type === 'blockBuilt') return effects
    await this.#dependencies.journal.append(`,
      },
      {
        file: 'storage/signing-guard.ts',
        find: 'if (order < 0) {',
        replace: 'if (order < -Number.MAX_VALUE) {',
      },
      {
        file: 'storage/signing-guard.ts',
        find: 'if (order === 0 && !equalBytes(hash, this.#recorded!.hash)) {',
        replace: 'if (order === 0 && !equalBytes(hash, hash)) {',
      },
      {
        file: 'storage/signing-guard.ts',
        find: 'this.#signature ??= sign(own).slice()',
        replace: 'this.#signature = sign(own).slice()',
      },
    ],
    convictedBy: ['single-signing'],
    profile: 'crashes',
    seeds: { from: 21, count: 100 },
  },
  {
    name: 'journal-not-replayed',
    rule: 'R21: after a crash the journal gives the state back',
    edits: [
      {
        file: 'node/runner.ts',
        find: 'run.replay(journal.records())',
        replace: 'run.replay(journal.records().slice(0, 0))',
      },
    ],
    convictedBy: ['justification', 'agreement'],
    profile: 'crashes',
    seeds: { from: 3, count: 30 },
  },
  {
    name: 'intact-frame-dropped',
    rule: 'Journal: only a torn end is cut off',
    edits: [
      {
        file: 'storage/journal-format.ts',
        find: `    if (frame.type === 'torn') break
`,
        replace: `    if (frame.type === 'torn' || (frame.type === 'intact' && frame.end === bytes.length)) break
`,
      },
    ],
    convictedBy: ['justification', 'agreement'],
    profile: 'crashes',
    seeds: { from: 3, count: 30 },
  },
  {
    name: 'torn-end-is-damage',
    rule: 'Journal: a power cut in the middle of a write is no damage',
    edits: [
      {
        file: 'storage/journal-format.ts',
        find: "if (end > bytes.length) return { type: 'torn' }",
        replace: "if (end > bytes.length) return { type: 'damaged', what: 'a frame is cut off' }",
      },
    ],
    convictedBy: ['liveness'],
    profile: 'crashes',
    seeds: { from: 14, count: 80 },
  },
  {
    name: 'speaks-while-catching-up',
    rule: 'A node that is catching up signs nothing',
    edits: [
      {
        file: 'node/runner.ts',
        find: '  #isAllowed = false',
        replace: '  #isAllowed = true',
      },
    ],
    convictedBy: ['single-signing'],
    profile: 'crashes',
    seeds: FIRST,
  },
  {
    name: 'commit-not-awaited',
    rule: 'A finalised block is final: it is durable before anything follows from it',
    edits: [
      {
        file: 'storage/chain-store.ts',
        find: 'await this.#database.write(operations)',
        replace: 'void this.#database.write(operations).catch(() => undefined)',
      },
    ],
    convictedBy: ['ballots', 'agreement', 'liveness'],
    profile: 'disks',
    seeds: FIRST,
  },
]
