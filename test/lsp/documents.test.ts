/** Documents and their changes as offset edits; URIs and file ids; positions where lines end in every way. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyEdits } from '../../server/src/base/edit.ts';
import { Documents } from '../../server/src/lsp/documents.ts';
import { fileIdOf, uriOf } from '../../server/src/lsp/uris.ts';
import { endSessions, start } from './start.ts';

endSessions();

describe('file ids', () => {
  test.each([
    ['file:///home/me/a.go', '/home/me/a.go'],
    ['file:///home/me/with%20space/%C3%A4%23.go', '/home/me/with space/ä#.go'],
    ['file:///c%3A/Users/me/a.go', 'c:/Users/me/a.go'],
    ['file:///C:/Users/me/a.go', 'c:/Users/me/a.go'],
    ['file://server/share/a.go', '//server/share/a.go'],
    ['file://localhost/home/me/a.go', '/home/me/a.go'],
    ['file:/home/me/a.go', '/home/me/a.go'],
    ['file:///100%/a.go', '/100%/a.go'],
    ['vscode-vfs://github/owner/name/a%20b.go', 'vscode-vfs://github/owner/name/a%20b.go'],
  ])('of %s', (uri, file) => {
    expect(fileIdOf(uri, 'go')).toBe(file);
  });

  test('an untitled document has a folder and an ending of its own', () => {
    expect(fileIdOf('untitled:Untitled-1', 'go')).toBe('untitled:Untitled-1/Untitled-1.go');
    expect(fileIdOf('untitled:Untitled-1.go', 'go')).toBe('untitled:Untitled-1.go/Untitled-1.go');
    expect(fileIdOf('untitled:Untitled-2')).toBe('untitled:Untitled-2/Untitled-2');
  });

  test.each(['/home/me/with space/ä#(1).go', 'c:/Users/me/a.go', '//server/share/a.go', 'vscode-vfs://github/owner/name/a%20b.go'])('back from %s', (file) => {
    expect(fileIdOf(uriOf(file))).toBe(file);
  });

  test('a URI is spelled as VS Code does', () => {
    expect(uriOf('c:/a b/é.go')).toBe('file:///c%3A/a%20b/%C3%A9.go');
    expect(uriOf('/a(b)/c.go')).toBe('file:///a%28b%29/c.go');
  });
});

describe('changes', () => {
  const at = (line: number, character: number) => ({ line, character });
  const open = (text: string) => {
    const documents = new Documents();
    return { documents, document: documents.open('file:///p/a.go', 'go', 1, text) };
  };

  test('each change is measured in the text after the one before', () => {
    const text = 'one\ntwo\nthree\n';
    const { documents, document } = open(text);
    const edits = documents.change(document, 2, [
      { range: { start: at(0, 3), end: at(0, 3) }, text: '\nnew' },
      { range: { start: at(2, 0), end: at(2, 3) }, text: '2' },
      { range: { start: at(4, 0), end: at(4, 0) }, text: 'end' },
    ]);
    expect(edits.map(({ span }) => [span.start, span.end])).toEqual([[3, 3], [8, 11], [16, 16]]);
    const after = edits.reduce((now, edit) => applyEdits(now, [edit])!, text);
    expect(after).toBe('one\nnew\n2\nthree\nend');
    expect(document.content.getText()).toBe(after);
    expect(document.content.version).toBe(2);
  });

  test.each([
    ['CRLF', 'a\r\nbc\r\nd', 3],
    ['a lone CR', 'a\rbc\rd', 2],
    ['pairs of UTF-16', '😀\nbc\nd', 3],
  ])('lines that end in %s', (_, text, offset) => {
    const { documents, document } = open(text);
    const [edit] = documents.change(document, 2, [{ range: { start: at(1, 0), end: at(1, 1) }, text: 'X' }]);
    expect(edit).toEqual({ span: { start: offset, end: offset + 1 }, newText: 'X' });
  });

  test('a full text replaces everything, and ends in either order are understood', () => {
    const { documents, document } = open('abc');
    expect(documents.change(document, 2, [{ text: 'xyz!' }, { range: { start: at(0, 4), end: at(0, 3) }, text: '' }])).toEqual([
      { span: { start: 0, end: 3 }, newText: 'xyz!' },
      { span: { start: 3, end: 4 }, newText: '' },
    ]);
    expect(document.content.getText()).toBe('xyz');
  });

  test('positions outside the text are taken to its border', () => {
    const { documents, document } = open('ab\ncd');
    expect(documents.change(document, 2, [{ range: { start: at(0, 99), end: at(99, 0) }, text: '' }])).toEqual([{ span: { start: 2, end: 5 }, newText: '' }]);
  });
});

test('after any edits the engine has the text that the client has', async () => {
  const { session, engine } = await start();
  const piece = fc.constantFrom('a', '\n', '\r\n', '\r', '😀', 'é', '"', '/*', '*/', '\t', 'func f() {\n');
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const edit = fc.record({ at: fc.nat(40), length: fc.nat(8), insert: text });
  let files = 0;
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { maxLength: 5 }), async (before, rounds) => {
      const uri = `file:///p/${files++}.go`;
      await session.open(uri, before);
      for (const edits of rounds) await session.editAt(uri, edits);
      await session.settle();
      expect(engine.open.get(`/p/${files - 1}.go`)).toBe(session.text(uri));
      await session.close(uri);
    }),
    { numRuns: 60 },
  );
});

describe('open documents', () => {
  test('a Go file concerns its folder, C text everybody', () => {
    const documents = new Documents();
    const a = documents.open('file:///p/a.go', 'go', 1, '');
    const b = documents.open('file:///p/b.go', 'go', 1, '');
    const other = documents.open('file:///q/c.go', 'go', 1, '');
    expect(documents.affectedBy('/p/new.go')).toEqual([a, b]);
    expect(documents.affectedBy('/p/x.h')).toEqual([a, b, other]);
  });

  test('a file stays open while another spelling of its URI is', () => {
    const documents = new Documents();
    documents.open('file:///C:/p/a.go', 'go', 1, 'first');
    const second = documents.open('file:///c%3A/p/a.go', 'go', 1, 'second');
    documents.close('file:///C:/p/a.go');
    expect(documents.ofFile('c:/p/a.go')).toBe(second);
    documents.close('file:///c%3A/p/a.go');
    expect(documents.ofFile('c:/p/a.go')).toBeUndefined();
  });

  test('opening again replaces', () => {
    const documents = new Documents();
    documents.open('file:///p/a.go', 'go', 1, 'old');
    const again = documents.open('file:///p/a.go', 'go', 1, 'new');
    expect(documents.all()).toEqual([again]);
    expect(documents.ofUri('file:///p/a.go')).toBe(again);
  });
});
