/** How sizes, shares and instructions are said, and what comes from an image is shown: the same in the editor's views and on the page of a report. Pure. */

/** `812 B`, `4.1 kB`, `12 MB`: decimal, as Docker prints them, to two or three digits. */
export function sizeWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** Of 1: `95.7 %`. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * The same instruction, without the values of variables that by their names hold secrets: `ENV A=b TOKEN=…`. Builders write the values of ENV, ARG and build
 * arguments (`|2 A=b TOKEN=c d /bin/sh -c …`) down without quotes: there a value ends where the next one begins.
 */
export function withoutSecrets(instruction: string): string {
  const [, declared = '', rest = ''] =
    /^((?:\/bin\/sh -c #\(nop\)\s+)?(?:ENV|ARG)\s.*|(?:RUN )?\|\d+ .*?(?= \/bin\/sh -c |$))?(.*)$/s.exec(instruction) ??
    [];
  const hide = (text: string, value: RegExp) =>
    text.replace(value, (whole, name: string) => (isSecretName(name) ? `${name}=…` : whole));
  return (
    hide(declared, /(?<!\w)([A-Za-z_]\w{0,99})=(?:"[^"]*"|'[^']*'|.*?)(?=\s+[A-Za-z_]\w*=|$)/gs) +
    hide(rest, /(?<!\w)([A-Za-z_]\w{0,99})=(?:"[^"]*"|'[^']*'|\S+)/g)
  );
}

/** The same for a variable of the configuration, `NAME=value`. */
export function withoutSecret(variable: string): string {
  const end = variable.indexOf('=');
  const name = variable.slice(0, end);
  return end > 0 && isSecretName(name) ? `${name}=…` : variable;
}

export const isSecretName = (name: string) =>
  /(?:^|_)(?:password|passwd|secret|token|credentials?|api_?key|secret_?key|access_?key|private_?key)$/i.test(name) &&
  /^\w{1,100}$/.test(name);

/** What the builder wrote down for a layer, as the Dockerfile had it, secrets left out: `/bin/sh -c #(nop)  CMD ["a"]` is `CMD ["a"]`. */
export function instructionWords(createdBy: string | undefined): string {
  const text = withoutSecrets(createdBy ?? '')
    .replace(/\s*\\?\n\s*|\s+/g, ' ')
    .trim();
  if (text === '') return 'Layer without an instruction';
  const buildkit = text
    .replace(/ # buildkit$/, '')
    .replace(/^EXPOSE map\[(.*)\]$/, (_, ports: string) => `EXPOSE ${ports.replaceAll(':{}', '')}`);
  const classic = /^\/bin\/sh -c #\(nop\) ?(.*)$/.exec(buildkit);
  if (classic) {
    // The classic builder wrote the digest of what it copied instead of its name.
    return (classic[1] ?? '').trim().replace(/\b(file|dir|multi):([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1:$2…');
  }
  // `|2 A=1 B=2 /bin/sh -c …`: the number of build arguments, and each of them.
  const run = /^(RUN )?(?:\|\d+ .*?)?\/bin\/sh -c (.*)$/.exec(buildkit);
  return run ? `RUN ${run[2] ?? ''}` : buildkit;
}

/** Control, format (bidi, zero width, tags) and separator characters and lone surrogates as `\xNN`, `\uNNNN` or `\u{NNNNN}`. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
