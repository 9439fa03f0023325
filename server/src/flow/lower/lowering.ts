/** The state of one lowering: scopes, frames and the emission of steps. */
import type { Span } from '../../base/span.ts';
import type { Shape } from '../../semantics/shape.ts';
import type { Imports, Type } from '../../semantics/types.ts';
import type { FuncBody, Operand, Step, Var } from '../ir.ts';
import { Frame } from './frame.ts';

type StepOf<T> = T extends Step ? Omit<T, 'stmt' | 'span'> : never;

export class Lowering {
  readonly shape: Shape;
  readonly imports: Imports;
  readonly vars: Var[] = [];
  readonly literals: FuncBody[] = [];
  /** Result variables of the functions being lowered, innermost last. */
  readonly results: (readonly Var[])[] = [];
  opaque = false;
  /** The statement being lowered. */
  stmt: Span = { start: 0, end: 0 };
  /** Innermost last; a scope that declares nothing has no map. */
  readonly #scopes: (Map<string, Var> | undefined)[] = [];
  readonly #frames: Frame[] = [];
  #frame!: Frame;
  #frameCount = 0;

  constructor(shape: Shape, imports: Imports) {
    this.shape = shape;
    this.imports = imports;
  }

  get frame(): Frame {
    return this.#frame;
  }

  inFrame<T>(work: (frame: Frame) => T): T {
    const outer = this.#frame;
    this.#frame = new Frame(this.#frameCount++);
    this.#frames.push(this.#frame);
    const made = this.inScope(() => work(this.#frame));
    this.#frames.pop();
    this.#frame = outer;
    return made;
  }

  inScope<T>(work: () => T): T {
    this.#scopes.push(undefined);
    const made = work();
    this.#scopes.pop();
    return made;
  }

  declare(name: string | undefined, kind: Var['kind'], span: Span, type?: Type): Var {
    if (name === undefined) return this.#unnamed(kind, span, type);
    const made: Var = { id: this.vars.length, kind, span, scope: this.#frame.id, name };
    if (type) made.type = type;
    this.vars.push(made);
    const last = this.#scopes.length - 1;
    (this.#scopes[last] ??= new Map<string, Var>()).set(name, made);
    return made;
  }

  temp(span: Span, type?: Type): Var {
    return this.#unnamed('temp', span, type);
  }

  #unnamed(kind: Var['kind'], span: Span, type: Type | undefined): Var {
    const made: Var = { id: this.vars.length, kind, span, scope: this.#frame.id };
    if (type) made.type = type;
    this.vars.push(made);
    return made;
  }

  /** The variable of the innermost scope only: a short declaration reuses it. */
  inCurrentScope(name: string): Var | undefined {
    return this.#scopes.at(-1)?.get(name);
  }

  /** The variable a name means here; a use inside a literal is recorded as a capture. */
  lookup(name: string): Var | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const found = this.#scopes[i]?.get(name);
      if (found === undefined) continue;
      if (this.#frames.length > 1) for (const frame of this.#frames) if (frame.id > found.scope) frame.captures.add(found);
      return found;
    }
    return undefined;
  }

  emit(step: StepOf<Step>, span: Span): void {
    // Completed in place: a copy of every step would cost more than all else here.
    const made = step as { -readonly [K in keyof Step]: Step[K] };
    made.span = span;
    made.stmt = this.stmt;
    this.#frame.emit(made as Step);
  }

  /** The import path a name qualifies, unless a variable hides it; cgo ignores scoping for C. */
  packageOf(name: string): string | undefined {
    const path = this.imports.get(name);
    if (path === undefined) return undefined;
    return path === 'C' || this.lookup(name) === undefined ? path : undefined;
  }

  typeOfOperand(operand: Operand): Type | undefined {
    switch (operand.k) {
      case 'var':
        return operand.v.type;
      case 'global':
        return this.shape.global(operand.name);
      case 'const':
        return operand.value.startsWith('"') || operand.value.startsWith('`') ? { k: 'named', name: 'string' } : undefined;
      default:
        return undefined;
    }
  }
}
