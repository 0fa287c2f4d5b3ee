/** Whether a container may be made in the engine to read a file: what the setting says, or the user, who is told that it touches the engine. */
import { CancellationError, ConfigurationTarget, window, workspace } from 'vscode';
import type { ContainerUse } from '../../server/protocol.ts';
import { inMessage } from '../visible.ts';
import { sentence } from './images.ts';

/** `read` is tried, and once more with the user's answer where the server asks for one. Throws CancellationError where he wants neither way. */
export async function withConsent<T>(read: (container: ContainerUse) => Promise<T>): Promise<T> {
  const setting = workspace.getConfiguration('distroless').get<string>('image.readInContainer');
  const use: ContainerUse = setting === 'always' ? 'yes' : setting === 'never' ? 'no' : 'ask';
  try {
    return await read(use);
  } catch (error) {
    if (!asks(error)) throw error;
    return read(await answer(sentence(error)));
  }
}

/** The code of the server's ImageError. */
const asks = (error: unknown): boolean => (error as { data?: { code?: unknown } }).data?.code === 'asks';

let asking: Promise<'yes' | 'no' | undefined> | undefined;

/** One question at a time, however many files are opened. */
async function answer(question: string): Promise<'yes' | 'no'> {
  asking ??= ask(question).finally(() => {
    asking = undefined;
  });
  const use = await asking;
  if (!use) throw new CancellationError();
  return use;
}

async function ask(question: string): Promise<'yes' | 'no' | undefined> {
  const once = 'Make Container';
  const always = 'Make It, and Don’t Ask Again';
  const save = 'Send the Whole Image';
  const options = { modal: true, detail: inMessage(question) };
  const chosen = await window.showInformationMessage(
    'Make a container in the engine to read this file?',
    options,
    once,
    always,
    save,
  );
  if (chosen === always) {
    const configuration = workspace.getConfiguration('distroless');
    await configuration.update('image.readInContainer', 'always', ConfigurationTarget.Global);
  }
  return chosen === undefined ? undefined : chosen === save ? 'no' : 'yes';
}
