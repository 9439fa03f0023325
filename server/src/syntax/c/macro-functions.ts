/** Reads function-like macros that bodies call as if they were functions, so that `FREE(p)` is seen to free. Knows nothing of meaning. */
import type { Parser } from 'web-tree-sitter';
import type { CBody, CFunction, CMacro } from './c-facts.ts';
import { calledNames } from './called-names.ts';
import { childIn, copyNode, withTree } from './c-tree.ts';
import type { Facts } from './declarations.ts';
import { lowerBody } from './statements.ts';

const maxBody = 2000;

/** The macros that bodies of these facts call, lowered as functions. All spans inside are the macro's name. */
export function expandMacros(parser: Parser, facts: Facts): CFunction[] {
  const candidates = new Map<string, CMacro>();
  for (const macro of facts.macros) {
    if (macro.params && macro.body.includes('(') && macro.body.length < maxBody && !/##|(^|[^#])#\w/.test(macro.body)) candidates.set(macro.name, macro);
  }
  if (candidates.size === 0) return [];
  const made: CFunction[] = [];
  const work: CBody[] = facts.functions.flatMap((f) => (f.body ? [f.body] : []));
  for (let body = work.pop(); body; body = work.pop()) {
    for (const name of calledNames(body).keys()) {
      const macro = candidates.get(name);
      candidates.delete(name);
      const read = macro && readMacro(parser, macro);
      if (!read) continue;
      made.push(read);
      if (read.body) work.push(read.body);
    }
  }
  return made;
}

function readMacro(parser: Parser, macro: CMacro): CFunction | undefined {
  const params = (macro.params ?? []).filter((name) => name !== '...');
  // As a statement first; an expression macro becomes the returned value, so that `#define DUP(s) strdup(s)` has a result.
  for (const text of [`void *m(void) { return (${macro.body}); }`, `void *m(void) { ${macro.body}; }`]) {
    const body = withTree(parser, text, (tree) => {
      if (tree.rootNode.hasError) return undefined;
      const cursor = tree.walk();
      const node = cursor.gotoFirstChild() ? childIn(copyNode(cursor), 'body') : undefined;
      cursor.delete();
      return node && lowerBody(node, text, () => macro.span);
    });
    if (!body || body.hasError) continue;
    const use = { type: '', pointer: true, constPointee: false, functionPointer: false };
    return {
      name: macro.name,
      span: macro.span,
      extent: macro.span,
      static: true,
      inline: true,
      variadic: macro.params?.includes('...') ?? false,
      params: params.map((name) => ({ name, ...use })),
      result: { ...use, void: false },
      noReturn: false,
      body,
    };
  }
  return undefined;
}
