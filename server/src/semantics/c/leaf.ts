/** Which C bodies do so little that a call from Go costs more than they do. */
import type { CBody, CExpr, CStep } from '../../syntax/c/c-facts.ts';

/** Neither loops nor calls. */
export const isLeaf = (body: CBody): boolean => !body.hasError && body.steps.every(isSimple);

function isSimple(step: CStep): boolean {
  switch (step.kind) {
    case 'declare':
    case 'return':
    case 'eval':
      return step.value === undefined || isFree(step.value);
    case 'if':
      return isFree(step.test) && [...step.then, ...step.else].every(isSimple);
    case 'switch':
      return isFree(step.value) && step.cases.every((one) => one.steps.every(isSimple));
    case 'variants':
      return step.branches.every((branch) => branch.every(isSimple));
    case 'break':
      return true;
    default:
      return false;
  }
}

/** Calls nothing. */
function isFree(expr: CExpr): boolean {
  switch (expr.kind) {
    case 'name':
    case 'null':
    case 'number':
    case 'string':
      return true;
    case 'address':
    case 'field':
    case 'not':
      return isFree(expr.of);
    case 'deref':
      return isFree(expr.of) && (expr.index === undefined || isFree(expr.index));
    case 'assign':
      return isFree(expr.target) && isFree(expr.value);
    case 'choice':
      return isFree(expr.test) && isFree(expr.then) && isFree(expr.else);
    case 'logic':
    case 'compare':
    case 'arithmetic':
      return isFree(expr.left) && isFree(expr.right);
    case 'sequence':
    case 'list':
      return expr.parts.every(isFree);
    case 'call':
    case 'opaque':
      return false;
  }
}
