/** What every row of the explorer is made by. Everything that comes from an image is plain text here: no Markdown, no icons inside names. */
import { ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { shortened, visible } from '../visible.ts';
import type { Node } from './nodes.ts';

export interface Look {
  readonly label: string;
  /** Shown is no more than that, so that the description has room; said and in the tooltip is all of it. */
  readonly length?: number;
  readonly description?: readonly (string | undefined)[];
  readonly tooltip?: readonly (string | undefined)[];
  readonly icon?: string;
  readonly state?: TreeItemCollapsibleState;
  /** What menus know the row by. */
  readonly context?: string;
  /** Said by screen readers after label and description. */
  readonly spoken?: string;
}

export function make({ id }: Node, look: Look): TreeItem {
  // Nobody hears or reads a name of thousands of characters; all of it is in the tooltip, and is what is copied.
  const label = shortened(visible(look.label), said);
  const description = shortened(joined(look.description, ' · '), said);
  const item = new TreeItem(cut(label, look.length), look.state ?? TreeItemCollapsibleState.None);
  item.id = id;
  item.accessibilityInformation = { label: [label, description, look.spoken].filter(Boolean).join(', ') };
  if (description) item.description = description;
  if (look.tooltip) item.tooltip = joined(longLast(look.tooltip), '\n');
  if (look.icon) item.iconPath = new ThemeIcon(look.icon);
  if (look.context) item.contextValue = look.context;
  return item;
}

/** What else there is to know would be out of sight below them. */
function longLast(parts: NonNullable<Look['tooltip']>): NonNullable<Look['tooltip']> {
  const isLong = (part: string | undefined) => (part?.length ?? 0) > said;
  return parts.some(isLong) ? [...parts.filter((part) => !isLong(part)), ...parts.filter(isLong)] : parts;
}

/** Characters of a label, and of what stands beside it. */
const said = 400;

function cut(text: string, length = Number.POSITIVE_INFINITY): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`;
}

function joined(parts: readonly (string | undefined)[] | undefined, separator: string): string {
  return (parts ?? [])
    .filter((part) => part !== undefined)
    .map(visible)
    .join(separator);
}

export function flaggedWords(count: number): string | undefined {
  return count > 0 ? `${count.toLocaleString('en')} flagged` : undefined;
}
