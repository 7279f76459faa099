/** The checkers of the simulator by name: each judges one promise, and knows nothing but facts and happenings. */
import type { CreateChecker } from '../types.ts'
import { agreement } from './agreement.ts'
import { ballots } from './ballots.ts'
import { bounds } from './bounds.ts'
import { evidence } from './evidence.ts'
import { justification } from './justification.ts'
import { liveness } from './liveness.ts'
import { persistBeforeSpeak } from './persist-before-speak.ts'
import { singleSigning } from './single-signing.ts'
import { stateRoot } from './state-root.ts'
import { validity } from './validity.ts'

export const CHECKERS: Readonly<Record<string, CreateChecker>> = {
  agreement,
  validity,
  'single-signing': singleSigning,
  'persist-before-speak': persistBeforeSpeak,
  'state-root': stateRoot,
  ballots,
  bounds,
  liveness,
  evidence,
  justification,
}
