/** The page of a report, for the editor and for a file of its own. Pure. */

export interface Parts {
  readonly title: string;
  readonly script: string;
  readonly style: string;
  /** A secret of this one page: only what carries it is run or applied. */
  readonly nonce: string;
  /** What the page shows, as JSON; without, the editor sends it. */
  readonly data?: string;
}

/** Nothing is loaded from anywhere: all of it is in the page, and nothing but its own script runs. */
export function reportHtml({ title, script, style, nonce, data }: Parts): string {
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main aria-busy="true"><p>Reading the image…</p></main>
${data === undefined ? '' : `<script type="application/json" id="data">${data.replaceAll('<', '\\u003c')}</script>\n`}<script nonce="${nonce}">${script}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
