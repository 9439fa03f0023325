/** Writes the skeleton of a rule and of its first fixture: `npm run new-rule -- memory/double-free`. What is empty in it, `generate` asks for. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { families } from '../src/lint/rule-meta.ts';

/** The command; returns the exit code. */
export function main(root: string, args: readonly string[]): number {
  const [family = '', id = '', ...more] = (args[0] ?? '').split('/');
  if (!(families as readonly string[]).includes(family) || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || more.length > 0 || args.length !== 1) {
    console.error(`usage: npm run new-rule -- FAMILY/RULE-ID, where FAMILY is one of ${families.join(', ')}`);
    return 2;
  }
  const rule = `server/src/rules/${family}/${id}.ts`;
  const fixture = `test/fixtures/${id}/basic`;
  const taken = [rule, fixture].find((file) => existsSync(path.join(root, file)));
  if (taken !== undefined) {
    console.error(`${taken} exists already`);
    return 1;
  }
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const packageName = id.replaceAll('-', '');
  const files = {
    [rule]: skeleton(family, id, manifest.version),
    [`${fixture}/go.mod`]: `module example.test/${id}\n\ngo 1.21\n`,
    [`${fixture}/basic.go`]: `// Package ${packageName} has hazards, marked with "want ${id}" behind two slashes, and near misses without a mark.\npackage ${packageName}\n\nimport "C"\n`,
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
    console.error(`wrote ${file}`);
  }
  console.error('Fill in what is empty, then: npm run generate');
  return 0;
}

function skeleton(family: string, id: string, version: string): string {
  return `/** Reports … */
import { go } from '../../lint/rule-meta.ts';
import { defineRule } from '../../lint/rule.ts';
import type { Report } from '../../lint/rule.ts';

export default defineRule({
  id: '${id}',
  family: '${family}',
  severity: 'warning',
  confidence: 'likely',
  status: 'preview',
  since: '${version}',
  summary: '',
  fix: { offered: 'never' },
  docs: {
    why: '',
    advice: '',
    limits: '',
    references: [],
  },
  examples: [
    {
      title: '',
      byFix: false,
      bad: {
        'x.go': go\`
          package x

          import "C"
        \`,
      },
      good: {
        'x.go': go\`
          package x

          import "C"
        \`,
      },
    },
  ],
  subject: 'function',
  *check(_fn, _context): Iterable<Report> {
    yield* [];
  },
});
`;
}
