/** Distroless: Choose Engine…: the Docker contexts, the sockets that are there, or another address; kept in the setting `distroless.engine.address`. */
import {
  CancellationTokenSource,
  ConfigurationTarget,
  commands,
  type Disposable,
  type QuickPickItem,
  QuickPickItemKind,
  window,
  workspace,
} from 'vscode';
import { type EngineChoice, engineChoices } from '../../server/protocol.ts';
import type { Explorer } from '../explorer/explorer.ts';
import { sentence } from '../explorer/images.ts';
import type { Server } from '../server.ts';
import { inList, inMessage } from '../visible.ts';

interface Item extends QuickPickItem {
  readonly value: 'given' | { readonly setting: string } | undefined;
}

export function chooseEngineCommand(server: Server, { engine }: Explorer): Disposable {
  return commands.registerCommand('distroless.chooseEngine', async () => {
    if (!workspace.isTrusted) {
      void window.showInformationMessage('In Restricted Mode no engine is asked. Trust this folder to choose one.');
      return;
    }
    const { answer } = engine;
    const chosen = await pick(server, answer.kind === 'connected' ? answer : undefined);
    const setting = chosen === 'given' ? await askForAddress(server) : chosen?.setting;
    if (setting !== undefined) await keep(setting);
  });
}

/** Shown at once; the engines come in when all of them have answered, or have not. */
function pick(
  server: Server,
  current: { readonly name: string; readonly address: string } | undefined,
): Promise<Item['value']> {
  const list = window.createQuickPick<Item>();
  const asking = new CancellationTokenSource();
  const setting = addressSetting().trim();
  const automatic: Item = {
    label: 'Automatic',
    description: setting === '' ? inUse : '',
    detail: inList('As the “docker” command: DOCKER_HOST, the current context or a usual socket'),
    value: { setting: '' },
  };
  const other: Item = { label: 'Another Address…', detail: 'unix://, npipe://, tcp:// or ssh://', value: 'given' };
  const show = (items: readonly Item[]) => {
    list.items = [automatic, ...items, separator('Elsewhere'), other];
  };
  list.title = 'Choose Engine';
  list.placeholder = current ? inList(`In use: ${current.name}, ${current.address}`) : 'No engine answers';
  list.matchOnDescription = true;
  list.busy = true;
  show([]);
  server
    .ask(engineChoices, {}, asking.token)
    .then(
      (choices) => {
        const items = (kind: EngineChoice['kind'], title: string) => {
          const of = choices.filter((choice) => choice.kind === kind).map((choice) => itemOf(choice, current, setting));
          return of.length > 0 ? [separator(title), ...of] : [];
        };
        show([...items('context', 'Docker contexts'), ...items('socket', 'Sockets on this machine')]);
      },
      (error) =>
        show([
          { label: '$(warning) The engines could not be asked', detail: inList(sentence(error)), value: undefined },
        ]),
    )
    .finally(() => {
      list.busy = false;
    });
  return new Promise((resolve) => {
    list.onDidAccept(() => {
      resolve(list.selectedItems[0]?.value);
      list.hide();
    });
    list.onDidHide(() => {
      asking.cancel();
      list.dispose();
      resolve(undefined);
    });
    list.show();
  });
}

const inUse = 'in use';

function itemOf(
  { name, address, engine, why, setting }: EngineChoice,
  current: { readonly address: string } | undefined,
  chosen: string,
): Item {
  const used = chosen === '' ? address === current?.address : chosen === setting || chosen === address;
  return {
    label: inList(name),
    description: [inList(address), ...(used ? [inUse] : [])].join(' · '),
    detail: inList(
      engine ? `${engine} answers` : (why ?? 'Reached by signing in there with your own ssh, when it is chosen'),
    ),
    value: { setting },
  };
}

const separator = (label: string): Item => ({ label, kind: QuickPickItemKind.Separator, value: undefined });

/** Undefined: the user has thought better of it. */
async function askForAddress(server: Server): Promise<string | undefined> {
  const text = await window.showInputBox({
    title: 'Choose Engine',
    value: addressSetting(),
    placeHolder: 'tcp://127.0.0.1:2375',
    prompt: 'Where the engine is: unix://PATH, npipe://PATH, tcp://HOST:PORT, ssh://USER@HOST, or context:NAME.',
    ignoreFocusOut: true,
  });
  const address = text?.trim();
  if (!address) return undefined;
  try {
    const [choice] = await server.ask(engineChoices, { address });
    if (!choice || choice.engine) return address;
    const anyway = 'Use It Anyway';
    return (await window.showWarningMessage(inMessage(choice.why ?? ''), anyway)) === anyway ? address : undefined;
  } catch (error) {
    void window.showErrorMessage(inMessage(sentence(error)));
    return undefined;
  }
}

const addressSetting = () => workspace.getConfiguration('distroless').get<string>('engine.address') ?? '';

/** Where it is set already; else with the user's own settings on this machine, since a folder's settings may be shared with others. */
async function keep(setting: string): Promise<void> {
  const configuration = workspace.getConfiguration('distroless');
  const { workspaceValue, globalValue } = configuration.inspect<string>('engine.address') ?? {};
  const target = workspaceValue === undefined ? ConfigurationTarget.Global : ConfigurationTarget.Workspace;
  const hides = target === ConfigurationTarget.Workspace && globalValue;
  await configuration.update('engine.address', setting || (hides ? '' : undefined), target);
}
