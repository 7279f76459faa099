/** What a scenario is: something that befalls the daemons of a world that goes on. */
import type { World } from './world.ts'

export type Figures = Readonly<Record<string, number | string>>

export interface Scenario {
  readonly name: string
  /** How long it takes on an idle machine, roughly. */
  readonly lastsMs: number
  /** Leaves all four daemons running in the ordinary way. Fails, or convicts, where a promise is broken. */
  readonly run: (world: World) => Promise<Figures>
}
