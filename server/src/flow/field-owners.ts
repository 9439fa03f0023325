/** Which struct fields are given C resources, and which are released by anyone in the package: releases and hand-overs of fields. */
import type { GoFunction } from '../semantics/package-model.ts';
import { isCPointer, ownTypeName, type Type } from '../semantics/types.ts';
import { mayConstruct, mayKeep, mayRelease } from './c-names.ts';
import { definitions, origin, originStep } from './definitions.ts';
import { type Constructed, constructedFields } from './field-makers.ts';
import { finalizedFields } from './finalized-fields.ts';
import type { Addr, CallStep, FuncIr, Operand, Step, Var } from './ir.ts';
import type { PackageFlow } from './package-flow.ts';
import { bodiesOf, stepsOf } from './resource/function-info.ts';

/** A field, by name; `type` is absent when the type of the object is not visible. */
interface FieldUse {
  readonly type?: string;
  readonly field: string;
}

interface FieldReleases {
  /** Passed to something that releases it, or moved where somebody else may. */
  readonly released: readonly FieldUse[];
  /** Types of values of unknown origin that are released: whatever field has the type may be meant. */
  readonly releasedTypes: readonly Type[];
  /** Something of unknown origin and type is released. */
  readonly releasesUnknown: boolean;
}

export interface FieldOwners {
  readonly constructed: readonly Constructed[];
  isReleased(type: string, field: string, fieldType: Type): boolean;
}

/** Sums up the package. */
export function fieldOwners(flow: PackageFlow): FieldOwners {
  const direct = flow.gather('fields with resources', (fn) => (fn.decl.body ? constructedFields(fn, flow) : []));
  // Functions that mention nothing of the border may still pass such a field to a helper that releases it.
  const names = [...new Set(direct.map(({ field }) => field))].join('|');
  const mention = names === '' ? undefined : new RegExp(`\\.(?:${names})\\b`);
  const indirect = mention ? flow.gather(`fields with resources by ${names}`, (fn) => (!fn.decl.body && mention.test(fn.top.syntax.text) ? constructedFields(fn, flow) : [])) : [];
  return {
    constructed: [...direct, ...indirect],
    isReleased(type, field, fieldType) {
      if (finalizedFields(flow).get(type)?.has(`.${field}`)) return true;
      const all = flow.gather(`releases of fields, by ${names}`, (fn) => (fn.decl.body || mention?.test(fn.top.syntax.text) ? releasesIn(fn, flow) : []));
      return all.some(
        ({ released, releasedTypes, releasesUnknown }) =>
          releasesUnknown ||
          released.some((use) => use.field === field && (use.type === undefined || use.type === type || embeds(flow, use.type, type))) ||
          releasedTypes.some((other) => typeKey(other) === typeKey(fieldType)),
      );
    },
  };
}

const typeKey = (type: Type): string => (type.k === 'pointer' ? `*${typeKey(type.elem)}` : type.k === 'named' ? `${type.pkg ?? ''}.${type.name}` : type.k);

/** Whether a value of type `outer` has the fields of `inner` as its own. */
function embeds(flow: PackageFlow, outer: string, inner: string, depth = 0): boolean {
  return (flow.model.shape.fields(outer) ?? []).some((field) => {
    const name = field.embedded ? ownTypeName(field.type) : undefined;
    return name !== undefined && (name === inner || (depth < 4 && embeds(flow, name, inner, depth + 1)));
  });
}

/** What a function releases, where it releases anything. */
function releasesIn(fn: GoFunction, flow: PackageFlow): readonly FieldReleases[] {
  return flow.askOf('fields', fn, (current) => new Collector(current, flow).collect());
}

const nothing: readonly FieldReleases[] = [];

class Collector {
  readonly #flow: PackageFlow;
  readonly #ir: FuncIr;
  readonly #released: FieldUse[] = [];
  readonly #releasedTypes: Type[] = [];
  #releasesUnknown = false;

  constructor(fn: GoFunction, flow: PackageFlow) {
    this.#flow = flow;
    this.#ir = flow.ir(fn);
  }

