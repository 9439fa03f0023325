/** Tells which findings say what another tool in the editor says at the same place: vet's cgocall and unsafeptr, which gopls runs, too. */
import type { Diagnostic } from 'vscode';
import type { DiagnosticData } from '../../server/src/lsp/protocol.ts';

/** The words of vet's messages, by analyser. Source: golang.org/x/tools/go/analysis/passes/cgocall and …/unsafeptr. */
const messages: Readonly<Record<string, string>> = { cgocall: 'possibly passing Go type with embedded pointer to C', unsafeptr: 'possible misuse of ' };

export const ownSource = 'cgo-guard';

/** The findings that no diagnostic of another tool tells already. */
export function withoutDuplicates(own: readonly Diagnostic[], shown: readonly Diagnostic[]): Diagnostic[] {
  const ofVet = shown.flatMap((diagnostic) => {
    const analyser = analyserOf(diagnostic);
    return analyser === undefined ? [] : [{ analyser, range: diagnostic.range }];
  });
  return own.filter((finding) => {
    const vet = dataOf(finding)?.vet;
    return vet === undefined || !ofVet.some(({ analyser, range }) => analyser === vet && range.intersection(finding.range) !== undefined);
  });
}

/** gopls names the analyser as the source; `go vet` and golangci-lint, run on save, only by its message. */
function analyserOf({ source, message }: Diagnostic): string | undefined {
  if (source === ownSource) return undefined;
  return Object.keys(messages).find((name) => source === name || message.replace(/^\w+: /, '').startsWith(messages[name]!));
}

/** What the server sends along; the client library keeps it on the diagnostic. */
function dataOf(diagnostic: Diagnostic): DiagnosticData | undefined {
  const data: unknown = 'data' in diagnostic ? diagnostic.data : undefined;
  return typeof data === 'object' && data !== null && 'fingerprint' in data ? (data as DiagnosticData) : undefined;
}
