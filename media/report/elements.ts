/** Makes elements. What comes from an image is only ever text in them, and what cannot be seen in it, or turns text around, is written out. */
import { visible } from '../../server/words.ts';

export type Child = Node | string | undefined;

interface Attributes {
  readonly class?: string;
  readonly [name: `aria-${string}` | `data-${string}`]: string | undefined;
  readonly role?: string;
  readonly type?: string;
  readonly title?: string;
  readonly scope?: string;
  readonly tabindex?: string;
  readonly id?: string;
  readonly for?: string;
  readonly value?: string;
}

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(name, visible(value));
  for (const child of children)
    if (child !== undefined) made.append(typeof child === 'string' ? visible(child) : child);
  return made;
}

export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', act);
  return made;
}
