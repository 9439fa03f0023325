/**
 * What a function does, step by step. A function is lowered once from its syntax to these plain steps in basic blocks; conversions are
 * copies that remember their target type. Every analysis and every rule reads steps, never syntax. Offsets are relative to the declaration.
 */
import type { Span } from '../base/span.ts';
import type { Type } from '../semantics/types.ts';

/** A local variable, parameter, result or temporary of one function, its function literals included: captured variables are shared. */
export interface Var {
  readonly id: number;
  /** Absent for a temporary. */
  readonly name?: string;
  readonly kind: 'receiver' | 'param' | 'result' | 'local' | 'temp';
  /** Mutable while lowering only: a short declaration may learn its type from the step that fills it. */
  type?: Type;
  readonly span: Span;
  /** The function literal that declares it; 0 is the function itself. */
  readonly scope: number;
}

export type Operand =
  | { readonly k: 'var'; readonly v: Var }
  /** `value` is the source text of a literal; nil, true and false included. */
  | { readonly k: 'const'; readonly value: string }
  | { readonly k: 'global'; readonly name: string }
  /** A function of the package used as a value, `T.m` for a method expression. */
  | { readonly k: 'func'; readonly name: string; readonly recv?: string }
  /** `C.name` used as a value. */
  | { readonly k: 'c'; readonly name: string }
  | { readonly k: 'closure'; readonly fn: FuncBody }
  /** `x.m` not called. */
  | { readonly k: 'method'; readonly recv: Operand; readonly name: string }
  | { readonly k: 'unknown' };

export type Callee =
  | { readonly k: 'c'; readonly name: string }
  /** A function of this package. */
  | { readonly k: 'go'; readonly name: string }
  /** The receiver is the first argument. */
  | { readonly k: 'method'; readonly name: string; readonly recvType: Type }
  /** A function of another package; `pkg` is the import path. */
  | { readonly k: 'pkg'; readonly pkg: string; readonly name: string }
  | { readonly k: 'builtin'; readonly name: string }
  | { readonly k: 'value'; readonly fn: Operand };

interface Base {
  readonly span: Span;
  /** The statement that the step belongs to. */
  readonly stmt: Span;
}

export interface Copy extends Base { readonly op: 'copy'; readonly dst: Var; readonly src: Operand; /** Target of a conversion. */ readonly conv?: Type }
export interface Load extends Base { readonly op: 'field'; readonly dst: Var; readonly base: Operand; readonly name: string }
export interface Deref extends Base { readonly op: 'deref'; readonly dst: Var; readonly base: Operand }
export interface IndexStep extends Base { readonly op: 'index'; readonly dst: Var; readonly base: Operand; readonly index: Operand }
/** `dst = &base.path`; `indexed` says that an element is addressed, `index` which. */
export interface Addr extends Base { readonly op: 'addr'; readonly dst: Var; readonly base: Operand; readonly path: string; readonly indexed: boolean; readonly index?: Operand; /** Of what is indexed. */ readonly container?: Type }
export interface SetField extends Base { readonly op: 'setField'; readonly base: Operand; readonly name: string; readonly src: Operand }
export interface SetDeref extends Base { readonly op: 'setDeref'; readonly base: Operand; readonly src: Operand }
export interface SetIndex extends Base { readonly op: 'setIndex'; readonly base: Operand; /** The key, which a map keeps. */ readonly key?: Operand; readonly src: Operand }
export interface SetGlobal extends Base { readonly op: 'setGlobal'; readonly name: string; readonly src: Operand }
/** `dst = base[lo:hi:max]` */
export interface SliceStep extends Base { readonly op: 'slice'; readonly dst: Var; readonly base: Operand; readonly hi?: Operand; readonly hiSpan?: Span; readonly capped: boolean }
export interface CompositeStep extends Base { readonly op: 'composite'; readonly dst: Var; readonly type: Type; readonly address: boolean; readonly fields: readonly { readonly name?: string; readonly src: Operand }[] }
export interface BinaryStep extends Base { readonly op: 'binary'; readonly dst: Var; readonly operator: string; readonly l: Operand; readonly r: Operand }
export interface Assert extends Base { readonly op: 'assert'; readonly dst: Var; readonly src: Operand; readonly type: Type }
export interface CallStep extends Base {
  readonly op: 'call';
  readonly mode: 'call' | 'go' | 'defer';
  readonly dsts: readonly Var[];
  readonly callee: Callee;
  readonly args: readonly Operand[];
  readonly argSpans: readonly Span[];
  readonly spread: boolean;
  /** Of the opening parenthesis. */
  readonly lp: number;
  /** Type arguments and type operands (`make([]T, n)`, `new(T)`, `cgo.NewHandle`). */
  readonly types: readonly Type[];
}
export interface SendStep extends Base { readonly op: 'send'; readonly src: Operand; readonly to: Operand; /** A case of a select that has others: it need not wait. */ readonly isCase: boolean }
/** Any other read of a value. */
export interface Use extends Base { readonly op: 'use'; readonly src: Operand }
/** `dst` ranges over `base`. */
export interface RangeStep extends Base { readonly op: 'range'; readonly dsts: readonly Var[]; readonly base: Operand }
/** Something the lowering does not understand happens to these variables. */
export interface Havoc extends Base { readonly op: 'havoc' }

