/** How a program in C or C++ is linked, and which ones are not converted. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDockerfile } from '../../../server/dockerfile/read-dockerfile.ts';
import { convert } from '../../../server/recipes/convert.ts';
import { TODAY } from '../../support/carets.ts';

const outcome = (text: string) => convert(readDockerfile(text), { today: TODAY });

/** `static`, `base` or `cc`; or the reasons. */
function baseFor(text: string): string {
  const conversion = outcome(text);
  if (conversion.outcome === 'converted') return /distroless\/(\w+)-/.exec(conversion.base)![1]!;
  if (conversion.outcome === 'already-minimal') return conversion.base;
  return conversion.reasons.map(({ line, message }) => `${line + 1}: ${message}`).join('\n');
}

const on = (image: string, run: string, cmd = './app') =>
  `FROM ${image}\nWORKDIR /src\nCOPY . .\nRUN ${run}\nCMD ["${cmd}"]\n`;

describe('the base', () => {
  test('has what the compiler links to', () => {
    assert.equal(baseFor(on('gcc:14', 'gcc -o app main.c')), 'base');
    assert.equal(baseFor(on('gcc:14', 'gcc main.c -o app -lm -lpthread')), 'base');
    assert.equal(baseFor(on('gcc:14', 'cc -oapp main.c')), 'base');
    assert.equal(baseFor(on('gcc:14', 'gcc -o app main.cpp -lstdc++')), 'cc');
    assert.equal(baseFor(on('gcc:14', 'g++ -flto -O2 *.cpp -o app')), 'cc');
    assert.equal(baseFor(on('gcc:14', 'gcc main.c', './a.out')), 'base');
    assert.equal(baseFor(on('gcc:14', 'gcc -c main.c && gcc -o app main.o -lgomp')), 'cc');
    assert.equal(baseFor(on('gcc:14-trixie', 'gcc -o app main.c -lssl -lcrypto')), 'base');
    assert.equal(baseFor(on('alpine:3.22', 'apk add gcc musl-dev && gcc -static main.c -o app')), 'static');
  });

  test('is that of a tool’s result, by the flags that it is given', () => {
    assert.equal(baseFor(on('gcc:14', 'make')), 'cc');
    assert.equal(baseFor(on('gcc:14', 'make LDFLAGS=-static')), 'static');
    assert.equal(baseFor(on('gcc:14', './configure --disable-static && make')), 'cc');
    assert.equal(
      baseFor(on('gcc:14', 'cmake -B build -DCMAKE_EXE_LINKER_FLAGS="-static" && cmake --build build', './build/app')),
      'static',
    );
    assert.equal(baseFor(on('gcc:14', 'LDFLAGS="-s -static" ./configure && make')), 'static');
    assert.equal(baseFor(on('gcc:14', 'make && make install', 'app')), 'cc');
    assert.equal(baseFor(on('gcc:14', 'make install PREFIX=/opt/app', '/opt/app/bin/app')), 'cc');
  });
});

test('what is linked to Alpine’s C library takes that along, with its loader, onto Google’s images', () => {
  const text = `${on('alpine:3.22', 'apk add g++ libpq-dev && g++ main.cpp -o app -lpq')}`;
  const conversion = outcome(text);
  if (conversion.outcome !== 'converted') throw new Error(JSON.stringify(conversion));
  assert.equal(conversion.base, 'gcr.io/distroless/static-debian13:nonroot');
  // Also what the other bases have, the C library among it.
  assert.match(
    conversion.dockerfile,
    /^RUN mkdir \/libraries && ldd \/src\/app \\\n {4}\| awk '\$3 ~ "\^\/" \{ print \$3 \}'/m,
  );
  assert.match(conversion.dockerfile, /^COPY --from=build \/libraries \/$/m);
  const scratch = convert(readDockerfile(text), { today: TODAY, family: 'static' });
  assert.ok(scratch.outcome === 'declined' && /onto Google’s images only/.test(scratch.reasons[0]?.message ?? ''));
});

describe('not converted', () => {
  const reason = (text: string, start: string) =>
    assert.ok(baseFor(text).startsWith(start), `${baseFor(text)}\nshould begin with\n${start}`);

  test('what is linked to another C library than that of its image', () => {
    reason(on('debian:13', 'apt-get install -y musl-tools && musl-gcc main.c -o app'), '4: What “musl-gcc” makes');
  });

  test('what may open libraries by their names', () => {
    reason(
      'FROM alpine:3.22\nWORKDIR /src\nRUN apk add libpcap-dev\nCOPY . .\nRUN apk add --virtual .b gcc musl-dev && gcc main.c -o app && apk del .b\nCMD ["./app"]\n',
      '3: “libpcap-dev” stays here when what serves the build is removed',
    );
  });

  test('what needs other libraries', () => {
    reason(
      on('gcc:14', 'gcc -fsanitize=address main.c -o app'),
      '4: “-fsanitize=address” needs libraries that come with the compiler',
    );
  });

  test('what a newer system links', () => {
    reason(
      on('ubuntu:26.04', 'apt-get install -y gcc && gcc main.c -o app'),
      '1: Ubuntu 26.04, on which this is built, has a newer C library',
    );
    reason(
      on('ubuntu:25.04', 'apt-get install -y g++ && g++ main.cpp -o app'),
      '1: The C++ library of Ubuntu 25.04 is newer',
    );
    assert.equal(baseFor(on('ubuntu:25.04', 'apt-get install -y gcc && gcc main.c -o app')), 'base');
    assert.equal(
      baseFor(on('ubuntu:25.04', 'apt-get install -y g++ && g++ -static-libstdc++ -static-libgcc main.cpp -o app')),
      'cc',
    );
  });

  test('what the container does not run', () => {
    reason(
      on('gcc:14', 'gcc -o app main.c', './other'),
      '5: The container runs “/src/other”, but the build writes “/src/app”.',
    );
    reason(on('gcc:14', 'gcc -shared -o libapp.so main.c', './app'), '5: No line of this file builds “./app”.');
    reason(on('gcc:14', 'make', 'app'), '5: Which folder “app” is in cannot be told');
    reason(on('gcc:14', 'make', 'gdb'), '5: “gdb” is a tool for development');
  });
});

