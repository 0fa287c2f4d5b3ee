/** COPY --link puts a folder where the base has a link: /lib, /bin and the like of a system with one /usr. */
import type { Base } from '../bases/base.ts';
import { flag } from '../dockerfile/queries.ts';
import { absolute, copyOf } from './copies.ts';
import { replace } from './edits.ts';
import type { Fix, Rule } from './rule.ts';

export const replacesLink: Rule = {
  id: 'replaces-link',
  group: 'cannot find',
  severity: 'warning',
  why: 'In Debian 13, Ubuntu, Wolfi and others /bin, /sbin, /lib and /lib64 are links into /usr. COPY --link does not follow them: it puts a folder in their place, and what they led to, such as the shell or the loader of programs (in /lib64 on amd64, in /lib on arm64), is no longer found there. Engines that keep images in their older store build it without harm, so it comes up elsewhere.',
  example: {
    before:
      'FROM debian:13 AS build\nRUN make\n\nFROM gcr.io/distroless/base-debian13:nonroot\nCOPY --link --from=build /app/libapp.so /lib/libapp.so\nCOPY --from=build /app/app /app\nENTRYPOINT ["/app"]\n',
    after:
      'FROM debian:13 AS build\nRUN make\n\nFROM gcr.io/distroless/base-debian13:nonroot\nCOPY --link --from=build /app/libapp.so /usr/lib/libapp.so\nCOPY --from=build /app/app /app\nENTRYPOINT ["/app"]\n',
  },
  *check(check) {
    for (const stage of check.dockerfile.stages) {
      const base = check.base(stage);
      const links = base && linksOf(base);
      if (!links) continue;
      for (const instruction of stage.instructions) {
        if (instruction.flags.length === 0) continue;
        const link = flag(instruction, 'link');
        const word = instruction.args.at(-1);
        if (!link || link.value?.toLowerCase() === 'false' || !word) continue;
        const to = copyOf(check, stage, instruction)?.destination;
        const top = to && /^\/[^/]+/.exec(to)?.[0];
        const real = top && links[top];
        if (!to || !real) continue;
        const cured = real + absolute('/', to).slice(top.length);
        const written = word.text.replace(/^"/, '');
        const fixes: Fix[] = written.startsWith(top)
          ? [{ title: `Copy to “${cured}”`, edits: [replace(word.range, word.text.replace(top, real))] }]
          : [];
        yield {
          message: `In “${base.reference}” “${top}” is a link to “${real}”, and --link replaces it by a folder that holds only what is copied. Copy to “${cured}”.`,
          range: word.range,
          fixes,
        };
      }
    }
  },
};

type Links = Readonly<Record<string, string>>;

const merged: Links = { '/bin': '/usr/bin', '/sbin': '/usr/sbin', '/lib': '/usr/lib', '/lib64': '/usr/lib64' };
/** wolfi-dev/os@wolfi-baselayout.yaml */
const wolfi: Links = { '/bin': '/usr/bin', '/sbin': '/usr/bin', '/lib': '/usr/lib', '/lib64': '/usr/lib' };

/** GoogleContainerTools/distroless@README.md: from Debian 13 on. Of others only those that are such for certain. */
function linksOf({ family, os }: Base): Links | undefined {
  const id = os?.id ?? '';
  if (family === 'chainguard') return id === 'wolfi' ? wolfi : undefined;
  if (family === 'google') return /^debian1[3-9]$/.test(id) ? merged : undefined;
  if (family !== 'other') return undefined;
  return /^(debian1[2-9]|ubuntu2\d\.\d\d|fedora\d\d|rhel\d+|amazonlinux2023)$/.test(id) ? merged : undefined;
}
