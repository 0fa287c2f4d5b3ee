/** Files of a build context that were made to be searched for ever: whoever opens a cloned folder has them read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { findingsOf } from '../../../server/rules/check.ts';
import { rules } from '../../../server/rules/index.ts';
import { TODAY } from '../../support/carets.ts';

/** As large as a file that is read can be. */
const LARGEST = 1024 * 1024;

const files = (given: Readonly<Record<string, string>>) =>
  new Map(Object.entries(given).map(([path, text]) => [path, { text: text.slice(0, LARGEST), executable: false }]));

const toScratch = (image: string) =>
  `FROM ${image} AS b\nCOPY . .\nRUN make\nFROM scratch\nCOPY --from=b /a /a\nENTRYPOINT ["/a"]\n`;
const PRISMA =
  'FROM node:24-alpine AS b\nCOPY . .\nRUN npm ci && npx prisma generate\nFROM gcr.io/distroless/nodejs24-debian13\nCOPY --from=b /node_modules /node_modules\nCMD ["a.js"]\n';
const modules = JSON.stringify({ dependencies: { '@prisma/client': '6.0.0' } });
const endless = '\n'.repeat(LARGEST);
const exports = `RUN true \\\n${Array.from({ length: 10_000 }, (_, i) => ` && export V${i}=1 && go build -o /o${i}`).join(' \\\n')}`;

test('rules come to an end', () => {
  for (const [text, context] of [
    [toScratch('golang:1.26'), { 'main.go': endless, 'go.mod': endless }],
    [toScratch('golang:1.26').replace('RUN make', exports), {}],
    [toScratch('rust:1'), { 'Cargo.toml': endless, '.cargo/config.toml': endless }],
    [PRISMA, { 'package.json': modules, 'prisma/schema.prisma': 'generator x {'.repeat(LARGEST / 13) }],
    [PRISMA, { 'package.json': modules, 'prisma.config.ts': `schema: join(${"'a'    ".repeat(60)}x` }],
  ] as const)
    assert.ok(findingsOf(readDockerfile(text), rules, { today: TODAY, context: files(context) }).length > 0);
});

test('a conversion moves ten thousand commands from Alpine', () => {
  const commands = Array.from({ length: 10_000 }, (_, i) => `  apk add $P${i} && wget $W && \\`).join('\n');
  const text = `FROM node:24-alpine AS b\nWORKDIR /a\nRUN set -e; \\\n${commands}\n  true\nCOPY . .\nRUN npm ci\nFROM node:24-alpine\nCOPY --from=b /a /a\nCMD ["node", "/a/a.js"]\n`;
  const conversion = convert(readDockerfile(text), { today: TODAY });
  // What each variable holds, and where wget is on Debian.
  assert.equal(conversion.outcome === 'declined' && conversion.reasons.length, 20_000);
});

test('conversions come to an end', () => {
  for (const [text, context] of [
    ['FROM golang:1.26\nCOPY . .\nRUN go build -o /a .\nCMD ["/a"]\n', { 'go.mod': endless, 'main.go': endless }],
    ['FROM ruby:3.4\nCOPY . .\nRUN bundle install\nCMD ["ruby", "a.rb"]\n', { Gemfile: endless }],
    [
      'FROM rust:1\nCOPY . .\nRUN cargo build --release\nCMD ["/target/release/a"]\n',
      { 'Cargo.toml': '['.repeat(LARGEST) },
    ],
    ['FROM nginx\nCOPY nginx.conf /etc/nginx/nginx.conf\n', { 'nginx.conf': endless }],
    [
      'FROM gradle:9-jdk21\nCOPY . .\nRUN gradle build\nCMD ["java", "-jar", "build/libs/a.jar"]\n',
      { 'build.gradle': endless, 'settings.gradle': endless },
    ],
  ] as const)
    assert.ok(
      convert(readDockerfile(text), { today: TODAY, context: new Map(Object.entries(context)) }).outcome.length > 0,
    );
});
