/** The badge and colour of flagged files. The badge alone tells how grave it is, for whoever does not see the colour. */
import { type Disposable, FileDecoration, ThemeColor, window } from 'vscode';
import type { Severity } from '../../server/rules/rule.ts';
import { rowMarks } from './address.ts';
import { marks } from './comparison-marks.ts';

export function registerDecorations(): Disposable {
  return window.registerFileDecorationProvider({
    provideFileDecoration(uri) {
      const { flags, mark } = rowMarks(uri);
      const done = mark && marks[mark];
      if (flags.length === 0) return done && new FileDecoration(done.letter, undefined, new ThemeColor(done.color));
      const worst = order.find((severity) => flags.includes(severity)) ?? 'hint';
      const { badge, color } = looks[worst];
      // Without a tooltip of its own: that of the row says it, and the two would be shown one after the other.
      // There is room for two characters.
      return new FileDecoration(done ? `${done.letter}${badge[0]}` : badge, undefined, new ThemeColor(color));
    },
  });
}

const order: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

const looks: Readonly<Record<Severity, { badge: string; color: string }>> = {
  error: { badge: '!!', color: 'list.errorForeground' },
  warning: { badge: '!', color: 'list.warningForeground' },
  info: { badge: 'i', color: 'editorInfo.foreground' },
  hint: { badge: '·', color: 'descriptionForeground' },
};
