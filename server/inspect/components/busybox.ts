/** Programs that are some hundred commands in one: the shell of small images. The commands are links to it, and are not flagged for their own names. */
import { at, isProgram, namePattern, programs } from '../paths.ts';
import type { Flag } from '../report.ts';
import type { Category, Look } from './component.ts';

export const busybox: Category = {
  id: 'multicall-busybox',
  *find(look) {
    for (const node of at(look, places))
      if (isItself(look.files.name(node)) && isProgram(look, node)) yield { node, flag: itself };
    for (const node of programs(look)) {
      const name = look.files.name(node);
      if (!isItself(name) && !isShell(name) && isApplet(look, node)) yield { node, flag: applet };
    }
  },
};

/** Whether the node is another name of BusyBox or Toybox. */
export function isApplet({ files }: Look, node: number): boolean {
  const file = files.follow(node);
  if (file < 0) return false;
  if (isItself(files.name(file))) return true;
  const content = files.content(file);
  const other = files.content(files.child(files.parent(file), 'busybox'));
  return content !== undefined && content.layer === other?.layer && content.offset === other.offset;
}

const places = ['/usr/bin/*', '/usr/sbin/*', '/usr/local/bin/*', '/busybox/*'];
const isItself = namePattern(['busybox', 'busybox.static', 'busybox-extras', 'bbsuid', 'toybox']);
const isShell = namePattern(['sh', 'ash', 'hush', 'bash', 'static-sh']);

const itself: Flag = {
  category: 'multicall-busybox',
  severity: 'error',
  title: 'BusyBox or Toybox',
  why: 'This one program is a shell and some hundred commands more (wget, nc, vi): whoever breaks into the application can use them all.',
  remedy: 'End in a base without it; keep it for a debug stage, where it is wanted.',
};

const applet: Flag = {
  category: 'multicall-busybox',
  severity: 'warning',
  title: 'Command of BusyBox or Toybox',
  why: 'It is one of the names under which that program is started, and goes with it.',
  remedy: 'End in a base without it; keep it for a debug stage, where it is wanted.',
};
