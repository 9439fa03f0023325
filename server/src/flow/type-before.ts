/** The type of the value in front of a selector, for completion: the function is lowered up to there like any other. */
import { fieldType, type Shape } from '../semantics/shape.ts';
import type { Imports, Type } from '../semantics/types.ts';
import type { FuncDecl } from '../syntax/go/ast.ts';
import type { Operand } from './ir.ts';
import { lower } from './lower/lower.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** The type of what the field `marker`, a name that occurs once, is selected from. */
export function typeBefore(decl: FuncDecl, marker: string, shape: Shape, imports: Imports): Type | undefined {
  for (const body of bodiesOf(lower(decl, shape, imports))) {
    for (const step of stepsOf(body)) {
      if (step.op !== 'field' && step.op !== 'addr') continue;
      const path = step.op === 'field' ? step.name : step.path;
      if (path === marker) return typeOf(step.base, shape);
      if (path.endsWith(`.${marker}`)) return fieldType(shape, typeOf(step.base, shape), path.slice(0, -marker.length - 1));
    }
  }
  return undefined;
}

function typeOf(operand: Operand, shape: Shape): Type | undefined {
  return operand.k === 'var' ? operand.v.type : operand.k === 'global' ? shape.global(operand.name) : undefined;
}
