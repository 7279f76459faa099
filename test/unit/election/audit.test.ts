import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import {
  type AuditReport,
  auditArchive,
  ballotJson,
  createPartialDecryption,
  ownedDecryptionJson,
  partialDecryptionJson,
  payloadHash,
  publicCredentialsJson,
  setupJson,
  trusteesJson,
  writeArchive,
} from '../../../election/index.ts'
import { MAX_AUDIT_PLACES } from '../../../election/limits.ts'
import {
  type LooseFile,
  pack,
  packFile,
  rechained,
  rehashed,
  unpack,
} from '../../support/election/archive-files.ts'
import {
  aBallot,
  aVoter,
  replaced,
  seeded,
  signedBy,
  TORSION_POINTS,
  withTorsion,
} from '../../support/election/builders.ts'
import { rememberingVerifier } from '../../support/election/remembering-verifier.ts'
import { aBoard, aWholeElection, type Stage } from '../../support/election/whole-election.ts'

/** Voters 0 and 1 vote twice; the first ballots of both do not count. */
const VOTES = [0, 1, 2, 0, 1].map((voter, index) => ({
  voter,
  answers:
    index % 2 === 0
      ? [
          [1, 0],
          [0, 1, 1, 0],
        ]
      : [
          [0, 1],
          [1, 0, 0, 0],
        ],
}))
const whole = aWholeElection({ seed: 'audit', weights: [1n, 20n, 300n], votes: VOTES })
const files = unpack(whole.archive)
const eventAt = (height: number): number =>
  files.findIndex(
    ({ kind, text }) => kind === 'event' && (JSON.parse(text) as { height: number }).height === height,
  )

const verify = rememberingVerifier()
const failed = (archive: Uint8Array): readonly string[] =>
  auditArchive(archive, undefined, verify)
    .checks.filter(({ ok }) => !ok)
    .map(({ id, detail }) => `${id} ${detail}`)
const failures = (changed: readonly LooseFile[]): readonly string[] => failed(pack(changed))
/** Asserts that these checks fail and no others, each with a place like the pattern. */
function refused(found: readonly string[], expected: Readonly<Record<string, RegExp>>): void {
  assert.deepEqual(
    [...new Set(found.map((line) => line.slice(0, 3)))],
    Object.keys(expected),
    found.join('\n'),
  )
  for (const [id, pattern] of Object.entries(expected))
    assert.ok(
      found.some((line) => line.startsWith(id) && pattern.test(line)),
      `${id} ${pattern}: ${found.join('\n')}`,
    )
}
/** The archive with one text changed and all hashes made right again. */
const edited = (file: number, change: (text: string) => string): readonly LooseFile[] => {
  const text = change(files[file]!.text)
  assert.notEqual(text, files[file]!.text, 'the change changes something')
  return rehashed(files, file, text)
}
const without = (...indexes: readonly number[]): readonly LooseFile[] =>
  rechained(files.filter((_, index) => !indexes.includes(index)))
