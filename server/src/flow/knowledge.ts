/** What the analyses ask about callees: the summaries of Go and C functions. The package behind it may not know; every answer can say so. */
import type { Span } from '../base/span.ts';
import type { Type } from '../semantics/types.ts';
import type { FuncBody, FuncIr } from './ir.ts';

/** A place in some file of the package, in facts that cross functions. `unit` names a declaration or a C text; the span is relative to it. */
export interface Place {
  readonly unit: object;
  readonly span: Span;
}

/** What a callee does with the memory it gets through one argument. */
export interface ArgEffect {
  /** `sometimes` is enough for silence, only `always` may be reported on. */
  readonly releases: 'always' | 'sometimes' | 'never';
  /** It may outlive the call, or nobody knows. */
  readonly escapes: boolean;
  /** Indices of results that are this very memory. */
  readonly returned: readonly number[];
  /** Calls of unseen C functions that the memory goes through inside. */
  readonly assumed: readonly AssumedBorrow[];
  /** Where it is released, the place that it was passed in is empty afterwards: `x.ptr = nil`. */
  readonly cleared?: boolean;
  /** The callee releases an object of its own type, which may stand in memory of the caller: a buffer that is filled and disposed of. */
  readonly ownType?: boolean;
  /** The callee becomes the owner, says its contract, whatever happens or when it succeeds: whoever releases the memory afterwards releases what is another's. */
  readonly takes?: 'always' | 'success';
  /** What the memory points to, such as the elements of an array, is not kept either. */
  readonly deep?: boolean;
  /** It is released exactly when this argument of the call is not zero. */
  readonly ifNonzero?: number;
  /** It is a struct whose fields' memory is released. */
  readonly contents?: boolean;
  /** Where it is released, for traces. */
  readonly at?: Place;
}

/** A call of a C function whose body is not in view: it is assumed to borrow (hazards: the default contract). */
export interface AssumedBorrow {
  readonly name: string;
  readonly arg: number;
  /** Called through a pointer: nobody can look up what it does with what its argument points to. */
  readonly throughPointer?: true;
  /** It is the first of several arguments: what the function works on, where a word such as `set` or `add` speaks of the others. */
  readonly subject?: true;
  /** It got memory that holds the pointer, and that this function frees after the call. */
  readonly contained?: true;
}

/** Memory that a call yields and somebody must release. */
export interface OwnedResult {
  readonly index: number;
  /** The allocating C function at the origin: CString, malloc, strdup … */
  readonly allocator: string;
  /** The C function that releases it. */
  readonly deallocator: string;
  /** NULL is a possible result, as far as anything says so. */
  readonly mayBeNil: boolean;
  /** What the deallocator wants: the type that the allocator gives (`own`), a name of its own for any pointer, or `more` than the pointer. Absent: unsafe.Pointer. */
  readonly releaseType?: string;
  /** Written through the pointer argument with this index instead of returned. */
  readonly outArg?: number;
  /** It is each element of the caller's array that this argument points to. */
  readonly elements?: true;
  /** Made in case of failure only, as messages are; else in case of success. */
  readonly only?: 'failure';
  /** It lies in this field of the result (`.ptr`): the result is an object that owns it. */
  readonly path?: string;
  /** What the variable held before is overwritten unseen. */
  readonly overwrites?: true;
  /** Neither the results nor anything else tells whether it was made. */
  readonly anyhow?: true;
  /** What the first result of the call is when the call went well; absent where nothing is known of it. */
  readonly success?: 'zero' | 'nonzero';
  /** It is made only where this argument of the call is nil; otherwise the result is an object of the caller. */
  readonly ifNull?: number;
  /** The C function that returns zero for it exactly when it was made. */
  readonly status?: string;
  /** Arguments that are the addresses of error pointers: where one is set afterwards, the memory was not made. */
  readonly errorArgs?: readonly number[];
  /** Where the memory is allocated, when that is inside the callee. */
  readonly at?: Place;
  /** No C memory but a resource of Go's libraries that follows rules of its own. */
  readonly protocol?: 'handle' | 'pinner';
}

/** A value that belongs to an object which the same call gets, and ends with it. */
export interface LentValue {
  /** Written through the pointer argument with this index instead of returned. */
  readonly outArg?: number;
  /** It is this field (`.data`) of what is written there. */
  readonly path?: string;
  /** The argument that is the object. */
  readonly lender: number;
  /** C functions that end the value when they get the object, although they do not release it. */
  readonly endedBy: readonly string[];
}

export interface Knowledge {
  /** The effect of C function `name` on argument `arg`; undefined when nothing of it is in view. */
  cArg(name: string, arg: number): ArgEffect | undefined;
  /** Memory that C function `name` allocates for its caller. */
  cOwned(name: string): readonly OwnedResult[];
  /** Values that C function `name` lends from one of its arguments. */
  cLent(name: string): readonly LentValue[];
  /** Whether a call of a package function never returns. */
  neverReturns(callee: { readonly recv?: string; readonly name: string }): boolean;
  /** The effect of a package function on the memory at `path` (`''`, `.ptr`, `[]`) of argument `arg` (the receiver is 0). */
  goArg(callee: { readonly recv?: string; readonly name: string }, arg: number, path: string): ArgEffect | undefined;
  /** Whether a package function touches the memory at `path` of argument `arg`, which is dead, on every path. */
  goUsesDead(callee: { readonly recv?: string; readonly name: string }, arg: number, path: string): boolean;
  /** The argument to whose elements the result of a package function points. */
  goElements(callee: { readonly recv?: string; readonly name: string }): number | undefined;
  goOwned(callee: { readonly recv?: string; readonly name: string }): readonly OwnedResult[];
}

/** The place of a step inside the function being analysed. */
export interface Where {
  readonly fn: FuncBody;
  readonly ir: FuncIr;
}

export const unknownEffect: ArgEffect = { releases: 'never', escapes: true, returned: [], assumed: [] };
export const borrows: ArgEffect = { releases: 'never', escapes: false, returned: [], assumed: [] };

export type { Type };
