/** No validator contradicts itself: one statement a validator, kind, height and round, over everything that was ever seen of it. */
import type { StatementFact, Violation } from '../facts.ts'

/** Judges all statements together. */
export function judgeStatements(statements: Iterable<StatementFact>): readonly Violation[] {
  const violations: Violation[] = []
  const said = new Map<string, StatementFact>()
  for (const statement of statements) {
    const { validator, kind, height, round, content, source } = statement
    const slot = `${validator}/${kind}/${height}/${round}`
    const first = said.get(slot)
    if (first === undefined) said.set(slot, statement)
    else if (first.content !== content)
      violations.push({
        judge: 'statements',
        detail:
          `validator ${validator} contradicts itself: ${kind} at height ${height}, round ${round}: ` +
          `${first.content} (${first.source}) and ${content} (${source})`,
      })
  }
  return violations
}
