/** The kinds of adversaries, by name. Each file's head says which attack it is and what it hopes for. */
import type { AdversaryKind } from '../types.ts'
import { censor } from './censor.ts'
import { equivocator } from './equivocator.ts'
import { flooder } from './flooder.ts'
import { forger } from './forger.ts'
import { invalidBlocks } from './invalid-blocks.ts'
import { late } from './late.ts'
import { replayer } from './replayer.ts'
import { roundChangeLiar } from './round-change-liar.ts'
import { silent } from './silent.ts'
import { twins } from './twins.ts'
import { withholder } from './withholder.ts'

export const ADVERSARIES: Readonly<Record<string, AdversaryKind>> = {
  equivocator,
  withholder,
  replayer,
  forger,
  flooder,
  late,
  'invalid-blocks': invalidBlocks,
  'round-change-liar': roundChangeLiar,
  censor,
  silent,
  twins,
}
