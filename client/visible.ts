/** Text that came out of an image or a Dockerfile, made safe to show: what cannot be seen, or turns text around, is written out. */

/** Control, format (bidi, zero width, tags) and separator characters and lone surrogates as `\xNN`, `\uNNNN` or `\u{NNNNN}`. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** For notifications, which otherwise make links of `[text](command:…)`. */
export function inMessage(text: string): string {
  return visible(text).replaceAll('](', '] (');
}

/** For lists to pick from, which otherwise make icons of `$(name)`: a character without width keeps the two apart. */
export function inList(text: string): string {
  return visible(text).replaceAll('$(', '$\u200b(');
}
