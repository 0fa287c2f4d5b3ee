/** Ruby and PHP: what is not converted, and what becomes of how the container is started. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

type Context = Readonly<Record<string, string>>;

const outcome = (text: string, context: Context = {}) =>
  convert(readDockerfile(text), { today: TODAY, context: new Map(Object.entries(context)) });

function declines(text: string, start: string, context?: Context): void {
  const conversion = outcome(text, context);
  if (conversion.outcome !== 'declined') assert.fail(JSON.stringify(conversion, null, 2));
  const [said = '', ...more] = conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`);
  assert.deepEqual(more, [], said);
  assert.ok(said.startsWith(start), `${said}\nshould begin with\n${start}`);
}

function converted(text: string, context?: Context) {
  const conversion = outcome(text, context);
  if (conversion.outcome !== 'converted') assert.fail(JSON.stringify(conversion, null, 2));
  return conversion;
}

/** The lines that say how the container is started. */
function started(text: string, context?: Context): readonly string[] {
  const { dockerfile } = converted(text, context);
  return dockerfile
    .slice(dockerfile.lastIndexOf('FROM '))
    .split('\n')
    .filter((line) => /^(ENTRYPOINT|CMD)/.test(line));
}

const ruby = (end: string, image = 'ruby:3.4') => `FROM ${image}\nWORKDIR /app\nCOPY . .\nRUN bundle install\n${end}\n`;
const php = (end: string, image = 'php:8.4-cli') => `FROM ${image}\nWORKDIR /app\nCOPY . .\n${end}\n`;

describe('Ruby', () => {
  test('starts what its gems bring', () => {
    assert.deepEqual(started(ruby('CMD ["ruby", "app.rb"]')), ['CMD ["ruby", "app.rb"]']);
    assert.deepEqual(started(ruby('CMD ["bundle", "exec", "puma"]')), ['CMD ["ruby", "-S", "bundle", "exec", "puma"]']);
    assert.deepEqual(started(ruby('CMD puma -C config/puma.rb')), [
      'CMD ["ruby", "-S", "puma", "-C", "config/puma.rb"]',
    ]);
    assert.deepEqual(started(ruby('ENTRYPOINT ["bin/rails"]\nCMD ["server"]')), [
      'ENTRYPOINT ["ruby", "bin/rails"]',
      'CMD ["server"]',
    ]);
    assert.deepEqual(started(ruby('RUN apt-get install -y tini\nENTRYPOINT ["tini", "--"]\nCMD ["rackup"]')), [
      'CMD ["ruby", "-S", "rackup"]',
    ]);
  });

  test('is not converted where it needs more', () => {
    declines(
      ruby('ENTRYPOINT ["/app/bin/docker-entrypoint"]\nCMD ["rails", "s"]'),
      '5: “/app/bin/docker-entrypoint” is a script for a shell',
    );
    declines(ruby('CMD ["foreman", "start"]'), '5: “foreman” starts other processes with a shell');
    declines(ruby('CMD ["bundle", "exec", "rails", "console"]'), '5: “bundle” is a prompt for typing');
    declines(ruby('CMD ["puma"]', 'ruby:2.5'), '1: “ruby:2.5” is made of Debian 10 or an older release');
    declines(ruby('CMD ["puma"]', 'ruby:2.7.3'), '1: “ruby:2.7.3” is made of Debian 10');
    declines(ruby('CMD ["puma"]', 'ruby:3.0-buster'), '1: “ruby:3.0-buster” is made of Debian 10');
    declines(ruby('CMD ["puma"]'), '1: Gemfile names “ruby-vips”', { Gemfile: "gem 'rails'\ngem 'ruby-vips'\n" });
    declines(
      ruby('RUN apt-get install -y libgtk-3-0\nCMD ["puma"]'),
      '5: “libgtk-3-0” may be needed while the program runs',
    );
    const vips = { Gemfile: "gem 'ruby-vips'\n" };
    assert.match(converted(ruby('RUN apt-get install -y libvips\nCMD ["puma"]'), vips).dockerfile, /take\("libvips"\)/);
    declines(
      'FROM debian:13\nRUN apt-get install -y ruby\nWORKDIR /app\nCOPY . .\nCMD ["ruby", "a.rb"]\n',
      '1: Ruby is taken along from its official image only',
    );
  });

  test('gives every reason at once', () => {
    const conversion = outcome(ruby('RUN apt-get install -y libgtk-3-0\nENTRYPOINT ["bin/docker-entrypoint"]'));
    assert.ok(conversion.outcome === 'declined');
    assert.deepEqual(
      conversion.reasons.map(({ line }) => line + 1),
      [5, 6],
    );
  });

  test('is not of an older release where the last of a line was not', () => {
    for (const tag of ['2.7', '2.7.5', '3.0.3', '3.1', '3.4-slim', '2.5-alpine3.13', 'latest'])
      assert.equal(outcome(ruby('CMD ["puma"]', `ruby:${tag}`)).outcome, 'converted', tag);
  });

  test('a program of a gem needs no application beside it, and what is installed then is for it', () => {
    const gem = (more: string) => `FROM ruby:3.4-slim\n${more}RUN gem install kramdown\nENTRYPOINT ["kramdown"]\n`;
    assert.deepEqual(started(gem('')), ['ENTRYPOINT ["ruby", "-S", "kramdown"]']);
    declines(gem('RUN apt-get update && apt-get install -y git\n'), '2: “git” may be needed while the program runs');
    const { notes } = converted(ruby('RUN apt-get update && apt-get install -y git\nCMD ["puma"]'));
    assert.ok(notes.some(({ kind, message }) => kind === 'assumption' && message.startsWith('“git” is assumed')));
  });

  test('says when its line has had no fixes any more', () => {
    const risks = (image: string) =>
      converted(ruby('CMD ["puma"]', image))
        .notes.filter(({ kind, message }) => kind === 'risk' && message.includes('no fixes'))
        .map(({ message }) => message.replace(/^.*\. /, ''));
    assert.deepEqual(risks('ruby:3.0.6'), ['Ruby 3.0 has had no fixes since 2024-04-23.']);
    assert.deepEqual(risks('ruby:3.4'), []);
  });

  test('takes the libraries that gems are linked to', () => {
    const { dockerfile, notes } = converted(ruby('RUN apt-get install -y libpq-dev libsqlite3-0\nCMD ["puma"]'));
    assert.match(dockerfile, /find \/usr\/local\/bin\/ruby \/usr\/local\/lib\/ruby \/usr\/local\/bundle \/app -type f/);
    assert.ok(!notes.some(({ message }) => message.includes('libpq')));
  });
});

