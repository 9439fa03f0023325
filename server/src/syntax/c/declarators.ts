/** Reads C declarators: the declared name, its type as text, and whether it is a pointer, to what. */
import type { CParam, CStruct, CTypeUse } from './c-facts.ts';
import { childIn, childOf, type CNode } from './c-tree.ts';

/** What stands before the declarators of a declaration. */
export interface Specifiers {
  /** Normalised base type: `const struct foo`. */
  readonly base: string;
  readonly constBase: boolean;
  readonly static: boolean;
  readonly extern: boolean;
  readonly inline: boolean;
  readonly noReturn: boolean;
  readonly type: CNode | undefined;
}

/** One step from the base type outwards: `char *const *p[3]` is [pointer const, pointer, array]. */
type Level = { readonly kind: 'pointer'; readonly const: boolean } | { readonly kind: 'array' } | { readonly kind: 'function'; readonly node: CNode };

export interface Declared extends CTypeUse {
  readonly name: CNode | undefined;
  readonly array: boolean;
  readonly function: boolean;
}

/** What is declared as a function. */
export interface DeclaredFunction {
  readonly name: CNode;
  readonly parameters: CNode;
  readonly result: CTypeUse;
}

const collapse = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Words with single spaces, as nearly all types are written. */
const plain = /^\w+(?: \w+)*$/;

/** Text without comments, with single spaces. */
export const normalise = (text: string): string => (plain.test(text) ? text : collapse(text.replace(/\/\*[^]*?\*\/|\/\/.*/g, ' ')));

/** Reads storage classes, qualifiers and the type of a declaration, definition, parameter, field or type descriptor. */
export function readSpecifiers(node: CNode, text: string): Specifiers {
  let constBase = false;
  let isStatic = false;
  let isExtern = false;
  let inline = false;
  let noReturn = false;
  for (const child of node.children) {
    if (child.field === 'declarator' || child.field === 'body') break;
    if (child.field === 'type') continue;
    const word = text.slice(child.start, child.end);
    if (child.type === 'type_qualifier') {
      constBase ||= word === 'const';
      noReturn ||= word === '_Noreturn' || word === 'noreturn';
    } else if (child.type === 'storage_class_specifier') {
      isStatic ||= word === 'static';
      isExtern ||= word === 'extern';
      inline ||= word.includes('inline');
    } else if (child.type === 'attribute_specifier' || child.type === 'attribute_declaration' || child.type === 'ms_declspec_modifier') {
      noReturn ||= /noreturn/i.test(word);
    }
  }
  const type = childIn(node, 'type');
  return { base: (constBase ? 'const ' : '') + baseName(type, text), constBase, static: isStatic, extern: isExtern, inline, noReturn, type };
}

/** `struct` of a `struct_specifier`; undefined for every other node. */
export function tagKeyword({ type }: CNode): CStruct['kind'] | undefined {
  switch (type) {
    case 'struct_specifier':
      return 'struct';
    case 'union_specifier':
      return 'union';
    case 'enum_specifier':
      return 'enum';
    default:
      return undefined;
  }
}

function baseName(type: CNode | undefined, text: string): string {
  if (!type) return 'int';
  const keyword = tagKeyword(type);
  if (!keyword) {
    // `GIT_EXTERN(int)` and the like wrap the type that they stand for.
    const wrapped = type.type === 'macro_type_specifier' ? childIn(type, 'type') : undefined;
    return wrapped ? typeOfDescriptor(wrapped, text) : normalise(text.slice(type.start, type.end));
  }
  const name = childIn(type, 'name');
  return name ? `${keyword} ${text.slice(name.start, name.end)}` : `${keyword} {…}`;
}

/** The normalised text of a `type_descriptor` (inside a cast or a macro). */
export function typeOfDescriptor(node: CNode, text: string): string {
  return readDeclarator(childIn(node, 'declarator'), readSpecifiers(node, text), text).type;
}

/** The name that a declarator declares, if any, and the steps from the base type to it. */
function stepsTo(declarator: CNode | undefined, text: string): { readonly name: CNode | undefined; readonly levels: readonly Level[] } {
  const levels: Level[] = [];
  let name: CNode | undefined;
  for (let node = declarator; node; ) {
    switch (node.type) {
      case 'pointer_declarator':
      case 'abstract_pointer_declarator':
        levels.push({ kind: 'pointer', const: node.children.some((child) => child.type === 'type_qualifier' && text.slice(child.start, child.end) === 'const') });
        break;
      case 'array_declarator':
      case 'abstract_array_declarator':
        levels.push({ kind: 'array' });
        break;
      case 'function_declarator':
      case 'abstract_function_declarator': {
        const parameters = childIn(node, 'parameters');
        if (parameters) levels.push({ kind: 'function', node: parameters });
        break;
      }
      case 'identifier':
      case 'type_identifier':
      case 'field_identifier':
      case 'primitive_type':
        name = node;
        break;
    }
    node = name ? undefined : inner(node);
  }
  return { name, levels };
}

