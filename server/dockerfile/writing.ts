/** Text as it is written into a Dockerfile, and what a written user means. */

/** `["node", "server.js"]` */
export function execForm(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}

/** `0`, `00`, `root:root`, and nothing at all are root; the group does not matter. */
export function isRoot(user: string): boolean {
  const [name = ''] = user.split(':');
  return name === '' || name === 'root' || /^0+$/.test(name);
}
