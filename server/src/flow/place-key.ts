/** Names for the values of expressions, equal for the same variable, field, global or length: what two expressions have in common is seen by comparing them. */
import { onlyDefinition } from './definitions.ts';
import type { FuncIr, Operand } from './ir.ts';

/** The name of a value; conversions are looked through. Undefined for what is computed. It says nothing about when the value was read. */
export function placeKey(ir: FuncIr, operand: Operand | undefined, depth = 0): string | undefined {
  if (operand === undefined || depth > 12) return undefined;
  switch (operand.k) {
    case 'const':
      return operand.value;
    case 'c':
      return `C.${operand.name}`;
    case 'global':
      return operand.name;
    case 'var':
      break;
    default:
      return undefined;
  }
  if (operand.v.kind !== 'temp') return `v${operand.v.id}`;
  const step = onlyDefinition(ir, operand.v);
  if (step?.op === 'copy') return placeKey(ir, step.src, depth + 1);
  if (step?.op === 'field') return below(placeKey(ir, step.base, depth + 1), step.name);
  if (step?.op !== 'call' || step.callee.k !== 'builtin' || step.callee.name !== 'len') return undefined;
  const of = placeKey(ir, step.args[0], depth + 1);
  return of === undefined ? undefined : `len(${of})`;
}

export const below = (base: string | undefined, name: string): string | undefined => (base === undefined ? undefined : `${base}.${name}`);
