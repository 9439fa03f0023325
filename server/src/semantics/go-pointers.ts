/** Whether a value of a visible Go type holds pointers of Go. What no declaration in view says is unknown, and counts as none. Source: cmd/cgo, "Passing pointers". */
import type { Shape } from './shape.ts';
import type { Type } from './types.ts';

export interface GoPointers {
  /** `always`: a string, slice, map, chan, func or interface. `perhaps`: a pointer to a Go type, which may be nil or name C memory. */
  readonly certainty: 'always' | 'perhaps';
  /** "a string", "a pointer". */
  readonly what: string;
  /** The field it is in, below the value; empty for the value itself. */
  readonly path: string;
}

/** The pointers in a value of the type; those that are certain come first. */
export function goPointersIn(type: Type | undefined, shape: Shape): GoPointers | undefined {
  return look(type, shape, new Map(), 0);
}

const always = (what: string): GoPointers => ({ certainty: 'always', what, path: '' });

function look(type: Type | undefined, shape: Shape, args: ReadonlyMap<string, Type>, depth: number): GoPointers | undefined {
  if (type === undefined || depth > 8) return undefined;
  switch (type.k) {
    case 'slice':
      return always('a slice');
    case 'map':
      return always('a map');
    case 'chan':
      return always('a channel');
    case 'func':
      return always('a func value');
    case 'interface':
      return always('an interface value');
    case 'pointer':
      return type.elem.k === 'unknown' || (type.elem.k === 'named' && type.elem.pkg !== undefined) || isOfC(type.elem) ? undefined : { certainty: 'perhaps', what: 'a pointer', path: '' };
    case 'array':
      return look(type.elem, shape, args, depth + 1);
    case 'struct': {
      let perhaps: GoPointers | undefined;
      for (const field of type.fields) {
        const found = look(field.type, shape, args, depth + 1);
        const here = found && { ...found, path: found.path === '' ? field.name : `${field.name}.${found.path}` };
        if (here?.certainty === 'always') return here;
        perhaps ??= here;
      }
      return perhaps;
    }
    case 'named':
      return ofName(type, shape, args, depth);
    default:
      return undefined;
  }
}

const isOfC = (type: Type): boolean => (type.k === 'pointer' || type.k === 'array' ? isOfC(type.elem) : type.k === 'named' && type.pkg !== undefined);

function ofName(type: Type & { k: 'named' }, shape: Shape, args: ReadonlyMap<string, Type>, depth: number): GoPointers | undefined {
  if (type.pkg !== undefined) return undefined;
  const bound = args.get(type.name);
  if (bound) return look(bound, shape, new Map(), depth + 1);
  if (!shape.isType(type.name)) return type.name === 'string' ? always('a string') : type.name === 'error' || type.name === 'any' ? always('an interface value') : undefined;
  const given = type.args ?? [];
  const inner = new Map(shape.typeParams(type.name).flatMap((name, i): [string, Type][] => (given[i] ? [[name, given[i]]] : [[name, { k: 'unknown' }]])));
  const under = shape.underlying(type.name);
  return under?.k === 'named' && under.name === type.name ? undefined : look(under, shape, inner, depth + 1);
}
