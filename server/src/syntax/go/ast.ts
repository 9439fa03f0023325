/**
 * Go syntax as plain data. A declaration is converted once from its tree-sitter node and then lives without it;
 * all offsets (`s` included, `e` excluded, UTF-16) are relative to the declaration's start, so that an edit above changes nothing.
 */
interface Node {
  readonly s: number;
  readonly e: number;
}

// ---- expressions and types (Go writes both with the same syntax in places, so they share one union) ----

export interface Ident extends Node { readonly k: 'Ident'; readonly name: string }
export interface Selector extends Node { readonly k: 'Selector'; readonly x: Expr; readonly name: string; /** start of the name */ readonly n: number }
export interface Call extends Node { readonly k: 'Call'; readonly fn: Expr; readonly args: readonly Expr[]; readonly spread: boolean; /** offset of the opening parenthesis */ readonly lp: number }
/** `op` is one of - + ! ^ * & <-. A `*` is a dereference or a pointer type. */
export interface Unary extends Node { readonly k: 'Unary'; readonly op: string; readonly x: Expr }
export interface Binary extends Node { readonly k: 'Binary'; readonly op: string; readonly l: Expr; readonly r: Expr }
export interface Paren extends Node { readonly k: 'Paren'; readonly x: Expr }
/** An index, or an instantiation `f[T]`. */
export interface Index extends Node { readonly k: 'Index'; readonly x: Expr; readonly i: readonly Expr[] }
export interface SliceExpr extends Node { readonly k: 'Slice'; readonly x: Expr; readonly lo?: Expr; readonly hi?: Expr; readonly max?: Expr }
export interface TypeAssert extends Node { readonly k: 'TypeAssert'; readonly x: Expr; readonly type: Expr }
export interface Composite extends Node { readonly k: 'Composite'; readonly type?: Expr; readonly elts: readonly Element[] }
export interface Element { readonly key?: Expr; readonly value: Expr }
export interface FuncLit extends Node { readonly k: 'FuncLit'; readonly sig: Signature; readonly body: Block }
export interface Literal extends Node { readonly k: 'Literal'; readonly kind: 'int' | 'float' | 'imaginary' | 'rune' | 'string'; readonly text: string }
export interface ArrayType extends Node { readonly k: 'ArrayType'; /** absent for `[...]T` */ readonly len?: Expr; readonly elem: Expr }
export interface SliceType extends Node { readonly k: 'SliceType'; readonly elem: Expr }
export interface MapType extends Node { readonly k: 'MapType'; readonly key: Expr; readonly elem: Expr }
export interface ChanType extends Node { readonly k: 'ChanType'; readonly elem: Expr }
export interface FuncType extends Node { readonly k: 'FuncType'; readonly sig: Signature }
export interface StructType extends Node { readonly k: 'StructType'; readonly fields: readonly Field[] }
/** `methods`: those it lists itself; absent without any. */
export interface InterfaceType extends Node { readonly k: 'InterfaceType'; readonly methods?: readonly { readonly name: string; readonly sig: Signature }[] }
/** What could not be read: an ERROR node, a missing token, a construct of a newer Go. */
export interface Bad extends Node { readonly k: 'Bad' }

export type Expr =
  | Ident | Selector | Call | Unary | Binary | Paren | Index | SliceExpr | TypeAssert | Composite | FuncLit | Literal
  | ArrayType | SliceType | MapType | ChanType | FuncType | StructType | InterfaceType | Bad;

export interface Field {
  /** Absent for an embedded field. */
  readonly name?: string;
  readonly type: Expr;
  /** Of the name, or of the type when embedded. */
  readonly s: number;
  readonly e: number;
}

export interface Param {
  /** Absent, or `_`, when the parameter cannot be named in the body. */
  readonly name?: string;
  readonly type: Expr;
  readonly variadic: boolean;
  readonly s: number;
  readonly e: number;
}

export interface Signature {
  readonly params: readonly Param[];
  readonly results: readonly Param[];
}

// ---- statements ----

