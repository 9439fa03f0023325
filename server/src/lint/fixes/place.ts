/** Finds where in a function a span stands: its statement, the statement lists around it and the nodes in between. */
import { contains, shift } from '../../base/span.ts';
import type { Span } from '../../base/span.ts';
import type { Block, Clause, CommClause, Expr, FuncLit, Param, Signature, Stmt, TypeSpec, ValueSpec } from '../../syntax/go/ast.ts';
import type { FixFunction } from './fix-file.ts';

export type SyntaxNode = Expr | Stmt | Clause | CommClause | ValueSpec | TypeSpec;
export type StmtList = Block | Clause | CommClause;

export interface Place {
  /** The innermost statement of a statement list that contains the span. */
  readonly stmt: Stmt;
  /** From `stmt` to the innermost node that contains the span. */
  readonly inside: readonly SyntaxNode[];
  /** Every statement list from the body of the declaration to the one of `stmt`, each with its statement on the way. */
  readonly lists: readonly { readonly list: StmtList; readonly item: Stmt; /** The node that holds the list. */ readonly owner?: SyntaxNode }[];
  /** The innermost function around `stmt`. */
  readonly sig: Signature;
  readonly body: Block;
  /** Absent when that function is the declaration itself. */
  readonly literal?: FuncLit;
  /** Whether the innermost function runs `stmt` in a loop. */
  readonly inLoop: boolean;
}

/** Where `span` (of the file) stands in `fn`; undefined outside of its body and between its statements. */
export function locate(fn: FixFunction, span: Span): Place | undefined {
  const target = shift(span, -fn.at);
  if (!fn.decl.body) return undefined;
  const path: SyntaxNode[] = [];
  for (let node: SyntaxNode | undefined = fn.decl.body; node; node = children(node).find((child) => covers(child, target))) {
    if (path.length === 0 && !covers(node, target)) return undefined;
    path.push(node);
  }
  let sig = fn.decl.sig;
  let body = fn.decl.body;
  let literal: FuncLit | undefined;
  let inLoop = false;
  let pending: FuncLit | undefined;
  const lists: { list: StmtList; item: Stmt; owner?: SyntaxNode }[] = [];
  let at = -1;
  for (const [i, node] of path.entries()) {
    if (isNode(node, 'FuncLit')) pending = node;
    const item = path[i + 1];
    const items = listOf(node);
    if (!items || !item || !items.some((stmt) => stmt === item)) continue;
    const owner = path[i - 1];
    if (pending) {
      ({ sig, body } = pending);
      literal = pending;
      pending = undefined;
      inLoop = false;
    } else if (owner && (isNode(owner, 'For') || isNode(owner, 'Range'))) inLoop = true;
    lists.push({ list: node as StmtList, item: item as Stmt, ...(owner ? { owner } : {}) });
    at = i + 1;
  }
  if (at < 0) return undefined;
  return { stmt: path[at] as Stmt, inside: path.slice(at), lists, sig, body, ...(literal ? { literal } : {}), inLoop };
}

/** The span of a node of `fn` in the file. */
export const fileSpan = (fn: FixFunction, node: { readonly s: number; readonly e: number }): Span => ({ start: fn.at + node.s, end: fn.at + node.e });

/** All identifiers that the function mentions or declares, fields and methods excluded. */
export function namesIn(fn: FixFunction): Set<string> {
  const names = declaredIn(fn);
  visit(fn, (node) => {
    if (isNode(node, 'Ident')) names.add(node.name);
  });
  return names;
}

/** The names that the function declares anywhere inside, parameters and results included. */
export function declaredIn(fn: FixFunction): Set<string> {
  const names = new Set<string>();
  const add = (expr: Expr): void => {
    if (expr.k === 'Ident') names.add(expr.name);
  };
  const addParams = (params: readonly Param[]): void => params.forEach((p) => p.name && names.add(p.name));
  const addSignature = (sig: Signature): void => {
    addParams(sig.params);
    addParams(sig.results);
  };
  if (fn.decl.recv) addParams([fn.decl.recv]);
  addSignature(fn.decl.sig);
  visit(fn, (node) => {
    if (!('k' in node)) return;
    if (node.k === 'Assign' && node.op === ':=') node.lhs.forEach(add);
    else if (node.k === 'Range' && node.define) node.lhs.forEach(add);
    else if (node.k === 'VarDecl') for (const spec of node.specs) spec.names.forEach(add);
    else if (node.k === 'TypeDecl') for (const spec of node.specs) names.add(spec.name);
    else if (node.k === 'TypeSwitch' && node.bind) add(node.bind);
    else if (node.k === 'FuncLit') addSignature(node.sig);
  });
  return names;
}