/** Reads one declarator (or none, for an unnamed parameter) of a declaration with these specifiers; `decays` for those of parameters. */
export function readDeclarator(declarator: CNode | undefined, specifiers: Specifiers, text: string, decays = false): Declared {
  const { name, levels } = stepsTo(declarator, text);
  const last = levels.at(-1)?.kind;
  const array = last === 'array';
  // An array of a parameter is a pointer; elsewhere it is as much of a pointer as its elements are.
  const elements = decays || !array ? levels : levels.slice(0, levels.findLastIndex((level) => level.kind !== 'array') + 1);
  const { type, pointer, constPointee, functionPointer } = typeUse(elements, specifiers, typeText(declarator, name, specifiers, text));
  return { type, pointer, constPointee, functionPointer, name, array, function: last === 'function' && name !== undefined };
}

/** Reads a declarator that declares a function; undefined for every other. */
export function readFunction(declarator: CNode | undefined, specifiers: Specifiers, text: string): DeclaredFunction | undefined {
  const { name, levels } = stepsTo(declarator, text);
  const last = levels.at(-1);
  if (!declarator || !name || last?.kind !== 'function') return undefined;
  const result = typeUse(levels.slice(0, -1), specifiers, typeText(declarator, functionDeclarator(declarator), specifiers, text));
  return { name, parameters: last.node, result };
}

function inner(node: CNode): CNode | undefined {
  return (
    childIn(node, 'declarator') ??
    node.children.find((child) => /declarator$/.test(child.type) || child.type === 'identifier' || child.type === 'type_identifier' || child.type === 'field_identifier')
  );
}

/** The innermost function declarator: the one that names the function. */
function functionDeclarator(declarator: CNode): CNode | undefined {
  let found: CNode | undefined;
  for (let node: CNode | undefined = declarator; node; node = inner(node)) if (node.type === 'function_declarator') found = node;
  return found;
}

/** The type as one would write it without the name: the base, then the declarator with `without` cut out. */
function typeText(declarator: CNode | undefined, without: CNode | undefined, specifiers: Specifiers, text: string): string {
  if (!declarator || declarator === without) return specifiers.base;
  const written = without ? `${text.slice(declarator.start, without.start)}${text.slice(without.end, declarator.end)}` : text.slice(declarator.start, declarator.end);
  // Nothing but stars, as nearly always.
  if (/^[\s*]*$/.test(written)) return written === '' ? specifiers.base : `${specifiers.base} ${written.replace(/\s+/g, '')}`.trimEnd();
  const rest = normalise(written.replace(/__attribute__\s*\(\(.*?\)\)/g, ' ')).replace(/\s*\*\s*/g, '*').replace(/(?<=\w)\*/g, ' *').replace(/\s*\[\s*/g, '[').replace(/\( /g, '(').replace(/ \)/g, ')');
  return rest === '' ? specifiers.base : `${specifiers.base} ${rest}`;
}

function typeUse(levels: readonly Level[], specifiers: Specifiers, type: string): CTypeUse {
  const last = levels.at(-1);
  const below = levels.at(-2);
  const functionPointer = last?.kind === 'function' || ((last?.kind === 'pointer' || last?.kind === 'array') && levels.some((level) => level.kind === 'function'));
  const pointer = !functionPointer && last !== undefined;
  const constPointee = pointer && (below === undefined ? specifiers.constBase : below.kind === 'pointer' && below.const);
  return { type, pointer, constPointee, functionPointer };
}

/** Reads a parameter list; `(void)` and `()` have no parameters. */
export function readParameters(list: CNode, text: string): { params: CParam[]; variadic: boolean } {
  const params: CParam[] = [];
  for (const child of list.children) {
    if (child.type === 'identifier') params.push({ name: text.slice(child.start, child.end), type: 'int', pointer: false, constPointee: false, functionPointer: false });
    if (child.type !== 'parameter_declaration') continue;
    const specifiers = readSpecifiers(child, text);
    const { name, type, pointer, constPointee, functionPointer } = readDeclarator(childIn(child, 'declarator'), specifiers, text, true);
    if (type === 'void' && !name) continue;
    params.push(name ? { name: text.slice(name.start, name.end), type, pointer, constPointee, functionPointer } : { type, pointer, constPointee, functionPointer });
  }
  return { params, variadic: childOf(list, 'variadic_parameter') !== undefined };
}