export interface Block extends Node { readonly k: 'Block'; readonly body: readonly Stmt[] }
export interface ExprStmt extends Node { readonly k: 'ExprStmt'; readonly x: Expr }
/** `op` is `=`, `:=` or an operator assignment such as `+=`. */
export interface Assign extends Node { readonly k: 'Assign'; readonly op: string; readonly lhs: readonly Expr[]; readonly rhs: readonly Expr[] }
export interface VarDecl extends Node { readonly k: 'VarDecl'; readonly const: boolean; readonly specs: readonly ValueSpec[] }
export interface ValueSpec extends Node { readonly names: readonly Ident[]; readonly type?: Expr; readonly values: readonly Expr[] }
export interface TypeDeclStmt extends Node { readonly k: 'TypeDecl'; readonly specs: readonly TypeSpec[] }
export interface TypeSpec extends Node { readonly name: string; /** Of the name. */ readonly n: number; readonly params: readonly string[]; readonly alias: boolean; readonly type: Expr }
export interface IncDec extends Node { readonly k: 'IncDec'; readonly x: Expr }
export interface Return extends Node { readonly k: 'Return'; readonly results: readonly Expr[] }
export interface If extends Node { readonly k: 'If'; readonly init?: Stmt; readonly cond: Expr; readonly then: Block; readonly else?: Stmt }
export interface For extends Node { readonly k: 'For'; readonly init?: Stmt; readonly cond?: Expr; readonly post?: Stmt; readonly body: Block }
export interface Range extends Node { readonly k: 'Range'; readonly define: boolean; readonly lhs: readonly Expr[]; readonly x: Expr; readonly body: Block }
export interface Switch extends Node { readonly k: 'Switch'; readonly init?: Stmt; readonly tag?: Expr; readonly clauses: readonly Clause[] }
export interface TypeSwitch extends Node { readonly k: 'TypeSwitch'; readonly init?: Stmt; readonly bind?: Ident; readonly x: Expr; readonly clauses: readonly Clause[] }
/** `exprs` absent: the default clause. */
export interface Clause extends Node { readonly exprs?: readonly Expr[]; readonly body: readonly Stmt[] }
export interface Select extends Node { readonly k: 'Select'; readonly clauses: readonly CommClause[] }
export interface CommClause extends Node { readonly comm?: Stmt; readonly body: readonly Stmt[] }
export interface Go extends Node { readonly k: 'Go'; readonly x: Expr }
export interface Defer extends Node { readonly k: 'Defer'; readonly x: Expr }
export interface Send extends Node { readonly k: 'Send'; readonly ch: Expr; readonly x: Expr }
export interface Labeled extends Node { readonly k: 'Labeled'; readonly label: string; readonly body?: Stmt }
/** goto, break, continue, fallthrough */
export interface Jump extends Node { readonly k: 'Jump'; readonly kind: 'goto' | 'break' | 'continue' | 'fallthrough'; readonly label?: string }
export interface Empty extends Node { readonly k: 'Empty' }

export type Stmt =
  | Block | ExprStmt | Assign | VarDecl | TypeDeclStmt | IncDec | Return | If | For | Range | Switch | TypeSwitch | Select
  | Go | Defer | Send | Labeled | Jump | Empty | Bad;

// ---- declarations ----

export interface FuncDecl extends Node {
  readonly k: 'Func';
  readonly name: string;
  /** Of the name. */
  readonly n: number;
  /** The receiver, for a method. */
  readonly recv?: Param;
  readonly typeParams: readonly string[];
  readonly sig: Signature;
  /** Absent for a declaration without body (assembly, linkname). */
  readonly body?: Block;
}

export interface ImportDecl extends Node {
  readonly k: 'Import';
  /** Offset of the closing parenthesis of a group; absent without parentheses. */
  readonly rp?: number;
  readonly specs: readonly ImportSpec[];
}
export interface ImportSpec extends Node {
  /** An explicit name (also `.` or `_`). */
  readonly name?: string;
  readonly path: string;
}

export type Decl = FuncDecl | ImportDecl | VarDecl | TypeDeclStmt | Bad;
