/**
 * The numbers of the rules in README.md. `step` says which of them fired, so that a trace reads like the README and a search can
 * show that it reached all of them.
 *
 * A rule fires when it had a say: a threshold was reached [R1], a message was judged [R6] [R14], a statement was left out for
 * coming too late [R17], a bound was met [R19], an observer had no timer [R20]. [R21] fires outside: when a journal is replayed.
 */

/** The number of a rule. */
export type Rule =
  `R${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22}`

/** Every rule, in order. */
export const RULES: readonly Rule[] = [
  ...(['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'R10', 'R11'] as const),
  ...(['R12', 'R13', 'R14', 'R15', 'R16', 'R17', 'R18', 'R19', 'R20', 'R21', 'R22'] as const),
]
