/** The control-flow graph of one function or literal while it is being built. */
import type { Span } from '../../base/span.ts';
import type { Block, FuncBody, Step, Term, Var } from '../ir.ts';

interface OpenBlock {
  readonly steps: Step[];
  term?: Term;
}

export interface Target {
  readonly label?: string;
  readonly breakTo: number;
  /** Absent for switch and select. */
  readonly continueTo?: number;
}

export class Frame {
  readonly id: number;
  readonly captures = new Set<Var>();
  readonly targets: Target[] = [];
  readonly #blocks: OpenBlock[] = [];
  readonly #labels = new Map<string, number>();
  #current: number;

  constructor(id: number) {
    this.id = id;
    this.#current = this.newBlock();
  }

  newBlock(): number {
    return this.#blocks.push({ steps: [] }) - 1;
  }

  emit(step: Step): void {
    this.#blocks[this.#current]!.steps.push(step);
  }

  /** Ends the current block, unless it has ended already, and goes on in `next` (or in a block that nothing reaches). */
  end(term: Term, next?: number): void {
    this.#blocks[this.#current]!.term ??= term;
    this.#current = next ?? this.newBlock();
  }

  /** Falls through to `to` and goes on there. */
  goOn(to: number): void {
    this.end({ k: 'jump', to }, to);
  }

  label(name: string): number {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    const made = this.newBlock();
    this.#labels.set(name, made);
    return made;
  }

  /** Closes the body; what has no end yet returns implicitly at the closing brace. */
  finish(params: readonly Var[], results: readonly Var[], span: Span, body: Span): FuncBody {
    const brace = { start: Math.max(body.start, body.end - 1), end: body.end };
    const named = results.filter((result) => result.name !== undefined);
    const implicit: Term = { k: 'return', values: named.map((v) => ({ k: 'var', v })), spans: [], span: brace, implicit: true };
    const blocks = this.#blocks.map((block): Block => ({ steps: block.steps, term: block.term ?? implicit }));
    const steps = blocks.length === 1 ? blocks[0]!.steps : blocks.flatMap((block) => block.steps);
    return { id: this.id, params, results, blocks, steps, calls: steps.filter((step) => step.op === 'call'), captures: this.captures, span, body };
  }
}
