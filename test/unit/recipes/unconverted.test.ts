/** What is known not to go onto a distroless image: said as such, at the line that shows it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

function declined(text: string): string {
  const conversion = convert(readDockerfile(text), { today: TODAY });
  if (conversion.outcome !== 'declined') assert.fail(JSON.stringify(conversion, null, 2));
  return conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`).join('\n');
}

test('a release of Elixir, which shell scripts start, wherever it is built', () => {
  const stages = (last: string) =>
    `FROM hexpm/elixir:1.18.4-erlang-27-debian-bookworm AS build\nWORKDIR /app\nCOPY . .\nRUN mix deps.get && \\\n    npm ci && \\\n    mix release\n${last}`;
  assert.match(
    declined(
      stages(
        'FROM debian:bookworm-slim\nCOPY --from=build /app/_build/prod/rel/shop /app\nCMD ["/app/bin/shop", "start"]\n',
      ),
    ),
    /^6: “mix release” makes a release that shell scripts start/,
  );
  assert.match(
    declined(
      stages(
        'FROM debian:13 AS hand\nCOPY --from=build /app /app\nFROM debian:13\nCOPY --from=hand /app /app\nCMD ["/app/bin/server"]\n',
      ),
    ),
    /^6: “mix release”/,
  );
  assert.match(
    declined('FROM elixir:1.18\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["mix", "phx.server"]\n'),
    /^1: “elixir:1.18” is the image of Erlang’s virtual machine/,
  );
});

test('servers of their own images, and languages that are not read', () => {
  assert.match(
    declined('FROM httpd:2.4\nCOPY site /usr/local/apache2/htdocs\n'),
    /^1: “httpd:2.4” starts Apache by a shell script/,
  );
  assert.match(
    declined('FROM postgres:17\nCOPY init.sql /docker-entrypoint-initdb.d/\n'),
    /^1: “postgres:17” starts its server by a shell script/,
  );
  assert.match(
    declined('FROM perl:5.40\nCOPY . /app\nCMD ["perl", "/app/a.pl"]\n'),
    /^1: “perl:5.40” is the image of Perl/,
  );
  assert.match(
    declined('FROM haskell:9.10\nRUN stack install\nCMD ["app"]\n'),
    /^1: “haskell:9.10” is the image of a compiler whose builds are not read/,
  );
  assert.match(
    declined('FROM caddy:2\nCOPY Caddyfile /etc/caddy/Caddyfile\n'),
    /^1: “caddy:2” has a Caddy that is given the right/,
  );
});

test('a compiler’s image is no reason where another image ships', () => {
  const text =
    'FROM haskell:9.10 AS docs\nRUN make html\nFROM nginx:1.29\nCOPY --from=docs /out /usr/share/nginx/html\n';
  assert.equal(convert(readDockerfile(text), { today: TODAY }).outcome, 'converted');
});

test('a program that comes out of the build context', () => {
  const text = (start: string) =>
    `FROM debian:13\nRUN apt-get update && apt-get install -y postfix\nCOPY boot /usr/sbin/boot\n${start}\n`;
  assert.match(declined(text('ENTRYPOINT ["/usr/sbin/boot"]')), /^3: “boot” comes out of the build context/);
  assert.match(declined(text('CMD ["boot"]')), /^3: “boot” comes out of the build context/);
  assert.match(declined(text('CMD ["other"]')), /^4: What “other” needs to run cannot be told/);
});
