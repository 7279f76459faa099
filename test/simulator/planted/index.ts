/** The planted bugs, by what they break. */
import { AGREEMENT } from './agreement.ts'
import { LEDGER } from './ledger.ts'
import { MEMORY } from './memory.ts'
import { PROGRESS } from './progress.ts'
import type { PlantedBug } from './types.ts'

export const PLANTED: readonly PlantedBug[] = [...AGREEMENT, ...MEMORY, ...LEDGER, ...PROGRESS]
