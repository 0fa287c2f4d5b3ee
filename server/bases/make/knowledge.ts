/** The knowledge file as far as it is used, and what the makers of rows share. */

export interface Knowledge {
  readonly meta: { readonly asOf: string };
  readonly os: readonly KnownSystem[];
  readonly images: readonly KnownImage[];
  readonly families: readonly {
    readonly id: string;
    readonly retiredPatterns?: readonly { pattern: string; removedOn: string; source: string }[];
  }[];
  readonly nonDistrolessBases: readonly KnownBase[];
  readonly officialTagDefaults: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly replacements: readonly {
    readonly runtime: string;
    readonly versions: readonly string[];
    readonly replacements: readonly { readonly image: string; readonly kind: string }[];
    readonly source: readonly string[];
  }[];
  readonly eolTables: Readonly<Record<string, Readonly<Record<string, EolRow>>>>;
}

interface EolRow {
  readonly codename?: string;
  readonly eol?: string;
  readonly eoes?: string;
}

export interface KnownSystem {
  readonly id: string;
  readonly family: string;
  readonly version: string | null;
  readonly codename: string | null;
  readonly libc: string | null;
  readonly libcVersion: string | null;
  readonly eol: string | null;
  readonly extendedEol?: string | null;
  readonly aliases?: readonly string[] | null;
  readonly source: readonly string[];
}

export interface KnownImage {
  readonly id: string;
  readonly image: string;
  readonly family: string;
  readonly runtime?: string;
  readonly runtimeVersion?: string | null;
  readonly os?: string;
  readonly libc?: string;
  readonly tags?: readonly string[];
  readonly nonrootTag?: string | null;
  readonly configUser?: string | Readonly<Record<string, string>> | null;
  readonly workdir?: string | Readonly<Record<string, string>> | null;
  readonly entrypoint?: readonly string[] | null;
  readonly cmd?: readonly string[] | null;
  readonly env?: Readonly<Record<string, string>> | null;
  readonly hasShell?: boolean | null;
  readonly shellPackages?: readonly string[];
  readonly hasPackageManager?: boolean | null;
  readonly isDistroless: boolean;
  readonly supported: boolean;
  readonly eol?: string | null;
  readonly eolDate?: string | null;
  readonly removedOn?: string | null;
  readonly aliases?: readonly string[];
  readonly source: readonly string[];
}

export interface KnownBase {
  readonly match: readonly string[];
  readonly runtimeFamily: string;
  readonly defaultUser: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workdir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly defaultOs?: Readonly<Record<string, string>>;
  readonly javaHome?: string;
  readonly nodePath?: string;
  readonly pythonPath?: string;
  readonly source: readonly string[];
  readonly unverified?: readonly string[] | boolean;
}

const [path] = process.argv.slice(2);
if (!path) throw new Error('Give the knowledge file: npm run bases -- base-images.json');

export type Cite = (sources: readonly string[]) => number[];

export const shortName = (image: string) => image.replace(/^docker\.io\/(library\/)?/, '').replace(/:[^/]*$/, '');

export const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);

const languageNames: Readonly<Record<string, string>> = {
  node: 'node',
  python: 'python',
  pytorch: 'python',
  java: 'java',
  jre: 'java',
  jdk: 'java',
  'eclipse-temurin': 'java',
  amazoncorretto: 'java',
  gradle: 'java',
  maven: 'java',
  tomcat: 'java',
  dotnet: 'dotnet',
  aspnetcore: 'dotnet',
  'aspnet-runtime': 'dotnet',
  'dotnet-runtime': 'dotnet',
  'dotnet-aspnet': 'dotnet',
  go: 'go',
  golang: 'go',
  rust: 'rust',
  ruby: 'ruby',
  php: 'php',
  laravel: 'php',
  deno: 'deno',
  bun: 'bun',
  'gcc-glibc': 'c',
  'c/c++': 'c',
};

export const languageOf = (runtime: string): string | undefined => languageNames[runtime];

export function userOf(text: string | undefined): string | undefined {
  const user = /^[A-Za-z0-9_.:-]+/.exec(text ?? '')?.[0];
  return user === 'varies' ? undefined : user;
}

/** What decides where programs and their parts are found, or as whom and where they listen; `…` in a value means that it is not all known. */
export function usefulValues(env: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  const useful =
    /^(PATH|LANG|LD_LIBRARY_PATH|SSL_CERT_FILE|APP_UID|ASPNETCORE_HTTP_PORTS|\w+_HOME|\w+_ROOT|GOPATH|VIRTUAL_ENV|PGDATA)$/;
  return Object.fromEntries(
    Object.entries(env ?? {}).filter(
      ([name, value]) => useful.test(name) && !value.includes('...') && !value.startsWith('('),
    ),
  );
}

const nothing = (value: unknown) =>
  value === undefined ||
  value === null ||
  (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0);

/** Absent rather than empty, so that the files stay small. */
export function trimmed<Row extends object>(row: { [Key in keyof Row]: Row[Key] | undefined | null }): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => !nothing(value))) as Row;
}
