/** Expressions, types and the declarations that also occur inside functions. */
import type { RawNode } from '../raw-tree.ts';
import type * as ast from './ast.ts';
import { convertBlock } from './convert-statement.ts';

export class Converter {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  text(raw: RawNode): string {
    return this.#text.slice(raw.s, raw.e);
  }

  /** The text between two offsets. */
  between(start: number, end: number): string {
    return this.#text.slice(start, end);
  }

  field(raw: RawNode, name: string): RawNode | undefined {
    for (const child of raw.c) if (child.f === name) return child;
    return undefined;
  }

  fields(raw: RawNode, name: string): RawNode[] {
    return raw.c.filter((child) => child.f === name);
  }

  /** An expression in a field, or Bad when it is absent. */
  need(raw: RawNode, name: string): ast.Expr {
    const child = this.field(raw, name);
    return child ? this.expr(child) : { k: 'Bad', s: raw.e, e: raw.e };
  }

  maybe(raw: RawNode, name: string): ast.Expr | undefined {
    const child = this.field(raw, name);
    return child && this.expr(child);
  }

  /** The members of an expression_list, or the one expression. */
  list(raw: RawNode | undefined): ast.Expr[] {
    if (raw === undefined) return [];
    return raw.t === 'expression_list' ? raw.c.map((child) => this.expr(child)) : [this.expr(raw)];
  }

  signature(raw: RawNode): ast.Signature {
    const parameters = this.field(raw, 'parameters');
    const result = this.field(raw, 'result');
    return {
      params: parameters ? this.params(parameters) : [],
      results: result === undefined ? [] : result.t === 'parameter_list' ? this.params(result) : [{ type: this.expr(result), variadic: false, s: result.s, e: result.e }],
    };
  }

  params(raw: RawNode): ast.Param[] {
    return raw.c.flatMap((child): ast.Param[] => {
      if (child.t !== 'parameter_declaration' && child.t !== 'variadic_parameter_declaration') return [];
      const type = this.need(child, 'type');
      const variadic = child.t === 'variadic_parameter_declaration';
      const names = this.fields(child, 'name');
      if (names.length === 0) return [{ type, variadic, s: child.s, e: child.e }];
      return names.map((name) => ({ name: this.text(name), type, variadic, s: name.s, e: name.e }));
    });
  }

  typeParams(raw: RawNode): string[] {
    return raw.c.flatMap((child) => this.fields(child, 'name').map((name) => this.text(name)));
  }

