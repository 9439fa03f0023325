/** Lowers a C function body to `CStep`s. It stays nested as written; what the steps do is decided elsewhere. */
import type { CBody, CCase, CStep } from './c-facts.ts';
import { childIn, type CNode } from './c-tree.ts';
import { readDeclarator, readSpecifiers } from './declarators.ts';
import { lowerExpr, type Lowering } from './expressions.ts';

/** Lowers the compound statement of a function. */
export function lowerBody(node: CNode, text: string, span: Lowering['span']): CBody {
  let hasError = false;
  const to: Lowering = { text, span, failed: () => (hasError = true) };
  const steps = lowerBlock(node.children, to);
  return { steps, hasError };
}

function lowerBlock(nodes: readonly CNode[], to: Lowering): CStep[] {
  const steps: CStep[] = [];
  for (const node of nodes) lowerStatement(node, to, steps);
  return steps;
}

const lowerOne = (node: CNode | undefined, to: Lowering): CStep[] => (node ? lowerBlock([node], to) : []);

function lowerStatement(node: CNode, to: Lowering, steps: CStep[]): void {
  switch (node.type) {
    case 'expression_statement': {
      const value = node.children.find((child) => child.type !== ';' && child.type !== 'comment');
      if (value) steps.push({ kind: 'eval', value: lowerExpr(value, to) });
      return;
    }
    case 'declaration':
      lowerDeclaration(node, to, steps);
      return;
    case 'compound_statement':
    case 'else_clause':
    case 'attributed_statement':
      steps.push(...lowerBlock(node.children, to));
      return;
    case 'if_statement':
      steps.push({
        kind: 'if',
        test: lowerExpr(childIn(node, 'condition'), to),
        then: lowerOne(childIn(node, 'consequence'), to),
        else: lowerOne(childIn(node, 'alternative'), to),
      });
      return;
    case 'while_statement':
    case 'do_statement':
      steps.push({
        kind: 'loop',
        test: lowerExpr(childIn(node, 'condition'), to),
        body: lowerOne(childIn(node, 'body'), to),
        bodyFirst: node.type === 'do_statement',
      });
      return;
    case 'for_statement':
      lowerFor(node, to, steps);
      return;
    case 'switch_statement':
      steps.push({ kind: 'switch', value: lowerExpr(childIn(node, 'condition'), to), cases: lowerCases(childIn(node, 'body'), to) });
      return;
    case 'return_statement': {
      const value = node.children.find((child) => child.type !== 'return' && child.type !== ';' && child.type !== 'comment');
      steps.push({ kind: 'return', ...(value ? { value: lowerExpr(value, to) } : {}), span: to.span(node.start, node.end) });
      return;
    }
    case 'break_statement':
      steps.push({ kind: 'break' });
      return;
    case 'continue_statement':
      steps.push({ kind: 'continue' });
      return;
    case 'goto_statement':
      steps.push({ kind: 'goto', label: labelOf(node, to) });
      return;
    case 'labeled_statement':
      steps.push({ kind: 'label', name: labelOf(node, to) });
      steps.push(...lowerBlock(node.children.filter((child) => child.field !== 'label'), to));
      return;
    case 'preproc_if':
    case 'preproc_ifdef':
      steps.push({ kind: 'variants', branches: lowerVariants(node, to) });
      return;
    case 'ERROR':
    case 'function_definition':
    case 'case_statement':
    case 'seh_try_statement':
      to.failed();
      steps.push({ kind: 'unknown', span: to.span(node.start, node.end) });
      return;
    // Braces, comments, directives, local types and empty declarations do nothing.
    default:
  }
}

function labelOf(node: CNode, to: Lowering): string {
  const label = childIn(node, 'label');
  return label ? to.text.slice(label.start, label.end) : '';
}

function lowerDeclaration(node: CNode, to: Lowering, steps: CStep[]): void {
  const specifiers = readSpecifiers(node, to.text);
  for (const child of node.children) {
    if (child.field !== 'declarator') continue;
    const initialised = child.type === 'init_declarator';
    const declared = readDeclarator(initialised ? childIn(child, 'declarator') : child, specifiers, to.text);
    if (!declared.name || declared.function) continue;
    const value = initialised ? childIn(child, 'value') : undefined;
    steps.push({
      kind: 'declare',
      name: to.text.slice(declared.name.start, declared.name.end),
      type: declared.type,
      static: specifiers.static || specifiers.extern,
      storage: declared.array ? 'array' : declared.pointer || declared.functionPointer ? 'pointer' : 'value',
      ...(value ? { value: lowerExpr(value, to) } : {}),
      span: to.span(declared.name.start, declared.name.end),
    });
  }
}

function lowerFor(node: CNode, to: Lowering, steps: CStep[]): void {
  const initializer = childIn(node, 'initializer');
  if (initializer?.type === 'declaration') lowerDeclaration(initializer, to, steps);
  else if (initializer) steps.push({ kind: 'eval', value: lowerExpr(initializer, to) });
  const condition = childIn(node, 'condition');
  const update = childIn(node, 'update');
  steps.push({
    kind: 'loop',
    ...(condition ? { test: lowerExpr(condition, to) } : {}),
    body: lowerOne(childIn(node, 'body'), to),
    ...(update ? { next: lowerExpr(update, to) } : {}),
    bodyFirst: false,
  });
}

function lowerCases(body: CNode | undefined, to: Lowering): CCase[] {
  const cases: CCase[] = [];
  for (const child of body?.children ?? []) {
    if (child.type === 'case_statement') {
      const after = child.children.findIndex((part) => part.type === ':');
      cases.push({ default: child.children[0]?.type === 'default', steps: lowerBlock(child.children.slice(after + 1), to) });
    } else if (/^\w/.test(child.type) && child.type !== 'comment') {
      // A statement after a block that closed its case, or what a directive splits: it belongs to the case before it.
      const steps = lowerOne(child, to);
      const last = cases.at(-1);
      if (last) cases[cases.length - 1] = { ...last, steps: [...last.steps, ...steps] };
      else to.failed();
    }
  }
  return cases;
}

/** The branches of a conditional inside a body, an empty one where it may vanish. */
function lowerVariants(node: CNode, to: Lowering): CStep[][] {
  const branches: CStep[][] = [];
  let rest: CNode | undefined = node;
  while (rest) {
    const here: CNode = rest;
    rest = childIn(here, 'alternative');
    branches.push(lowerBlock(here.children.filter((child) => child.field === undefined), to));
    if (!rest && here.type !== 'preproc_else') branches.push([]);
  }
  return branches;
}