test('gems are taken from where the file puts them, and found there', () => {
  const copies = (lines: string) =>
    [...converted(ruby(`${lines}\nCMD ["puma"]`)).dockerfile.matchAll(/^COPY --from=build (\S+) /gm)]
      .map(([, path]) => path!)
      .filter((path) => /bundle|gems|vendor/.test(path) && path !== '/usr/local/bin/bundle');
  assert.deepEqual(copies('ENV A=1'), ['/usr/local/bundle']);
  assert.deepEqual(copies('ENV BUNDLE_PATH=/gems'), ['/usr/local/bundle', '/gems']);
  assert.deepEqual(copies('RUN bundle config set --local path /opt/gems && bundle install'), [
    '/usr/local/bundle',
    '/opt/gems',
  ]);
  assert.deepEqual(copies('RUN bundle install --path vendor/bundle'), ['/usr/local/bundle']);
  const { dockerfile } = converted(ruby('ENV PATH=/app/bin:$PATH LD_LIBRARY_PATH=/app/lib\nCMD ["puma"]'));
  assert.match(
    dockerfile,
    /\nENV LANG=C\.UTF-8 \S+ \S+ PATH=\/usr\/local\/bundle\/bin:\$PATH LD_LIBRARY_PATH=\/usr\/local\/lib:\$LD_LIBRARY_PATH\n/,
  );
});

test('a folder with a space or a quote in its name is one word of the added commands', () => {
  const { dockerfile } = converted(
    'FROM ruby:3.4\nWORKDIR "/my app\'s"\nCOPY . .\nRUN mkdir "/my app\'s/up loads"\nENV UPLOAD_DIR="/my app\'s/up loads"\nCMD ["ruby", "a.rb"]\n',
  );
  assert.match(dockerfile, /find \S+ \S+ \S+ '\/my app'\\''s' -type f/);
  assert.match(dockerfile, /cp -a '\/my app'\\''s\/up loads' '\/writable\/my app'\\''s'\//);
});

describe('PHP', () => {
  test('is started by itself', () => {
    assert.deepEqual(started(php('CMD ["php", "a.php"]')), ['CMD ["php", "a.php"]']);
    assert.deepEqual(started(php('CMD ["-f", "a.php"]')), ['CMD ["php", "-f", "a.php"]']);
    assert.deepEqual(started(php('ENTRYPOINT ["docker-php-entrypoint", "php"]\nCMD ["a.php"]')), [
      'ENTRYPOINT ["php"]',
      'CMD ["a.php"]',
    ]);
    assert.deepEqual(started(php('CMD php artisan queue:work')), ['CMD ["php", "artisan", "queue:work"]']);
  });

  test('is not converted where a web server runs it, or where it needs more', () => {
    declines(php('', 'php:8.4-apache'), '1: “php:8.4-apache” runs PHP inside of Apache');
    declines(php('', 'php:8.4-fpm-alpine'), '1: “php:8.4-fpm-alpine” is php-fpm');
    declines(php('CMD ["php", "artisan", "serve"]'), '4: “serve” starts other processes with a shell');
    declines(php('CMD ["composer", "start"]'), '4: “composer” runs scripts with a shell');
    declines(php('CMD ["php", "-a"]'), '4: php -a is a prompt for typing');
    declines(php('CMD ["./run"]'), '4: “./run” is not PHP');
    declines(php('CMD ["php", "a.php"]', 'php:8.0.9'), '1: “php:8.0.9” is made of Debian 10');
    declines(php('CMD ["php", "a.php"]', 'example.com/php:8'), '1: ');
    declines(
      php('RUN apt-get install -y imagemagick\nCMD ["php", "a.php"]'),
      '4: “imagemagick” may be needed while the program runs, and PHP',
    );
  });

  test('does not ship what built it', () => {
    const { dockerfile } = converted(
      php('COPY --from=composer:2 /usr/bin/composer /usr/bin/composer\nRUN composer install\nCMD ["php", "a.php"]'),
    );
    assert.ok(!dockerfile.slice(dockerfile.lastIndexOf('FROM ')).includes('composer'));
  });
});
