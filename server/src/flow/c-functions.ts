/** Which C bodies are the package's own business: those of preambles, and those of its C files that Go or such a body names. */
import type { CBody, CFunction, CUnit } from '../syntax/c/c-facts.ts';
import { each } from '../semantics/c/walk.ts';
import type { PackageFlow } from './package-flow.ts';

export interface CBodyInView {
  readonly fn: CFunction;
  readonly unit: CUnit;
}

/** How far the names in bodies are followed: a callback is named where it is handed over, its helpers where they are called. */
const levels = 3;

/** The bodies, each once. What is still being typed is left out, and so is C of other folders. */
export const cBodies = (flow: PackageFlow): readonly CBodyInView[] => flow.ask('c bodies', () => find(flow));

function find({ model }: PackageFlow): CBodyInView[] {
  const first = model.files.find((file) => file.cImport);
  if (!first) return [];
  const folder = directory(first.file);
  const preambles = model.files.flatMap(({ preambleUnit }) => (preambleUnit ? [preambleUnit] : []));
  const own = [...preambles, ...model.cSources.flatMap(({ file, unit }) => (directory(file) === folder ? [unit] : []))].filter((unit) => !model.c.isUnsettled(unit));
  const byName = new Map<string, CBodyInView[]>();
  for (const unit of own) {
    for (const fn of unit.functions) {
      const known = byName.get(fn.name);
      if (known) known.push({ fn, unit });
      else byName.set(fn.name, [{ fn, unit }]);
    }
  }
  const found = new Set<CBodyInView>();
  let open = [...byName.values()].flat().filter(({ fn, unit }) => preambles.includes(unit) || model.mentionsC(fn.name));
  for (let level = 0; open.length > 0; level++) {
    const next: CBodyInView[] = [];
    for (const one of open) {
      if (found.has(one) || one.fn.body === undefined) continue;
      found.add(one);
      if (level === levels) continue;
      const follow = (name: string): void => {
        const all = byName.get(name) ?? [];
        const here = all.filter(({ unit }) => unit === one.unit);
        next.push(...(here.length > 0 ? here : all.filter(({ fn }) => !fn.static)));
      };
      namesIn(one.fn.body()).forEach(follow);
    }
    open = next;
  }
  return [...found];
}

const names = new WeakMap<CBody, ReadonlySet<string>>();

/** The names in a body. It is asked at every keystroke, and bodies stay. */
function namesIn(body: CBody | undefined): ReadonlySet<string> {
  const known = body && names.get(body);
  if (known || !body) return known ?? new Set();
  const found = new Set<string>();
  each(body.steps, (node) => {
    if (node.kind === 'name') found.add(node.name);
    else if (node.kind === 'call' && node.callee !== undefined) found.add(node.callee);
  });
  names.set(body, found);
  return found;
}

const directory = (file: string): string => file.slice(0, file.lastIndexOf('/'));
