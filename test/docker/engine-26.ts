/** The engine of Debian 13 (26.1), whatever engine this machine has: made of Debian's packages, in a root of its own. */
import { type DebianRoot, debianRoot, debianRootReason } from '../support/debian-root.ts';

const root: DebianRoot = {
  name: 'trixie',
  release: 'trixie',
  packages: ['docker.io', 'docker-cli', 'docker-buildx', 'ca-certificates', 'iptables', 'iproute2'],
};

/** Why it cannot be made here, in one line. */
export const engine26Reason = () => debianRootReason(root);

/** The folder that `startEngine` takes as `root`; the first time, Debian's packages are fetched. */
export const engine26 = () => debianRoot(root);
