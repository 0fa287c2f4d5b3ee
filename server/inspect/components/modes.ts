/** What headers tell of a file: with whose rights it runs, who may write to it, and whether it is a file at all. */
import type { Flag } from '../report.ts';
import type { Category } from './component.ts';

export const setuid: Category = {
  id: 'setuid-setgid',
  *find({ files }) {
    for (let node = 1; node < files.count; node++) {
      const mode = files.mode(node);
      if ((mode & 0o6000) === 0 || (mode & 0o111) === 0 || !files.has(node)) continue;
      const type = files.type(node);
      if (type === 'file' || type === 'hardlink') yield { node, flag: mode & 0o4000 ? ofOwner : ofGroup };
    }
  },
};

export const capabilities: Category = {
  id: 'file-capabilities',
  *find({ files }) {
    for (let node = 1; node < files.count; node++) {
      const has = files.capabilities(node);
      if (!has || !files.has(node)) continue;
      const names = [...new Set([...has.permitted, ...has.inheritable])];
      if (names.length > 0) yield { node, flag: withCapabilities(names) };
    }
  },
};

/** Where the sticky bit is set, everybody may write, but not delete what is others'. */
export const worldWritable: Category = {
  id: 'world-writable',
  *find({ files }) {
    for (let node = 1; node < files.count; node++) {
      const mode = files.mode(node);
      if ((mode & 0o002) === 0 || !files.has(node)) continue;
      const type = files.type(node);
      if (type === 'directory' && (mode & 0o1000) === 0) yield { node, flag: writableFolder };
      else if ((type === 'file' || type === 'hardlink') && !/^\/(dev|proc|sys)\//.test(files.path(node)))
        yield { node, flag: writableFile };
    }
  },
};

/** The engine lays a file system of its own over /dev. */
export const devices: Category = {
  id: 'device-files',
  *find({ files }) {
    for (let node = 1; node < files.count; node++) {
      if (!files.has(node)) continue;
      const type = files.type(node);
      if (type !== 'char' && type !== 'block' && type !== 'fifo') continue;
      if (!/^\/dev\//.test(files.path(node))) yield { node, flag: type === 'fifo' ? pipe : device };
    }
  },
};

const remedy =
  'Leave out the package that brings it, or take the bit away in the build stage (chmod a-s); run containers with no-new-privileges.';

const ofOwner: Flag = {
  category: 'setuid-setgid',
  severity: 'error',
  title: 'Setuid program',
  why: 'Whoever starts it gets the rights of its owner, mostly root: a flaw in it undoes that the application runs as another user.',
  remedy,
};

const ofGroup: Flag = {
  category: 'setuid-setgid',
  severity: 'error',
  title: 'Setgid program',
  why: 'Whoever starts it gets the rights of its group: a flaw in it opens files that the application should not reach.',
  remedy,
};

const withCapabilities = (names: readonly string[]): Flag => ({
  category: 'file-capabilities',
  severity: 'warning',
  title: 'Program with capabilities',
  why: `Whoever starts it gets powers that are else root’s alone: ${names.join(', ')}.`,
  remedy: names.includes('cap_net_bind_service')
    ? 'To listen on a port below 1024, engines need it no more: listen on a higher one, and publish that as the lower.'
    : 'Take them away in the build stage (setcap -r), and give the container what it needs where it is started.',
});

const writableFolder: Flag = {
  category: 'world-writable',
  severity: 'warning',
  title: 'Folder that everybody may write to',
  why: 'Any user in the container can put files there, and replace or delete those of others.',
  remedy:
    'Give it to the user of the application (COPY --chown, chown in the build stage), and take the right from others (chmod o-w).',
};

const writableFile: Flag = {
  category: 'world-writable',
  severity: 'warning',
  title: 'File that everybody may write to',
  why: 'Any user in the container can change what it says, or what it does.',
  remedy: 'Take the right away with COPY --chmod, or with chmod o-w in the build stage.',
};

const device: Flag = {
  category: 'device-files',
  severity: 'warning',
  title: 'Device',
  why: 'It leads to hardware or to memory of the host, where the container is let.',
  remedy: 'Leave it out: an engine gives a container the devices that it needs.',
};

const pipe: Flag = {
  category: 'device-files',
  severity: 'warning',
  title: 'Named pipe',
  why: 'It waits for two programs that talk to each other; in an image it is left over.',
  remedy: 'Delete it in the RUN that made it.',
};
