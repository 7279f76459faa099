/** Says nothing, ever: the crashed and the switched-off validator. */
import type { Adversary } from '../../consensus-network.ts'

export function silent(): Adversary {
  return { hear: () => {} }
}
