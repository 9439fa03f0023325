/** What a C function does with the memory that crosses the border: the result of reading its body, as plain data. */
import type { Span } from '../../base/span.ts';

/**
 * `releases`: on every path on which the pointer is not NULL. `may-release`: on some. `retains`: stored where it outlives the call.
 * `borrows`: neither, certainly. `unknown`: it went where the body does not tell.
 */
export type CParamEffect = 'releases' | 'may-release' | 'retains' | 'borrows' | 'unknown';

/** A call that a parameter was handed to although no body of the callee is in view: contracts may know more. */
export interface CHandOn {
  readonly callee: string;
  /** Position of the argument. */
  readonly index: number;
  readonly at: Span;
  /** The call goes through a pointer: the name is that of its field, or of the function that makes the call. */
  readonly throughPointer?: true;
}

export interface CParamSummary {
  readonly effect: CParamEffect;
  /** Some path returns it, or a pointer into it. */
  readonly returned: boolean;
  /** The body is seen to write through it. */
  readonly written: boolean;
  /** `*out = malloc(…)`: after the call the pointed-to variable may hold memory that the caller owns. */
  readonly storedOwned?: boolean;
  /** What releases it. */
  readonly storedDeallocator?: string;
  /** Some path stores it before the last call that may fail, and returns what that call says: a failure does not mean that nothing is stored. */
  readonly storedAnyhow?: true;
  /** `free(p->field)`: what its fields point to is freed, the thing itself is not. */
  readonly contentsReleased?: boolean;
  /** Unseen functions that get a pointer which is loaded from it: `unref(*p)`, `unref(p->child)`. */
  readonly contentsHandedOn?: readonly string[];
  /** What releases it takes nothing but objects of its own type, which may stand in memory of the caller. */
  readonly ownType?: boolean;
  /** `retains` means only this: memory that these parameters point to holds it. */
  readonly keptBehind?: readonly number[];
  /** Some path follows it although nothing there says that it is not NULL. */
  readonly followed?: boolean;
  /** A number is stored through it where the result is NULL; where it is not, zero is, or nothing. */
  readonly tellsFailure?: true;
  /** What it points to is set on every path but those that return such a value. */
  readonly unsetOn?: 'zero' | 'nonzero';
  /** How many calls further down it is stored where its place is seen to be lasting; absent when the place is not known. */
  readonly keptDepth?: number;
  /** Unseen callees that got it; filled whenever there are any, and the reason of `unknown`. */
  readonly handedOn: readonly CHandOn[];
  /** Where it is freed or stored. */
  readonly at?: Span;
}

export interface CResultSummary {
  /** `borrowed`: a pointer into memory of a parameter or of something else that keeps it. `static`: never to be freed. */
  readonly owner: 'owned' | 'borrowed' | 'static' | 'unknown';
  /** The function at the bottom that allocates: malloc, strdup … */
  readonly allocator?: string;
  /** What releases it: free, fclose, or the function in view that is made for its type. */
  readonly deallocator?: string;
  readonly mayBeNull: boolean;
  /** The allocation. */
  readonly at?: Span;
}

/** A C function from which a call leads to another one. */
export interface CCaller {
  readonly name: string;
  /** Index of its unit. */
  readonly unit: number;
  /** The call in its body. */
  readonly at: Span;
}

/** Memory that a body allocates and that some way out of it forgets. */
export interface CLost {
  /** The allocation. */
  readonly at: Span;
  readonly allocator: string;
  readonly deallocator: string;
  /** No way out keeps or releases it. */
  readonly everywhere: boolean;
  /** The return statement; absent where the body just ends. */
  readonly exit?: Span;
}

export interface CSummary {
  readonly name: string;
  /** Index of the unit (in the list given to `summarise`) that the spans belong to; several definitions of one name keep the first. */
  readonly unit: number;
  readonly params: readonly CParamSummary[];
  readonly result: CResultSummary;
  /** Of one definition; where there are several, nothing is said. */
  readonly lost?: readonly CLost[];
  /** No path returns. */
  readonly noReturn: boolean;
}
