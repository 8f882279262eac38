import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'balancer-metrics.md'), 'utf8');

/** The text of all files of the balancer. */
function sourceText(): string {
  const folder = join(root, 'src', 'balancer');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

const all = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();

describe('docs/balancer-metrics.md', () => {
  it('has a line for each metric of the balancer, and for no other', () => {
    const documented = all(page, /^\| `(gatewaypool_balancer_\w+)` \|/gm);

    expect(documented).toEqual(all(sourceText(), /'(gatewaypool_balancer_\w+)'/g));
  });

  it('has a line for each reason to turn somebody away, and for no other', () => {
    const [, type = ''] = /export type RejectReason =([^;]+);/.exec(sourceText()) ?? [];
    const documented = all(page.slice(page.indexOf('Reasons of')), /^\| `([A-Z]\w+)` \|/gm);

    expect(documented).toEqual(all(type, /'(\w+)'/g));
  });
});
