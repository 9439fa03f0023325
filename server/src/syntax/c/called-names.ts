/** Lists the calls of a lowered body. */
import type { Span } from '../../base/span.ts';
import type { CBody, CExpr, CStep } from './c-facts.ts';

/** Names called anywhere in a body, each with its first call. */
export function calledNames(body: CBody): ReadonlyMap<string, Span> {
  const names = new Map<string, Span>();
  eachCall(body.steps, (name, at) => names.has(name) || names.set(name, at));
  return names;
}

/** Every call of a body, in the order of the text. */
export function callsIn(body: CBody): { readonly name: string; readonly at: Span }[] {
  const calls: { name: string; at: Span }[] = [];
  eachCall(body.steps, (name, at) => calls.push({ name, at }));
  return calls.sort((a, b) => a.at.start - b.at.start);
}

/** Names that stand alone as an argument of some call. */
export function passedNames(body: CBody): ReadonlySet<string> {
  const names = new Set<string>();
  eachCall(body.steps, (_, __, args) => args.forEach((arg) => arg.kind === 'name' && names.add(arg.name)));
  return names;
}

function eachCall(steps: readonly CStep[], found: (name: string, at: Span, args: readonly CExpr[]) => unknown): void {
  const expr = (e: CExpr | undefined): void => {
    if (!e) return;
    switch (e.kind) {
      case 'call':
        if (e.callee !== undefined) found(e.callee, e.span, e.args);
        expr(e.through);
        e.args.forEach(expr);
        return;
      case 'address':
      case 'field':
      case 'not':
        return expr(e.of);
      case 'deref':
        expr(e.of);
        return expr(e.index);
      case 'assign':
        expr(e.target);
        return expr(e.value);
      case 'choice':
        expr(e.test);
        expr(e.then);
        return expr(e.else);
      case 'logic':
      case 'compare':
      case 'arithmetic':
        expr(e.left);
        return expr(e.right);
      case 'sequence':
      case 'list':
      case 'opaque':
        e.parts.forEach(expr);
        return;
      default:
    }
  };
  for (const step of steps) {
    switch (step.kind) {
      case 'declare':
      case 'eval':
      case 'return':
        expr(step.value);
        break;
      case 'if':
        expr(step.test);
        eachCall(step.then, found);
        eachCall(step.else, found);
        break;
      case 'loop':
        expr(step.test);
        eachCall(step.body, found);
        expr(step.next);
        break;
      case 'switch':
        expr(step.value);
        for (const one of step.cases) eachCall(one.steps, found);
        break;
      case 'variants':
        for (const branch of step.branches) eachCall(branch, found);
        break;
      default:
    }
  }
}
