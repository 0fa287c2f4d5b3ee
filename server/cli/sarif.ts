/** Findings as SARIF 2.1.0, which code scanning services read. */
import { rulePage } from '../rules/page.ts';
import type { Finding, Rule, Severity } from '../rules/rule.ts';

const LEVEL: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

/** Paths as they were given: relative ones are relative to the folder that the command ran in. */
export function sarifOf(
  files: readonly { readonly path: string; readonly findings: readonly Finding[] }[],
  rules: readonly Rule[],
  version: string,
) {
  const order = new Map(rules.map(({ id }, index) => [id, index]));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'distroless', version, rules: rules.map(described) } },
        columnKind: 'utf16CodeUnits',
        results: files.flatMap(({ path, findings }) =>
          findings.map(({ rule, severity, message, range: { start, end } }) => ({
            ruleId: rule,
            ruleIndex: order.get(rule),
            level: LEVEL[severity],
            message: { text: message },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uriOf(path) },
                  region: {
                    startLine: start.line + 1,
                    startColumn: start.character + 1,
                    endLine: end.line + 1,
                    endColumn: end.character + 1,
                  },
                },
              },
            ],
          })),
        ),
      },
    ],
  };
}

/** The help is in the file itself: the pages have no public address that a `helpUri` could name. */
function described(rule: Rule) {
  const { id, why, severity, group } = rule;
  return {
    id,
    shortDescription: { text: `Distroless: ${id.replaceAll('-', ' ')}` },
    fullDescription: { text: why.replaceAll('`', '') },
    help: { text: why.replaceAll('`', ''), markdown: rulePage(rule) },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: { tags: [group] },
  };
}

/** A reference as RFC 3986 has it. */
function uriOf(path: string): string {
  const uri = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return uri.startsWith('/') ? `file://${uri}` : uri.replace(/^([A-Za-z])%3A\//, 'file:///$1:/');
}
