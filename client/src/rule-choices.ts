/** The rules a user can pick, read from the extension's own manifest, where the generator wrote them. */

export interface RuleChoice {
  readonly label: string;
  readonly detail: string;
}

/** The rule ids and summaries under `cgoGuard.rules` of a manifest; none when it has another shape. */
export function ruleChoices(manifest: unknown): RuleChoice[] {
  const rules = step(manifest, 'contributes', 'configuration', 'properties', 'cgoGuard.rules', 'properties');
  if (!isRecord(rules)) return [];
  return Object.entries(rules).map(([label, schema]) => ({ label, detail: String(step(schema, 'markdownDescription') ?? '') }));
}

function step(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((at, key) => (isRecord(at) ? at[key] : undefined), value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
