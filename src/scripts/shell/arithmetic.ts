/**
 * The value of a shell arithmetic expression of integers, names, `+ - * / %` and parentheses (POSIX 2.6.4); undefined
 * for anything else, and when a name's value is not known.
 */
export function arithmetic(text: string, lookUp: (name: string) => string | undefined): string | undefined {
  if (text.length > 200) return undefined;
  const tokens = text.match(/[0-9]+|\$?[A-Za-z_][A-Za-z0-9_]*|[-+*/%()]|\S/g) ?? [];
  let at = 0;
  const atom = (): number | undefined => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) return undefined;
    if (token === "-") {
      const value = atom();
      return value === undefined ? undefined : -value;
    }
    if (token === "(") {
      const value = sum();
      const closed = tokens[at] === ")";
      at += 1;
      return closed ? value : undefined;
    }
    if (/^[0-9]+$/.test(token)) return Number(token);
    if (!/^\$?[A-Za-z_]/.test(token)) return undefined;
    const value = lookUp(token.replace("$", ""));
    if (value === "") return 0;
    return value !== undefined && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
  };
  const chain = (operators: string, next: () => number | undefined) => {
    let value = next();
    while (value !== undefined && at < tokens.length && operators.includes(tokens[at] as string)) {
      const operator = tokens[at];
      at += 1;
      const right = next();
      value = right === undefined ? undefined : apply(operator as string, value, right);
    }
    return value;
  };
  const product = () => chain("*/%", atom);
  const sum = (): number | undefined => chain("+-", product);
  const value = sum();
  return value === undefined || at !== tokens.length || !Number.isSafeInteger(value)
    ? undefined
    : String(value);
}

function apply(operator: string, left: number, right: number): number | undefined {
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  if (operator === "*") return left * right;
  if (right === 0) return undefined;
  return operator === "/" ? Math.trunc(left / right) : left % right;
}