test('a C++ library that is newer than the base’s is taken along, unless the program has it in itself', () => {
  const taken = (text: string) => {
    const conversion = outcome(text);
    assert.equal(conversion.outcome, 'converted');
    return conversion.outcome === 'converted' && conversion.dockerfile.includes('/usr/local/lib64/libstdc++.so.6');
  };
  assert.equal(taken(on('gcc:15', 'g++ -o app main.cpp')), true);
  assert.equal(taken(on('gcc', 'make')), true);
  assert.equal(taken(on('gcc:14', 'g++ -o app main.cpp')), false);
  assert.equal(taken(on('gcc:15', 'gcc -o app main.c')), false);
  assert.equal(taken(on('gcc:15', 'g++ -static-libstdc++ -static-libgcc -o app main.cpp')), false);
});

describe('libraries that the base has not', () => {
  const collected = (text: string) => {
    const conversion = outcome(text);
    if (conversion.outcome !== 'converted') return baseFor(text);
    return /RUN mkdir \/libraries && (ldd \S+)/.exec(conversion.dockerfile)?.[1] ?? '';
  };

  test('are collected where the program is linked to them, or may be', () => {
    assert.equal(collected(on('gcc:14', 'gcc main.c -o app -lcurl -lm')), 'ldd /src/app');
    assert.equal(collected(on('debian:11', 'apt-get install -y gcc && gcc main.c -o app -lssl')), 'ldd /src/app');
    assert.equal(collected(on('debian:12', 'apt-get install -y gcc && gcc main.c -o app -lssl')), '');
    assert.equal(collected(on('debian:12', 'apt-get install -y g++ make libpq-dev && make')), 'ldd /src/app');
    assert.equal(collected(on('debian:12', 'apt-get install -y g++ make zlib1g-dev libssl-dev && make')), '');
    assert.equal(collected(on('debian:11', 'apt-get install -y g++ make libssl-dev && make')), 'ldd /src/app');
    assert.equal(collected(on('gcc:14', 'gcc -static main.c -o app -lcurl')), '');
  });

  test('are collected in the stage that builds, of the file that is copied from it', () => {
    const stages = (end: string) =>
      `FROM debian:12 AS build\nRUN apt-get install -y g++ make libpq-dev\nCOPY . /src\nRUN cd /src && make && cp server /usr/local/bin/api\n${end}`;
    const text = stages(
      'FROM debian:12-slim\nRUN apt-get update && apt-get install -y libpq5\nCOPY --from=build /usr/local/bin/api /srv/\nCMD ["/srv/api"]\n',
    );
    assert.equal(collected(text), 'ldd /usr/local/bin/api');
    const conversion = outcome(text);
    assert.ok(conversion.outcome === 'converted');
    assert.match(
      conversion.dockerfile,
      /\nFROM gcr\.io\/distroless\/cc-debian13:nonroot\nCOPY --from=build \S+ \/srv\/\nCOPY --from=build \/libraries \/\n/,
    );
    assert.equal(
      collected(
        stages(
          'FROM debian:12 AS hand\nCOPY --from=build /usr/local/bin/api /api\nFROM debian:12\nCOPY --from=hand /api /api\nCMD ["/api"]\n',
        ),
      ),
      'ldd /usr/local/bin/api',
    );
  });

  test('of Debian 10 do not go with the base', () => {
    assert.match(
      collected(on('debian:10', 'apt-get install -y gcc && gcc main.c -o app -lcurl')),
      /^1: The program may be linked to libraries of Debian 10/,
    );
  });
});

test('on scratch a static program gets a user and certificates', () => {
  const text = on('alpine:3.22', 'apk add gcc musl-dev && gcc -static main.c -o app');
  const conversion = convert(readDockerfile(text), { today: TODAY, family: 'static' });
  assert.ok(conversion.outcome === 'converted');
  assert.match(conversion.dockerfile, /FROM scratch\nWORKDIR \/src\nUSER 65532:65532\n/);
  assert.match(conversion.dockerfile, /ca-certificates\.crt/);
});

test('libraries that the old final stage installed are followed from the program; those with files of data beside them are not guessed at', () => {
  const stages = (image: string, builds: string, ships: string) =>
    `FROM ${image} AS build\nWORKDIR /src\nCOPY . .\nRUN ${builds} && g++ -o /out main.cpp\nFROM ${image}\nRUN ${ships}\nCOPY --from=build /out /out\nCMD ["/out"]\n`;
  const debian = (name: string) =>
    baseFor(
      stages('debian:13', 'apt-get update && apt-get install -y g++', `apt-get update && apt-get install -y ${name}`),
    );
  assert.equal(debian('libpq5 libjsoncpp26 ca-certificates'), 'cc');
  assert.equal(debian('libicu76'), 'cc', 'its data is in a library');
  assert.match(debian('libgl1'), /^6: “libgl1” may be needed/);
  const alpine = (name: string) => baseFor(stages('alpine:3.22', 'apk add g++', `apk add ${name}`));
  assert.equal(alpine('libstdc++ libpq'), 'static');
  assert.match(alpine('icu-libs'), /^6: “icu-libs” may be needed/);
});
