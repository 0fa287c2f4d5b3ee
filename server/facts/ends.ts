/**
 * The day on which fixes of security ended, or will, for languages of which the knowledge base of images does not know it. Sources: _data/branches.yml of
 * ruby/www.ruby-lang.org; php.net/supported-versions.php and php.net/eol.php; read in November 2026.
 */
const ENDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ruby: {
    '2.5': '2021-04-05',
    '2.6': '2022-04-12',
    '2.7': '2023-03-31',
    '3.0': '2024-04-23',
    '3.1': '2025-03-26',
    '3.2': '2026-04-01',
    '3.3': '2027-03-31',
  },
  php: {
    '7.4': '2022-11-28',
    '8.0': '2023-11-26',
    '8.1': '2025-12-31',
    '8.2': '2026-12-31',
    '8.3': '2027-12-31',
    '8.4': '2028-12-31',
  },
};

/** `line` as in `3.1`. Undefined: not known. */
export function endOfLine(language: string, line: string): string | undefined {
  return ENDS[language]?.[line];
}