  expr(raw: RawNode): ast.Expr {
    switch (raw.t) {
      case 'identifier':
      case 'type_identifier':
      case 'field_identifier':
      case 'package_identifier':
      case 'blank_identifier':
      case 'nil':
      case 'true':
      case 'false':
      case 'iota':
        return { k: 'Ident', s: raw.s, e: raw.e, name: this.text(raw) };
      case 'int_literal':
      case 'float_literal':
      case 'imaginary_literal':
      case 'rune_literal':
        return { k: 'Literal', s: raw.s, e: raw.e, kind: raw.t.slice(0, -'_literal'.length) as ast.Literal['kind'], text: this.text(raw) };
      case 'interpreted_string_literal':
      case 'raw_string_literal':
        return { k: 'Literal', s: raw.s, e: raw.e, kind: 'string', text: this.text(raw) };
      case 'selector_expression':
        return this.#selector(raw, 'operand', 'field');
      case 'qualified_type':
        return this.#selector(raw, 'package', 'name');
      case 'call_expression':
        return this.#call(raw);
      case 'type_conversion_expression': {
        const fn = this.need(raw, 'type');
        return dereferenced({ k: 'Call', s: raw.s, e: raw.e, fn, args: [this.need(raw, 'operand')], spread: false, lp: fn.e });
      }
      case 'unary_expression':
        return { k: 'Unary', s: raw.s, e: raw.e, op: this.#operator(raw), x: this.need(raw, 'operand') };
      case 'pointer_type':
        return { k: 'Unary', s: raw.s, e: raw.e, op: '*', x: this.#only(raw) };
      case 'binary_expression':
        return { k: 'Binary', s: raw.s, e: raw.e, op: this.#operator(raw), l: this.need(raw, 'left'), r: this.need(raw, 'right') };
      case 'parenthesized_expression':
      case 'parenthesized_type':
        return { k: 'Paren', s: raw.s, e: raw.e, x: this.#only(raw) };
      case 'index_expression':
        return { k: 'Index', s: raw.s, e: raw.e, x: this.need(raw, 'operand'), i: this.fields(raw, 'index').map((child) => this.expr(child)) };
      case 'generic_type':
      case 'type_instantiation_expression':
        return this.#instance(raw);
      case 'slice_expression':
        return this.#slice(raw);
      case 'type_assertion_expression':
        return { k: 'TypeAssert', s: raw.s, e: raw.e, x: this.need(raw, 'operand'), type: this.need(raw, 'type') };
      case 'composite_literal':
        return this.#composite(raw, this.need(raw, 'type'), this.field(raw, 'body'));
      case 'literal_value':
        return this.#composite(raw, undefined, raw);
      case 'literal_element':
      case 'type_elem':
      case 'type_constraint':
      case 'variadic_argument':
      case 'negated_type':
        return this.#only(raw);
      case 'func_literal': {
        const body = this.field(raw, 'body');
        return { k: 'FuncLit', s: raw.s, e: raw.e, sig: this.signature(raw), body: body ? convertBlock(this, body) : { k: 'Block', s: raw.e, e: raw.e, body: [] } };
      }
      case 'array_type':
        return { k: 'ArrayType', s: raw.s, e: raw.e, len: this.need(raw, 'length'), elem: this.need(raw, 'element') };
      case 'implicit_length_array_type':
        return { k: 'ArrayType', s: raw.s, e: raw.e, elem: this.need(raw, 'element') };
      case 'slice_type':
        return { k: 'SliceType', s: raw.s, e: raw.e, elem: this.need(raw, 'element') };
      case 'map_type':
        return { k: 'MapType', s: raw.s, e: raw.e, key: this.need(raw, 'key'), elem: this.need(raw, 'value') };
      case 'channel_type':
        return { k: 'ChanType', s: raw.s, e: raw.e, elem: this.need(raw, 'value') };
      case 'function_type':
        return { k: 'FuncType', s: raw.s, e: raw.e, sig: this.signature(raw) };
      case 'struct_type':
        return { k: 'StructType', s: raw.s, e: raw.e, fields: this.#fieldList(raw) };
      case 'interface_type':
        return this.#interface(raw);
      default:
        return { k: 'Bad', s: raw.s, e: raw.e };
    }
  }

  varDecl(raw: RawNode): ast.VarDecl {
    const specs = raw.c.flatMap((child) => (child.t === 'var_spec_list' ? child.c : [child])).filter((child) => child.t === 'var_spec' || child.t === 'const_spec');
    return {
      k: 'VarDecl',
      s: raw.s, e: raw.e,
      const: raw.t === 'const_declaration',
      specs: specs.map((spec) => {
        const type = this.maybe(spec, 'type');
        const names = this.fields(spec, 'name').filter((name) => name.t === 'identifier' || name.t === 'blank_identifier');
        return {
          s: spec.s, e: spec.e,
          names: names.map((name): ast.Ident => ({ k: 'Ident', s: name.s, e: name.e, name: this.text(name) })),
          ...(type ? { type } : {}),
          values: this.list(this.field(spec, 'value')),
        };
      }),
    };
  }

  typeDecl(raw: RawNode): ast.TypeDeclStmt {
    return {
      k: 'TypeDecl',
      s: raw.s, e: raw.e,
      specs: raw.c.flatMap((spec): ast.TypeSpec[] => {
        const name = this.field(spec, 'name');
        if ((spec.t !== 'type_spec' && spec.t !== 'type_alias') || name === undefined) return [];
        const params = this.field(spec, 'type_parameters');
        return [{ s: spec.s, e: spec.e, name: this.text(name), n: name.s, params: params ? this.typeParams(params) : [], alias: spec.t === 'type_alias', type: this.need(spec, 'type') }];
      }),
    };
  }

  #interface(raw: RawNode): ast.Expr {
    const methods = raw.c.flatMap((child) => {
      const name = child.t === 'method_elem' || child.t === 'method_spec' ? this.field(child, 'name') : undefined;
      return name ? [{ name: this.text(name), sig: this.signature(child) }] : [];
    });
    return { k: 'InterfaceType', s: raw.s, e: raw.e, ...(methods.length > 0 ? { methods } : {}) };
  }

  #selector(raw: RawNode, left: string, right: string): ast.Expr {
    const name = this.field(raw, right);
    const x = this.need(raw, left);
    if (name === undefined) return { k: 'Bad', s: raw.s, e: raw.e };
    return { k: 'Selector', s: raw.s, e: raw.e, x, name: this.text(name), n: name.s };
  }

  #call(raw: RawNode): ast.Expr {
    const args = this.field(raw, 'arguments');
    const fn = this.need(raw, 'function');
    const types = this.field(raw, 'type_arguments');
    return dereferenced({
      k: 'Call',
      s: raw.s, e: raw.e,
      fn: types ? { k: 'Index', s: fn.s, e: types.e, x: fn, i: types.c.map((child) => this.expr(child)) } : fn,
      args: args?.c.map((child) => this.expr(child)) ?? [],
      spread: args?.c.at(-1)?.t === 'variadic_argument',
      lp: args?.s ?? raw.e,
    });
  }

  #instance(raw: RawNode): ast.Expr {
    const args = this.field(raw, 'type_arguments');
    const [head, ...rest] = raw.c.filter((child) => child !== args);
    if (head === undefined) return { k: 'Bad', s: raw.s, e: raw.e };
    return { k: 'Index', s: raw.s, e: raw.e, x: this.expr(head), i: (args?.c ?? rest).map((child) => this.expr(child)) };
  }

  #slice(raw: RawNode): ast.Expr {
    const lo = this.maybe(raw, 'start');
    const hi = this.maybe(raw, 'end');
    const max = this.maybe(raw, 'capacity');
    return { k: 'Slice', s: raw.s, e: raw.e, x: this.need(raw, 'operand'), ...(lo ? { lo } : {}), ...(hi ? { hi } : {}), ...(max ? { max } : {}) };
  }

