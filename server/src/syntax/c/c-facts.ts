/** What the C reader says about a piece of C text: plain data, no tree node. It knows nothing of Go, of other files or of what a function means. */
import type { Span } from '../../base/span.ts';

/**
 * C text to read. `ranges` are the parts of `text` that are C, in order (the lines of a `//` preamble without their marks, or the inside
 * of one block comment); without them all of `text` is C. Spans of facts are offsets in `text`.
 */
export interface CText {
  readonly text: string;
  readonly ranges?: readonly Span[];
}

/** A declared type as far as the declaration shows it: typedef names are not looked through. */
export interface CTypeUse {
  /** Normalised text: `const char *`, `struct foo **`, `void (*)(int)`. */
  readonly type: string;
  /** A data pointer; for an array of a parameter always true, of a field or variable when its elements are pointers. */
  readonly pointer: boolean;
  /** What the outermost pointer points to is const: true for `const char *`, false for `char *const` and `const char **`. */
  readonly constPointee: boolean;
  readonly functionPointer: boolean;
}

export interface CParam extends CTypeUse {
  readonly name?: string;
}

export interface CResult extends CTypeUse {
  readonly void: boolean;
}

export interface CFunction {
  readonly name: string;
  /** The name. */
  readonly span: Span;
  /** The whole definition or declaration. */
  readonly extent: Span;
  readonly static: boolean;
  readonly inline: boolean;
  readonly variadic: boolean;
  readonly params: readonly CParam[];
  readonly result: CResult;
  /** `_Noreturn`, `noreturn` or `__attribute__((noreturn))` is written on it. */
  readonly noReturn: boolean;
  /** The comment that ends right above it, without its marks. */
  readonly doc: (() => string) | undefined;
  /** Undefined for prototypes. Lowers the body when first called; a macro that is no code has none. */
  readonly body: (() => CBody | undefined) | undefined;
}

export interface CField extends CTypeUse {
  readonly name: string;
  readonly array: boolean;
  /** Its width is written in bits. */
  readonly bits?: boolean;
  readonly span: Span;
}

export interface CStruct {
  readonly kind: 'struct' | 'union' | 'enum';
  /** `foo` of `struct foo`. */
  readonly tag?: string;
  /** `foo_t` of `typedef struct {…} foo_t`. */
  readonly alias?: string;
  /** Absent where the declaration is opaque (`struct foo;`); enumerators of an enum are in `enumerators`. */
  readonly fields?: readonly CField[];
  readonly enumerators?: readonly string[];
  /** `fields` are all there is, each by itself and in order: no conditional ones, none of nested anonymous structs or unions. */
  readonly plain?: boolean;
  /** `__attribute__((packed))` or the `#pragma pack` in force: the greatest alignment of a field in bytes. */
  readonly packed?: number;
  /** Another attribute changes its alignment. */
  readonly aligned?: boolean;
  readonly span: Span;
  readonly extent: Span;
}

export interface CTypedef extends CTypeUse {
  readonly name: string;
  readonly span: Span;
}

export interface CMacro {
  readonly name: string;
  /** Present for function-like macros. */
  readonly params?: readonly string[];
  readonly body: string;
  readonly span: Span;
}

export interface CInclude {
  readonly path: string;
  readonly system: boolean;
  /** The path with its quotes or angle brackets. */
  readonly span: Span;
}

export interface CVariable extends CTypeUse {
  readonly name: string;
  readonly static: boolean;
  readonly extern: boolean;
  readonly span: Span;
}

export interface CUnit {
  readonly functions: readonly CFunction[];
  readonly prototypes: readonly CFunction[];
  readonly structs: readonly CStruct[];
  readonly typedefs: readonly CTypedef[];
  readonly macros: readonly CMacro[];
  readonly includes: readonly CInclude[];
  readonly variables: readonly CVariable[];
  /** Function-like macros as functions, for summaries; one whose text is no code has no body. */
  readonly macroFunctions: readonly CFunction[];
  readonly hasError: boolean;
  /** The text was too large to read: facts are missing, nothing may be concluded from absence. */
  readonly skipped: boolean;
}

/** The steps of a function body, in source order and still nested as written. */
export interface CBody {
  readonly steps: readonly CStep[];
  /** The body holds a syntax error or a construct that was not understood: absence of an effect proves nothing. */
  readonly hasError: boolean;
}

export type CStep =
  | { readonly kind: 'declare'; readonly name: string; readonly type: string; readonly static: boolean; readonly storage: 'pointer' | 'array' | 'value'; readonly value?: CExpr; readonly span: Span }
  | { readonly kind: 'eval'; readonly value: CExpr }
  | { readonly kind: 'if'; readonly test: CExpr; readonly then: readonly CStep[]; readonly else: readonly CStep[] }
  | { readonly kind: 'loop'; readonly test?: CExpr; readonly body: readonly CStep[]; readonly next?: CExpr; readonly bodyFirst: boolean }
  | { readonly kind: 'switch'; readonly value: CExpr; readonly cases: readonly CCase[] }
  | { readonly kind: 'return'; readonly value?: CExpr; readonly span: Span }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'goto'; readonly label: string }
  | { readonly kind: 'label'; readonly name: string }
  /** Alternatives that the preprocessor chooses from (`#if … #else … #endif`). */
  | { readonly kind: 'variants'; readonly branches: readonly (readonly CStep[])[] }
  | { readonly kind: 'unknown'; readonly span: Span };

export interface CCase {
  readonly default: boolean;
  readonly steps: readonly CStep[];
}

/** An expression with casts and parentheses stripped. */
export type CExpr =
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  /** NULL and every constant that is zero. */
  | { readonly kind: 'null' }
  /** A constant that is not zero, or a size: `value` of a decimal or hexadecimal literal, `sizeOf` of `sizeof (type)` or of the expression behind it. */
  | { readonly kind: 'number'; readonly value?: number; readonly sizeOf?: string | CExpr }
  | { readonly kind: 'string' }
  /** `callee` is absent for a call through anything but a plain name; then `through` is that expression. */
  | { readonly kind: 'call'; readonly callee?: string; readonly through?: CExpr; readonly args: readonly CExpr[]; readonly span: Span }
  | { readonly kind: 'address'; readonly of: CExpr }
  /** `*p` and `p[i]`. */
  | { readonly kind: 'deref'; readonly of: CExpr; readonly index?: CExpr }
  | { readonly kind: 'field'; readonly of: CExpr; readonly name: string; readonly arrow: boolean }
  /** `plain` is false for `+=` and the like, `++` and `--`. */
  | { readonly kind: 'assign'; readonly target: CExpr; readonly value: CExpr; readonly plain: boolean; readonly span: Span }
  | { readonly kind: 'choice'; readonly test: CExpr; readonly then: CExpr; readonly else: CExpr }
  | { readonly kind: 'not'; readonly of: CExpr }
  | { readonly kind: 'logic'; readonly op: '&&' | '||'; readonly left: CExpr; readonly right: CExpr }
  | { readonly kind: 'compare'; readonly op: string; readonly left: CExpr; readonly right: CExpr }
  /** Arithmetic: `p + 4` keeps pointing into what `p` points into. */
  | { readonly kind: 'arithmetic'; readonly op: '+' | '-' | '&'; readonly left: CExpr; readonly right: CExpr }
  /** A comma expression, an initialiser list, or what was not understood: its parts are evaluated in order, its value is the last (`sequence`) or unknown. `product` of two parts. */
  | { readonly kind: 'sequence' | 'list' | 'opaque'; readonly parts: readonly CExpr[]; readonly product?: true };
