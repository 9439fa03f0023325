/** Turns the nested steps of a C body into basic blocks, so that `goto`, `break` and loops are edges like any other. Knows nothing of values. */
import type { Span } from '../../base/span.ts';
import type { CBody, CExpr, CStep } from '../../syntax/c/c-facts.ts';

export type COperation = Extract<CStep, { kind: 'declare' | 'eval' }>;

export type CExit =
  | { readonly kind: 'jump'; readonly to: readonly number[] }
  | { readonly kind: 'branch'; readonly test: CExpr; readonly yes: number; readonly no: number }
  | { readonly kind: 'return'; readonly value?: CExpr; readonly span?: Span };

export interface CBlock {
  readonly operations: COperation[];
  exit: CExit;
}

/** Blocks of a body; the first is the entry. Code after a jump is in blocks that nothing reaches. */
export function buildCGraph(body: CBody): readonly CBlock[] {
  return new Builder().build(body);
}

/** The place of each block in reverse post-order: predecessors come first, except around loops. */
export function ranks(blocks: readonly CBlock[]): readonly number[] {
  const rank = blocks.map(() => blocks.length - 1);
  const seen = new Set([0]);
  const stack = [{ block: 0, next: successors(blocks[0]) }];
  let last = blocks.length - 1;
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const to = top.next.pop();
    if (to === undefined) {
      rank[top.block] = last--;
      stack.pop();
    } else if (!seen.has(to)) {
      seen.add(to);
      stack.push({ block: to, next: successors(blocks[to]) });
    }
  }
  // Blocks that nothing reaches take the places that are left.
  blocks.forEach((_, block) => seen.has(block) || (rank[block] = last--));
  return rank;
}

function successors(block: CBlock | undefined): number[] {
  if (block?.exit.kind === 'jump') return [...block.exit.to];
  return block?.exit.kind === 'branch' ? [block.exit.yes, block.exit.no] : [];
}

class Builder {
  readonly #blocks: CBlock[] = [];
  readonly #labels = new Map<string, number>();
  #current = 0;
  #breakTo: number | undefined;
  #continueTo: number | undefined;

  build(body: CBody): readonly CBlock[] {
    this.#current = this.#block();
    this.#steps(body.steps);
    return this.#blocks;
  }

  /** A new block that returns unless it is told otherwise. */
  #block(): number {
    this.#blocks.push({ operations: [], exit: { kind: 'return' } });
    return this.#blocks.length - 1;
  }

  /** Ends the current block and goes on in `next`. */
  #leave(exit: CExit, next: number): void {
    this.#blocks[this.#current]!.exit = exit;
    this.#current = next;
  }

  #label(name: string): number {
    const known = this.#labels.get(name);
    if (known !== undefined) return known;
    const made = this.#block();
    this.#labels.set(name, made);
    return made;
  }

  #steps(steps: readonly CStep[]): void {
    for (const step of steps) this.#step(step);
  }

  #step(step: CStep): void {
    switch (step.kind) {
      case 'declare':
      case 'eval':
        this.#blocks[this.#current]!.operations.push(step);
        return;
      case 'if': {
        const [yes, no, after] = [this.#block(), this.#block(), this.#block()];
        this.#leave({ kind: 'branch', test: step.test, yes, no }, yes);
        this.#steps(step.then);
        this.#leave({ kind: 'jump', to: [after] }, no);
        this.#steps(step.else);
        this.#leave({ kind: 'jump', to: [after] }, after);
        return;
      }
      case 'loop':
        this.#loop(step);
        return;
      case 'switch':
        this.#switch(step);
        return;
      case 'variants': {
        const after = this.#block();
        const starts = step.branches.map(() => this.#block());
        this.#leave({ kind: 'jump', to: starts }, after);
        step.branches.forEach((branch, i) => {
          this.#current = starts[i]!;
          this.#steps(branch);
          this.#leave({ kind: 'jump', to: [after] }, after);
        });
        return;
      }
      case 'return':
        this.#leave({ kind: 'return', ...(step.value ? { value: step.value } : {}), span: step.span }, this.#block());
        return;
      case 'break':
      case 'continue': {
        const to = step.kind === 'break' ? this.#breakTo : this.#continueTo;
        if (to !== undefined) this.#leave({ kind: 'jump', to: [to] }, this.#block());
        return;
      }
      case 'goto':
        this.#leave({ kind: 'jump', to: [this.#label(step.label)] }, this.#block());
        return;
      case 'label': {
        const to = this.#label(step.name);
        this.#leave({ kind: 'jump', to: [to] }, to);
        return;
      }
      case 'unknown':
    }
  }

  #loop(step: Extract<CStep, { kind: 'loop' }>): void {
    const [test, body, next, after] = [this.#block(), this.#block(), this.#block(), this.#block()];
    this.#leave({ kind: 'jump', to: [step.bodyFirst ? body : test] }, test);
    this.#leave(step.test ? { kind: 'branch', test: step.test, yes: body, no: after } : { kind: 'jump', to: [body] }, body);
    this.#inside(after, next, () => this.#steps(step.body));
    this.#leave({ kind: 'jump', to: [next] }, next);
    if (step.next) this.#blocks[next]!.operations.push({ kind: 'eval', value: step.next });
    this.#leave({ kind: 'jump', to: [test] }, after);
  }

  #switch(step: Extract<CStep, { kind: 'switch' }>): void {
    const after = this.#block();
    const starts = step.cases.map(() => this.#block());
    this.#blocks[this.#current]!.operations.push({ kind: 'eval', value: step.value });
    this.#leave({ kind: 'jump', to: step.cases.some((one) => one.default) ? starts : [...starts, after] }, after);
    step.cases.forEach((one, i) => {
      this.#current = starts[i]!;
      this.#inside(after, this.#continueTo, () => this.#steps(one.steps));
      this.#leave({ kind: 'jump', to: [starts[i + 1] ?? after] }, after);
    });
    this.#current = after;
  }

  #inside(breakTo: number, continueTo: number | undefined, walk: () => void): void {
    const [outerBreak, outerContinue] = [this.#breakTo, this.#continueTo];
    this.#breakTo = breakTo;
    this.#continueTo = continueTo;
    walk();
    this.#breakTo = outerBreak;
    this.#continueTo = outerContinue;
  }
}
