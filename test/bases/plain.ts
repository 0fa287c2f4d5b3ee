/** debuerreotype/docker-debian-artifacts: Debian as it is, which here too is made of nothing but its packages. */
import { debian, type Release } from './debian.ts';
import type { StandIn } from './stand-in.ts';

export function plain(reference: string): StandIn | undefined {
  const tag = /^debian:(12|13|bookworm|trixie)(?:-slim)?$/.exec(reference)?.[1];
  if (!tag) return undefined;
  const release: Release = tag === '12' || tag === 'bookworm' ? 'bookworm' : 'trixie';
  return {
    id: `debian-${release}`,
    madeOf: 'Debian’s packages',
    source: import.meta.filename,
    configuration: ['ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'CMD ["bash"]'],
    fill: (root) => debian(root, [], release),
  };
}
