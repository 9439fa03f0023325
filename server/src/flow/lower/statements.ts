/** Statements: control flow becomes blocks. */
import type { Block, Clause, Expr, For, If, Range, Select, Stmt, Switch, TypeSwitch, ValueSpec } from '../../syntax/go/ast.ts';
import { typeOf, unknownType } from '../../semantics/types.ts';
import type { Cond, Operand, Var } from '../ir.ts';
import { lowerCall } from './calls.ts';
import { accessPath, elemType, lowerExpr, spanOf, unknown, unparen, use, varOperand } from './expressions.ts';
import type { Lowering } from './lowering.ts';

export function lowerBlock(low: Lowering, block: Block): void {
  low.inScope(() => lowerAll(low, block.body));
}

function lowerAll(low: Lowering, body: readonly Stmt[]): void {
  for (const stmt of body) lowerStmt(low, stmt);
}

function lowerStmt(low: Lowering, stmt: Stmt, label?: string): void {
  const outer = low.stmt;
  low.stmt = spanOf(stmt);
  statement(low, stmt, label);
  low.stmt = outer;
}

function statement(low: Lowering, stmt: Stmt, label: string | undefined): void {
  const frame = low.frame;
  switch (stmt.k) {
    case 'Block':
      return lowerBlock(low, stmt);
    case 'ExprStmt': {
      const x = unparen(stmt.x);
      if (x.k === 'Call') lowerCall(low, x, 1);
      else use(low, x);
      return;
    }
    case 'Assign':
      return assign(low, stmt.op, stmt.lhs, stmt.rhs);
    case 'VarDecl':
      if (!stmt.const) for (const spec of stmt.specs) varSpec(low, spec);
      return;
    case 'IncDec':
      return assign(low, '+=', [stmt.x], [{ k: 'Literal', kind: 'int', text: '1', s: stmt.e, e: stmt.e }]);
    case 'Return':
      return lowerReturn(low, stmt.results, spanOf(stmt));
    case 'If':
      return low.inScope(() => lowerIf(low, stmt));
    case 'For':
      return low.inScope(() => lowerFor(low, stmt, label));
    case 'Range':
      return low.inScope(() => lowerRange(low, stmt, label));
    case 'Switch':
      return low.inScope(() => lowerSwitch(low, stmt, label));
    case 'TypeSwitch':
      return low.inScope(() => lowerTypeSwitch(low, stmt, label));
    case 'Select':
      return lowerSelect(low, stmt, label);
    case 'Go':
    case 'Defer': {
      const x = unparen(stmt.x);
      if (x.k === 'Call') lowerCall(low, x, 0, stmt.k === 'Go' ? 'go' : 'defer');
      else use(low, x);
      return;
    }
    case 'Send': {
      lowerSend(low, stmt, false);
      return;
    }
    case 'Labeled':
      frame.goOn(frame.label(stmt.label));
      if (stmt.body) lowerStmt(low, stmt.body, stmt.label);
      return;
    case 'Jump':
      return jump(low, stmt.kind, stmt.label);
    case 'Bad':
      low.opaque = true;
      low.emit({ op: 'havoc' }, spanOf(stmt));
      return;
    case 'TypeDecl':
    case 'Empty':
      return;
  }
}

function jump(low: Lowering, kind: 'goto' | 'break' | 'continue' | 'fallthrough', label: string | undefined): void {
  const frame = low.frame;
  if (kind === 'goto') return frame.end({ k: 'jump', to: frame.label(label ?? '') });
  const target = frame.targets.findLast((t) => (label === undefined ? kind === 'break' || t.continueTo !== undefined : t.label === label));
  const to = kind === 'break' ? target?.breakTo : target?.continueTo;
  // A fallthrough ends its clause, whose block goes on in the next one: see lowerClauses.
  if (to !== undefined && kind !== 'fallthrough') frame.end({ k: 'jump', to });
}

function assign(low: Lowering, op: string, lhs: readonly Expr[], rhs: readonly Expr[]): void {
  if (op === ':=' || op === '=') {
    const values = rightSides(low, rhs, lhs.length);
    // Targets are evaluated before any of them changes; that matters for a swap only, and there the values are operands already.
    const held = lhs.length > 1 && rhs.length > 1 ? values.map((value) => hold(low, value)) : values;
    lhs.forEach((target, i) => {
      const value = held[i] ?? unknown;
      if (op === ':=') define(low, target, value);
      else store(low, target, value);
    });
    return;
  }
  const target = lhs[0];
  const value = rhs[0];
  if (target === undefined || value === undefined) return;
  const l = lowerExpr(low, target);
  const r = lowerExpr(low, value);
  const dst = low.temp(spanOf(target), low.typeOfOperand(l));
  low.emit({ op: 'binary', dst, operator: op.slice(0, -1), l, r }, spanOf(target));
  store(low, target, varOperand(dst));
}