  collect(): readonly FieldReleases[] {
    const cleared = this.#clearedFields();
    for (const body of bodiesOf(this.#ir)) {
      for (const step of stepsOf(body)) {
        this.#step(step);
        // Given to C and then cleared: whatever the C function is called, it has taken the resource.
        if (cleared.size > 0 && step.op === 'call' && step.callee.k === 'c') for (const arg of step.args) this.#takenAndCleared(arg, cleared);
      }
    }
    if (this.#released.length === 0 && this.#releasedTypes.length === 0 && !this.#releasesUnknown) return nothing;
    return [{ released: this.#released, releasedTypes: this.#releasedTypes, releasesUnknown: this.#releasesUnknown }];
  }

  #step(step: Step): void {
    switch (step.op) {
      case 'composite':
        for (const { name, src } of step.fields) {
          if (name === undefined) this.#moved(src);
          else this.#assigned(step.type.k === 'named' ? ownTypeName(step.type) : undefined, name, src);
        }
        return;
      case 'setField':
        return this.#assigned(step.base.k === 'var' ? ownTypeName(step.base.v.type) : undefined, step.name, step.src);
      case 'setGlobal':
      case 'setIndex':
      case 'setDeref':
      case 'send':
        return this.#moved(step.src);
      case 'call':
        return this.#call(step);
      default:
    }
  }

  #clearedFields(): ReadonlySet<string> {
    const out = new Set<string>();
    for (const body of this.#ir.traits.has('setField') ? bodiesOf(this.#ir) : []) {
      for (const step of stepsOf(body)) if (step.op === 'setField' && step.src.k === 'const' && (step.src.value === 'nil' || step.src.value === '0')) out.add(step.name.slice(step.name.lastIndexOf('.') + 1));
    }
    return out;
  }

  #takenAndCleared(arg: Operand, cleared: ReadonlySet<string>): void {
    const use = this.#fieldOf(arg);
    if (use && cleared.has(use.field)) this.#released.push(use);
  }

  /** The value of a field goes somewhere else: whoever has it then may release it. */
  #moved(src: Operand): void {
    const use = this.#fieldOf(src);
    if (use) this.#released.push(use);
  }

