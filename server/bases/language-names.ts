/** Languages as people write them, by the names that the data has for them. */
export const languageNames: Readonly<Record<string, string>> = {
  bun: 'Bun',
  deno: 'Deno',
  dotnet: '.NET',
  go: 'Go',
  java: 'Java',
  node: 'Node.js',
  php: 'PHP',
  python: 'Python',
  ruby: 'Ruby',
  rust: 'Rust',
};
