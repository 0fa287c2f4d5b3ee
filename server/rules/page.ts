/** The page of a rule, in Markdown: what a diagnostic's code leads to, and what SARIF gives as help. */
import type { Rule } from './rule.ts';

export function rulePage({ id, severity, why, example, buildkit }: Rule): string {
  const like = buildkit === undefined ? '' : ` (or BuildKit's \`# check=skip=${buildkit}\`)`;
  const after = example.after === undefined ? '' : `\nBecomes\n\n\`\`\`dockerfile\n${example.after}\`\`\`\n`;
  return `# ${id}\n\n${why}\n\nSeverity: ${severity}. Change it, or switch it off, in the setting \`distroless.rules\` or in the project's \`.distroless.json\`. For one instruction, write \`# distroless: ignore=${id}\` above it${like}.\n\n## Example\n\n\`\`\`dockerfile\n${example.before}\`\`\`\n${after}`;
}