/** Whether `node` is of kind `k`; clauses and specs have no kind. */
export function isNode<K extends (Expr | Stmt)['k']>(node: SyntaxNode, k: K): node is Extract<SyntaxNode, { readonly k: K }> {
  return 'k' in node && node.k === k;
}

/** Calls `see` for every node of `node` and below, parents first. */
export function walk(node: SyntaxNode, see: (node: SyntaxNode) => void): void {
  see(node);
  for (const child of children(node)) walk(child, see);
}

function visit(fn: FixFunction, see: (node: SyntaxNode) => void): void {
  if (fn.decl.body) walk(fn.decl.body, see);
}

const covers = (node: SyntaxNode, span: Span): boolean => contains({ start: node.s, end: node.e }, span);

const listOf = (node: SyntaxNode): readonly Stmt[] | undefined => ('body' in node && Array.isArray(node.body) ? (node.body as readonly Stmt[]) : undefined);

const some = (...nodes: readonly (SyntaxNode | undefined)[]): SyntaxNode[] => nodes.filter((node) => node !== undefined);
const signature = (sig: Signature): SyntaxNode[] => [...sig.params, ...sig.results].map((param) => param.type);

function children(node: SyntaxNode): readonly SyntaxNode[] {
  if (!('k' in node)) {
    if ('names' in node) return some(...node.names, node.type, ...node.values);
    if ('alias' in node) return [node.type];
    return 'comm' in node ? some(node.comm, ...node.body) : some(...('exprs' in node ? (node.exprs ?? []) : []), ...node.body);
  }
  switch (node.k) {
    case 'Selector': case 'Unary': case 'Paren': case 'IncDec': case 'ExprStmt': case 'Go': case 'Defer':
      return [node.x];
    case 'Call': return [node.fn, ...node.args];
    case 'Binary': return [node.l, node.r];
    case 'Index': return [node.x, ...node.i];
    case 'Slice': return some(node.x, node.lo, node.hi, node.max);
    case 'TypeAssert': return [node.x, node.type];
    case 'Composite': return some(node.type, ...node.elts.flatMap((elt) => some(elt.key, elt.value)));
    case 'FuncLit': return [...signature(node.sig), node.body];
    case 'FuncType': return signature(node.sig);
    case 'ArrayType': return some(node.len, node.elem);
    case 'SliceType': case 'ChanType': return [node.elem];
    case 'MapType': return [node.key, node.elem];
    case 'StructType': return node.fields.map((field) => field.type);
    case 'Block': return node.body;
    case 'Assign': return [...node.lhs, ...node.rhs];
    case 'VarDecl': case 'TypeDecl': return node.specs;
    case 'Return': return node.results;
    case 'If': return some(node.init, node.cond, node.then, node.else);
    case 'For': return some(node.init, node.cond, node.post, node.body);
    case 'Range': return [...node.lhs, node.x, node.body];
    case 'Switch': return some(node.init, node.tag, ...node.clauses);
    case 'TypeSwitch': return some(node.init, node.bind, node.x, ...node.clauses);
    case 'Select': return node.clauses;
    case 'Send': return [node.ch, node.x];
    case 'Labeled': return some(node.body);
    default: return [];
  }
}

/** Whether what the statement at `stmt` declares can be named at `at`: it stands earlier in a statement list around it. */
export function isVisibleAt(fn: FixFunction, stmt: Span, at: Span): boolean {
  const target = shift(stmt, -fn.at);
  const lists = locate(fn, at)?.lists ?? [];
  return target.start < at.start - fn.at && lists.some(({ list }) => listOf(list)?.some((item) => item.s === target.start && item.e === target.end));
}
