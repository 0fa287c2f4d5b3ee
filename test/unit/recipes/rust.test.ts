/** What cargo's words and files tell, and which Rust programs are not converted. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { binNames, readCargo, readCargoLock, readCargoToml } from '../../../server/recipes/cargo.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

const cargo = (text: string, env: Readonly<Record<string, string>> = {}) =>
  readCargo({ words: text.split(' '), env: new Map(Object.entries(env)), cwd: '/app', writes: [], line: 0 });

describe('cargo', () => {
  test('profiles are folders', () => {
    assert.equal(cargo('cargo build')?.profile, 'debug');
    assert.equal(cargo('cargo +nightly build -r')?.profile, 'release');
    assert.equal(cargo('cargo build --profile dist')?.profile, 'dist');
    assert.equal(cargo('cargo build --profile=dev')?.profile, 'debug');
    assert.equal(cargo('cargo build --profile bench')?.profile, 'release');
    assert.equal(cargo('cargo install --path .')?.profile, 'release');
    assert.equal(cargo('cargo install --debug --path .')?.profile, 'debug');
  });

  test('targets and folders, by flag before the environment', () => {
    const env = { CARGO_BUILD_TARGET: 'a', CARGO_TARGET_DIR: '/out' };
    assert.equal(cargo('cargo build', env)?.target, 'a');
    assert.equal(cargo('cargo build --target b', env)?.target, 'b');
    assert.equal(cargo('cargo build', env)?.targetDir, '/out');
    assert.equal(cargo('cargo build --manifest-path server/Cargo.toml')?.manifest, 'server');
    assert.equal(cargo('cargo install --root=/out --path ./cli')?.root, '/out');
    assert.equal(cargo('cargo install --root=/out --path ./cli')?.manifest, './cli');
  });

  test('packages, and what is given to the program', () => {
    assert.deepEqual(cargo('cargo build -p api --package=web --bin x')?.packages, ['api', 'web']);
    assert.deepEqual(cargo('cargo build -papi')?.packages, ['api']);
    assert.deepEqual(cargo('cargo install sqlx-cli@0.8 --features a')?.crates, ['sqlx-cli']);
    assert.deepEqual(cargo('cargo run --release -- --port 80')?.given, ['--port', '80']);
    assert.equal(cargo('cargo chef cook --release'), undefined);
    assert.equal(cargo('cargo test'), undefined);
    assert.equal(cargo('go build'), undefined);
  });

  test('names of programs', () => {
    const toml = readCargoToml(
      '[package]\nname = "app"\ndefault-run = "web"\n\n[[bin]]\nname = "web" # the server\npath = "src/web.rs"\n\n[dependencies]\ntokio = { version = "1" }\n[dependencies.serde]\nversion = "1"\n',
    );
    assert.deepEqual(toml, {
      name: 'app',
      bins: ['web'],
      defaultRun: 'web',
      isWorkspace: false,
      dependencies: ['tokio', 'serde'],
    });
    assert.deepEqual(binNames(cargo('cargo build')!, toml), ['web', 'app']);
    assert.deepEqual(binNames(cargo('cargo build --bin x')!, toml), ['x']);
    assert.deepEqual(binNames(cargo('cargo build -p y')!, toml), ['y']);
    assert.deepEqual(binNames(cargo('cargo build')!, readCargoToml('[workspace]\nmembers = ["a"]\n')), []);
    assert.deepEqual(binNames(cargo('cargo build')!, undefined), []);
  });

  test('what a crate is built with', () => {
    const lock = readCargoLock(
      'version = 4\n\n[[package]]\nname = "openssl-sys"\nversion = "0.9"\ndependencies = [\n "cc",\n "openssl-src 300.1",\n]\n\n[[package]]\nname = "cc"\nversion = "1"\n',
    );
    assert.deepEqual(
      [...lock],
      [
        ['openssl-sys', ['cc', 'openssl-src']],
        ['cc', []],
      ],
    );
  });
});

function reasons(text: string, context: Readonly<Record<string, string>> = {}): readonly string[] {
  const conversion = convert(readDockerfile(text), { today: TODAY, context: new Map(Object.entries(context)) });
  if (conversion.outcome !== 'declined') assert.fail(JSON.stringify(conversion, null, 2));
  return conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`);
}

function declines(text: string, expected: readonly string[], context?: Readonly<Record<string, string>>): void {
  const said = reasons(text, context);
  assert.equal(said.length, expected.length, said.join('\n'));
  for (const [i, start] of expected.entries())
    assert.ok(said[i]!.startsWith(start), `${said[i]}\nshould begin with\n${start}`);
}

const RUST = 'FROM rust:1-bookworm\nWORKDIR /app\nCOPY . .\n';
const lock = (name: string, ...dependencies: readonly string[]) => ({
  'Cargo.lock': `[[package]]\nname = "${name}"\nversion = "1.0.0"\ndependencies = [\n${dependencies.map((it) => ` "${it}",\n`).join('')}]\n`,
});

describe('Rust is not converted', () => {
  test('where the container compiles, or runs another program', () => {
    declines(
      `${RUST}RUN cargo build --release\nCMD ["cargo", "run", "--release", "--bin", "web", "--", "-v"]\n`.replace(
        'RUN cargo build --release',
        'RUN cargo fetch',
      ),
      [
        '5: “cargo run” compiles when the container starts, with the whole toolchain. Build the program instead (RUN cargo build --release --bin web), and start the file: CMD ["./target/release/NAME"].',
      ],
    );
    declines(`${RUST}RUN cargo install cargo-watch\nCMD ["cargo", "watch", "-x", "run"]\n`, [
      '5: “cargo watch” needs the Rust toolchain when the container runs.',
    ]);
    declines(`${RUST}RUN cargo build --release\nCMD ["./target/debug/app"]\n`, [
      '5: No line of this file builds “./target/debug/app”.',
    ]);
    declines(`${RUST}RUN cargo build --release --bin api\nCMD ["./target/release/web"]\n`, [
      '5: The container runs “/app/target/release/web”, but the build writes “/app/target/release/api”.',
    ]);
    declines(`${RUST}RUN cargo build --release\nCMD ["web"]\n`, ['5: Which folder “web” is in cannot be told']);
  });

  test('where a cache holds the program, and not the image', () => {
    declines(`${RUST}RUN --mount=type=cache,target=/app/target cargo build --release\nCMD ["./target/release/app"]\n`, [
      '5: No line of this file builds “./target/release/app”.',
    ]);
  });

  test('where it is linked to a C library that the base has not', () => {
    declines(
      'FROM alpine:3.22\nRUN apk add cargo\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD ["./target/release/app"]\n',
      ['5: The Rust of Alpine’s own packages links programs to Alpine’s C library (musl)'],
    );
    declines(
      'FROM rust:alpine\nENV RUSTFLAGS="-C target-feature=-crt-static"\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD ["./target/release/app"]\n',
      ['5: “-crt-static” links the program to Alpine’s C library (musl), which Google’s images have not. Leave it out'],
    );
    declines(
      'FROM ubuntu:26.04\nRUN apt-get update && apt-get install -y cargo\nCOPY . /app\nWORKDIR /app\nRUN cargo build --release\nCMD ["./target/release/app"]\n',
      [
        '1: Ubuntu 26.04, on which this is built, has a newer C library (glibc 2.43) than Google’s images (2.41, of Debian 13)',
      ],
    );
    declines(
      'FROM example.com/rust:5\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\nCMD ["./target/release/app"]\n',
      ['1: Which C library “example.com/rust:5” links programs to is not known'],
    );
    declines(
      `${RUST}RUN cargo build --release --target wasm32-wasip1\nCMD ["./target/wasm32-wasip1/release/app.wasm"]\n`,
      ['4: “wasm32-wasip1” is not a program for Linux.'],
    );
  });
});

test('libraries are collected where Cargo.lock names crates that are linked to what the base has not', () => {
  const build = `${RUST}RUN cargo build --release\nCMD ["./target/release/app"]\n`;
  const collects = (context: Readonly<Record<string, string>>, text = build) => {
    const conversion = convert(readDockerfile(text), { today: TODAY, context: new Map(Object.entries(context)) });
    if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion, null, 2));
    return conversion.dockerfile.includes('ldd /app/target/release/app');
  };
  const bullseye = build.replace('bookworm', 'bullseye');
  assert.equal(collects(lock('pq-sys', 'libc')), true);
  assert.equal(collects(lock('pq-sys', 'pq-src')), false);
  assert.equal(collects(lock('openssl-sys', 'cc')), false);
  assert.equal(collects(lock('openssl-sys', 'cc'), bullseye), true);
  assert.equal(collects(lock('openssl-sys', 'openssl-src'), bullseye), false);
  assert.equal(collects(lock('libsqlite3-sys', 'cc', 'pkg-config')), false);
  assert.equal(collects({}, build.replace('RUN', 'RUN apt-get install -y libpq-dev\nRUN')), true);
});

test('what a static program was linked with is not needed beside it', () => {
  const text =
    'FROM rust:1.98-alpine AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\nFROM alpine:3.22\nRUN apk add --no-cache libgcc\nCOPY --from=build /src/target/release/app /app\nCMD ["/app"]\n';
  const conversion = convert(readDockerfile(text), { today: TODAY });
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  assert.ok(!conversion.dockerfile.includes('libgcc'));
  assert.equal(readDockerfile(conversion.dockerfile).stages.length, 2);
});
