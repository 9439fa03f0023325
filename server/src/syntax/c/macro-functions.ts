/** Offers function-like macros as functions, so that `FREE(p)` is seen to free. Knows nothing of meaning. */
import type { CBody, CFunction, CMacro } from './c-facts.ts';
import { once, type ReadBody } from './lazy-body.ts';

const maxBody = 2000;

/** The macros that may stand for statements or a value. Their bodies are read on demand; a macro that is no code has none. All spans are its name. */
export function macroFunctions(readBody: ReadBody, macros: readonly CMacro[]): CFunction[] {
  // A macro that pastes or quotes its arguments cannot be read before it is expanded.
  return macros.filter((macro) => macro.params && macro.body.includes('(') && macro.body.length < maxBody && !macro.body.includes('#')).map((macro) => asFunction(readBody, macro));
}

function asFunction(readBody: ReadBody, macro: CMacro): CFunction {
  const use = { type: '', pointer: true, constPointee: false, functionPointer: false };
  return {
    name: macro.name,
    span: macro.span,
    extent: macro.span,
    static: true,
    inline: true,
    variadic: macro.params?.includes('...') ?? false,
    params: (macro.params ?? []).filter((name) => name !== '...').map((name) => ({ name, ...use })),
    result: { ...use, void: false },
    noReturn: false,
    doc: undefined,
    // An expression first: it becomes the returned value, so that `#define DUP(s) strdup(s)` has a result.
    body: once(() => read(readBody, macro, `return (${macro.body});`) ?? read(readBody, macro, `${macro.body};`)),
  };
}

function read(readBody: ReadBody, macro: CMacro, statement: string): CBody | undefined {
  const body = readBody(`void *m(void) { ${statement} }`, () => macro.span);
  return body.hasError ? undefined : body;
}