/** A copy, so that `a, b = b, a` reads before it writes. */
function hold(low: Lowering, value: Operand): Operand {
  if (value.k !== 'var' || value.v.kind === 'temp') return value;
  const dst = low.temp(low.stmt, value.v.type);
  low.emit({ op: 'copy', dst, src: value }, low.stmt);
  return varOperand(dst);
}

function rightSides(low: Lowering, rhs: readonly Expr[], count: number): Operand[] {
  const only = rhs.length === 1 ? unparen(rhs[0]!) : undefined;
  if (only?.k === 'Call' && count > 1) return lowerCall(low, only, count);
  // `v, ok := x.(T)`, `m[k]`, `<-c`: the second value is a fresh unknown.
  if (only && count === 2) return [lowerExpr(low, only), unknown];
  return rhs.map((expr) => lowerExpr(low, expr));
}

function define(low: Lowering, target: Expr, value: Operand): void {
  if (target.k !== 'Ident') return store(low, target, value);
  if (target.name === '_') return;
  const known = low.inCurrentScope(target.name);
  const dst = known ?? low.declare(target.name, 'local', spanOf(target), low.typeOfOperand(value));
  low.emit({ op: 'copy', dst, src: value }, spanOf(target));
}

function store(low: Lowering, target: Expr, value: Operand): void {
  const x = unparen(target);
  switch (x.k) {
    case 'Ident': {
      if (x.name === '_') return;
      const local = low.lookup(x.name);
      if (local) low.emit({ op: 'copy', dst: local, src: value }, spanOf(x));
      else low.emit({ op: 'setGlobal', name: x.name, src: value }, spanOf(x));
      return;
    }
    case 'Selector': {
      if (x.x.k === 'Ident' && low.packageOf(x.x.name) !== undefined) return low.emit({ op: 'setGlobal', name: `${x.x.name}.${x.name}`, src: value }, spanOf(x));
      const { root, path } = accessPath(low, x);
      return low.emit({ op: 'setField', base: lowerExpr(low, root), name: path, src: value }, spanOf(x));
    }
    case 'Index': {
      const base = lowerExpr(low, x.x);
      const key = x.i[0] && lowerExpr(low, x.i[0]);
      return low.emit({ op: 'setIndex', base, ...(key ? { key } : {}), src: value }, spanOf(x));
    }
    case 'Unary':
      if (x.op === '*') return low.emit({ op: 'setDeref', base: lowerExpr(low, x.x), src: value }, spanOf(x));
      return;
    default:
      low.emit({ op: 'havoc' }, spanOf(x));
  }
}

function varSpec(low: Lowering, spec: ValueSpec): void {
  const type = spec.type && typeOf(spec.type, low.imports);
  const values = spec.values.length > 0 ? rightSides(low, spec.values, spec.names.length) : spec.names.map((): Operand => zero(type));
  spec.names.forEach((name, i) => {
    const value = values[i] ?? unknown;
    if (name.name === '_') return;
    const dst = low.declare(name.name, 'local', spanOf(name), type ?? low.typeOfOperand(value));
    low.emit({ op: 'copy', dst, src: value }, spanOf(name));
  });
}

/** The zero value, where it is a constant that branches test. */
function zero(type: ReturnType<typeof typeOf> | undefined): Operand {
  switch (type?.k) {
    case 'pointer':
    case 'slice':
    case 'map':
    case 'chan':
    case 'func':
    case 'interface':
      return { k: 'const', value: 'nil' };
    case 'named':
      if (type.pkg === undefined && type.name === 'bool') return { k: 'const', value: 'false' };
      if (type.pkg === undefined && type.name === 'error') return { k: 'const', value: 'nil' };
      if (type.pkg === 'unsafe') return { k: 'const', value: 'nil' };
      return unknown;
    default:
      return unknown;
  }
}