export type Step =
  | Copy | Load | Deref | IndexStep | Addr | SetField | SetDeref | SetIndex | SetGlobal | SliceStep | CompositeStep | BinaryStep | Assert
  | CallStep | SendStep | Use | RangeStep | Havoc;

/** What a branch tests. `eq` covers == and (negated) !=; `cmp` covers the order comparisons. */
export type Cond =
  | { readonly k: 'eq'; readonly l: Operand; readonly r: Operand; /** A case of a switch on a value. */ readonly isCase?: boolean }
  | { readonly k: 'cmp'; readonly operator: '<' | '<=' | '>' | '>='; readonly l: Operand; readonly r: Operand }
  | { readonly k: 'truth'; readonly x: Operand }
  | { readonly k: 'unknown' };

export type Term =
  | { readonly k: 'jump'; readonly to: number }
  | { readonly k: 'branch'; readonly cond: Cond; readonly span: Span; readonly yes: number; readonly no: number }
  /** One of several, nobody knows which. */
  | { readonly k: 'multi'; readonly to: readonly number[]; /** Of a type switch: where no case has matched. */ readonly otherwise?: number }
  /** `span` is the return statement, or the closing brace where the body just ends. */
  | { readonly k: 'return'; readonly values: readonly Operand[]; /** Of the written results. */ readonly spans: readonly Span[]; readonly span: Span; readonly implicit: boolean }
  /** The path ends here: panic, os.Exit, an endless loop without exit. */
  | { readonly k: 'stop' };

/** Where variables get their values. */
export interface Definitions {
  /** The steps that set a variable; a parameter has one more value than steps. */
  readonly of: { get(v: Var): readonly Step[] | undefined };
  /** The body that a step belongs to. */
  readonly bodyOf: { get(step: Step): FuncBody | undefined };
  /** Which variables are set to the value of another one, converted or not, in the order of the steps. */
  readonly copies: readonly { readonly from: Var; readonly to: Var }[];
  /** Variables whose own address is taken. */
  readonly addressed: ReadonlySet<Var>;
}

/** What there is to see in a function: analyses and rules that need something else pass it by. */
export type Trait = Step['op'] | `${Callee['k']} call` | 'unsafe call' | 'address of element' | 'conversion' | 'pointer conversion' | 'pointer copy' | 'number as pointer' | 'defer' | 'go' | 'branch' | 'literal';

export interface Block {
  readonly steps: readonly Step[];
  readonly term: Term;
}

/** A function or a function literal. Block 0 is the entry. */
export interface FuncBody {
  /** 0 for the declared function, else the number of the literal. */
  readonly id: number;
  readonly params: readonly Var[];
  readonly results: readonly Var[];
  readonly blocks: readonly Block[];
  /** Those of all blocks, in their order. */
  readonly steps: readonly Step[];
  /** The calls among them. */
  readonly calls: readonly CallStep[];
  /** Outer variables that a literal mentions. */
  readonly captures: ReadonlySet<Var>;
  readonly span: Span;
  /** Between the braces, braces included. */
  readonly body: Span;
}

export interface FuncIr {
  readonly name: string;
  /** Receiver type name of a method. */
  readonly recv: string | undefined;
  readonly body: FuncBody;
  readonly vars: readonly Var[];
  /** Every function literal inside, at any depth. */
  readonly literals: readonly FuncBody[];
  /** The function and its literals. */
  readonly bodies: readonly FuncBody[];
  /** Of all bodies; the same set for functions with the same traits. */
  readonly traits: ReadonlySet<Trait>;
  /** The functions of C that any of the bodies calls, cgo's own included. */
  readonly cFunctions: ReadonlySet<string>;
  readonly definitions: Definitions;
  /** The last parameter takes the rest of the arguments. */
  readonly variadic: boolean;
  readonly resultTypes: readonly Type[];
  /** A construct was met that hides what happens; only silence is safe. */
  readonly opaque: boolean;
}