  #composite(raw: RawNode, type: ast.Expr | undefined, body: RawNode | undefined): ast.Expr {
    const elts = (body?.c ?? []).map((child): ast.Element => {
      if (child.t !== 'keyed_element') return { value: this.expr(child) };
      return { key: this.need(child, 'key'), value: this.need(child, 'value') };
    });
    return { k: 'Composite', s: raw.s, e: raw.e, ...(type ? { type } : {}), elts };
  }

  #fieldList(raw: RawNode): ast.Field[] {
    const list = raw.c.find((child) => child.t === 'field_declaration_list');
    return (list?.c ?? []).flatMap((child): ast.Field[] => {
      if (child.t !== 'field_declaration') return [];
      const typeNode = this.field(child, 'type');
      const type = this.need(child, 'type');
      const names = this.fields(child, 'name');
      if (names.length > 0) return names.map((name) => ({ name: this.text(name), type, s: name.s, e: name.e }));
      // The star of an embedded pointer is an anonymous token before the type.
      const star = typeNode !== undefined && this.#text.charAt(child.s) === '*';
      return [{ type: star ? { k: 'Unary', op: '*', x: type, s: child.s, e: type.e } : type, s: type.s, e: type.e }];
    });
  }

  #only(raw: RawNode): ast.Expr {
    const child = raw.c[0];
    return child ? this.expr(child) : { k: 'Bad', s: raw.s, e: raw.e };
  }

  #operator(raw: RawNode): string {
    return this.field(raw, 'operator')?.t ?? '';
  }
}

/** `*(*[]T)(x)` reads what the converted pointer points to; the grammar takes `*(*[]T)` for the type. Source: Go spec, "Conversions". */
function dereferenced(call: ast.Call): ast.Expr {
  if (call.fn.k !== 'Unary' || call.fn.op !== '*') return call;
  return { k: 'Unary', s: call.s, e: call.e, op: '*', x: dereferenced({ ...call, s: call.fn.x.s, fn: call.fn.x }) };
}
