/** Statements. */
import type { RawNode } from '../raw-tree.ts';
import type * as ast from './ast.ts';
import type { Converter } from './converter.ts';

/** Converts a block, whose statements tree-sitter-go wraps in a statement_list. */
export function convertBlock(c: Converter, raw: RawNode): ast.Block {
  return { k: 'Block', s: raw.s, e: raw.e, body: statements(c, raw.c) };
}

function statements(c: Converter, raws: readonly RawNode[]): ast.Stmt[] {
  return raws.flatMap((raw) => (raw.t === 'statement_list' ? raw.c.map((child) => statement(c, child)) : [statement(c, raw)]));
}

function block(c: Converter, raw: RawNode, field: string): ast.Block {
  const child = c.field(raw, field);
  return child ? convertBlock(c, child) : { k: 'Block', s: raw.e, e: raw.e, body: [] };
}

function optional<K extends string>(key: K, value: ast.Stmt | undefined): { [P in K]?: ast.Stmt } {
  return (value ? { [key]: value } : {}) as { [P in K]?: ast.Stmt };
}

function statement(c: Converter, raw: RawNode): ast.Stmt {
  const init = (): { init?: ast.Stmt } => {
    const child = c.field(raw, 'initializer');
    return optional('init', child && statement(c, child));
  };
  switch (raw.t) {
    case 'expression_statement':
      return { k: 'ExprStmt', s: raw.s, e: raw.e, x: raw.c[0] ? c.expr(raw.c[0]) : { k: 'Bad', s: raw.s, e: raw.e } };
    case 'short_var_declaration':
      return { k: 'Assign', s: raw.s, e: raw.e, op: ':=', lhs: c.list(c.field(raw, 'left')), rhs: c.list(c.field(raw, 'right')) };
    case 'assignment_statement':
      return { k: 'Assign', s: raw.s, e: raw.e, op: c.field(raw, 'operator')?.t ?? '=', lhs: c.list(c.field(raw, 'left')), rhs: c.list(c.field(raw, 'right')) };
    case 'receive_statement': {
      const left = c.field(raw, 'left');
      const right = c.field(raw, 'right');
      if (left === undefined || right === undefined) return { k: 'ExprStmt', s: raw.s, e: raw.e, x: c.need(raw, 'right') };
      return { k: 'Assign', s: raw.s, e: raw.e, op: c.between(left.e, right.s).includes(':=') ? ':=' : '=', lhs: c.list(left), rhs: [c.expr(right)] };
    }
    case 'inc_statement':
    case 'dec_statement':
      return { k: 'IncDec', s: raw.s, e: raw.e, x: raw.c[0] ? c.expr(raw.c[0]) : { k: 'Bad', s: raw.s, e: raw.e } };
    case 'var_declaration':
    case 'const_declaration':
      return c.varDecl(raw);
    case 'type_declaration':
      return c.typeDecl(raw);
    case 'return_statement':
      return { k: 'Return', s: raw.s, e: raw.e, results: raw.c.flatMap((child) => c.list(child)) };
    case 'go_statement':
    case 'defer_statement':
      return { k: raw.t === 'go_statement' ? 'Go' : 'Defer', s: raw.s, e: raw.e, x: raw.c[0] ? c.expr(raw.c[0]) : { k: 'Bad', s: raw.s, e: raw.e } };
    case 'send_statement':
      return { k: 'Send', s: raw.s, e: raw.e, ch: c.need(raw, 'channel'), x: c.need(raw, 'value') };
    case 'block':
      return convertBlock(c, raw);
    case 'if_statement': {
      const other = c.field(raw, 'alternative');
      return { k: 'If', s: raw.s, e: raw.e, ...init(), cond: c.need(raw, 'condition'), then: block(c, raw, 'consequence'), ...optional('else', other && statement(c, other)) };
    }
    case 'for_statement':
      return forStatement(c, raw);
    case 'expression_switch_statement': {
      const tag = c.maybe(raw, 'value');
      return { k: 'Switch', s: raw.s, e: raw.e, ...init(), ...(tag ? { tag } : {}), clauses: clauses(c, raw, 'expression_case', 'value') };
    }
    case 'type_switch_statement': {
      const bind = c.list(c.field(raw, 'alias'))[0];
      return { k: 'TypeSwitch', s: raw.s, e: raw.e, ...init(), ...(bind?.k === 'Ident' ? { bind } : {}), x: c.need(raw, 'value'), clauses: clauses(c, raw, 'type_case', 'type') };
    }
    case 'select_statement':
      return {
        k: 'Select',
        s: raw.s, e: raw.e,
        clauses: raw.c.filter((child) => child.t === 'communication_case' || child.t === 'default_case').map((child): ast.CommClause => {
          const comm = c.field(child, 'communication');
          return { s: child.s, e: child.e, ...optional('comm', comm && statement(c, comm)), body: statements(c, child.c.filter((inner) => inner !== comm)) };
        }),
      };
    case 'labeled_statement': {
      const label = c.field(raw, 'label');
      const inner = raw.c.find((child) => child !== label);
      return { k: 'Labeled', s: raw.s, e: raw.e, label: label ? c.text(label) : '', ...optional('body', inner && statement(c, inner)) } as ast.Labeled;
    }
    case 'goto_statement':
    case 'break_statement':
    case 'continue_statement':
    case 'fallthrough_statement': {
      const label = raw.c.find((child) => child.t === 'label_name');
      return { k: 'Jump', s: raw.s, e: raw.e, kind: raw.t.slice(0, -'_statement'.length) as ast.Jump['kind'], ...(label ? { label: c.text(label) } : {}) };
    }
    case 'empty_statement':
      return { k: 'Empty', s: raw.s, e: raw.e };
    default:
      return { k: 'Bad', s: raw.s, e: raw.e };
  }
}

function clauses(c: Converter, raw: RawNode, type: string, field: string): ast.Clause[] {
  return raw.c.filter((child) => child.t === type || child.t === 'default_case').map((child): ast.Clause => {
    const heads = c.fields(child, field);
    return {
      s: child.s, e: child.e,
      ...(child.t === 'default_case' ? {} : { exprs: heads.flatMap((head) => c.list(head)) }),
      body: statements(c, child.c.filter((inner) => !heads.includes(inner))),
    };
  });
}

function forStatement(c: Converter, raw: RawNode): ast.Stmt {
  const body = block(c, raw, 'body');
  const head = raw.c.find((child) => child.f !== 'body');
  if (head === undefined) return { k: 'For', s: raw.s, e: raw.e, body };
  if (head.t === 'range_clause') {
    const left = c.field(head, 'left');
    const right = c.field(head, 'right');
    return {
      k: 'Range',
      s: raw.s, e: raw.e,
      define: left !== undefined && right !== undefined && c.between(left.e, right.s).includes(':='),
      lhs: c.list(left),
      x: c.need(head, 'right'),
      body,
    };
  }
  if (head.t !== 'for_clause') return { k: 'For', s: raw.s, e: raw.e, cond: c.expr(head), body };
  const initial = c.field(head, 'initializer');
  const update = c.field(head, 'update');
  const cond = c.maybe(head, 'condition');
  return { k: 'For', s: raw.s, e: raw.e, ...optional('init', initial && statement(c, initial)), ...(cond ? { cond } : {}), ...optional('post', update && statement(c, update)), body };
}
