/** An image on Debian's own packages whose layers differ in every way that layers can. Built by the engine itself, so nothing of it is our idea of a layer. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, type TestEngine } from '../support/engine.ts';

/** Why there can be no Debian to build on, in one line. */
export function debianReason(): string | undefined {
  if (existsSync(debianTar) || existsSync('/usr/bin/mmdebstrap')) return undefined;
  return 'the image is made from Debian’s packages, which needs mmdebstrap (apt-get install --no-install-recommends mmdebstrap)';
}

const cache = join(import.meta.dirname, '../../.cache/images');
const debianTar = join(cache, 'trixie-minbase-libcap2-bin.tar');

/** Debian 13 as `mmdebstrap` makes it from the packages of the archive; ten seconds the first time. libcap2-bin has setcap. */
export async function importDebian(engine: TestEngine, name: string): Promise<void> {
  const reason = debianReason();
  if (reason) throw new Error(`There is no Debian to build on: ${reason}.`);
  if (!existsSync(debianTar)) {
    await mkdir(cache, { recursive: true });
    const unfinished = `${debianTar}.${process.pid}.part`;
    try {
      await run('mmdebstrap', [
        '--quiet',
        '--variant=minbase',
        '--include=libcap2-bin',
        '--format=tar',
        'trixie',
        unfinished,
      ]);
      await rename(unfinished, debianTar);
    } finally {
      await rm(unfinished, { force: true });
    }
  }
  await engine.docker([
    'import',
    '--change',
    'CMD ["bash"]',
    '--change',
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    debianTar,
    name,
  ]);
}

/** Debian's `docker` 20.10 has BuildKit inside; later ones need the package docker-buildx. The classic builder is everywhere up to Engine 28. */
export async function builders(engine: TestEngine): Promise<readonly Builder[]> {
  const server = await engine.docker(['version', '--format', '{{json .Server.Components}}']);
  // It takes the classic builder's requests alone.
  if (server.includes('Podman')) return ['classic'];
  const version = await engine.docker(['version', '--format', '{{.Client.Version}}']);
  const inside = Number.parseInt(version, 10) < 23;
  const plugin =
    inside ||
    (await engine.docker(['buildx', 'version']).then(
      () => true,
      () => false,
    ));
  return plugin ? ['buildkit', 'classic'] : ['classic'];
}
export type Builder = 'buildkit' | 'classic';

/** Gives the build context, which is in the engine's folder. */
export async function build(
  engine: TestEngine,
  builder: Builder,
  name: string,
  dockerfile: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const context = join(engine.folder, `context-${name.replace(/\W/g, '-')}`);
  await mkdir(context, { recursive: true });
  for (const [path, text] of Object.entries({ Dockerfile: dockerfile, ...files }))
    await writeFile(join(context, path), text);
  await engine.docker(['build', '--network=none', '--tag', name, context], {
    DOCKER_BUILDKIT: builder === 'buildkit' ? '1' : '0',
  });
  return context;
}

export async function buildOddImage(engine: TestEngine, builder: Builder, base: string, name: string): Promise<void> {
  await build(engine, builder, name, dockerfile(base), {
    'first.sh': first,
    'second.sh': second,
    'third.sh': third,
    'a file.txt': 'copied\n',
    tool: '#!/bin/sh\n',
  });
}

const dockerfile = (base: string) => `FROM ${base}
LABEL made.for="the tests"
COPY *.sh tool /build/
COPY ["a file.txt", "/copied/a file.txt"]
RUN bash -eux /build/first.sh
ENV TWO=2
RUN bash -eux /build/second.sh
WORKDIR /made/by workdir
RUN bash -eux /build/third.sh
RUN rm -rf /build
USER 65532:65532
CMD ["/bin/true"]
`;

