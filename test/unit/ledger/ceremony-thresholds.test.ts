/** One number says how many trustees decrypt: the draft's. Everything else has it from there (T21). */
import { strict as assert } from 'node:assert'
import { canCombine, type TrusteeKind } from '../../../election/index.ts'
import { contextOf, missingDecryptions } from '../../../ledger/index.ts'
import { areDecryptionsComplete, trusteesOf } from '../../../ledger/trustees.ts'
import {
  aStage,
  type CeremonyStage,
  playTo,
  stageCeremony,
  stageRecord,
} from '../../support/ceremony-stage.ts'
import { SOURCE_FOLDERS, sourceFiles } from '../../support/source-files.ts'

/** A finished ceremony beside a mandatory trustee. */
function finished(size: number, threshold: number): CeremonyStage {
  const stage = aStage(size, threshold, { mandatory: ['court'] })
  playTo(stage, 'done')
  return stage
}

describe('T21 the threshold of a draft', () => {
  for (const [size, threshold] of [
    [1, 1],
    [2, 1],
    [3, 2],
    [3, 3],
  ] as const)
    it(`is that of the certificates, the structure and the tally: exactly ${threshold} of ${size} decrypt`, () => {
      const stage = finished(size, threshold)
      const { draft } = stage
      const ceremony = stageCeremony(stage)
      assert.deepEqual(contextOf(draft, ceremony), { size, threshold })
      const trustees: readonly TrusteeKind[] = trusteesOf(draft, ceremony)
      const item = trustees[1]
      assert.ok(item?.kind === 'pedersen')
      assert.equal(item.parameters.threshold, threshold)
      for (let chosen = 0; chosen < 2 ** (size + 1); chosen++) {
        const owners = Array.from({ length: size + 1 }, (_, i) => i + 1).filter(
          (owner) => (chosen >> (owner - 1)) & 1,
        )
        const isEnough = owners.includes(1) && owners.filter((owner) => owner > 1).length >= threshold
        const record = {
          ...stageRecord(stage),
          decryptions: owners.map((owner) => ({ owner, decryption: new Uint8Array(0) })),
        }
        assert.equal(canCombine(trustees, new Set(owners)), isEnough, `${owners}`)
        assert.equal(areDecryptionsComplete(record, ceremony), isEnough, `${owners}`)
        const { mandatory, members, needed } = missingDecryptions(record, ceremony)
        assert.equal(mandatory.length + needed === 0, isEnough, `${owners}`)
        assert.equal(members.length > 0, needed > 0)
      }
    })

  it('is computed nowhere: no file that knows it makes it out of a number of trustees or members', () => {
    const arithmetic = (code: string): readonly string[] =>
      [
        /\b(?:trustees|members|all)\.length\)? *(?:[/%]|- 1\b|\* 2\b)/g,
        /\btrusteeThreshold *[-+*/%] *\d|\d *[-+*/%] *(?:\w+\.)*trusteeThreshold\b/g,
      ]
        .flatMap((pattern) => [...code.matchAll(pattern)])
        .map(String)
    for (const formula of ['Math.floor(members.length / 2)', 'all.length - 1', '2 * draft.trusteeThreshold'])
      assert.equal(arithmetic(formula).length, 1, formula)
    const files = sourceFiles(SOURCE_FOLDERS).filter(({ code }) => /trusteeThreshold/.test(code))
    assert.ok(files.length > 5)
    for (const { path, code } of files) assert.deepEqual(arithmetic(code), [], path)
  })
})
