/** Where dockerfile-ast reads an instruction otherwise than we do: kinds of differences, each with what BuildKit does, which is what we do. */
import type { Instruction } from '../../server/dockerfile/dockerfile.ts';
import { linesOf, type Position, type Range } from '../../server/dockerfile/text.ts';
import { type Compared, FIELDS, type Field } from './second-reader.ts';

interface Asked {
  /** Of ONBUILD, what it carries. */
  readonly instruction: Instruction;
  readonly outer: Instruction;
  readonly source: string;
  readonly token: string;
  /** The source from here to there. */
  written(range: Range): string;
}

export interface Kind {
  readonly what: string;
  /** As BuildKit does, and where: paths are those of moby/buildkit@frontend/dockerfile. */
  readonly buildkit: string;
  readonly examples: readonly string[];
  fields(asked: Asked): readonly Field[] | false | undefined;
}

const isProperty = ({ keyword }: Instruction) => /^(ARG|ENV|LABEL)$/.test(keyword);
const isArray = ({ keyword, args }: Instruction) =>
  /^(ADD|COPY|VOLUME)$/.test(keyword) && args[0]?.text.startsWith('"');
const strings = (it: Instruction) => (it.command?.kind === 'exec' ? it.command.words : isArray(it) ? it.args : []);
const spansLines = ({ range }: { range: Instruction['range'] }) => range.start.line !== range.end.line;
/** What it takes as words, without JSON arrays and pairs. */
const texts = (it: Instruction) =>
  isProperty(it)
    ? []
    : [
        ...(isArray(it) ? [] : it.args.map(({ text }) => text)),
        ...(it.command?.kind === 'shell' ? [it.command.text] : []),
      ];

