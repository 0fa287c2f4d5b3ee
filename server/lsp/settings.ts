/** The user's settings, asked from the client and kept until they change. */
import type { Connection } from 'vscode-languageserver';
import { type InitializationOptions, otherCheckersChanged } from '../protocol.ts';
import { FAMILIES, type Family } from '../recipes/conversion.ts';
import type { SeveritySettings } from '../rules/check.ts';

export interface Settings {
  readonly rules: SeveritySettings;
  readonly buildkitChecks: 'auto' | 'on' | 'off';
  /** Of conversions; undefined: the best fit. */
  readonly family: Family | undefined;
  readonly engine: { readonly address: string };
  readonly image: { readonly memoryLimitMB: number };
  /** The editor's own, for registries; empty where none is set. `exempt`: hosts that are asked without it; `authorization`: the header that it wants. */
  readonly proxy: {
    readonly address: string;
    readonly exempt: readonly string[];
    readonly authorization: string;
    /** Whether the certificate of the proxy itself is looked at. */
    readonly strict: boolean;
  };
}

/** The sections of the editor's settings that are looked at. */
export const sections = ['distroless', 'http'];

export interface SettingsReader {
  canAsk: boolean;
  /** Whether something else in the editor says what BuildKit's own checks say. */
  otherCheckers: boolean;
  /** For a document: those of its folder go over those of the workspace. */
  get(uri?: string): Promise<Settings>;
  onChange(listener: () => void): void;
}

const SEVERITIES = new Set<unknown>(['error', 'warning', 'info', 'hint', 'off']);

export function settingsOf(connection: Connection): SettingsReader {
  const listeners: (() => void)[] = [];
  /** By the document that they are for. */
  const known = new Map<string | undefined, Promise<Settings>>();
  let sent: Settings = read(undefined, undefined);
  const ask = (scopeUri: string | undefined) =>
    connection.workspace
      .getConfiguration(sections.map((section) => (scopeUri === undefined ? { section } : { section, scopeUri })))
      .then(
        ([own, http]) => read(own, http),
        () => read(undefined, undefined),
      );
  const reader: SettingsReader = {
    canAsk: false,
    otherCheckers: false,
    get(uri) {
      if (!reader.canAsk) return Promise.resolve(sent);
      if (known.size > 1_000) known.clear();
      const asked = known.get(uri) ?? ask(uri);
      known.set(uri, asked);
      return asked;
    },
    onChange: (listener) => void listeners.push(listener),
  };
  connection.onDidChangeConfiguration((change) => {
    const { distroless, http } = (change.settings ?? {}) as { distroless?: unknown; http?: unknown };
    known.clear();
    sent = read(distroless, http);
    for (const listener of listeners) listener();
  });
  connection.onNotification(otherCheckersChanged, ({ otherCheckers }: InitializationOptions) => {
    reader.otherCheckers = otherCheckers === true;
    for (const listener of listeners) listener();
  });
  return reader;
}

/** Whether to say what BuildKit checks too: not twice in one editor. */
export function sayBuildkitsChecks({ buildkitChecks }: Settings, otherCheckersThere: boolean): boolean {
  return buildkitChecks === 'on' || (buildkitChecks === 'auto' && !otherCheckersThere);
}

/** Whatever the client sends: what is not of the right shape is as if it were not set. */
function read(value: unknown, http: unknown): Settings {
  const given = (value ?? {}) as {
    rules?: unknown;
    buildkitChecks?: unknown;
    family?: unknown;
    engine?: { address?: unknown };
    image?: { memoryLimitMB?: unknown };
  };
  const rules = Object.entries((given.rules ?? {}) as Record<string, unknown>).filter(([, severity]) =>
    SEVERITIES.has(severity),
  );
  const limit = given.image?.memoryLimitMB;
  return {
    rules: Object.fromEntries(rules) as SeveritySettings,
    buildkitChecks: given.buildkitChecks === 'on' || given.buildkitChecks === 'off' ? given.buildkitChecks : 'auto',
    family: FAMILIES.find((it) => it === given.family),
    engine: { address: typeof given.engine?.address === 'string' ? given.engine.address : '' },
    image: { memoryLimitMB: typeof limit === 'number' && limit >= 128 ? limit : 1024 },
    proxy: proxyOf(http),
  };
}

function proxyOf(value: unknown): Settings['proxy'] {
  const { proxy, noProxy, proxySupport, proxyAuthorization, proxyStrictSSL } = (value ?? {}) as Record<string, unknown>;
  const isOn = proxySupport !== 'off';
  const isHeader = typeof proxyAuthorization === 'string' && /^[\x20-\x7e]+$/.test(proxyAuthorization);
  return {
    address: typeof proxy === 'string' && isOn ? proxy : '',
    exempt: Array.isArray(noProxy) ? noProxy.filter((host) => typeof host === 'string') : [],
    authorization: isHeader && isOn ? proxyAuthorization : '',
    strict: proxyStrictSSL !== false,
  };
}
