/** Collects the facts of top-level C declarations, one item at a time. It knows nothing of recovery or of other texts. */
import type { Span } from '../../base/span.ts';
import type { CBody, CField, CFunction, CInclude, CMacro, CStruct, CTypedef, CVariable } from './c-facts.ts';
import type { JoinedText } from './c-text.ts';
import { childIn, childOf, type CNode } from './c-tree.ts';
import { normalise, readDeclarator, readFunction, readParameters, readSpecifiers, tagKeyword, type DeclaredFunction, type Specifiers } from './declarators.ts';
import { once, type ReadBody } from './lazy-body.ts';
import { lowerBody } from './statements.ts';

/** A declaration's node. */
export interface Item {
  readonly node: CNode;
  /** Its body was copied with it. */
  readonly hasBody: boolean;
  /** The comment that ends on the line above it. */
  readonly comment: Span | undefined;
  /** Its body holds a syntax error. */
  readonly broken: boolean;
}

/** Gathers facts while items are read. `text` is what was parsed: it has the length of `joined.text`. */
export class Facts {
  readonly functions: CFunction[] = [];
  readonly prototypes: CFunction[] = [];
  readonly structs: CStruct[] = [];
  readonly typedefs: CTypedef[] = [];
  readonly macros: CMacro[] = [];
  readonly includes: CInclude[] = [];
  readonly variables: CVariable[] = [];
  readonly #joined: JoinedText;
  readonly #text: string;
  /** Where the parsed text starts in the joined text: not 0 for a declaration that was parsed alone. */
  readonly #shift: number;
  /** `#pragma pack` as it stands, pushed values below. */
  readonly #pack: (number | undefined)[] = [undefined];

  readonly #readBody: ReadBody;

  constructor(readBody: ReadBody, joined: JoinedText, text: string, shift = 0) {
    this.#readBody = readBody;
    this.#joined = joined;
    this.#text = text;
    this.#shift = shift;
  }

  /** Reads one item; what it is not made for it ignores. */
  add({ node, hasBody, comment }: Item): void {
    switch (node.type) {
      case 'function_definition':
        this.#addDefinition(node, hasBody, comment);
        return;
      case 'declaration':
        this.#addDeclaration(node, comment);
        return;
      case 'type_definition':
        this.#addTypedef(node);
        return;
      case 'struct_specifier':
      case 'union_specifier':
      case 'enum_specifier':
        this.#addStruct(node);
        return;
      case 'preproc_include':
        this.#addInclude(node);
        return;
      case 'preproc_call':
        this.#addImport(node);
        this.#pragma(this.#slice(node));
        return;
      case 'preproc_def':
      case 'preproc_function_def':
        this.#addMacro(node);
        return;
      default:
    }
  }

  /** Adds the facts of a part that was read alone. */
  take(part: Facts): void {
    this.functions.push(...part.functions);
    this.prototypes.push(...part.prototypes);
    this.structs.push(...part.structs);
    this.typedefs.push(...part.typedefs);
    this.macros.push(...part.macros);
    this.includes.push(...part.includes);
    this.variables.push(...part.variables);
  }

  readonly #span = (start: number, end: number): { start: number; end: number } => this.#joined.span(start + this.#shift, end + this.#shift);