const first = `
mkdir /t; cd /t
echo hello > file; : > empty; printf '%1000s' x > thousand
# Modes and owners. The last owner does not fit into the seven octal digits of a tar header.
cp file setuid; chmod 4755 setuid; cp file setgid; chmod 2755 setgid; cp file both; chmod 6711 both
cp file none; chmod 0000 none; mkdir sticky shared; chmod 1777 sticky; chmod 2775 shared
cp file owned; chown 1234:5678 owned; cp file far; chown 2000000000:2100000000 far; mkdir own-dir; chown 7:8 own-dir
cp /bin/true capable; setcap cap_net_raw,cap_net_bind_service+ep capable; cp /bin/true able; setcap cap_setuid,cap_sys_admin=eip able; chmod go-x able
# Links.
echo linked > hard-a; ln hard-a hard-b; mkdir deep; ln hard-a deep/hard-c
echo pair > pair-a; ln pair-a pair-b; echo trio > trio-a; ln trio-a trio-b; ln trio-a trio-c
ln -s file soft; ln -P soft soft-hard; ln -s /t/deep absolute; ln -s nowhere dangling; ln -s loop-b loop-a; ln -s loop-a loop-b; ln -s ../../../.. up
ln -s "$(printf 'l%.0s' $(seq 300))" long-target; ln -s 'sp ace' 'soft space'; ln -s $'bytes\\xff' soft-bytes
# Names.
mkdir names; cd names
: > 'two words'; : > ' before'; : > 'behind '; : > 'ünïcödé 漢字 😀'; : > $'line\\nbreak'; : > $'tab\\there'; : > 'back\\slash'; : > 'quo"te'; : > "apos'"
: > $'latin1-\\xe9'; : > $'bytes-\\xff\\xfe'; : > $'bytes-\\xff\\xfd'; : > '-dash'; : > '*'; : > '\\x41'; : > A; : > a
: > "$(printf 'n%.0s' $(seq 255))"; : > "$(printf 'e%.0s' $(seq 100))"; : > "$(printf 'h%.0s' $(seq 101))"
: > which; : > x.wh.y; : > .whatever; : > ...
d=.; for i in $(seq 12); do d=$d/$(printf "$i-%.0s" $(seq 20)); done; mkdir -p "$d"; : > "$d/leaf"
cd ..
# Other types. What is allowed depends on the machine only for device nodes, and runc allows making them.
mkfifo fifo; mknod char c 1 3; mknod block b 7 99; mknod -m 640 char-far c 511 1048575 || mknod -m 640 char-far c 255 255
# Sizes.
head -c 20000000 /dev/urandom > big; truncate -s 64M hole; { head -c 4096 /dev/urandom; } > mixed; truncate -s 1M mixed; printf end >> mixed
# What the next layers change.
mkdir -p gone/in/it again/in/it to-file/in dir-to-link/in emptied/in kept/in; echo 1 > gone/in/it/x; echo 1 > again/in/it/x; echo 1 > again/same
echo 1 > to-file/in/x; echo 1 > dir-to-link/in/x; echo 1 > emptied/in/x; echo 1 > kept/in/x; echo 1 > kept/y
echo 1 > to-dir; echo 1 > deleted; echo 1 > returns; ln -s kept link-to-dir; ln -s kept link-to-file; ln -s file link-to-link; mkfifo fifo-to-file; mknod char-to-dir c 1 5
echo 1 > chmodded; echo 1 > chowned; mkdir dir-chmodded; echo 1 > dir-chmodded/x; echo short > grows; echo longer > shrinks
echo 1 > never-a; ln never-a never-b
`;

const second = `
cd /t
rm deleted returns; rm -r gone
rm -r again; mkdir again; echo 2 > again/same; echo 2 > again/new
rm -r to-file; echo 2 > to-file; rm to-dir; mkdir to-dir; echo 2 > to-dir/x
rm -r dir-to-link; ln -s kept dir-to-link; rm link-to-dir; mkdir link-to-dir; echo 2 > link-to-dir/z
rm link-to-file; echo 2 > link-to-file; ln -sfn setuid link-to-link; rm fifo-to-file; echo 2 > fifo-to-file; rm char-to-dir; mkdir char-to-dir; echo 2 > char-to-dir/x
rm -r emptied; mkdir emptied
chmod 700 chmodded; chown 9:10 chowned; chmod 711 dir-chmodded; echo 'grown a lot longer than it was' > grows; : > shrinks
# A link to a file of a lower layer: the file is copied up, with the links that are made now and without those of before.
ln pair-a pair-late; chmod 600 trio-b; rm hard-b
echo 2 > /bin/through-a-link; rm -r /usr/share/doc /usr/share/info; rm /etc/debian_version
chmod u-s /usr/bin/passwd || true; rm -f /usr/bin/chsh; : > $'names/bytes-\\xff\\xfe'; rm $'names/bytes-\\xff\\xfd' 'names/two words'
rm names/$'line\\nbreak'; mkdir names/$'line\\nbreak'; : > names/$'line\\nbreak'/in
`;

const third = `
cd /t
echo 3 > returns; rm -r again; mkdir -p again/in; echo 3 > again/in/x
rm to-file; mkdir to-file; echo 3 > to-file/y; rm -r to-dir; mkfifo to-dir; rm dir-to-link; mkdir -p dir-to-link/in; rm -r link-to-dir; ln -s names link-to-dir
mkdir gone; chmod u-s setuid; setcap -r capable; rm pair-late; ln hard-a hard-late; mv kept moved; mv sticky 'sticky moved'
rm -r char-to-dir; mknod char-to-dir b 7 3
mkdir -p /usr/share/doc/back; echo 3 > /usr/share/doc/back/copyright; ln never-a never-c
`;
