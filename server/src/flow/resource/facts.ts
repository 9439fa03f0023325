/** What the resource analysis found about one function. Spans are relative to its declaration. */
import type { Span } from '../../base/span.ts';
import type { AssumedBorrow, OwnedResult, Place } from '../knowledge.ts';
import type { PathNode } from './state.ts';

/** A step that yields memory somebody must release. */
export interface Site {
  /** The allocating call. */
  readonly span: Span;
  readonly stmt: Span;
  /** Inside a function literal that does not run where it stands. */
  readonly literal: boolean;
  /** An out-parameter that is a field of an object which this function got from another one. */
  readonly field?: { readonly type: string; readonly path: string };
  /** Inside a literal that runs once in the life of the process. */
  readonly once?: true;
  readonly owned: OwnedResult;
  /** The result is an unsafe.Pointer already. */
  readonly unsafePointer: boolean;
  /** C function called, or the Go helper. */
  readonly callee: { readonly k: 'c' | 'go'; readonly name: string };
  /** On its way to the holder it was converted to another type. */
  readonly converted?: true;
  /** The variable that first gets it, for messages and fixes. */
  readonly holder?: { readonly name: string; readonly id: number; readonly stmt: Span };
  /** Set when the result goes straight into a call as an argument. */
  readonly inline?: { readonly stmt: Span; readonly callee: string };
}

export interface Leak {
  readonly site: Site;
  /** The return statement, closing brace or assignment where the last chance passes, or where a copy gets it. */
  readonly exit: Span;
  readonly how: 'return' | 'end' | 'overwritten' | 'copied';
  /** With `copied`: the field of a copy of the caller's struct that got it. */
  readonly copy?: { readonly type: string; readonly field: string };
  readonly path: readonly PathNode[];
  readonly assumed: readonly AssumedBorrow[];
  /** On every path that leaves the function alive (a deferred free right after the allocation is then the whole fix). */
  readonly everywhere: boolean;
  /** Released on another path of this function: the code itself says that nobody else does. */
  readonly releasedElsewhere: boolean;
  /** The statements that release it on other paths, deferred ones not among them. */
  readonly releases: readonly Span[];
  /** Every path that leaves the function here still owns the memory, and the variable that first got it holds it, so that it may be released right before. */
  readonly ownedAtExit: boolean;
  /** A copy of what it consists of may leave with the results: nobody knows whether that may outlive it. */
  readonly copiedOut?: true;
}

export interface UseAfterRelease {
  /** Absent for memory that the function was given: a parameter, or a field of one. */
  readonly site?: Site;
  /** The variable or field that holds it. */
  readonly name?: string;
  readonly use: Span;
  readonly released: Place;
  /** `returned`: given to the caller although a deferred call releases it. `kept`: a field still points to it. `running`: a goroutine uses it. */
  readonly kind: 'used' | 'returned' | 'kept' | 'running';
  readonly view: boolean;
  readonly path: readonly PathNode[];
  /** Of a resource that is no C memory. */
  readonly protocol?: 'handle' | 'pinner';
  /** The C function that lent it from an object: that has ended it, or was released. */
  readonly lentBy?: string;
}

/** A release of memory that is released already. */
export interface SecondRelease {
  /** Absent for memory that the function was given. */
  readonly site?: Site;
  readonly name?: string;
  readonly release: Span;
  readonly deferred: boolean;
  readonly first: Place;
  /** What came first was no release: C became the owner. */
  readonly taken?: true;
  readonly path: readonly PathNode[];
}

/** Memory of one allocator that is given to the deallocator of another one. */
export interface Misplaced {
  readonly site: Site;
  readonly release: Span;
  readonly callee: string;
  readonly path: readonly PathNode[];
}

/** The site's memory leaves as this result. */
export interface Returned {
  readonly site: Site;
  readonly index: number;
  readonly path: string;
  /** The return statement. */
  readonly exit: Span;
}

export interface ResourceFacts {
  readonly leaks: readonly Leak[];
  readonly uses: readonly UseAfterRelease[];
  readonly again: readonly SecondRelease[];
  readonly misplaced: readonly Misplaced[];
  readonly returned: readonly Returned[];
  /** `name#arg`: C functions after whose call this function itself releases what it passed. */
  readonly freedAfter: ReadonlySet<string>;
  readonly sites: readonly Site[];
}

export const noFacts: ResourceFacts = { leaks: [], uses: [], again: [], misplaced: [], returned: [], freedAfter: new Set(), sites: [] };