  #slice(node: CNode): string {
    return this.#text.slice(node.start, node.end);
  }

  #addDefinition(node: CNode, hasBody: boolean, comment: Span | undefined): void {
    const text = this.#text;
    const specifiers = readSpecifiers(node, text);
    const declared = readFunction(childIn(node, 'declarator'), specifiers, text);
    this.#addStruct(specifiers.type);
    if (!declared) return;
    const body = childIn(node, 'body');
    const read = (): CBody => (body && hasBody ? lowerBody(body, text, this.#span) : this.#readBody(text.slice(node.start, node.end), (start, end) => this.#span(node.start + start, node.start + end)));
    this.functions.push(this.#function(node, specifiers, declared, comment, once(read)));
  }

  #addDeclaration(node: CNode, comment: Span | undefined): void {
    const specifiers = readSpecifiers(node, this.#text);
    this.#addStruct(specifiers.type);
    for (const child of node.children) {
      if (child.field !== 'declarator') continue;
      const declarator = child.type === 'init_declarator' ? childIn(child, 'declarator') : child;
      const prototype = readFunction(declarator, specifiers, this.#text);
      if (prototype) {
        this.prototypes.push(this.#function(node, specifiers, prototype, comment));
        continue;
      }
      const { name, type, pointer, constPointee, functionPointer } = readDeclarator(declarator, specifiers, this.#text);
      if (!name) continue;
      const span = this.#span(name.start, name.end);
      this.variables.push({ name: this.#slice(name), type, pointer, constPointee, functionPointer, static: specifiers.static, extern: specifiers.extern, span });
    }
  }

  #function(node: CNode, specifiers: Specifiers, { name, parameters, result }: DeclaredFunction, comment: Span | undefined, body?: CFunction['body']): CFunction {
    const text = this.#text;
    const head = text.slice(node.start, childIn(node, 'body')?.start ?? node.end);
    const { params, variadic } = readParameters(parameters, text);
    const { type, pointer, constPointee, functionPointer } = result;
    return {
      name: this.#slice(name),
      span: this.#span(name.start, name.end),
      extent: this.#span(node.start, node.end),
      static: specifiers.static,
      inline: specifiers.inline,
      variadic,
      params,
      result: { type, pointer, constPointee, functionPointer, void: type === 'void' },
      noReturn: specifiers.noReturn || /__attribute__\s*\(\(.*\bnoreturn\b|\b_?noreturn\b/.test(head),
      doc: comment && (() => withoutMarks(text.slice(comment.start, comment.end))),
      body,
    };
  }

  #addTypedef(node: CNode): void {
    const specifiers = readSpecifiers(node, this.#text);
    const end = specifiers.type?.end ?? node.end;
    let alias: string | undefined;
    for (const child of node.children) {
      if (child.field !== 'declarator') continue;
      const { name: node, type, pointer, constPointee, functionPointer } = readDeclarator(child, specifiers, this.#text);
      if (!node) continue;
      const name = this.#slice(node);
      if (node === child) alias ??= name;
      this.typedefs.push({ name, type, pointer, constPointee, functionPointer, span: this.#span(node.start, node.end) });
    }
    // Attributes stand before the first name or behind the last one; those that macros stand for are blank here.
    const names = node.children.filter((child) => child.field === 'declarator');
    this.#addStruct(specifiers.type, alias, [
      { start: end, end: names[0]?.start ?? end },
      { start: names.at(-1)?.end ?? end, end: node.end },
    ]);
  }

  /** `tail`: attributes that follow the type. */
  #addStruct(node: CNode | undefined, alias?: string, tail: readonly Span[] = []): void {
    const kind = node && tagKeyword(node);
    if (!node || !kind) return;
    const name = childIn(node, 'name');
    const body = childIn(node, 'body');
    // `struct foo *f(void);` only mentions the type.
    if (!body && !alias && node.field !== undefined) return;
    this.structs.push({
      kind,
      ...(name ? { tag: this.#slice(name) } : {}),
      ...(alias === undefined ? {} : { alias }),
      ...(body && kind !== 'enum' ? { fields: this.#fields(body), ...this.#layout(node, body, name, tail) } : {}),
      ...(body && kind === 'enum' ? { enumerators: this.#enumerators(body) } : {}),
      span: name ? this.#span(name.start, name.end) : this.#span(node.start, node.start + kind.length),
      extent: this.#span(node.start, node.end),
    });
  }

  /** How the fields are laid out, as far as attributes and pragmas say. Source: GCC manual, "Common Type Attributes" and "Structure-Layout Pragmas". */
  #layout(node: CNode, body: CNode, name: CNode | undefined, tail: readonly Span[]): Pick<CStruct, 'plain' | 'packed' | 'aligned'> {
    // Words that stand for attributes are blanked for the parser.
    const written = (start: number, end: number): string => normalise(this.#joined.text.slice(start + this.#shift, end + this.#shift));
    const outside = `${written(node.start, name?.start ?? body.start)} ${written(name?.end ?? body.start, body.start)} ${written(body.end, node.end)} ${tail.map((part) => written(part.start, part.end)).join(' ')} ${tail.length > 0 ? '' : written(node.end, this.#text.indexOf(';', node.end))}`;
    const words = outside.match(/[A-Za-z_]\w*/g) ?? [];
    const meant = words.map((word) => this.macros.find((macro) => macro.name === word)?.body ?? word);
    const packed = meant.some((word) => /\bpacked\b|__packed/.test(word)) ? 1 : this.#pack.at(-1);
    const known = meant.every((word) => /^(?:struct|union|__attribute__|_*packed_*|_*aligned_*|)$|^__attribute__/.test(word));
    const fields = body.children.filter((child) => !/^(?:[{}]|comment)$/.test(child.type));
    const plain = known && fields.every((child) => child.type === 'field_declaration' && child.children.some(({ field }) => field === 'declarator') && !/\baligned\b|\bpacked\b/.test(this.#slice(child)));
    return { ...(plain ? { plain } : {}), ...(packed === undefined ? {} : { packed }), ...(meant.some((word) => word.includes('aligned')) ? { aligned: true } : {}) };
  }

  /** `#pragma pack(push, 1)`, `pack(2)`, `pack()`, `pack(pop)`. */
  #pragma(text: string): void {
    const args = /^\s*#\s*pragma\s+pack\s*\(([^)]*)\)/.exec(text)?.[1];
    if (args === undefined) return;
    const words = args.split(',').map((word) => word.trim());
    if (words.includes('pop')) {
      if (this.#pack.length > 1) this.#pack.pop();
      return;
    }
    const size = words.map(Number).find((value) => value > 0);
    if (words.includes('push')) this.#pack.push(size ?? this.#pack.at(-1));
    else this.#pack[this.#pack.length - 1] = size;
  }

  #fields(body: CNode): CField[] {
    const fields: CField[] = [];
    for (const child of body.children) {
      if (child.type === 'field_declaration') fields.push(...this.#fieldsOf(child));
      else if (child.type.startsWith('preproc_')) fields.push(...this.#fields(child));
    }
    return fields;
  }

  #fieldsOf(node: CNode): CField[] {
    const specifiers = readSpecifiers(node, this.#text);
    const nested = specifiers.type && childIn(specifiers.type, 'body');
    const declarators = node.children.filter((child) => child.field === 'declarator');
    // The fields of an anonymous struct or union are fields of the outer one.
    if (declarators.length === 0) return nested && !/^enum/.test(specifiers.type?.type ?? '') ? this.#fields(nested) : [];
    if (specifiers.type && childIn(specifiers.type, 'name')) this.#addStruct({ ...specifiers.type, field: 'type' });
    const bits = node.children.some((child) => child.type === 'bitfield_clause');
    return declarators.flatMap((child) => {
      const { name, type, pointer, constPointee, functionPointer, array } = readDeclarator(child, specifiers, this.#text);
      if (!name) return [];
      const field: CField = { name: this.#slice(name), type, pointer, constPointee, functionPointer, array, span: this.#span(name.start, name.end) };
      return [bits ? { ...field, bits } : field];
    });
  }

  #enumerators(body: CNode): string[] {
    return body.children.flatMap((child) => {
      if (child.type.startsWith('preproc_')) return this.#enumerators(child);
      const name = child.type === 'enumerator' ? childIn(child, 'name') : undefined;
      return name ? [this.#slice(name)] : [];
    });
  }

  #addInclude(node: CNode): void {
    const path = childIn(node, 'path');
    if (path?.type !== 'string_literal' && path?.type !== 'system_lib_string') return;
    this.includes.push({ path: this.#slice(path).slice(1, -1), system: path.type === 'system_lib_string', span: this.#span(path.start, path.end) });
  }

  /** `#import` of Objective-C, which the grammar does not know. */
  #addImport(node: CNode): void {
    const found = /^#[ \t]*import[ \t]*([<"])([^>"\n]+)[>"]/.exec(this.#slice(node));
    if (!found) return;
    const from = node.start + found[0].length - found[2]!.length - 2;
    this.includes.push({ path: found[2]!, system: found[1] === '<', span: this.#span(from, node.start + found[0].length) });
  }

  #addMacro(node: CNode): void {
    const name = childIn(node, 'name');
    if (!name) return;
    const value = childIn(node, 'value');
    const params = childOf(node, 'preproc_params')?.children.filter((child) => child.type === 'identifier' || child.type === '...').map((child) => (child.type === '...' ? child.type : this.#slice(child)));
    this.macros.push({
      name: this.#slice(name),
      ...(params ? { params } : {}),
      body: value ? withoutContinuations(this.#slice(value)).trim() : '',
      span: this.#span(name.start, name.end),
    });
  }
}

const withoutMarks = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*(\/\*+|\/\/+|\*(?!\/))? ?/, '').replace(/\s*\*+\/\s*$/, ''))
    .join('\n')
    .trim();

const withoutContinuations = (text: string): string => (text.includes('\\') ? text.replace(/\\\r?\n/g, '\n') : text);
