/** Whether an expression may be evaluated earlier than it stands. Judges syntax only; what it does not know has effects. */
import type { Call } from '../../syntax/go/ast.ts';
import { isNode, walk } from './place.ts';
import type { Place, SyntaxNode } from './place.ts';

const pureFunctions = new Set(
  'len cap string int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr byte rune float32 float64 bool'.split(' '),
);
const pureOfC = /^(CString|CBytes|GoString|GoStringN|GoBytes|sizeof_\w+|s?char|uchar|u?short|u?int|u?long|u?longlong|float|double|bool|\w+_t|struct_\w+)$/;

/** Whether evaluating `node` can do or observe more than reading variables. */
export function hasEffects(node: SyntaxNode): boolean {
  let found = false;
  walk(node, (inner) => {
    if (isNode(inner, 'Unary') && inner.op === '<-') found = true;
    else if (isNode(inner, 'Call') && !isPure(inner)) found = true;
  });
  return found;
}

/** Whether the value of the innermost node of `place` may be computed right before the statement: once, always, and in the same order. */
export function mayHoist({ stmt, inside }: Place): boolean {
  const target = inside.at(-1)!;
  for (let i = 0; i + 1 < inside.length; i++) {
    const parent = inside[i]!;
    const child = inside[i + 1]!;
    if (!isEvaluatedOnce(parent, child)) return false;
  }
  if (isNode(stmt, 'VarDecl') && stmt.specs.length > 1) {
    const declared = new Set(stmt.specs.flatMap((spec) => spec.names.map((name) => name.name)));
    if (mentions(target, declared)) return false;
  }
  return !argumentsHaveEffects(target) || !effectsBefore(stmt, target);
}

function isEvaluatedOnce(parent: SyntaxNode, child: SyntaxNode): boolean {
  if (!('k' in parent)) return 'names' in parent;
  switch (parent.k) {
    case 'If': case 'Switch': case 'TypeSwitch': case 'For':
      if (child === parent.init) return true;
      if (parent.init) return false;
      return parent.k === 'If' ? child === parent.cond : parent.k === 'Switch' ? child === parent.tag : parent.k === 'TypeSwitch' && child === parent.x;
    case 'Range':
      return child === parent.x;
    case 'Binary':
      return child === parent.l || (parent.op !== '&&' && parent.op !== '||');
    case 'Select': case 'Go': case 'Defer': case 'Labeled': case 'FuncLit': case 'Bad':
      return false;
    default:
      return true;
  }
}

const argumentsHaveEffects = (target: SyntaxNode): boolean => isNode(target, 'Call') && target.args.some(hasEffects);

function effectsBefore(stmt: SyntaxNode, target: SyntaxNode): boolean {
  let found = false;
  walk(stmt, (node) => {
    if (node.e <= target.s && hasEffects(node)) found = true;
  });
  return found;
}

function mentions(node: SyntaxNode, names: ReadonlySet<string>): boolean {
  let found = false;
  walk(node, (inner) => {
    if (isNode(inner, 'Ident') && names.has(inner.name)) found = true;
  });
  return found;
}

function isPure({ fn }: Call): boolean {
  if (fn.k === 'Ident') return pureFunctions.has(fn.name);
  if (fn.k === 'Paren') return fn.x.k === 'Unary' && fn.x.op === '*';
  if (fn.k === 'SliceType' || fn.k === 'ArrayType') return true;
  if (fn.k !== 'Selector' || fn.x.k !== 'Ident') return false;
  return fn.x.name === 'unsafe' || (fn.x.name === 'C' && pureOfC.test(fn.name));
}