const moved = (from: number, count: number, to: number): readonly LooseFile[] => {
  const rest = files.filter((_, index) => index < from || index >= from + count)
  const at = to > from ? to - count : to
  return rechained([...rest.slice(0, at), ...files.slice(from, from + count), ...rest.slice(at)])
}
const find = (pattern: RegExp): number => files.findIndex(({ text }) => pattern.test(text))
const TALLY = find(/^\[\[\{"alpha"/)
const SIZED = find(/^\{"num_tallied"/)
const RESULT = find(/^\{"result"/)
const ROLL = find(/^\["[0-9a-f]{64},/)
const TRUSTEES = find(/^\[\["Single"/)
const ELECTION = find(/^\{"version":1,"description"/)
const DECRYPTION = find(/^\{"decryption_factors"/)

describe('the audit', () => {
  it('accepts a whole election and says what it found', () => {
    const report = auditArchive(whole.archive, undefined, verify)
    assert.deepEqual(failed(whole.archive), [])
    assert.equal(report.ok, true)
    assert.deepEqual(
      report.checks.map(({ id }) => id),
      Array.from({ length: 18 }, (_, i) => `A${String(i + 1).padStart(2, '0')}`),
    )
    assert.equal(report.election, whole.election.uuid)
    assert.equal(report.name, whole.election.name)
    assert.equal(report.ballots, 5)
    assert.equal(report.counted, 3)
    assert.deepEqual(report.result, [
      [320n, 1n],
      [1n, 320n, 320n, 0n],
    ])
    assert.deepEqual(report.questions, whole.election.questions)
  })

  it('accepts what the official tool made', () => {
    for (const name of ['large-weights', 'small-weights-blank', 'threshold-and-mandatory'])
      assert.deepEqual(failed(readFileSync(`test/vectors/belenios/${name}.bel`)), [], name)
  })

  it('accepts a growing archive as far as it goes, and says what is not there yet', () => {
    const notes = (until: Stage): string => {
      const report = auditArchive(aWholeElection({ until }).archive, undefined, verify)
      assert.equal(report.ok, true, until)
      return report.checks
        .flatMap(({ id, detail }) => (detail === undefined ? [] : [`${id} ${detail}`]))
        .join('\n')
    }
    assert.match(
      notes('open'),
      /A05 not there yet: EndBallots, EncryptedTally, Result\nA15 .*\nA17 .*item 1 .*item 2/,
    )
    assert.match(notes('closed'), /A05 not there yet: EncryptedTally, Result\nA15 not there yet\n/)
    assert.match(
      notes('tallied'),
      /^A05 not there yet: Result\nA17 .*trustee 2\): 0 of 1 decryptions\nA18 not there yet$/,
    )
    assert.match(notes('decrypted'), /^A05 not there yet: Result\nA18 not there yet$/)
    assert.equal(notes('result'), '')
  })

  it('accepts the archive after each of its events, and a cut anywhere else as little as a damaged one', () => {
    for (let count = 0; count <= whole.entries.length; count++) {
      const entries = whole.entries.slice(0, count)
      const isWhole = entries.at(-1)?.kind === 'event'
      assert.equal(auditArchive(writeArchive(1, entries), undefined, verify).ok, isWhole, `${count} files`)
    }
  })

  it('accepts an election without ballots', () => {
    const none = aWholeElection({ votes: [] })
    assert.deepEqual(failed(none.archive), [])
    assert.deepEqual(auditArchive(none.archive).result, [
      [0n, 0n],
      [0n, 0n, 0n, 0n],
    ])
  })

  it('tells how many ballots it has verified', () => {
    const seen: string[] = []
    auditArchive(whole.archive, (done, of) => seen.push(`${done}/${of}`))
    assert.deepEqual(seen, ['5/5'], 'five ballots are verified together')
  })

  it('says of what is no archive that nothing was checked', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(512), whole.archive.slice(0, -1)]) {
      const report = auditArchive(bytes)
      assert.equal(report.ok, false)
      assert.ok(report.checks.every(({ ok }) => !ok))
    }
  })

  it('reports every fault, not the first one', () => {
    const second = edited(eventAt(2) - 1, (text) => text.replace(/"response":"(\d)/, '"response":"1$1'))
    const both = rehashed(second, RESULT, second[RESULT]!.text.replace('320', '300'))
    const found = failures(both)
    assert.ok(found.some((line) => /^A1[14] event 2/.test(line)))
    assert.ok(found.some((line) => line.startsWith('A18')))
  })

  it('names each fault of a ballot whose signature was made again', () => {
    const [ballot] = whole.ballots
    const [q1, q2] = ballot!.answers
    const proof = { challenge: 5n, response: 6n }
    const answers = [
      { ...q1!, individualProofs: replaced(q1!.individualProofs, 1, [proof, proof]) },
      { ...q2!, blankProof: [proof, proof] },
    ]
    const forged = signedBy({ ...ballot!, answers }, whole.voters[0]!.secret)
    const first = eventAt(1) - 1
    const found = failures(rehashed(files, first, ballotJson(forged)))
    assert.deepEqual(found, [
      'A14 event 1 (Ballot): individual-proof: question 1, choice 2, individual: not shown to be 0 or 1',
      'A14 event 1 (Ballot): blank-proof: question 2, blank: not shown to be either blank or not',
    ])
  })

  it('names so many places of a check and counts the rest', () => {
    const votes = Array.from({ length: 5 }, () => ({ voter: 0, answers: [[1]] }))
    const many = aWholeElection({
      questions: [{ question: 'Q', answers: ['A'], blank: false, min: 0, max: 1 }],
      votes,
      until: 'open',
    })
    const loose = unpack(many.archive)
    const places = (extras: number): readonly string[] =>
      failures([
        ...loose,
        ...Array.from({ length: extras }, (_, index): LooseFile => ({ kind: 'data', text: `${index}` })),
      ])
    assert.equal(places(MAX_AUDIT_PLACES).length, MAX_AUDIT_PLACES)
    assert.match(places(MAX_AUDIT_PLACES).at(-1) ?? '', /no event refers to it/)
    assert.equal(places(MAX_AUDIT_PLACES + 3).length, MAX_AUDIT_PLACES + 1)
    assert.equal(places(MAX_AUDIT_PLACES + 3).at(-1), 'A06 and 3 more')
  })
})

describe('the audit refuses', () => {
  const ballot = (height: number): number => eventAt(height) - 1

  it('T25 a counted ballot left out, with everything else made right again', () => {
    refused(failures(without(ballot(4), eventAt(4))), { A15: /question 1, choice 1: not the sum/ })
    refused(failures(without(ballot(3), eventAt(3))), { A15: /num_tallied is 3, 2 ballots count/ })
  })

  it('a ballot that is there twice', () => {
    const copy = { kind: 'event', text: files[eventAt(1)]!.text } as const
    const doubled = rechained([...files.slice(0, eventAt(5) + 1), copy, ...files.slice(eventAt(5) + 1)])
    refused(failures(doubled), {
      A06: /event 6 \(Ballot\).*belongs to event 1/,
      A13: /event 6 .*event 1/,
      A15: /not the sum/,
    })
  })

  it('a ballot after the end of the ballots', () => {
    refused(failures(moved(ballot(2), 2, eventAt(6) + 1)), {
      A05: /event 6 \(Ballot\): stands after EndBallots/,
      A15: /sum/,
    })
    refused(failures(moved(ballot(2), 2, files.length)), { A05: /stands after Result/, A15: /sum/ })
  })

  it('T03 a ballot under the credential of another voter, also with a signature of that voter', () => {
    const other = whole.voters[2]!
    const found = edited(ballot(4), (text) =>
      text.replace(/"credential":"[0-9a-f]*/, `"credential":"${hex(other.publicCredential)}`),
    )
    refused(failures(found), { A14: /event 4 .*bad-signature/, A15: /sum/ })
    const stolen = signedBy(whole.ballots[3]!, other.secret)
    refused(failures(rehashed(files, ballot(4), ballotJson(stolen))), {
      A14: /event 4 .*individual-proof: question 1, choice 1/,
      A15: /sum/,
    })
  })

  it('a ballot whose credential is not on the roll', () => {
    const stranger = aBallot(whole.election, aVoter(whole.election, 'stranger'))
    refused(failures(rehashed(files, ballot(1), ballotJson(stranger))), {
      A12: /event 1 \(Ballot\): credential [0-9a-f]{64}/,
    })
  })

  it('a ballot of another election or uuid', () => {
    const other = aWholeElection({ seed: 'other', weights: [1n, 20n, 300n], votes: VOTES })
    refused(failures(rehashed(files, ballot(1), ballotJson(other.ballots[0]!))), {
      A11: /event 1 .*wrong-election/,
      A12: /event 1/,
    })
    const uuid = signedBy({ ...whole.ballots[0]!, uuid: other.election.uuid }, whole.voters[0]!.secret)
    refused(failures(rehashed(files, ballot(1), ballotJson(uuid))), { A11: /event 1 .*wrong-election/ })
  })

  it('a tally, a number of ballots or a weight that does not follow from the ballots', () => {
    refused(failures(edited(SIZED, (text) => text.replace('"num_tallied":3', '"num_tallied":5'))), {
      A15: /num_tallied is 5, 3/,
    })
    refused(failures(edited(SIZED, (text) => text.replace('321', '322'))), {
      A15: /total_weight is 322, the ballots weigh 321/,
    })
    const points = files[TALLY]!.text.match(/[0-9a-f]{64}/g)!
    const swapped = edited(TALLY, (text) => text.replace(points[0]!, points[2]!))
    refused(failures(swapped), {
      A15: /question 1, choice 1/,
      A16: /question 1, choice 1/,
      A17: /0 of 1/,
      A18: /not checked/,
    })
    const shorter = edited(TALLY, (text) => text.replace(/,\{[^}]*\}\]\]$/, ']]'))
    refused(failures(shorter), {
      A15: /question 2, choice 4/,
      A16: /factors and .* proofs/,
      A17: /0 of 1/,
      A18: /not checked/,
    })
  })

  it('T19 partial decryptions that are swapped, taken twice, of nobody, or wrong', () => {
    const [one, two] = [ownedDecryptionJson(1, hashOf(0)), ownedDecryptionJson(2, hashOf(1))]
    const at = [files.findIndex(({ text }) => text === one), files.findIndex(({ text }) => text === two)]
    const owner = (which: number, number: number): readonly LooseFile[] =>
      edited(at[which]!, (text) => text.replace(/"owner":\d/, `"owner":${number}`))
    const swapped = rehashed(owner(0, 2), at[1]!, two.replace('"owner":2', '"owner":1'))
    refused(failures(swapped), {
      A16: /event 8 .*trustee 2: question 1, choice 1: the proof/,
      A17: /0 of 1/,
      A18: /not checked/,
    })
    refused(failures(owner(1, 1)), {
      A16: /event 9 .*trustee 1 decrypted in event 8/,
      A17: /item 2/,
      A18: /not checked/,
    })
    refused(failures(owner(1, 3)), {
      A16: /event 9 .*there is no trustee 3/,
      A17: /item 2/,
      A18: /not checked/,
    })
    const wrong = createPartialDecryption(
      whole.election,
      whole.tally,
      whole.trusteeKeys[0]! + 1n,
      seeded('wrong'),
    )
    refused(failures(rehashed(files, DECRYPTION, partialDecryptionJson(wrong))), {
      A16: /event 8 .*trustee 1: question 2, choice 4: the proof of the factor/,
      A17: /item 1/,
      A18: /not checked/,
    })
  })

  it('a result without the decryptions it needs', () => {
    const drop = [DECRYPTION, DECRYPTION + 1, eventAt(8)]
    refused(failures(without(...drop)), { A17: /item 1 \(trustee 1\): 0 of 1/, A18: /not checked/ })
  })

  it('a result that was altered', () => {
    refused(failures(edited(RESULT, (text) => text.replace('320', '300'))), {
      A18: /event 10 \(Result\): question 1, choice 1: 300/,
    })
    refused(failures(edited(RESULT, (text) => text.replace(',0]', ',0,0]'))), { A18: /counts for/ })
    refused(failures(edited(RESULT, (text) => text.replace('320', '"320"'))), { A18: /only form/ })
    refused(failures(edited(RESULT, (text) => text.replace('320', '-1'))), { A18: /only form/ })
  })

  it('an election key that is not the product of the trustees’ keys', () => {
    const forged = aWholeElection({ seed: 'audit', weights: [1n, 20n, 300n], votes: VOTES, trustees: 1 })
    const board = aBoard()
    const [roll, trustees] = [publicCredentialsJson(forged.roll, true), trusteesJson(whole.trustees)]
    board.append(
      'Setup',
      forged.election.json,
      trustees,
      roll,
      setupJson(payloadHash(forged.election.json), payloadHash(trustees), payloadHash(roll)),
    )
    refused(failed(writeArchive(1, board.entries)), { A10: /another one/ })
  })

  it('T06 points outside the subgroup, wherever they stand', () => {
    const torsion = TORSION_POINTS[3]!
    const tampered = (file: number, which = 0): readonly LooseFile[] =>
      edited(file, (text) => {
        const point = text.match(/(?<=")[0-9a-f]{64}(?=[",])/g)![which]!
        return text.replace(point, hex(withTorsion(Buffer.from(point, 'hex'), torsion)))
      })
    for (const [file, id] of [
      [ELECTION, 'A07'],
      [ROLL, 'A08'],
      [TRUSTEES, 'A09'],
      [TALLY, 'A15'],
      [DECRYPTION, 'A16'],
    ] as const)
      assert.ok(
        failures(tampered(file)).some((line) => line.startsWith(id) && /subgroup/.test(line)),
        id,
      )
    for (const which of [1, 2, 5])
      assert.ok(
        failures(tampered(ballot(1), which)).some((line) =>
          /^A14 event 1 .*point-outside-subgroup/.test(line),
        ),
      )
    assert.ok(
      failures(tampered(ballot(1), 0)).some((line) => /^A14 event 1 .*point-outside-subgroup/.test(line)),
    )
  })

  it('T05 JSON that is not canonical, in every file', () => {
    const spaced = (text: string): string => text.replace(/[:,]/, '$& ')
    const doubled = (text: string): string => text.replace(/^\{("[a-z_]+":)/, '{$10,$1')
    const padded = (text: string): string => `${text}\n`
    for (const change of [spaced, padded, doubled])
      for (const [file, { kind, text }] of files.entries()) {
        const isLikeAnother = file > eventAt(1) && file <= eventAt(5)
        if (isLikeAnother || change(text) === text) continue
        const changed = files.map((old, index) => (index === file ? { ...old, text: change(text) } : old))
        const all = kind === 'header' ? changed : rehashed(files, file, change(text))
        assert.notDeepEqual(failures(all), [], `${change.name} ${text.slice(0, 60)}`)
      }
  })

  it('a roll out of order, with a credential twice, and with a weight changed', () => {
    const [a, b, c] = JSON.parse(files[ROLL]!.text) as string[]
    const roll = (lines: readonly unknown[]): readonly string[] =>
      failures(edited(ROLL, () => JSON.stringify(lines)))
    assert.match(roll([b, a, c]).join('\n'), /A08 roll-unsorted: line 2/)
    assert.match(roll([a, a, b, c]).join('\n'), /A08 roll-duplicate: line 2/)
    assert.match(roll([a, b]).join('\n'), /A12 event \d \(Ballot\)/)
    refused(roll([a, b, c?.replace(/\d+$/, '7')]), { A15: /total_weight/ })
  })

  it('files that no event refers to, data that is missing, and data after its event', () => {
    const extra = { kind: 'data', text: '{}' } as const
    refused(failures([...files, extra]), { A06: /44136fa3.*no event refers to it/ })
    refused(failures(without(ballot(1))), {
      A06: /event 1 \(Ballot\): ballot [0-9a-f]{64} is missing/,
      A11: /event 1/,
    })
    refused(failures(moved(ballot(1), 1, eventAt(1) + 1)), {
      A06: /event 1 \(Ballot\): ballot .* stands after the event/,
    })
    refused(failures(without(TALLY)), {
      A06: /the tally .* is missing/,
      A15: /event 7/,
      A16: /not checked/,
      A17: /of 1/,
      A18: /not checked/,
    })
  })

  it('a file under a name that is not its hash, and names of no kind', () => {
    const at = whole.archive.length
    const wrongName = Buffer.concat([
      whole.archive,
      packFile(`${'a'.repeat(64)}.data.json`, '{}', 1_800_000_000),
    ])
    assert.ok(wrongName.length > at)
    assert.match(failed(wrongName).join('\n'), /A02 a{64}\.data\.json: its content has another hash/)
    const noKind = Buffer.concat([whole.archive, packFile('notes.txt', '{}', 1_800_000_000)])
    assert.match(failed(noKind).join('\n'), /A01 notes\.txt/)
  })

  it('heights and parents that are not those of a chain', () => {
    const height = edited(eventAt(3), (text) => text.replace('"height":3', '"height":4'))
    refused(failures(height), { A04: /event 4 \(Ballot\): its height should be 3/ })
    const grandparent = (JSON.parse(files[eventAt(3)]!.text) as { parent: string }).parent
    const fork = edited(eventAt(4), (text) => text.replace(/"parent":"[0-9a-f]*/, `"parent":"${grandparent}`))
    refused(failures(fork), { A04: /event 4 \(Ballot\): its parent/ })
    const orphan = edited(eventAt(4), (text) => text.replace(/"parent":"[0-9a-f]*",/, ''))
    refused(failures(orphan), { A04: /event 4/ })
  })

  it('events in another order, a second time, or after the result', () => {
    const event = (text: string): LooseFile => ({ kind: 'event', text })
    const end = files[eventAt(6)]!.text
    refused(failures(rechained([...files, event(end)])), {
      A05: /event 11 \(EndBallots\): stands after Result/,
    })
    refused(failures(rechained([...files.slice(0, eventAt(6)), event(end), ...files.slice(eventAt(6))])), {
      A05: /event 7 \(EndBallots\): stands there a second time/,
    })
    refused(failures(without(eventAt(6))), { A05: /event 6 \(EncryptedTally\): stands before EndBallots/ })
    refused(failures(rechained([...files, event('{"type":"Shuffle"}'.replace('}', ',"height":11}'))])), {
      A05: /shuffled/,
    })
    refused(failures(rechained([files[0]!, ...files.slice(eventAt(0) + 1)])).slice(0, 1), {
      A05: /first event is not Setup/,
    })
  })

  it('T02 decryptions made for another election', () => {
    const other = aWholeElection({
      seed: 'audit',
      questions: whole.election.questions.map((q) => ({ ...q, question: 'Other?' })),
    })
    const made = createPartialDecryption(other.election, whole.tally, whole.trusteeKeys[0]!, seeded('other'))
    const found = failures(rehashed(files, DECRYPTION, partialDecryptionJson(made)))
    assert.match(found.join('\n'), /A16 event 8/)
  })
})

describe('what no audit of one archive can see', () => {
  it('is the timestamp, a ballot that does not count, and a voter on the roll who did not vote', () => {
    const again = (timestamp: number, loose: readonly LooseFile[]): AuditReport =>
      auditArchive(
        pack(
          loose.map((file) =>
            file.kind === 'header' ? { ...file, text: `{"version":1,"timestamp":${timestamp}}` } : file,
          ),
        ),
      )
    assert.equal(again(1, files).ok, true)
    assert.equal(again(1, without(eventAt(1) - 1, eventAt(1))).ok, true)
    const idle = aWholeElection({
      weights: [1n, 2n],
      votes: [
        {
          voter: 0,
          answers: [
            [1, 0],
            [1, 0, 0, 0],
          ],
        },
      ],
    })
    const loose = unpack(idle.archive)
    const roll = loose.findIndex(({ text }) => /^\["[0-9a-f]{64},/.test(text))
    assert.equal(again(1, rehashed(loose, roll, loose[roll]!.text.replace(',2"', ',3"'))).ok, true)
  })
})

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const hashOf = (decryption: number): Uint8Array =>
  payloadHash(partialDecryptionJson(whole.decryptions[decryption]!))
