/** The nouns of planted bugs. */

/** One change of one file. The text to find stands in it exactly once. */
export interface Edit {
  /** From the checkout, with slashes. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** A deliberate defect: what a careless change could do to a rule, and who must notice. */
export interface PlantedBug {
  /** In kebab-case. */
  readonly name: string
  /** What it breaks: a rule of consensus/README.md, or of whom, in a few words. */
  readonly rule: string
  readonly edits: readonly Edit[]
  /** Any of these checkers may convict it; another one that does has not understood it. */
  readonly convictedBy: readonly [string, ...string[]]
  /** Of the simulator's profiles; without one, the ordinary mixture. */
  readonly profile?: string
  /** The seeds that are tried. The first is one that convicts today; the others are there for when plans change. */
  readonly seeds: { readonly from: number; readonly count: number }
}

/** What became of one. */
export interface PlantedResult {
  readonly name: string
  readonly rule: string
  readonly convicted: boolean
  /** Of the first violation, also where it is not an expected one. */
  readonly checker?: string
  readonly seed?: number
  readonly detail: string
  readonly seconds: number
}

export interface PlantedReport {
  /** Whether every one was convicted. */
  readonly ok: boolean
  readonly planted: readonly PlantedResult[]
  /** Names of those that were not. */
  readonly missed: readonly string[]
}