function lowerReturn(low: Lowering, results: readonly Expr[], span: { start: number; end: number }): void {
  const declared = low.results.at(-1) ?? [];
  const named = declared.length > 0 && declared.every((result) => result.name !== undefined || result.kind === 'result') && declared.some((result) => result.name !== undefined);
  let values = results.length === 0 && !named ? [] : rightSides(low, results, declared.length);
  if (named) {
    if (results.length > 0) {
      const held = values.length > 1 ? values.map((value) => hold(low, value)) : values;
      declared.forEach((dst, i) => low.emit({ op: 'copy', dst, src: held[i] ?? unknown }, spanOf(results[i] ?? results[0]!)));
    }
    values = declared.map(varOperand);
  }
  low.frame.end({ k: 'return', values, spans: results.map(spanOf), span, implicit: false });
}

/** Branches to `yes` or `no`; && and || become control flow. */
export function branch(low: Lowering, expr: Expr, yes: number, no: number): void {
  const x = unparen(expr);
  const frame = low.frame;
  if (x.k === 'Unary' && x.op === '!') return branch(low, x.x, no, yes);
  if (x.k === 'Binary' && (x.op === '&&' || x.op === '||')) {
    const second = frame.newBlock();
    branch(low, x.l, x.op === '&&' ? second : yes, x.op === '&&' ? no : second);
    frame.end({ k: 'jump', to: second }, second);
    return branch(low, x.r, yes, no);
  }
  if (x.k === 'Ident' && (x.name === 'true' || x.name === 'false') && low.lookup(x.name) === undefined) return frame.end({ k: 'jump', to: x.name === 'true' ? yes : no });
  const negated = x.k === 'Binary' && x.op === '!=';
  const cond = condition(low, x);
  frame.end({ k: 'branch', cond, span: spanOf(x), yes: negated ? no : yes, no: negated ? yes : no });
}

function condition(low: Lowering, x: Expr): Cond {
  if (x.k === 'Binary') {
    switch (x.op) {
      case '==':
      case '!=':
        return { k: 'eq', l: lowerExpr(low, x.l), r: lowerExpr(low, x.r) };
      case '<':
      case '<=':
      case '>':
      case '>=':
        return { k: 'cmp', operator: x.op, l: lowerExpr(low, x.l), r: lowerExpr(low, x.r) };
    }
  }
  return { k: 'truth', x: lowerExpr(low, x) };
}

function lowerIf(low: Lowering, stmt: If): void {
  if (stmt.init) lowerStmt(low, stmt.init);
  const frame = low.frame;
  const yes = frame.newBlock();
  const after = frame.newBlock();
  const no = stmt.else ? frame.newBlock() : after;
  branch(low, stmt.cond, yes, no);
  frame.end({ k: 'stop' }, yes);
  lowerStmt(low, stmt.then);
  frame.end({ k: 'jump', to: after }, stmt.else ? no : after);
  if (stmt.else) {
    lowerStmt(low, stmt.else);
    frame.goOn(after);
  }
}

function inLoop(low: Lowering, label: string | undefined, breakTo: number, continueTo: number | undefined, work: () => void): void {
  low.frame.targets.push({ breakTo, ...(label !== undefined ? { label } : {}), ...(continueTo !== undefined ? { continueTo } : {}) });
  work();
  low.frame.targets.pop();
}

function lowerFor(low: Lowering, stmt: For, label: string | undefined): void {
  if (stmt.init) lowerStmt(low, stmt.init);
  const frame = low.frame;
  const head = frame.newBlock();
  const body = frame.newBlock();
  const post = frame.newBlock();
  const after = frame.newBlock();
  frame.goOn(head);
  if (stmt.cond) {
    low.stmt = spanOf(stmt.cond);
    branch(low, stmt.cond, body, after);
    frame.end({ k: 'stop' }, body);
  } else frame.goOn(body);
  inLoop(low, label, after, post, () => lowerBlock(low, stmt.body));
  frame.goOn(post);
  if (stmt.post) lowerStmt(low, stmt.post);
  frame.end({ k: 'jump', to: head }, after);
}

function lowerRange(low: Lowering, stmt: Range, label: string | undefined): void {
  const base = lowerExpr(low, stmt.x);
  const frame = low.frame;
  const head = frame.newBlock();
  const body = frame.newBlock();
  const after = frame.newBlock();
  frame.goOn(head);
  frame.end({ k: 'multi', to: [body, after] }, body);
  const type = low.typeOfOperand(base);
  const dsts = stmt.lhs.map((target, i): Var => {
    const elem = i === 1 || type?.k === 'chan' ? elemType(type) : unknownType;
    if (stmt.define && target.k === 'Ident' && target.name !== '_') return low.declare(target.name, 'local', spanOf(target), elem);
    return low.temp(spanOf(target), elem);
  });
  low.emit({ op: 'range', dsts, base }, spanOf(stmt.x));
  if (!stmt.define) stmt.lhs.forEach((target, i) => store(low, target, varOperand(dsts[i]!)));
  inLoop(low, label, after, head, () => lowerBlock(low, stmt.body));
  frame.end({ k: 'jump', to: head }, after);
}

