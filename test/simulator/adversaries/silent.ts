/**
 * Says nothing, ever: the validator that is switched off, or whose keys are lost (T30; fail-stop, the mildest fault of M. Castro,
 * B. Liskov, *Practical Byzantine fault tolerance*, 1999). It hopes that the others cannot do without it: every round that it would propose
 * in must go by.
 */
import type { AdversaryKind } from '../types.ts'

export const silent: AdversaryKind = {
  describe: 'says nothing',
  seatsPerIndex: 1,
  conspire: () => () => ({ say: () => [] }),
}
