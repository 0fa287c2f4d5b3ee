/** Programs of npm packages that servers are started with: the file that `bin` of their package.json names (npm registry, November 2026). */

export interface NodeBin {
  readonly package: string;
  /** In the package. The same since its major version of some years ago. */
  readonly file: string;
  /** What it is given starts a server, and does not build or watch. */
  runs(given: readonly string[]): boolean;
}

const always = () => true;

export const nodeBins: ReadonlyMap<string, NodeBin> = new Map<string, NodeBin>([
  ['next', { package: 'next', file: 'dist/bin/next', runs: ([verb]) => verb === 'start' }],
  ['serve', { package: 'serve', file: 'build/main.js', runs: always }],
  ['http-server', { package: 'http-server', file: 'bin/http-server', runs: always }],
  ['remix-serve', { package: '@remix-run/serve', file: 'dist/cli.js', runs: always }],
  ['sirv', { package: 'sirv-cli', file: 'bin.js', runs: ([verb]) => verb !== '--dev' }],
]);
