/** The engine and the editor that the tests share. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine, type TestEngine } from '../../support/engine.ts';
import { editor, open } from '../hands.ts';
import { sampleImage } from '../sample-image.ts';
import { type Gate, openGate } from './gate.ts';

export let engine: TestEngine;
export let gate: Gate;

export async function start(): Promise<void> {
  engine = await startEngine();
  await load('sample.tar', sampleImage('sample-service:1.0.0'));
  gate = await openGate(engine.socket, join(engine.folder, 'gate.sock'));
  await open({ env: { DOCKER_HOST: gate.address } });
}

export async function stop(): Promise<void> {
  await editor?.close();
  gate?.close();
  await engine?.stop();
}

/** Gives where the archive lies. */
export async function load(name: string, archive: Uint8Array): Promise<string> {
  const path = join(engine.folder, name);
  await writeFile(path, archive);
  await engine.docker(['load', '--input', path]);
  return path;
}

export async function engineLabel(): Promise<string> {
  const version = (await engine.docker(['version', '--format', '{{.Server.Version}}'])).replace(/\+.*/s, '').trim();
  return `Docker Engine ${version}`;
}
