/** What a user sees and does about a finding, through VS Code's own commands. */
import * as assert from 'node:assert/strict';
import { type CodeAction, commands, ConfigurationTarget, DiagnosticSeverity, type Hover, type MarkdownString, type SemanticTokens, type SemanticTokensLegend, type TextDocument, window, workspace } from 'vscode';
import { append, cgoGuard, findingsAt, openGo, openUntitled, replace, revert, ruleOf, until, untilFindings, untilServer } from './editor.ts';

const leak = `
func shout(s string) {
	loud := C.CString(s)
	C.greet(loud)
}
`;

/** The finding of `cstring-leak` on the line of `text`, when it is there. */
function leakAt(document: TextDocument, text: string) {
  return findingsAt(document, text).find((finding) => ruleOf(finding) === 'cstring-leak');
}

/** The first type that each coloured word of the document has. */
function tokenTexts(document: TextDocument, { data }: SemanticTokens, { tokenTypes }: SemanticTokensLegend): Map<string, string | undefined> {
  const texts = new Map<string, string | undefined>();
  let line = 0;
  let start = 0;
  for (let i = 0; i + 4 < data.length; i += 5) {
    const [deltaLine = 0, deltaStart = 0, length = 0, type = 0] = data.slice(i, i + 4);
    line += deltaLine;
    start = deltaLine === 0 ? start + deltaStart : deltaStart;
    const text = document.lineAt(line).text.slice(start, start + length);
    if (!texts.has(text)) texts.set(text, tokenTypes[type]);
  }
  return texts;
}

async function setRules(rules: Record<string, string> | undefined): Promise<void> {
  await workspace.getConfiguration('cgoGuard').update('rules', rules, ConfigurationTarget.Global);
}

describe('a finding', () => {
  let document: TextDocument;

  beforeEach(async () => {
    document = await openGo('greet.go');
    await untilServer('running');
  });

  afterEach(async () => {
    await setRules(undefined);
    await revert(document);
  });

  it('appears after an edit that is not saved', async () => {
    await untilFindings('the finding of the saved text', () => leakAt(document, 'cName := C.CString(name)'));
    await append(document, leak);
    const finding = await untilFindings('the finding of the new function', () => leakAt(document, 'loud := '));
    assert.equal(finding.source, 'cgo-guard');
    assert.equal(finding.severity, DiagnosticSeverity.Warning);
    assert.match(finding.message, /loud/);
    assert.ok(document.isDirty);
  });

  it('appears in a file that has never been saved', async () => {
    const untitled = await openUntitled(`package main\n\n// #include <stdio.h>\nimport "C"\n\nfunc f(s string) {\n\tcs := C.CString(s)\n\tC.puts(cs)\n}\n`);
    await untilFindings('a finding in an untitled document', () => leakAt(untitled, 'cs := '));
    await revert(untitled);
  });

  it('goes when the code is put right by hand', async () => {
    await append(document, leak);
    await untilFindings('the finding', () => leakAt(document, 'loud := '));
    await replace(document, '\tC.greet(loud)\n', '\tC.greet(loud)\n\tC.free(unsafe.Pointer(loud))\n');
    await untilFindings('silence', () => (leakAt(document, 'loud := ') === undefined ? true : undefined));
  });

  it('shows the path that leads to it', async () => {
    const finding = await untilFindings('the leak on one path', () => leakAt(document, 'cTwice := C.CString(name)'));
    const lines = (finding.relatedInformation ?? []).map(({ location }) => document.lineAt(location.range.start.line).text.trim());
    assert.deepEqual(lines, ['cTwice := C.CString(name)', 'if C.greet(cTwice) < 0 {', 'return errors.New("greeting failed")']);
  });

  it('explains itself in the hover', async () => {
    await append(document, leak);
    const { range } = await untilFindings('the finding', () => leakAt(document, 'loud := '));
    const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, range.start);
    const text = hovers.flatMap(({ contents }) => contents as MarkdownString[]).map(({ value }) => value).join('\n');
    assert.match(text, /C\.free/);
    assert.match(text, /cstring-leak/);
  });

  it('is gone after its quick fix', async () => {
    await append(document, leak);
    const { range } = await untilFindings('the finding', () => leakAt(document, 'loud := '));
    // The last number asks for resolved actions: edits are computed on demand.
    const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range, 'quickfix', 10);
    const fix = actions.find(({ title }) => title.includes('defer C.free'));
    assert.ok(fix?.edit, `quick fixes: ${actions.map(({ title }) => title).join(' | ')}`);
    assert.ok(await workspace.applyEdit(fix.edit));
    await untilFindings('silence', () => (leakAt(document, 'loud := ') === undefined ? true : undefined));
    assert.match(document.getText(), /\tloud := C\.CString\(s\)\n\tdefer C\.free\(unsafe\.Pointer\(loud\)\)\n/);
  });

  it('obeys the settings at once', async () => {
    await append(document, leak);
    await untilFindings('the finding', () => leakAt(document, 'loud := '));
    await setRules({ 'cstring-leak': 'error' });
    await untilFindings('the finding as an error', () => (leakAt(document, 'loud := ')?.severity === DiagnosticSeverity.Error ? true : undefined));
    await setRules({ 'cstring-leak': 'off' });
    await untilFindings('silence', () => (leakAt(document, 'loud := ') === undefined ? true : undefined));
  });

  it('comes back after a restart of the server', async () => {
    await append(document, leak);
    await untilFindings('the finding', () => leakAt(document, 'loud := '));
    const gone = untilFindings('silence while there is no server', () => (leakAt(document, 'loud := ') === undefined ? true : undefined));
    await commands.executeCommand('cgoGuard.restartServer');
    await gone;
    await untilFindings('the finding again', () => leakAt(document, 'loud := '));
    assert.equal((await cgoGuard()).server.state, 'running');
  });
});

describe('the C of a preamble', () => {
  it('is coloured by the server', async () => {
    const document = await openGo('greet.go');
    await untilServer('running');
    const legend = await commands.executeCommand<SemanticTokensLegend>('vscode.provideDocumentSemanticTokensLegend', document.uri);
    const tokens = await commands.executeCommand<SemanticTokens>('vscode.provideDocumentSemanticTokens', document.uri);
    const texts = tokenTexts(document, tokens, legend);
    assert.deepEqual(texts.get('greet'), 'function');
    assert.deepEqual(texts.get('name'), 'parameter');
  });
});

describe('the rule pages', () => {
  it('open from the palette command', async () => {
    await commands.executeCommand('cgoGuard.explainRule', 'cstring-leak');
    await until('a preview of the page', window.tabGroups.onDidChangeTabs, () => (window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.includes('cstring-leak'))) ? true : undefined));
  });
});
