/** .NET: what is read of its commands, images and project files, and what is not converted. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findBase } from '../../../server/bases/find.ts';
import { chiselledImage, dotnetImage } from '../../../server/recipes/dotnet-image.ts';
import { readProject, readPublish, writesTo } from '../../../server/recipes/dotnet-publish.ts';
import type { RunCommand } from '../../../server/recipes/run-commands.ts';
import { converted, declines, says, shipped } from '../../support/conversion.ts';

const MCR = 'mcr.microsoft.com/dotnet';

describe('dotnet publish', () => {
  const command = (text: string): RunCommand => ({
    words: text.split(' '),
    env: new Map(),
    cwd: '/src',
    writes: [],
    line: 0,
  });
  const publish = (text: string) => readPublish(command(`dotnet publish ${text}`))!;

  test('where it writes', () => {
    assert.equal(publish('-c Release -o /app').output, '/app');
    assert.equal(publish('Shop/Shop.csproj --output out').output, '/src/out');
    assert.equal(publish('--output=../out').output, '/out');
    assert.equal(publish('-p:PublishDir=/p/').output, '/p');
    assert.equal(publish('-o $OUT').output, undefined);
    assert.equal(publish('-c Release').output, undefined);
    assert.equal(readPublish(command('dotnet restore')), undefined);
    assert.equal(readPublish(command('dotnet-publish x')), undefined);
  });

  test('whether it writes a file', () => {
    assert.equal(writesTo(publish('-o /app'), '/app/Shop.dll'), true);
    assert.equal(writesTo(publish('-o /app'), '/apps/Shop.dll'), false);
    assert.equal(writesTo(publish(''), '/src/bin/Release/net10.0/publish/Shop.dll'), true);
    assert.equal(writesTo(publish(''), '/src/bin/Release/net10.0/Shop.dll'), false);
    assert.equal(writesTo(readPublish(command('dotnet build'))!, '/src/bin/Debug/net10.0/Shop.dll'), true);
    assert.equal(writesTo(publish('Shop/Shop.csproj'), '/src/Shop/bin/Release/net10.0/publish/Shop.dll'), true);
    assert.equal(writesTo(publish('Shop/Shop.csproj'), '/src/bin/Release/net10.0/publish/Shop.dll'), false);
    assert.equal(writesTo({ ...publish(''), command: { ...command('x'), cwd: undefined } }, '/x/Shop.dll'), undefined);
  });

  test('what kind of program it makes', () => {
    const kind = (text: string) => {
      const { selfContained, native, invariant, runtime } = publish(text);
      return [selfContained, native, invariant, runtime];
    };
    assert.deepEqual(kind('-c Release'), [undefined, undefined, undefined, undefined]);
    assert.deepEqual(kind('-r linux-x64 --self-contained'), [true, undefined, undefined, 'linux-x64']);
    assert.deepEqual(kind('-r linux-x64 --self-contained true -o /app'), [true, undefined, undefined, 'linux-x64']);
    assert.deepEqual(kind('--self-contained false'), [false, undefined, undefined, undefined]);
    assert.deepEqual(kind('--self-contained=false'), [false, undefined, undefined, undefined]);
    assert.deepEqual(kind('--no-self-contained -a arm64'), [false, undefined, undefined, 'arm64']);
    assert.deepEqual(kind('/p:PublishAot=true;InvariantGlobalization=TRUE'), [undefined, true, true, undefined]);
    assert.deepEqual(kind('-p SelfContained=true'), [true, undefined, undefined, undefined]);
    assert.equal(publish('/p:UseAppHost=false').project, undefined);
    assert.equal(publish('-c Release Shop.csproj').project, 'Shop.csproj');
    assert.equal(publish('/src/Shop/Shop.csproj').project, '/src/Shop/Shop.csproj');
  });
});

describe('a project file', () => {
  test('what it makes', () => {
    const web = readProject('Shop/Shop.Api.csproj', '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>');
    assert.equal(web.assembly, 'Shop.Api');
    assert.equal(web.web, true);
    const tool = readProject(
      'Tool.fsproj',
      '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><AssemblyName>tool</AssemblyName><PublishAot>True</PublishAot><!-- <SelfContained>true</SelfContained> --></PropertyGroup><ItemGroup><PackageReference Include="Npgsql" Version="9" /></ItemGroup></Project>',
    );
    assert.deepEqual(tool, {
      assembly: 'tool',
      web: false,
      selfContained: undefined,
      native: true,
      invariant: undefined,
      packages: ['Npgsql'],
    });
    assert.equal(readProject('A.csproj', '<AssemblyName>$(Name).X</AssemblyName>').assembly, 'A');
  });
});

describe('images', () => {
  test('kind and release, under former names too', () => {
    const image = (written: string) => {
      const found = dotnetImage(findBase(written), written);
      return found && `${found.kind} ${found.version}`;
    };
    assert.equal(image(`${MCR}/aspnet:8.0.11-jammy`), 'aspnet 8.0');
    assert.equal(image(`${MCR}/runtime-deps:10.0`), 'runtime-deps 10.0');
    assert.equal(image(`${MCR}/sdk`), 'sdk undefined');
    assert.equal(image(`${MCR}/core/aspnet:3.1-buster-slim`), 'aspnet 3.1');
    assert.equal(image('microsoft/dotnet:2.1-aspnetcore-runtime'), 'aspnet 2.1');
    assert.equal(image('microsoft/dotnet:2.1-sdk'), 'sdk 2.1');
    assert.equal(image('microsoft/aspnetcore-build:2.0'), 'sdk 2.0');
    assert.equal(image('debian:12'), undefined);
    assert.equal(image('example/runtime:1'), undefined);
  });

  test('the chiselled one of the same release and Ubuntu', () => {
    const tag = (version: string, written: string, cultures = true) =>
      chiselledImage('aspnet', version, { cultures, tag: written })?.tag;
    assert.equal(tag('10.0', '10.0'), '10.0-noble-chiseled-extra');
    assert.equal(tag('10.0', '10.0', false), '10.0-noble-chiseled');
    assert.equal(tag('10.0', '10.0-resolute'), '10.0-resolute-chiseled-extra');
    assert.equal(tag('8.0', '8.0-jammy'), '8.0-jammy-chiseled-extra');
    assert.equal(tag('8.0', '8.0-bookworm-slim'), '8.0-noble-chiseled-extra');
    assert.equal(tag('9.0', '9.0-jammy'), '9.0-noble-chiseled-extra');
    assert.equal(tag('7.0', '7.0'), '7.0-jammy-chiseled-extra');
    assert.equal(tag('10.0', '10.0-noble-arm64v8'), '10.0-noble-chiseled-extra-arm64v8');
    assert.equal(tag('5.0', '5.0'), undefined);
    assert.equal(tag('3.1', '3.1'), undefined);
  });
});

const stages = (base: string, rest: string, sdk = 'sdk:10.0', how = '-o /app') =>
  `FROM ${MCR}/${sdk} AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish ${how}\nFROM ${base.startsWith(':') ? MCR + base.slice(1) : base}\nCOPY --from=build /app /app\n${rest}`;
const START = 'ENTRYPOINT ["dotnet", "/app/Shop.dll"]\n';

describe('converted', () => {
  test('cultures and time zones as before', () => {
    const base = (text: string) => converted(text).base.replace(`${MCR}/`, '');
    assert.equal(base(stages(`${MCR}/aspnet:10.0`, START)), 'aspnet:10.0-noble-chiseled-extra');
    assert.equal(base(stages(`${MCR}/aspnet:10.0-alpine`, START)), 'aspnet:10.0-noble-chiseled');
    assert.equal(
      base(stages(`${MCR}/aspnet:10.0-alpine`, `RUN apk add --no-cache icu-libs\n${START}`)),
      'aspnet:10.0-noble-chiseled-extra',
    );
    assert.equal(
      base(stages(`${MCR}/aspnet:10.0-alpine`, `ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false\n${START}`)),
      'aspnet:10.0-noble-chiseled-extra',
    );
    const invariant = 'ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1\n';
    assert.equal(base(stages(`${MCR}/aspnet:10.0`, invariant + START)), 'aspnet:10.0-noble-chiseled');
    assert.equal(
      base(stages(`${MCR}/aspnet:10.0`, `${invariant}ENV TZ=Europe/Vienna\n${START}`)),
      'aspnet:10.0-noble-chiseled-extra',
    );
    assert.equal(
      base(stages(`${MCR}/runtime:10.0`, START, 'sdk:10.0', '-o /app -p:InvariantGlobalization=true')),
      'runtime:10.0-noble-chiseled',
    );
  });

  test('the port of releases before 8 stays', () => {
    const found = converted(stages(`${MCR}/aspnet:6.0`, START));
    assert.match(found.dockerfile, /\nFROM \S+aspnet:6\.0-jammy-chiseled-extra\nENV ASPNETCORE_URLS=http:\/\/\+:80\n/);
    says(found, '5 risk: .NET 6.0 gets no fixes any more since 2024-11-12.');
    says(found, '5 risk: ASPNETCORE_URLS has the program listen on port 80');
    const own = converted(stages(`${MCR}/aspnet:6.0`, `ENV ASPNETCORE_URLS=http://+:5000\n${START}`)).dockerfile;
    assert.equal(own.match(/ASPNETCORE_URLS/g)?.length, 1);
    assert.doesNotMatch(converted(stages(`${MCR}/runtime:6.0`, START)).dockerfile, /ASPNETCORE/);
    assert.doesNotMatch(converted(stages(`${MCR}/aspnet:10.0`, START)).dockerfile, /ASPNETCORE/);
  });

  test('how it is started, by what the base starts', () => {
    const last = (rest: string, kind = 'aspnet') => shipped(stages(`${MCR}/${kind}:10.0`, rest)).at(-1);
    assert.equal(last('CMD ["dotnet", "/app/Shop.dll", "x"]\n'), 'CMD ["/app/Shop.dll", "x"]');
    assert.equal(last('ENTRYPOINT ["dotnet"]\nCMD ["/app/Shop.dll"]\n'), 'CMD ["/app/Shop.dll"]');
    assert.equal(last('CMD ["/app/Shop"]\n'), 'ENTRYPOINT ["/app/Shop"]');
    assert.equal(last('CMD ["/app/Shop"]\n', 'runtime-deps'), 'CMD ["/app/Shop"]');
    assert.equal(last('ENTRYPOINT dotnet /app/Shop.dll\n'), 'ENTRYPOINT ["dotnet", "/app/Shop.dll"]');
    assert.equal(
      last('ENTRYPOINT ["tini", "--", "dotnet", "/app/Shop.dll"]\n'),
      'ENTRYPOINT ["dotnet", "/app/Shop.dll"]',
    );
  });

  test('a stage below that serves another one too keeps its base', () => {
    const base = `FROM ${MCR}/aspnet:10.0 AS base\nWORKDIR /app\nEXPOSE 8080\n`;
    const rest = `FROM ${MCR}/sdk:10.0 AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o /out\n`;
    const final = 'FROM base\nCOPY --from=build /out .\nENTRYPOINT ["dotnet", "Shop.dll"]\n';
    const image = `${MCR}/aspnet:10.0-noble-chiseled-extra`;
    assert.equal(
      converted(base + rest + final).dockerfile,
      base.replace(':10.0', ':10.0-noble-chiseled-extra') + rest + final,
    );
    const other = 'FROM base AS debug\nRUN apt-get update\n';
    assert.equal(
      converted(base + rest + other + final).dockerfile,
      base + rest + other + final.replace('base', `${image}\nWORKDIR /app\nEXPOSE 8080`),
    );
  });

  test('what a stage below runs goes where it is not needed, if it serves nothing else', () => {
    const base = `FROM ${MCR}/aspnet:10.0 AS base\nRUN apt-get update && apt-get install -y curl\nEXPOSE 8080\n`;
    const rest = `FROM ${MCR}/sdk:10.0 AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o /out\n`;
    const final = 'FROM base\nWORKDIR /app\nCOPY --from=build /out .\nENTRYPOINT ["dotnet", "Shop.dll"]\n';
    const found = converted(base + rest + final);
    assert.equal(
      found.dockerfile,
      `FROM ${MCR}/aspnet:10.0-noble-chiseled-extra AS base\nEXPOSE 8080\n${rest}${final}`,
    );
    says(found, '2 change: RUN is left out');
    // One that is needed keeps all below as it is.
    const needed = base.replace('EXPOSE', 'RUN mkdir -p /data && touch /data/empty\nEXPOSE');
    assert.match(
      converted(needed + rest + final).dockerfile,
      new RegExp(`^FROM ${MCR}/aspnet:10.0 AS base\nRUN apt-get`),
    );
  });

  test('owners that the base knows stay as they are written', () => {
    const rest = `COPY --chown=app:app a /a\nCOPY --chown=$APP_UID b /b\nCOPY --chown=1000:root c /c\nCOPY --chown=shop d /d\n${START}`;
    const lines = shipped(stages(`${MCR}/aspnet:10.0`, rest));
    assert.deepEqual(
      lines.filter((line) => /^COPY .* \/[a-d]$/.test(line)),
      ['COPY --chown=app:app a /a', 'COPY --chown=$APP_UID b /b', 'COPY --chown=1000:root c /c', 'COPY d /d'],
    );
  });

  test('what is published in the stage below is all that is taken of it', () => {
    const text = `FROM ${MCR}/sdk:10.0 AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -o /app\nFROM build\nENTRYPOINT ["dotnet", "/app/Shop.dll"]\n`;
    assert.deepEqual(shipped(text), [
      'WORKDIR /src',
      'COPY --from=build /app /app',
      'ENTRYPOINT ["dotnet", "/app/Shop.dll"]',
    ]);
    const kept = `FROM ${MCR}/aspnet:10.0 AS base\nWORKDIR /app\nCOPY publish .\nFROM base\nENTRYPOINT ["dotnet", "Shop.dll"]\n`;
    assert.equal(converted(kept).dockerfile, kept.replace(':10.0', ':10.0-noble-chiseled-extra'));
  });

  test('a version that a build argument gives', () => {
    const text = stages(`${MCR}/aspnet:$VERSION`, START, 'sdk:$VERSION');
    says(
      converted(`ARG VERSION=10.0\n${text}`),
      '6 assumption: The version comes from a build argument, by default 10.0;',
    );
  });

  test('other families, by request', () => {
    const text = stages(`${MCR}/aspnet:10.0`, START);
    assert.equal(converted(text, { family: 'dhi' }).base, 'dhi.io/aspnetcore:10.0-debian13');
    assert.equal(converted(text, { family: 'chainguard' }).base, 'cgr.dev/chainguard/aspnet-runtime:latest');
    assert.equal(converted(text, { family: 'chiselled' }).family, 'chiselled');
    declines(text.replaceAll('10.0', '9.0'), ['5: Chainguard’s free images have no small image of .NET 9.0.'], {
      family: 'chainguard',
    });
    // Ended on 2026-11-10.
    declines(text.replaceAll('10.0', '8.0'), ['5: Docker’s hardened images have no small image of .NET 8.0.'], {
      family: 'dhi',
    });
    declines(text, ['5: Google’s distroless images have no .NET 10.0.'], { family: 'google' });
  });
});

describe('not converted', () => {
  test('what needs the SDK, or a shell', () => {
    const sdk = `FROM ${MCR}/sdk:10.0\nWORKDIR /app\nCOPY . .\n`;
    declines(`${sdk}CMD ["dotnet", "run"]\n`, ['4: “dotnet run” builds at every start']);
    declines(`${sdk}CMD dotnet watch --project Shop\n`, ['4: “dotnet watch” builds at every start']);
    declines(`${sdk}CMD ["dotnet", "test"]\n`, ['4: “dotnet test” needs the SDK']);
    declines(`${sdk}RUN dotnet publish -o /out\nCMD ["./run.sh"]\n`, ['5: “./run.sh” is a script']);
    declines(`${sdk}CMD ["dotnet", "Shop.dll"]\n`, ['4: No line of this file says that it makes “Shop.dll”.']);
    declines(`${sdk}RUN dotnet publish -o /out\nCMD ["dotnet", "Shop.dll"]\n`, [
      '5: The container runs “Shop.dll”, but the build writes into /out.',
    ]);
    declines(`${sdk}RUN dotnet publish -o /\nCMD ["dotnet", "/Shop.dll"]\n`, ['4: The program is published into /,']);
  });

  test('releases of which there is no small image', () => {
    declines(stages('mcr.microsoft.com/dotnet/core/aspnet:3.1', START), [
      '5: Microsoft has no image of .NET 3.1 without a shell, and another release may not run the program.',
    ]);
    declines(stages(`${MCR}/aspnet`, START, 'sdk'), [`5: Which .NET “${MCR}/aspnet” has changes over time`]);
    declines(stages('debian:12', START), ['5: Which .NET the program runs on “debian:12” cannot be told.']);
  });

  test('programs for Alpine’s C library', () => {
    const how = '-o /app -r linux-musl-x64';
    declines(stages(`${MCR}/aspnet:10.0-alpine`, START, 'sdk:10.0', how), ['4: The program is made for Alpine’s']);
    declines(stages(`${MCR}/aspnet:10.0-alpine`, 'CMD ["/app/Shop"]\n', 'sdk:10.0-alpine'), ['4: The program is made']);
    declines(stages(`${MCR}/runtime-deps:10.0-alpine`, 'CMD ["/app/Shop"]\n', 'sdk:10.0-alpine', '-o /app --sc'), [
      '4: The program is made for Alpine’s',
    ]);
    converted(stages(`${MCR}/aspnet:10.0-alpine`, START, 'sdk:10.0-alpine'));
  });

  test('a project that makes something else', () => {
    const text = `FROM ${MCR}/sdk:10.0\nWORKDIR /src\nCOPY A.csproj .\nRUN dotnet publish A.csproj -o /app\nCMD ["dotnet", "/app/B.dll"]\n`;
    declines(text, ['5: The container runs “/app/B.dll”, but the project makes “A”.'], {
      context: { 'A.csproj': '<Project Sdk="Microsoft.NET.Sdk"></Project>' },
    });
  });

  test('packages that the program may need', () => {
    declines(stages(`${MCR}/aspnet:10.0`, `RUN apt-get update && apt-get install -y libgdiplus\n${START}`), [
      '7: “libgdiplus” may be needed while the program runs',
    ]);
  });
});

test('what was published before is copied onto an SDK, and an image for a debugger stays what it is', () => {
  const found = converted(`FROM ${MCR}/sdk:10.0\nWORKDIR /app\nCOPY Publish .\nCMD ["dotnet", "Shop.dll"]\n`);
  assert.equal(found.base, `${MCR}/aspnet:10.0-noble-chiseled-extra`);
  says(found, '3 assumption: What is copied here is assumed to be what “dotnet publish” wrote');
  const debugged = (configuration: string) =>
    `FROM ${MCR}/sdk:10.0 AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -c ${configuration} -o /out\n\nFROM ${MCR}/aspnet:10.0\nRUN apt-get update && apt-get install -y unzip procps\nWORKDIR /app\nCOPY --from=build /out .\nENTRYPOINT ["dotnet", "Shop.dll"]\n`;
  declines(debugged('Debug'), ['7: This image is for a debugger']);
  assert.equal(converted(debugged('Release')).outcome, 'converted');
});
