/** What is known, and known not to go onto a distroless image as it is: said before anything else is looked at. */
import type { Reason } from './conversion.ts';
import { imageBelow } from './glibc.ts';
import { stagesOf } from './programs.ts';
import { programOf } from './run-commands.ts';
import type { Subject } from './subject.ts';

export interface Unconverted {
  readonly language: string;
  readonly reason: Reason;
}

export function unconverted(subject: Subject): Unconverted | undefined {
  for (const { steps } of stagesOf(subject)) {
    for (const command of steps.flatMap(({ commands }) => commands)) {
      const words = [programOf(command), ...command.words.slice(1)];
      const found = RELEASES.find(({ tool, verb }) => tool === words[0] && words.includes(verb));
      if (found) {
        const message = `“${found.tool} ${found.verb}” makes a release that shell scripts start (bin/NAME, env.sh), and a distroless image has no shell. Keep a base that has one and little else, such as debian:13-slim.`;
        return { language: found.language, reason: { line: command.line, message } };
      }
    }
  }
  const line = subject.stage.from.range.start.line;
  const name = imageBelow(subject)
    .replace(/[:@][^/]*$/, '')
    .replace(/^([\w.-]+\/)(docker\/)?library\//, '');
  const found = IMAGES.find(({ image }) => image.test(name));
  return found && { language: found.language, reason: { line, message: `“${imageBelow(subject)}” ${found.why}` } };
}

const RELEASES: readonly { readonly tool: string; readonly verb: string; readonly language: string }[] = [
  { tool: 'mix', verb: 'release', language: 'elixir' },
  { tool: 'rebar3', verb: 'release', language: 'erlang' },
  { tool: 'rebar3', verb: 'tar', language: 'erlang' },
];

const INTERPRETER = (language: string) =>
  `is the image of ${language}, of which it is not known what a program needs when it runs. Keep it, or take a hardened image of ${language} where there is one.`;
const SCRIPT =
  'starts its server by a shell script, which a distroless image cannot run. Keep it: its vendor says what may be left out of it.';

/** By the names of the images that a stage is built on. */
const IMAGES: readonly { readonly image: RegExp; readonly language: string; readonly why: string }[] = [
  {
    image: /^(hexpm\/)?(elixir|erlang)(-(amd64|arm64))?$/,
    language: 'elixir',
    why: 'is the image of Erlang’s virtual machine, which shell scripts start, and a distroless image has no shell. Keep it, or ship a release (mix release) on a base with a shell and little else, such as debian:13-slim.',
  },
  {
    image: /^httpd$/,
    language: 'httpd',
    why: 'starts Apache by a shell script, and no image of Google’s has Apache. Serve the files with nginx, which can be taken along.',
  },
  {
    image: /^caddy$/,
    language: 'caddy',
    why: 'has a Caddy that is given the right to open ports below 1024, and that right is not certain to survive a copy. Build Caddy with Go, and let it listen from 1024 on.',
  },
  { image: /^perl$/, language: 'perl', why: INTERPRETER('Perl') },
  { image: /^julia$/, language: 'julia', why: INTERPRETER('Julia') },
  { image: /^(r-base|rocker\/.*)$/, language: 'r', why: INTERPRETER('R') },
  {
    image: /^(haskell|swift|crystallang\/crystal|ocaml\/opam|nimlang\/nim)$/,
    language: 'other',
    why: 'is the image of a compiler whose builds are not read here. Ship what it makes from a stage of its own, FROM gcr.io/distroless/cc-debian13:nonroot, with the libraries that “ldd” names.',
  },
  {
    image:
      /^(postgres|mysql|mariadb|mongo|redis|valkey\/valkey|rabbitmq|memcached|wordpress|ghost|drupal|nextcloud|joomla|phpmyadmin|adminer|cassandra|elasticsearch|kibana|logstash|influxdb|neo4j|couchdb|zookeeper|solr|sonarqube|nexus|jenkins(\/jenkins)?|grafana\/grafana|keycloak\/keycloak)$/,
    language: 'server',
    why: SCRIPT,
  },
];