  #assigned(type: string | undefined, name: string, src: Operand): void {
    const from = this.#fieldOf(src);
    // `b.f = a.f` makes b the holder of what a had; `a.f = a.f` and a reset of the same field do not.
    if (from && !(from.type === type && from.field === name)) this.#released.push(from);
  }

  #call(step: CallStep): void {
    const { callee } = step;
    const mayAddress = this.#ir.traits.has('addr');
    step.args.forEach((arg, i) => {
      const addr = mayAddress ? originStep(this.#ir, arg) : undefined;
      if (addr?.op === 'addr' && addr.path !== '' && addr.base.k === 'var') this.#address(step, addr, addr.base.v);
      // `C.free_it(&p)` takes the address of the pointer, to clear it.
      if (addr?.op === 'addr' && addr.path === '' && !addr.indexed && callee.k === 'c' && this.#mayEnd(callee.name, i) && !mayConstruct(callee.name)) this.#releases(addr.base);
      switch (callee.k) {
        case 'c':
          if (this.#mayEnd(callee.name, i)) this.#releases(arg);
          // What is added to another object, the first argument, may belong to it from then on.
          else if (i > 0 && mayKeep(callee.name)) this.#moved(arg);
          return;
        case 'go':
        case 'method': {
          const recv = callee.k === 'method' ? ownTypeName(callee.recvType) : undefined;
          if (callee.k === 'method' && (recv === undefined || i === 0)) return recv === undefined && i > 0 ? this.#moved(arg) : undefined;
          if (!this.#fieldOf(arg)) return;
          const effect = this.#flow.knowledge.goArg({ ...(recv !== undefined ? { recv } : {}), name: callee.name }, i, '');
          if (!effect || effect.releases !== 'never' || effect.escapes) this.#moved(arg);
          return;
        }
        case 'builtin':
          if (callee.name === 'append' && i > 0) this.#moved(arg);
          return;
        case 'pkg':
          if (callee.pkg !== 'unsafe' && callee.pkg !== 'fmt' && callee.pkg !== 'log') this.#moved(arg);
          return;
        case 'value':
          this.#moved(arg);
      }
    });
  }

  /** Whether a C function may release its argument, or what that points to, or have somebody do so. */
  #mayEnd(name: string, arg: number): boolean {
    const effect = this.#flow.knowledge.cArg(name, arg);
    if (effect === undefined) return mayRelease(name);
    return effect.releases !== 'never' || effect.escapes || effect.contents === true;
  }

  /** `&x.field` is passed: C makes the resource there, or something may take it away. */
  #address(step: CallStep, addr: Step & { op: 'addr' }, base: Var): void {
    if (step.callee.k === 'c' && (mayConstruct(step.callee.name) || !mayRelease(step.callee.name))) return;
    const type = ownTypeName(base.type);
    const field = addr.path.slice(addr.path.lastIndexOf('.') + 1);
    this.#released.push({ ...(type !== undefined && !addr.path.includes('.') ? { type } : {}), field });
  }

  /** A value is released: a field's, one of unknown origin, or one that this function made itself. */
  #releases(arg: Operand): void {
    const use = this.#fieldOf(arg);
    if (use) {
      this.#released.push(use);
      return;
    }
    const at = origin(this.#ir, arg);
    if (at.k !== 'var') return;
    const steps = definitions(this.#ir).of.get(at.v) ?? [];
    // A parameter's callers are looked at where they call; what a call made is this function's own.
    if (at.v.kind === 'param' && steps.length === 0) return;
    if (steps.length > 0 && steps.every((step) => this.#isOwnValue(step))) return;
    for (const step of steps) if (step.op === 'copy') this.#moved(step.src);
    const type = at.v.type;
    if (type === undefined || type.k === 'unknown') this.#releasesUnknown = true;
    else this.#releasedTypes.push(type);
  }

  #isOwnValue(step: Step): boolean {
    if (step.op === 'call') return true;
    if (step.op !== 'copy') return step.op === 'addr' || step.op === 'binary';
    return step.src.k === 'const' || step.src.k === 'unknown' || originStep(this.#ir, step.src)?.op === 'call';
  }

  /** The field whose object a part is of. */
  #aroundPart({ base, path, indexed }: Addr): FieldUse | undefined {
    const type = base.k === 'var' && !indexed && path.includes('.') ? ownTypeName(base.v.type) : undefined;
    const field = path.slice(0, path.indexOf('.'));
    return type !== undefined && isCPointer(this.#flow.model.shape.fields(type)?.find(({ name }) => name === field)?.type) ? { type, field } : undefined;
  }

  /** The field a value was loaded from, directly or through an accessor. */
  #fieldOf(operand: Operand): FieldUse | undefined {
    const step = originStep(this.#ir, operand);
    // `node{p: &s.p.tree}`: who holds a part of the object can release it whole.
    if (step?.op === 'addr') return this.#aroundPart(step);
    if (step?.op === 'field') {
      const type = step.base.k === 'var' ? ownTypeName(step.base.v.type) : step.base.k === 'global' ? ownTypeName(this.#flow.model.shape.global(step.base.name)) : undefined;
      const nested = step.name.includes('.');
      return { ...(type !== undefined && !nested ? { type } : {}), field: step.name.slice(step.name.lastIndexOf('.') + 1) };
    }
    if (step?.op !== 'call' || step.callee.k !== 'method') return undefined;
    const recv = ownTypeName(step.callee.recvType);
    for (const field of recv === undefined ? [] : (this.#flow.model.shape.fields(recv) ?? [])) {
      if (this.#flow.knowledge.goArg({ recv: recv!, name: step.callee.name }, 0, `.${field.name}`)?.returned.includes(0)) return { type: recv!, field: field.name };
    }
    const result = origin(this.#ir, operand);
    const field = recv === undefined || result.k !== 'var' ? undefined : this.#flow.targets({ recv, name: step.callee.name }).fns.flatMap((fn) => storedAndReturned(fn, step.dsts.indexOf(result.v), this.#flow))[0];
    return field === undefined ? undefined : { type: recv!, field };
  }
}

/** The fields of its receiver in which a method keeps what it also returns as result n: `d.dev = dev; return dev, nil`. */
function storedAndReturned(fn: GoFunction, n: number, flow: PackageFlow): readonly string[] {
  if (!flow.ir(fn).traits.has('setField')) return [];
  return flow.askOf(`stored and returned ${n}`, fn, (current) => {
    const ir = flow.ir(current);
    const given = new Set(ir.body.blocks.flatMap(({ term }) => (term.k === 'return' ? [term.values[n]] : [])).flatMap((value) => (value?.k === 'var' ? [value.v] : [])));
    const isGiven = (src: Operand): boolean => src.k === 'var' && (given.has(src.v) || [...given].some((v) => sameOrigin(ir, src, v)));
    return stepsOf(ir.body).flatMap((step) => (step.op === 'setField' && step.base.k === 'var' && step.base.v === ir.body.params[0] && !step.name.includes('.') && isGiven(step.src) ? [step.name] : []));
  });
}

function sameOrigin(ir: FuncIr, operand: Operand, v: Var): boolean {
  const a = origin(ir, operand);
  const b = origin(ir, { k: 'var', v });
  return a.k === 'var' && b.k === 'var' && a.v === b.v;
}