export const kinds: readonly Kind[] = [
  {
    what: 'JSON strings with spaces or escapes',
    buildkit: 'parseJSON decodes them by encoding/json (parser/line_parsers.go); the other leaves both out.',
    examples: [
      'COPY ["a b", "/c/"]',
      'COPY ["a\\u0041","/b"]',
      'COPY ["a\\/b","/c"]',
      'RUN ["a","b c"]',
      'RUN ["a\\tb"]',
      'CMD [ "a", \\\n  "b c" ]',
      'ENTRYPOINT ["/bin/sh","-c","echo hello world"]',
      'SHELL ["a b"]',
      'VOLUME ["/a b"]',
      'ONBUILD COPY ["a b","/c"]',
    ],
    fields: ({ instruction }) =>
      instruction.keyword !== 'HEALTHCHECK' &&
      strings(instruction).some(
        ({ text, value }) => /\s/.test(value) || text.replace(/\\["\\]/g, '').includes('\\'),
      ) && ['words'],
  },
  {
    what: 'HEALTHCHECK CMD with a JSON array',
    buildkit: 'parseHealthConfig hands what follows CMD to parseMaybeJSON (parser/line_parsers.go).',
    examples: ['HEALTHCHECK --interval=1s CMD ["a","b"]', 'ONBUILD HEALTHCHECK CMD ["a"]'],
    fields: ({ instruction: { keyword, command } }) =>
      keyword === 'HEALTHCHECK' && command?.kind === 'exec' && ['words'],
  },
  {
    what: 'the escape character inside a line',
    buildkit:
      'Words are cut as they are written, and unescaped by the shell lexer or the shell later (parseStringsWhitespaceDelimited, parseString).',
    examples: [
      'RUN "\\e[5~"',
      'RUN printf a\\nb',
      'RUN echo a\\ b',
      'RUN echo \\\\',
      'RUN a \\ b',
      'COPY a\\ b /c',
      'FROM a\\b',
      'WORKDIR a\\ b',
      'WORKDIR C:\\\\x',
      'HEALTHCHECK --interval=1s CMD echo \\e',
      'ONBUILD RUN echo \\e',
      '# escape=`\nRUN ["a`"b"]',
      '# escape=`\nCOPY a` b /c',
    ],
    fields: ({ instruction, token }) =>
      texts(instruction).some((text) =>
        [...text].some((ch, i) => ch === token && text[i - 1] !== token && text[i + 1] !== '$'),
      ) && ['words'],
  },
  {
    what: 'a heredoc with a number before it or a space in it',
    buildkit: 'reHeredoc is ^(\\d*)<<(-?)\\s*([^<]*)$ (parser/parser.go); the other takes the text for instructions.',
    examples: [
      'RUN cat << EOF\na\nEOF',
      'RUN cat <<  EOF\na\nEOF',
      'RUN cat 3<<EOF\na\nEOF',
      'ONBUILD RUN cat << EOF\na\nEOF',
    ],
    fields: ({ instruction, outer, written }) =>
      [...instruction.heredocs, ...outer.heredocs].some(({ range }) => /^\d+<<|^<<\s/.test(written(range))) && [
        'keyword',
      ],
  },
  {
    what: 'a heredoc whose name is quoted in part, or holds a space',
    buildkit: 'The name is one word of the shell lexer (parser/parser.go, heredocFromMatch).',
    examples: ['RUN cat <<"EO"F\na\nEOF', "COPY <<'a b' /x\ny\na b"],
    fields: ({ instruction, outer, written }) =>
      [...instruction.heredocs, ...outer.heredocs].some(({ range }) =>
        /^<<-?(["'])(?!\S*\1$)/.test(written(range)),
      ) && ['keyword'],
  },
  {
    what: 'a comment line inside that holds the escape character',
    buildkit:
      'Comment lines are dropped before lines are joined (parser/parser.go, trimComments); rcjsuen/dockerfile-ast#123.',
    examples: ['COPY --from=b \\\n# com\\ment\n  /a /b', 'RUN a \\\n# b\\c\n  d', 'EXPOSE 80 \\\n# \\x\n 81'],
    fields: ({ instruction, outer, source, token }) => {
      const body = instruction.heredocs[0]?.contentRange.start.line;
      const lines = source.split('\n').slice(1, body === undefined ? undefined : body - outer.range.start.line);
      const held = (line: string) => /^\s*#/.test(line) && line.trim().slice(0, -1).includes(token);
      return !isProperty(instruction) && lines.some(held) && ['words'];
    },
  },
  {
    what: 'a comment line inside an array',
    buildkit: 'Comment lines are dropped before JSON is read (parser/parser.go, trimComments).',
    examples: ['CMD [ \\\n  # "a", \\\n  "b" \\\n  ]'],
    fields: ({ instruction, source }) =>
      instruction.keyword !== 'HEALTHCHECK' && strings(instruction).length > 0 && /\n\s*#/.test(source) && ['words'],
  },
  {
    what: 'quotes in flags',
    buildkit:
      'extractBuilderFlags takes quotes away, and blanks inside them are part of the value (parser/split_command.go).',
    examples: [
      'COPY --from="b" /a /b',
      "COPY --from='b' /a /b",
      'RUN --mount=type=secret,id="a b" c',
      'HEALTHCHECK --interval="1 s" CMD a',
    ],
    fields: ({ instruction: { flags }, written }) => {
      const quoted = flags.filter(({ range }) => /["']/.test(written(range)));
      return quoted.length > 0 && (quoted.some(({ value }) => /\s/.test(value ?? '')) ? ['flags', 'words'] : ['flags']);
    },
  },
  {
    what: '-- ends the flags',
    buildkit: 'extractBuilderFlags stops at a bare -- (parser/split_command.go).',
    examples: ['COPY -- --a /b', 'RUN -- x'],
    fields: ({ source }) =>
      /^\w+\s+--\s/.test(source) && (/^\w+\s+--\s+--/.test(source) ? ['flags', 'words'] : ['flags']),
  },
  {
    what: 'flags of instructions that have none',
    buildkit:
      'splitCommand takes flags off every instruction, and refuses them later (parser/split_command.go, instructions/parse.go).',
    examples: [
      'ARG',
      'CMD',
      'ENTRYPOINT',
      'ENV',
      'EXPOSE',
      'LABEL',
      'MAINTAINER',
      'SHELL',
      'STOPSIGNAL',
      'USER',
      'VOLUME',
      'WORKDIR',
    ].map((keyword) => `${keyword} --x A=b`),
    fields: ({ instruction: { keyword, flags } }) =>
      flags.length > 0 && !/^(ADD|COPY|FROM|HEALTHCHECK|RUN)$/.test(keyword) && ['flags', 'words'],
  },
  {
    what: 'a carriage return alone',
    buildkit: 'bufio.ScanLines ends lines at a line feed (parser/parser.go).',
    examples: ['RUN a\rb'],
    fields: ({ source }) => /\r(?!\n)/.test(source) && ['keyword', 'words'],
  },
  {
    what: 'the escape character at the end of the file',
    buildkit: 'trimContinuationCharacter takes it off, as at the end of any line (parser/parser.go).',
    examples: ['RUN a\\', 'EXPOSE 80\\', '# escape=`\nRUN a`'],
    fields: ({ instruction, source, token }) =>
      !isProperty(instruction) && source.endsWith(token) && /\S/.test(source.at(-2) ?? '') && ['words'],
  },
  {
    what: 'spaces beyond ASCII between pairs',
    buildkit: 'parseWords cuts by unicode.IsSpace (parser/line_parsers.go).',
    examples: ['ENV A=1\u00a0B=2', 'ARG A\u00a0B', 'LABEL a=b\u2003c=d'],
    fields: ({ instruction, source }) =>
      isProperty(instruction) &&
      /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(source) && ['words'],
  },
  {
    what: 'a value that goes on in the next line',
    buildkit: 'Lines are joined before they are cut, and the blanks of the next line stay (parser/parser.go).',
    examples: [
      'ENV A="x\\\ny"',
      'ENV A="x \\\n y" B=z',
      'ENV A=x\\\ny',
      'ENV A b \\\n  c',
      'ARG A="x\\\ny"',
      'LABEL a="b \\\n c"',
      '# escape=`\nLABEL a="b `\n c"',
    ],
    fields: ({ instruction }) => isProperty(instruction) && instruction.args.some(spansLines) && ['words'],
  },
  {
    what: 'ADD with a heredoc',
    buildkit:
      'ADD carries heredocs as COPY does (parser/parser.go, heredocDirectives); the other does not say where its lines are.',
    examples: ['ADD <<EOF /a\nx\nEOF'],
    fields: ({ instruction, outer }) =>
      instruction.keyword === 'ADD' && outer.heredocs.length + instruction.heredocs.length > 0 && ['words'],
  },
  {
    what: 'a comma before the end of an array',
    buildkit:
      'To encoding/json that is no array, so that the line is taken as words (parser/line_parsers.go, parseJSON).',
    examples: ['COPY ["a", "b",]', 'RUN ["a",]', 'VOLUME ["/a","/b",]'],
    fields: ({ source, instruction }) =>
      instruction.keyword !== 'HEALTHCHECK' && /\[.*,\s*\]$/s.test(source) && ['words'],
  },
  {
    what: 'an array over several lines where the escape character is another one',
    buildkit: 'Lines are joined by the escape character of the file before JSON is read (parser/parser.go).',
    examples: ['# escape=`\nCMD ["a",`\n "b"]'],
    fields: ({ instruction, token }) =>
      token !== '\\' && new Set(strings(instruction).map(({ range }) => range.start.line)).size > 1 && ['words'],
  },
  {
    what: 'ONBUILD of ONBUILD',
    buildkit: 'It is an error (instructions/parse.go, parseOnBuild).',
    examples: ['ONBUILD ONBUILD RUN a'],
    fields: ({ outer }) => outer.trigger?.keyword === 'ONBUILD' && ['keyword', 'words'],
  },
];

/** In what the readers differ on an instruction, as the kinds have it. */
export function predicted(compared: Compared, outer: Instruction, token: string, among = kinds): readonly Field[] {
  const { source } = compared;
  const lines = linesOf(source);
  const from = outer.range.start;
  const offset = ({ line, character }: Position) =>
    lines.offset({ line: line - from.line, character: character - (line === from.line ? from.character : 0) });
  const written = ({ start, end }: Range) => source.slice(offset(start), offset(end));
  const asked = { instruction: outer.trigger ?? outer, outer, source, token, written };
  const fields = new Set(among.flatMap((kind) => kind.fields(asked) || []));
  return FIELDS.filter((field) => fields.has(field));
}
