/** Rewrites `C.malloc(size)` to `C.calloc(1, size)`, or a product to `C.calloc(count, size)`: calloc clears the memory. */
import type { TextEdit } from '../../base/edit.ts';
import { span, type Span } from '../../base/span.ts';
import type { FixFile } from './fix-file.ts';

/** `call` and `paren`, the opening parenthesis, are places of the file. */
export function toCalloc(file: FixFile, call: Span, paren: number): TextEdit[] | undefined {
  if (file.text.slice(call.start, paren) !== 'C.malloc') return undefined;
  const size = span(paren + 1, call.end - 1);
  const text = file.text.slice(size.start, size.end);
  const operators = outerOperators(text);
  const name = { span: span(call.start, paren), newText: 'C.calloc' };
  const [only, ...more] = operators;
  if (only && more.length === 0 && text.slice(only.start, only.end).trim() === '*') {
    return [name, { span: span(size.start + only.start, size.start + only.end), newText: ', ' }];
  }
  // gofmt sets no blanks around the operators of one argument among several.
  const closer = operators.map(({ start, end }) => ({ span: span(size.start + start, size.start + end), newText: text.slice(start, end).trim() }));
  return [name, { span: span(size.start, size.start), newText: '1, ' }, ...closer.filter(({ span: at, newText }) => at.end - at.start !== newText.length)];
}

/** The binary operators of an expression outside its parentheses, with the blanks around them; gofmt sets blanks around the loosest ones. */
function outerOperators(text: string): Span[] {
  const found: Span[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (depth === 0 && char === ' ') {
      const operator = /^ (?:[-+*/%&|^]|<<|>>|&\^) /.exec(text.slice(i, i + 5))?.[0];
      if (operator === undefined) continue;
      found.push({ start: i, end: i + operator.length });
      i += operator.length - 1;
    }
  }
  return found;
}
