/** Bundles what runs into `dist`: CommonJS, because the editor's extension host and ssh2 (inside dockerode) ask for it. `--watch` rebuilds. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, context } from 'esbuild';

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22.15',
  format: 'cjs',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  // V8 keeps the text of what it runs: 12 MB of the language server's memory.
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
};

/** dockerode is 1.9 MB: a file of its own, read when an engine is first asked for something. */
const dockerodeApart = {
  name: 'dockerode-apart',
  setup(build: Parameters<NonNullable<BuildOptions['plugins']>[number]['setup']>[0]) {
    build.onResolve({ filter: /^dockerode$/ }, () => ({ path: './dockerode.cjs', external: true }));
  },
};

const builds: BuildOptions[] = [
  {
    ...common,
    entryPoints: {
      extension: 'client/extension.ts',
      server: 'server/main.ts',
      cli: 'server/cli.ts',
      'image-process': 'server/image-process.ts',
    },
    // cyclonedx-library uses the others where they are there, to write XML and to check what it has written.
    external: ['vscode', 'ajv', 'ajv-formats', 'ajv-formats-draft2019', 'libxmljs2', 'xmlbuilder2'],
    plugins: [dockerodeApart],
  },
  {
    ...common,
    stdin: {
      contents: 'module.exports = require("dockerode")',
      resolveDir: import.meta.dirname,
      sourcefile: 'dockerode.js',
    },
    entryNames: 'dockerode',
    external: ['*.node'],
  },
];

/** In a page: of the browser's own, and in one piece, since the page may load nothing. */
const page: BuildOptions = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  outdir: 'dist',
  minify: true,
  logLevel: 'warning',
  entryPoints: { report: 'media/report/main.ts' },
};
builds.push(page, { ...page, entryPoints: { report: 'media/report/style.css' } });

// The pages that a diagnostic's code links to.
rmSync('dist/rules', { recursive: true, force: true });
cpSync('server/rules', 'dist/rules', { recursive: true, filter: (path) => !/\.ts$/.test(path) });

const watch = process.argv.includes('--watch');
const bundled = new Set<string>();
for (const options of builds) {
  const builder = await context({ ...options, metafile: true });
  const { metafile } = await builder.rebuild();
  for (const input of Object.keys(metafile?.inputs ?? {})) {
    const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? [];
    if (folder) bundled.add(folder);
  }
  if (watch) await builder.watch();
  else await builder.dispose();
}
writeFileSync(
  'dist/THIRD-PARTY-NOTICES.txt',
  [...bundled]
    .sort()
    .map(notice)
    .join(`\n${'-'.repeat(80)}\n\n`),
);

/** Name, version and licence of a package, with the text that its licence asks to be kept. */
function notice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file));
  const written = texts.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version}, ${license ?? 'see below'}`, ...written].join('\n\n').concat('\n');
}
