import { expect, test } from 'vitest';
import { closeMethod } from '../../../server/src/lint/fixes/close-method.ts';
import type { Owner } from '../../../server/src/lint/fixes/close-method.ts';
import { fixed, source } from './go-source.ts';

const head = 'package x\n\n// #include <stdlib.h>\nimport "C"\n\nimport "unsafe"\n\n';
const conn = 'type Conn struct {\n\tp *C.conn\n}\n';
const rest = '\nfunc f() {}\n';
const owner = (text: string, declaration: string, more: Partial<Owner> = {}): Owner => ({
  type: 'Conn',
  declaration: source(text).find(declaration.trimEnd()),
  field: 'p',
  members: new Set(['p']),
  ...more,
});
const method = (call: string, receiver = 'c *Conn', empty = 'nil'): string =>
  `\n// Close releases the C memory that ${receiver[0]} owns. Only the first call does something.\n` +
  `func (${receiver}) Close() error {\n\tif ${receiver[0]}.p != ${empty} {\n\t\t${call}\n\t\t${receiver[0]}.p = ${empty}\n\t}\n\treturn nil\n}\n`;

test('the method stands below the type', () => {
  const text = head + conn + rest;
  const edits = closeMethod(source(text).file, owner(text, conn), { convert: false, release: 'C.conn_free' });
  expect(fixed(text, edits)).toBe(head + conn + method('C.conn_free(c.p)') + rest);
});

test('C.free gets a converted value, the import and the include', () => {
  const text = `package x\n\nimport "C"\n\n${conn}${rest}`;
  const edits = closeMethod(source(text).file, owner(text, conn, { receiver: 'k' }), { convert: true });
  expect(fixed(text, edits)).toBe(head + conn + method('C.free(unsafe.Pointer(k.p))', 'k *Conn') + rest);
});

test('groups, type parameters and integers', () => {
  const group = 'type (\n\tConn[T any, U any] struct {\n\t\tp uintptr\n\t}\n)\n';
  const text = head + group + rest;
  const edits = closeMethod(source(text).file, owner(text, group, { typeParams: ['T', 'U'], empty: '0' }), { convert: false, release: 'C.conn_free' });
  expect(fixed(text, edits)).toBe(head + group + method('C.conn_free(c.p)', 'c *Conn[T, U]', '0') + rest);
});

test('a type with such a member keeps it', () => {
  const text = head + conn;
  const { file } = source(text);
  expect(closeMethod(file, owner(text, conn, { members: new Set(['Close']) }), { convert: true })).toBeUndefined();
});
