/** Shows diagnostics in the editor as gopls and `go vet` do, and answers for call hierarchies as gopls does, when a test asks for it. */
const { CallHierarchyItem, Diagnostic, DiagnosticSeverity, languages, Range, SymbolKind } = require('vscode');

exports.activate = (context) => {
  const shown = languages.createDiagnosticCollection('vet-stand-in');
  context.subscriptions.push(shown);
  return {
    /** Shows one diagnostic in place of all before; without a range none. */
    show(uri, range, message, source) {
      const diagnostic = range && new Diagnostic(range, message, DiagnosticSeverity.Warning);
      if (diagnostic) diagnostic.source = source;
      shown.set(uri, diagnostic ? [diagnostic] : []);
    },
    /** Takes the call hierarchy of Go files until the result is disposed; knows no C. */
    takeCalls() {
      return languages.registerCallHierarchyProvider({ language: 'go', scheme: 'file' }, {
        prepareCallHierarchy: ({ uri }, position) => new CallHierarchyItem(SymbolKind.Function, 'gopls', '', uri, new Range(position, position), new Range(position, position)),
        provideCallHierarchyIncomingCalls: () => [],
        provideCallHierarchyOutgoingCalls: () => [],
      });
    },
  };
};
