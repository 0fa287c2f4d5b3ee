/** The outcomes apart from a conversion, and what is asked before one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { contextNeeds, convert, convertible } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

const outcome = (text: string) => convert(readDockerfile(text), { today: TODAY });
const offered = (text: string) => {
  const dockerfile = readDockerfile(text);
  return dockerfile.stages.map((stage) => convertible(dockerfile, stage));
};

test('what ends in a distroless image is already minimal', () => {
  for (const base of [
    'gcr.io/distroless/static-debian13:nonroot',
    'scratch',
    'cgr.dev/chainguard/static',
    'gcr.io/distroless/static:latest-$ARCH',
    // Not known here, and by its own name.
    'registry.k8s.io/build-image/distroless-iptables:v0.8.7',
  ]) {
    assert.deepEqual(
      outcome(
        `ARG ARCH\nFROM golang:1.27 AS build\nRUN go build -o /x .\nFROM ${base}\nCOPY --from=build /x /x\nCMD ["/x"]\n`,
      ),
      { outcome: 'already-minimal', base },
    );
  }
  assert.equal(outcome('FROM scratch AS base\nFROM base\nCOPY x /\nCMD ["/x"]\n').outcome, 'already-minimal');
});

test('a conversion is offered for what is known to be Go or Node.js on a full base', () => {
  assert.deepEqual(offered('FROM golang:1.27\nCMD ["go", "run", "."]\n'), [true]);
  assert.deepEqual(offered('FROM ubuntu:24.04\nRUN apt-get install -y golang && go build -o /x .\nCMD ["/x"]\n'), [
    true,
  ]);
  assert.deepEqual(offered('FROM public.ecr.aws/docker/library/node:24\nCMD ["node"]\n'), [true]);
  assert.deepEqual(offered('FROM debian:13\nCMD ["bash"]\n'), [false]);
  assert.deepEqual(offered('FROM gcr.io/distroless/nodejs24-debian13\nCMD ["x.js"]\n'), [false]);
  assert.deepEqual(offered('FROM golang:1.27 AS b\nFROM debian:13\n'), [true, false]);
  assert.deepEqual(offered('FROM golang:1.27 AS b\nFROM debian:13\nCOPY --from=b /x /x\nCMD ["/x"]\n'), [true, true]);
});

test('the files of the context that matter are those that COPY brings', () => {
  const needs = (text: string) => contextNeeds(readDockerfile(text));
  assert.deepEqual(needs('FROM golang:1.27\nCOPY go.mod go.sum ./\nCOPY . .\n'), ['go.mod']);
  assert.deepEqual(needs('FROM golang:1.27\nCOPY ./backend/go.* ./\n'), ['backend/go.mod']);
  assert.deepEqual(needs('FROM node:24\nCOPY package*.json yarn.lock ./\n'), ['package.json']);
  assert.deepEqual(needs('FROM node:24\nCOPY server/ /app\nCOPY --from=x / /\nCOPY <<A /b\nA\n'), [
    'server/package.json',
    'server/.yarnrc.yml',
  ]);
  assert.deepEqual(needs('FROM node:24\nADD https://example.com/package.json ../package.json ./\n'), ['package.json']);
});

test('where the instructions do not tell the language, the build context does', () => {
  const text = 'FROM debian:13\nWORKDIR /src\nCOPY . .\nRUN ./configure.py\nCMD ["/src/server"]\n';
  const dockerfile = readDockerfile(text);
  const language = (...files: readonly string[]) => {
    const conversion = convert(dockerfile, { today: TODAY, context: new Map(files.map((file) => [file, ''])) });
    return conversion.outcome === 'declined' ? conversion.language : conversion.outcome;
  };
  assert.deepEqual(contextNeeds(dockerfile).slice(0, 2), ['go.mod', 'Cargo.toml']);
  assert.equal(language(), undefined);
  assert.equal(language('go.mod', 'package.json'), 'go');
  assert.equal(language('package.json'), 'node');
});

test('the answer is the same every time', () => {
  const text = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "x.js"]\n';
  assert.deepEqual(outcome(text), outcome(text));
});
