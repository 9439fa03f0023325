/** Nobody reads the same thing twice: what gopls or go vet shows at a place is not said there again. */
import * as assert from 'node:assert/strict';
import { type CodeAction, commands, ConfigurationTarget, extensions, languages, type Range, type TextDocument, type Uri, workspace } from 'vscode';
import { append, findingsAt, openGo, rangeOf, revert, ruleOf, untilFindings, untilServer } from './editor.ts';

interface VetStandIn {
  show(uri: Uri, range?: Range, message?: string, source?: string): void;
}

const misuse = 'possible misuse of unsafe.Pointer';
const conversion = 'unsafe.Pointer(address)';
const code = `
func forget(name []byte) unsafe.Pointer {
	address := uintptr(unsafe.Pointer(&name[0]))
	Greet("somebody")
	return ${conversion}
}
`;

describe('beside vet', () => {
  let document: TextDocument;
  let vet: VetStandIn;

  const finding = (): string | undefined => findingsAt(document, `return ${conversion}`).map(ruleOf).find((rule) => rule === 'uintptr-roundtrip');
  const untilShown = (): Promise<string> => untilFindings('the finding', finding);
  const untilHidden = (): Promise<boolean> => untilFindings('silence', () => (finding() === undefined ? true : undefined));

  before(async () => {
    const extension = extensions.getExtension<VetStandIn>('cgo-guard-tests.vet-stand-in');
    assert.ok(extension, 'the stand-in is not installed');
    vet = await extension.activate();
  });

  beforeEach(async () => {
    document = await openGo('greet.go');
    await untilServer('running');
    await append(document, code);
    await untilShown();
  });

  afterEach(async () => {
    vet.show(document.uri);
    await workspace.getConfiguration('cgoGuard').update('hideWhatVetShows', undefined, ConfigurationTarget.Global);
    await revert(document);
  });

  it('a finding goes when gopls shows the same, and comes back when it stops to', async () => {
    vet.show(document.uri, rangeOf(document, conversion), misuse, 'unsafeptr');
    await untilHidden();
    vet.show(document.uri);
    await untilShown();
  });

  it('its quick fixes stay', async () => {
    vet.show(document.uri, rangeOf(document, conversion), misuse, 'unsafeptr');
    await untilHidden();
    const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, rangeOf(document, conversion), 'quickfix');
    assert.ok(actions.some(({ title }) => title.includes('uintptr-roundtrip')), actions.map(({ title }) => title).join(' | '));
  });

  it('a line of go vet, which names no analyzer and marks one point, counts too', async () => {
    const { start } = rangeOf(document, conversion);
    vet.show(document.uri, rangeOf(document, conversion).with(start, start), misuse, 'go vet');
    await untilHidden();
  });

  it('other diagnostics and other places do not', async () => {
    vet.show(document.uri, rangeOf(document, conversion), 'declared and not used: address', 'compiler');
    await untilFindings('the other diagnostic', () => languages.getDiagnostics(document.uri).find(({ source }) => source === 'compiler'));
    assert.ok(finding());
    vet.show(document.uri, rangeOf(document, 'func forget'), misuse, 'unsafeptr');
    await untilFindings('the diagnostic elsewhere', () => languages.getDiagnostics(document.uri).find(({ source }) => source === 'unsafeptr'));
    assert.ok(finding());
  });

  it('the setting turns it off', async () => {
    vet.show(document.uri, rangeOf(document, conversion), misuse, 'unsafeptr');
    await untilHidden();
    await workspace.getConfiguration('cgoGuard').update('hideWhatVetShows', false, ConfigurationTarget.Global);
    await untilShown();
  });
});
