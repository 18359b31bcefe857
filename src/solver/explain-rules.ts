import { Assignment, type Clause, type Literal } from "./clauses.ts";
import type { Rule } from "./rules.ts";

/** More rules than this are not thinned out one by one. */
const thinningLimit = 150;
/** Contradictions met until it is given up to show that rules contradict each other. */
const contradictionLimit = 500;

/** Drops, from the last one to the first, every rule without which the others still contradict each other. */
export function thinOutRules<Said>(rules: readonly Rule<Said>[]): readonly Rule<Said>[] {
  let left = rules;
  if (left.length > thinningLimit) return left;
  for (const rule of rules.toReversed()) {
    const fewer = left.filter((each) => each !== rule);
    if (!canHold(fewer)) left = fewer;
  }
  return left;
}

/** Whether rules can all hold, or nearly can: whatever is open is decided against. */
function canHold(rules: readonly Rule<unknown>[]): boolean {
  const assignment = new Assignment<undefined>();
  const variables = new Map<number, number>();
  const own = (literal: Literal): Literal => {
    const candidate = Math.abs(literal);
    const variable = variables.get(candidate) ?? assignment.add();
    variables.set(candidate, variable);
    return literal > 0 ? variable + 1 : -(variable + 1);
  };
  let broken: Clause<undefined> | undefined;
  for (const { literals } of rules)
    broken ??= assignment.addClause({ literals: literals.map(own), origin: { fact: undefined } });
  const propagate = () => assignment.propagate(() => undefined);
  broken ??= propagate();
  for (let contradictions = 0; ; ) {
    if (broken !== undefined) {
      if (assignment.level === 0) return false;
      contradictions += 1;
      if (contradictions > contradictionLimit) return true;
      const { clause, level } = assignment.learn(broken);
      assignment.backTo(level);
      broken = assignment.addClause(clause) ?? propagate();
      continue;
    }
    const open = [...variables.values()].find((variable) => assignment.value(variable + 1) === 0);
    if (open === undefined) return true;
    assignment.decide(-(open + 1));
    broken = propagate();
  }
}
