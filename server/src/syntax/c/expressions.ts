/** Lowers C expressions to `CExpr`: casts and parentheses stripped, everything that cannot move a pointer folded into `opaque`. */
import type { Span } from '../../base/span.ts';
import type { CExpr } from './c-facts.ts';
import { childIn, type CNode } from './c-tree.ts';
import { typeOfDescriptor } from './declarators.ts';

/** Where the text and the way back to source offsets are; `failed` is called for what was not understood. */
export interface Lowering {
  readonly text: string;
  span(start: number, end: number): Span;
  failed(): void;
}

const nothing: CExpr = { kind: 'opaque', parts: [] };

/** An expression without value: an absent operand. */
export const noExpr = nothing;

/** Lowers one expression node. */
export function lowerExpr(node: CNode | undefined, to: Lowering): CExpr {
  if (!node) return nothing;
  const text = (): string => to.text.slice(node.start, node.end);
  const at = (field: string): CExpr => lowerExpr(childIn(node, field), to);
  const operator = (): string => childIn(node, 'operator')?.type ?? '';
  switch (node.type) {
    case 'identifier':
      // A name of no width is one that the parser made up.
      if (node.start === node.end) to.failed();
      return { kind: 'name', name: text(), span: to.span(node.start, node.end) };
    case 'null':
      return { kind: 'null' };
    case 'number_literal':
      return /^0(x0*|[0.]*)[ulf]*$/i.test(text()) ? { kind: 'null' } : lowerNumber(text());
    case 'false':
      return { kind: 'null' };
    case 'char_literal':
      return text() === "'\\0'" ? { kind: 'null' } : { kind: 'number' };
    case 'sizeof_expression':
      return { kind: 'number', ...sizeOf(node, to) };
    case 'true':
    case 'alignof_expression':
    case 'offsetof_expression':
      return { kind: 'number' };
    case 'string_literal':
    case 'concatenated_string':
      return { kind: 'string' };
    case 'parenthesized_expression':
    case 'extension_expression':
      return lowerInner(node, to);
    case 'cast_expression':
      return at('value');
    case 'compound_literal_expression':
      return at('value');
    case 'call_expression':
      return lowerCall(node, to);
    case 'pointer_expression':
      return operator() === '&' ? { kind: 'address', of: at('argument') } : { kind: 'deref', of: at('argument') };
    case 'subscript_expression':
      return { kind: 'deref', of: at('argument'), index: at('index') };
    case 'field_expression': {
      const field = childIn(node, 'field');
      return { kind: 'field', of: at('argument'), name: field ? to.text.slice(field.start, field.end) : '', arrow: operator() === '->' };
    }
    case 'assignment_expression':
      return { kind: 'assign', target: at('left'), value: at('right'), plain: operator() === '=', span: to.span(node.start, node.end) };
    case 'update_expression':
      return { kind: 'assign', target: at('argument'), value: { kind: 'number' }, plain: false, span: to.span(node.start, node.end) };
    case 'conditional_expression': {
      const test = at('condition');
      // `a ?: b` is `a ? a : b`; evaluating `a` twice has no effect that matters here.
      return { kind: 'choice', test, then: childIn(node, 'consequence') ? at('consequence') : test, else: at('alternative') };
    }
    case 'unary_expression':
      return operator() === '!' ? { kind: 'not', of: at('argument') } : { kind: 'opaque', parts: [at('argument')] };
    case 'binary_expression':
      return lowerBinary(operator(), at('left'), at('right'));
    case 'comma_expression':
      return { kind: 'sequence', parts: [at('left'), at('right')] };
    case 'initializer_list':
      return { kind: 'list', parts: node.children.filter((child) => /\w/.test(child.type)).map((child) => lowerExpr(child, to)) };
    case 'initializer_pair':
      return at('value');
    case 'comment':
      return nothing;
    case 'compound_statement':
    case 'ERROR':
    case 'gnu_asm_expression':
      to.failed();
      return nothing;
    default:
      return { kind: 'opaque', parts: node.children.filter((child) => /^\w/.test(child.type) && child.children.length > 0).map((child) => lowerExpr(child, to)) };
  }
}

function lowerNumber(text: string): CExpr {
  const digits = /^(0x[\da-f]+|[1-9]\d*)[ul]*$/i.exec(text)?.[1];
  return digits === undefined ? { kind: 'number' } : { kind: 'number', value: Number(digits) };
}

/** `sizeof (x)` reads like a type and like an expression: a plain name is given as an expression. */
function sizeOf(node: CNode, to: Lowering): { readonly sizeOf?: string | CExpr } {
  const type = childIn(node, 'type');
  if (type) return { sizeOf: typeOfDescriptor(type, to.text) };
  const value = childIn(node, 'value');
  return value ? { sizeOf: lowerExpr(value, to) } : {};
}

function lowerInner(node: CNode, to: Lowering): CExpr {
  const inside = node.children.filter((child) => child.type !== '(' && child.type !== ')' && child.type !== 'comment' && child.type !== '__extension__');
  if (inside.length !== 1) to.failed();
  return lowerExpr(inside[0], to);
}

function lowerCall(node: CNode, to: Lowering): CExpr {
  const target = lowerExpr(childIn(node, 'function'), to);
  const list = childIn(node, 'arguments');
  const args = (list?.children ?? []).filter((child) => /^\w/.test(child.type) && child.type !== 'comment').map((child) => lowerExpr(child, to));
  const span = to.span(node.start, node.end);
  if (target.kind === 'name') return { kind: 'call', callee: target.name, args, span };
  // `(*f)(x)` is a call of f.
  if (target.kind === 'deref' && target.of.kind === 'name' && !target.index) return { kind: 'call', callee: target.of.name, args, span };
  return { kind: 'call', through: target, args, span };
}

function lowerBinary(operator: string, left: CExpr, right: CExpr): CExpr {
  switch (operator) {
    case '&&':
    case '||':
      return { kind: 'logic', op: operator, left, right };
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return { kind: 'compare', op: operator, left, right };
    // A pointer stays one under + and -, and under the & that aligns an address.
    case '+':
    case '-':
    case '&':
      return { kind: 'arithmetic', op: operator, left, right };
    case '*':
      return { kind: 'opaque', parts: [left, right], product: true };
    default:
      return { kind: 'opaque', parts: [left, right] };
  }
}
