/** Which phase an election is in at a time, whether or not a block has come that moves it. */
import type { ElectionRecord, Phase } from './types.ts'

/**
 * The phase that a block at `time` sees: not complete at its opening, an election is abandoned; complete, it opens; and an open
 * one closes. Both bounds by the block's time: open while opensAt <= time < closesAt.
 */
export function phaseAt({ phase, draft }: ElectionRecord, time: number): Phase {
  if (phase === 'draft' && time >= draft.opensAt) return 'abandoned'
  if (phase === 'frozen' && time >= draft.opensAt) return time < draft.closesAt ? 'open' : 'decrypting'
  if (phase === 'open' && time >= draft.closesAt) return 'decrypting'
  return phase
}