/** Lowers clause bodies into their entry blocks; a clause that ends in fallthrough goes on in the next one. */
function lowerClauses(low: Lowering, clauses: readonly { readonly body: readonly Stmt[] }[], entries: readonly number[], after: number, label: string | undefined, prepare?: (i: number) => void): void {
  const frame = low.frame;
  inLoop(low, label, after, undefined, () => {
    clauses.forEach((clause, i) => {
      frame.end({ k: 'stop' }, entries[i]!);
      low.inScope(() => {
        prepare?.(i);
        lowerAll(low, clause.body);
      });
      const last = clause.body.at(-1);
      frame.end({ k: 'jump', to: last?.k === 'Jump' && last.kind === 'fallthrough' ? (entries[i + 1] ?? after) : after });
    });
  });
  frame.end({ k: 'stop' }, after);
}

function lowerSwitch(low: Lowering, stmt: Switch, label: string | undefined): void {
  if (stmt.init) lowerStmt(low, stmt.init);
  const frame = low.frame;
  const tag = stmt.tag && hold(low, lowerExpr(low, stmt.tag));
  const after = frame.newBlock();
  const entries = stmt.clauses.map(() => frame.newBlock());
  let other = after;
  stmt.clauses.forEach((clause, i) => {
    if (clause.exprs === undefined) other = entries[i]!;
    for (const expr of clause.exprs ?? []) {
      const next = frame.newBlock();
      if (tag) frame.end({ k: 'branch', cond: { k: 'eq', l: tag, r: lowerExpr(low, expr), isCase: true }, span: spanOf(expr), yes: entries[i]!, no: next }, next);
      else {
        branch(low, expr, entries[i]!, next);
        frame.end({ k: 'stop' }, next);
      }
    }
  });
  frame.end({ k: 'jump', to: other });
  lowerClauses(low, stmt.clauses, entries, after, label);
}

function lowerTypeSwitch(low: Lowering, stmt: TypeSwitch, label: string | undefined): void {
  if (stmt.init) lowerStmt(low, stmt.init);
  const frame = low.frame;
  const src = lowerExpr(low, stmt.x);
  const after = frame.newBlock();
  const entries = stmt.clauses.map(() => frame.newBlock());
  const complete = stmt.clauses.some((clause) => clause.exprs === undefined);
  frame.end({ k: 'multi', to: complete ? entries : [...entries, after], otherwise: complete ? entries[stmt.clauses.findIndex((clause) => clause.exprs === undefined)]! : after });
  lowerClauses(low, stmt.clauses, entries, after, label, (i) => {
    if (stmt.bind === undefined) return;
    const dst = low.declare(stmt.bind.name, 'local', spanOf(stmt.bind), clauseType(low, stmt.clauses[i]!));
    low.emit({ op: 'copy', dst, src }, spanOf(stmt.bind));
  });
}

const clauseType = (low: Lowering, clause: Clause): ReturnType<typeof typeOf> => (clause.exprs?.length === 1 ? typeOf(clause.exprs[0], low.imports) : unknownType);

function lowerSelect(low: Lowering, stmt: Select, label: string | undefined): void {
  const frame = low.frame;
  const after = frame.newBlock();
  const entries = stmt.clauses.map(() => frame.newBlock());
  frame.end(entries.length > 0 ? { k: 'multi', to: entries } : { k: 'stop' });
  lowerClauses(low, stmt.clauses, entries, after, label, (i) => {
    const comm = stmt.clauses[i]!.comm;
    if (comm?.k === 'Send') lowerSend(low, comm, stmt.clauses.length > 1);
    else if (comm) lowerStmt(low, comm);
  });
}

function lowerSend(low: Lowering, stmt: Stmt & { k: 'Send' }, isCase: boolean): void {
  low.stmt = { start: stmt.ch.s, end: stmt.x.e };
  const to = lowerExpr(low, stmt.ch);
  if (to.k === 'var') low.emit({ op: 'use', src: to }, spanOf(stmt.ch));
  const src = lowerExpr(low, stmt.x);
  low.emit({ op: 'send', src, to, isCase }, spanOf(stmt.x));
}
