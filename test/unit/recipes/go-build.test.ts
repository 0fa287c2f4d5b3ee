/** What `go build` and `go install` write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputOf, readGoBuild } from '../../../server/recipes/go-build.ts';

const MODULE = { folder: '/src', name: 'example.com/tools/greeter/v2' };

/** Where the words write when run in /src, with /out and /src known as folders. */
function writes(text: string, module: typeof MODULE | null = MODULE): string {
  const build = readGoBuild({ words: text.split(' '), env: new Map(), cwd: '/src', writes: [], line: 0 });
  if (!build) return 'not a build';
  const output = outputOf(build, module ?? undefined, '/go/bin', (path) => path === '/out' || path === '/src');
  return output.kind === 'files' ? output.paths.join(' ') : output.kind === 'folder' ? `${output.path}/?` : output.kind;
}

test('-o names a file, or a folder that is there', () => {
  assert.equal(writes('go build -o /app .'), '/app');
  assert.equal(writes('go build -o=bin/app -v ./cmd/app'), '/src/bin/app');
  assert.equal(writes('go build -o /out ./cmd/app'), '/out/app');
  assert.equal(writes('go build -o bin/ ./cmd/a ./cmd/b'), '/src/bin/a /src/bin/b');
  assert.equal(writes('go build -o ../src ./cmd/app'), '/src/app');
  assert.equal(writes('go build -o /dev/null ./...'), 'none');
  assert.equal(writes('go build -o $OUT .'), 'unknown');
});

test('without it the program has the name of its package', () => {
  assert.equal(writes('go build'), '/src/greeter');
  assert.equal(writes('go build .'), '/src/greeter');
  assert.equal(writes('go build -tags netgo -ldflags -s ./cmd/api'), '/src/api');
  assert.equal(writes('go build ./cmd/api/v2'), '/src/api');
  assert.equal(writes('go build cmd/main.go'), '/src/main');
  assert.equal(writes('go build main.go util.go'), '/src/main');
  assert.equal(writes('go build example.com/tools/greeter/v2/cmd/x'), '/src/x');
  assert.equal(writes('go build -C cmd/api'), '/src/cmd/api/api');
});

test('what hangs on files that are not seen is a folder with an unknown name in it', () => {
  assert.equal(writes('go build', null), '/src/?');
  assert.equal(writes('go build ./...'), '/src/?');
  assert.equal(writes('go build -o /out/ ./...'), '/out/?');
  assert.equal(writes('go build ./cmd/a ./cmd/b'), 'none');
});

test('go install writes to the folder of programs', () => {
  assert.equal(writes('go install'), '/go/bin/greeter');
  assert.equal(writes('go install ./cmd/a ./cmd/b'), '/go/bin/a /go/bin/b');
  assert.equal(writes('go install ./...'), '/go/bin/?');
  assert.equal(writes('go install example.com/tool/v3@latest'), '/go/bin/tool');
});

test('other commands are none', () => {
  assert.equal(writes('go mod download'), 'not a build');
  assert.equal(writes('go run .'), 'not a build');
  assert.equal(writes('make build'), 'not a build');
});
