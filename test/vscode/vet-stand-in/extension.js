/** Shows diagnostics in the editor as gopls and `go vet` do, when a test asks for them. */
const { Diagnostic, DiagnosticSeverity, languages } = require('vscode');

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
  };
};
