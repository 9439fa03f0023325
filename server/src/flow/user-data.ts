/** Pointers that come back: the Go types to which the package converts what C hands it, so that C must have been given pointers to them. */
import type { GoFunction } from '../semantics/package-model.ts';
import { cTypeName, isUnsafePointer, type Type } from '../semantics/types.ts';
import { pointerSource } from './go-pointers.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** A text that is equal for equal types; undefined for C's own types and what nobody knows. */
export function typeKey(type: Type | undefined): string | undefined {
  switch (type?.k) {
    case 'named':
      return type.pkg === 'C' || isUnsafePointer(type) ? undefined : `${type.pkg ?? ''}.${type.name}`;
    case 'pointer':
    case 'slice':
    case 'chan':
    case 'map':
    case 'array': {
      const elem = typeKey(type.elem) ?? (type.elem.k === 'struct' ? 'struct' : undefined);
      return elem === undefined ? undefined : `${type.k} ${elem}`;
    }
    case 'func':
      return 'func';
    case 'interface':
      return 'interface';
    default:
      return undefined;
  }
}

/** Keys of the types to which the package converts pointers that C hands it: `(*T)(userData)`. */
export function userDataTypes(flow: PackageFlow): ReadonlySet<string> {
  return flow.ask('user data types', () => new Set(flow.gather('restored user data', (fn) => (fn.decl.body ? restored(fn, flow) : []))));
}

function restored(fn: GoFunction, flow: PackageFlow): readonly string[] {
  if (!/\(\s*\*/.test(fn.top.syntax.text)) return [];
  return flow.askOf('user data', fn, (current) => {
    const ir = flow.ir(current);
    const at = { flow, ir, exported: current.exported !== undefined };
    const out = new Set<string>();
    for (const body of bodiesOf(ir)) {
      for (const step of stepsOf(body)) {
        if (step.op !== 'copy' || step.conv?.k !== 'pointer' || cTypeName(step.conv.elem) !== undefined) continue;
        const key = typeKey(step.conv.elem);
        if (key === undefined || step.src.k !== 'var') continue;
        const from = pointerSource(at, step.src);
        const given = step.src.v.kind === 'param' && isUnsafePointer(step.src.v.type);
        if (from.k === 'c' || (from.k === 'unknown' && given)) out.add(key);
      }
    }
    return [...out].sort();
  });
}
