/** The projects whose conversion is proved, one for each language and package manager. Their files are in test/fixtures/projects, as their authors would have written them. */
import { join } from 'node:path';

export const projectsFolder = join(import.meta.dirname, '../fixtures/projects');

export type Registry = 'npm' | 'PyPI' | 'the Go module proxy' | 'crates.io' | 'Maven Central';

export interface Project {
  /** Of its folder. */
  readonly name: string;
  /** For the table. */
  readonly language: string;
  /** What its build downloads from, besides Debian. */
  readonly registries: readonly Registry[];
  readonly port: number;
  readonly path?: string;
  /** What both images answer. */
  readonly answer: string;
  /** Where the converted one rightly says something else. */
  readonly answerAfter?: string;
  /** Folders that it writes to besides its volumes: the converted one gets them in memory, and the rest of its files read-only. */
  readonly writes?: readonly string[];
  /** Its HEALTHCHECK was carried over, and holds. */
  readonly healthy?: boolean;
  /** Proved by `npm test` too, which must not take long. */
  readonly always?: boolean;
}

export const projects: readonly Project[] = [
  {
    name: 'go',
    language: 'Go',
    registries: ['the Go module proxy'],
    port: 8080,
    path: '/?name=World',
    answer: 'Hello, World, from /app, theme dark blue, Europe/Vienna known, notes kept 1, localhost found',
    always: true,
  },
  {
    name: 'node-npm',
    language: 'Node.js, npm',
    registries: ['npm'],
    port: 3000,
    answer: '{"from":"/srv/app","environment":"production","duration":7200000,"typescript":"there"}',
    answerAfter: '{"from":"/srv/app","environment":"production","duration":7200000,"typescript":"left out"}',
    healthy: true,
    always: true,
  },
  {
    name: 'python-pip',
    language: 'Python, pip',
    registries: ['PyPI'],
    port: 8000,
    answer: '{"from":"/app","hello":"World","python":"3.13","zone":"Europe/Vienna"}',
    writes: ['/tmp'],
    always: true,
  },
  {
    name: 'python-native',
    language: 'Python, pip, native wheels',
    registries: ['PyPI'],
    port: 8000,
    path: '/?of=1,2,6',
    answer: '{"of":[1.0,2.0,6.0],"mean":3.0,"sqlite":42}',
  },
  {
    name: 'python-older',
    language: 'Python 3.11, pip',
    registries: ['PyPI'],
    port: 8080,
    answer: 'packed 88cb8a08 42 8 cfbff0d1-9375-5685-968c-48ce8b15ae17 TLS 3.11',
  },
  {
    name: 'python-uv',
    language: 'Python, uv',
    registries: ['PyPI'],
    port: 8000,
    path: '/?name=uv',
    answer: 'Hello, uv; pytest left out',
  },
  {
    name: 'python-poetry',
    language: 'Python, poetry',
    registries: ['PyPI'],
    port: 8080,
    path: '/order/3',
    answer: '{"pieces":3,"pytest":"left out"}',
  },
  {
    name: 'python-pipenv',
    language: 'Python, pipenv, stages',
    registries: ['PyPI'],
    port: 8000,
    path: '/hello',
    answer: 'HELLO! pytest left out',
    writes: ['/tmp'],
  },
  {
    name: 'python-libpq',
    language: 'Python, a library of Debian’s',
    registries: ['PyPI'],
    port: 8000,
    answer: 'libpq 17',
  },
  {
    name: 'python-magic',
    language: 'Python, libraries opened by name',
    registries: ['PyPI'],
    port: 8000,
    answer: 'application/pdf, barcodes found',
  },
  {
    name: 'python-weasyprint',
    language: 'Python, pango and a font',
    registries: ['PyPI'],
    port: 8000,
    path: '/Ada',
    answer: '%PDF-1.7, 1 page, in DejaVu-Serif',
  },
  {
    name: 'go-sqlite',
    language: 'Go with cgo',
    registries: ['the Go module proxy'],
    port: 8080,
    answer: 'SQLite counts 1',
  },
  {
    name: 'rust',
    language: 'Rust',
    registries: ['crates.io'],
    port: 7878,
    path: '/clock',
    answer: '{"greeting":"hello","path":"/clock"}',
  },
  {
    name: 'cpp',
    language: 'C++',
    registries: [],
    port: 8080,
    path: '/here',
    answer: '{"hello":"World","path":"/here"}',
  },
  {
    name: 'java-maven',
    language: 'Java, Maven, fat jar',
    registries: ['Maven Central'],
    port: 8080,
    answer: '{"greeting":"Hello","java":21,"zone":"Europe/Vienna"}',
  },
  {
    name: 'java-gradle',
    language: 'Java, Gradle',
    registries: ['Maven Central'],
    port: 8082,
    answer: '{"bells":12}',
  },
  {
    name: 'java-spring',
    language: 'Java, Spring Boot layers',
    registries: ['Maven Central'],
    port: 8081,
    path: '/?day=friday',
    answer: '{"friday":"fish"}',
    writes: ['/tmp'],
  },
  {
    name: 'web-nginx',
    language: 'static web, nginx',
    registries: ['npm'],
    port: 8080,
    answer: '<h1>Hello</h1>\n<p>This page was <em>made</em> in a build stage.</p>',
    writes: ['/run', '/var/cache/nginx'],
  },
  {
    name: 'go-heredoc',
    language: 'Go, heredocs and --link',
    registries: ['the Go module proxy'],
    port: 9090,
    answer: 'Good Morning',
  },
  {
    name: 'ruby',
    language: 'Ruby, a gem of its own',
    registries: [],
    port: 4567,
    path: '/World',
    answer: '{"greeting":"Hello, World","sum":"2d711642","yaml":[1,2]}',
  },
  {
    name: 'php',
    language: 'PHP, no dependencies',
    registries: [],
    port: 8000,
    answer: '{"sqlite":42,"upper":"GRÜSSE","xml":"b","hash":"2d711642"}',
  },
  {
    name: 'deno',
    language: 'Deno',
    registries: ['npm'],
    port: 1993,
    path: '/Deno',
    answer: 'Hello, Deno',
  },
  {
    name: 'bun',
    language: 'Bun',
    registries: ['npm'],
    port: 3000,
    path: '/?suit=hearts',
    answer: '{"card":true}',
  },
  {
    name: 'node-native',
    language: 'Node.js, native addon',
    registries: ['npm'],
    port: 8080,
    answer: '{"format":"webp","width":8,"height":4}',
  },
  {
    name: 'node-pnpm',
    language: 'Node.js, pnpm',
    registries: ['npm'],
    port: 8080,
    answer: '{"utc":"2026-07-01T10:00:00.000Z","folder":"/app"}',
  },
  {
    name: 'node-yarn',
    language: 'Node.js, yarn',
    registries: ['npm'],
    port: 8080,
    answer: '{"utc":"2026-07-01T10:00:00.000Z","folder":"/app"}',
  },
  {
    name: 'node-typescript',
    language: 'Node.js, TypeScript',
    registries: ['npm'],
    port: 3000,
    path: '/square?side=12',
    answer: '{"area":144}',
  },
];

/** What has no project here, and why, for the table. */
export const notProved: readonly { readonly language: string; readonly why: string }[] = [
  {
    language: 'anything on Alpine',
    why: 'a stand-in of it would have to be made of Alpine’s packages, which a Debian machine does not get from its own registry',
  },
  {
    language: 'other families than Google’s',
    why: 'Chainguard’s, Docker’s and Ubuntu’s are made of packages of their own, of which no stand-in can be made here',
  },
  {
    language: '.NET',
    why: 'the SDK and the runtime are published neither by Debian nor by a registry of packages, so no stand-in can be made of them',
  },
  {
    language: 'Java, Gradle 5 and newer',
    why: 'Gradle publishes its own in no registry of packages, and Debian’s is 4.4, with which “Java, Gradle” was built',
  },
];

/** Where nothing is pulled. */
export const onStandIns = {
  language: 'on the vendors’ own images',
  why: 'none is pulled unless DISTROLESS_PULL=1 says so; what a stand-in is made of stands in its row',
};
