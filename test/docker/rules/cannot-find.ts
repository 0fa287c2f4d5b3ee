/** “Cannot find”. */
import type { NearMiss, Trial } from './trial.ts';

const STATIC = 'gcr.io/distroless/static-debian13:nonroot';
const PYTHON = 'gcr.io/distroless/python3-debian13:nonroot';

const six = { 'main.py': "import six\nprint('six is found')\n" };
/** A program that asks for what scratch lacks. */
const onScratch = (lines = '') => `FROM golang:1.27-trixie AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache/go-build cp /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt root.crt && CGO_ENABLED=0 go build -o /out/app main.go

FROM scratch
COPY --from=build /out/app /app
USER 65532:65532
${lines}ENTRYPOINT ["/app"]
`;
const go = (imports: readonly string[], body: string) => ({
  'main.go': `package main\n\nimport (\n${imports.map((one) => `\t${one}\n`).join('')})\n\n//go:embed root.crt\nvar root []byte\n\nfunc main() {\n${body}}\n`,
});
/** As a TLS connection does. */
const certificates = go(
  ['"crypto/x509"', '_ "embed"', '"encoding/pem"', '"fmt"', '"os"'],
  `	block, _ := pem.Decode(root)
	certificate, _ := x509.ParseCertificate(block.Bytes)
	if _, err := certificate.Verify(x509.VerifyOptions{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("the authority is known")
`,
);
const temporary = go(
  ['_ "embed"', '"fmt"', '"os"'],
  `	file, err := os.CreateTemp("", "")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("made", file.Name())
`,
);
const zone = go(
  ['_ "embed"', '"fmt"', '"time"'],
  '\tname, _ := time.Unix(0, 0).Zone()\n\tfmt.Println("the zone is", name)\n',
);
const account = go(
  ['_ "embed"', '"fmt"', '"os"', '"os/user"'],
  `	if _, err := user.Current(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("somebody")
`,
);
const bare = /no CA certificates, no time zones and no \/tmp/;

const copied = (lines: string) =>
  `FROM golang:1.27-trixie AS build\nRUN echo made > /made\n\nFROM ${STATIC}\nCOPY app /app\n${lines}ENTRYPOINT ["/app"]\n`;

export const trials: readonly Trial[] = [
  {
    rule: 'copy-from',
    what: 'a number that no stage has',
    dockerfile: copied('COPY --from=2 /made /\n'),
    fails: { at: 'build', says: /invalid (from flag value|stage index) 2/ },
    byHand: [['--from=2', '--from=build']],
    fixed: /^User 65532/,
  },
  {
    rule: 'copy-from',
    what: 'a variable',
    dockerfile: `ARG FROM=build\n${copied('COPY --from=$FROM /made /\n')}`,
    fails: { at: 'build', says: /\$FROM"?: invalid reference format/ },
    byHand: [['--from=$FROM', '--from=build']],
    fixed: /^User 65532/,
  },
  {
    rule: 'copy-from',
    what: 'the stage itself',
    dockerfile: `FROM golang:1.27-trixie AS build\nRUN echo made > /made\n\nFROM ${STATIC} AS final\nCOPY app /app\nCOPY --from=final /made /\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'build', says: /circular dependency detected on stage: final/ },
    byHand: [['--from=final', '--from=build']],
    fixed: /^User 65532/,
  },
  {
    rule: 'copy-from',
    what: 'a later stage',
    dockerfile: `FROM ${STATIC} AS first\nCOPY --from=made /made /\n\nFROM golang:1.27-trixie AS made\nRUN echo made > /made\n\nFROM first\nCOPY app /app\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'build', says: /cannot copy from stage "made"|"\/made" not found/ },
    byHand: [
      [`FROM ${STATIC} AS first\nCOPY --from=made /made /\n\n`, ''],
      ['FROM first\n', `FROM ${STATIC} AS first\nCOPY --from=made /made /\n\nFROM first\n`],
    ],
    fixed: /^User 65532/,
  },
  {
    rule: 'copy-from',
    what: 'FROM of a later stage',
    dockerfile: `FROM common AS made\nCOPY app /app\nENTRYPOINT ["/app"]\n\nFROM ${STATIC} AS common\n\nFROM made\n`,
    fails: { at: 'build', says: /ERROR: .*(library\/common|pull access denied)/ },
    byHand: [
      [`\n\nFROM ${STATIC} AS common\n`, '\n'],
      ['FROM common', `FROM ${STATIC} AS common\n\nFROM common`],
    ],
    fixed: /^User 65532/,
  },
  {
    rule: 'copy-from',
    what: 'a stage by nearly its name',
    dockerfile: copied('COPY --from=builder /made /\n'),
    fails: { at: 'build', says: /ERROR: .*(library\/builder|pull access denied)/ },
    fixed: /^User 65532/,
  },
  {
    rule: 'copy-from',
    what: 'what is there already',
    dockerfile: `FROM ${STATIC} AS common\nCOPY app /app\n\nFROM common\nCOPY --from=common /app /app\nENTRYPOINT ["/app"]\n`,
    fails: { at: 'runs', says: /^User 65532/ },
    byHand: [['COPY --from=common /app /app\n', '']],
    fixed: /^User 65532/,
  },
  {
    rule: 'replaces-link',
    what: '/bin, with it the shell',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY --link app /bin/app\nCMD app\n',
    store: 'containerd',
    fails: { at: 'start', says: /"\/bin\/sh": stat \/bin\/sh: no such file or directory/ },
    fixed: /^User 65532/,
  },
  {
    rule: 'replaces-link',
    what: '/lib64, with it the loader',
    dockerfile: `FROM ${PYTHON}\nCOPY --link main.py /lib64/main.py\nCMD ["-c", "print('python runs')"]\n`,
    files: six,
    store: 'containerd',
    fails: { at: 'start', says: /no such file or directory/ },
    fixed: /^python runs/,
  },
  {
    rule: 'replaces-link',
    what: '/lib, which nothing on amd64 is started by',
    dockerfile: `FROM ${PYTHON}\nCOPY --link main.py /lib/main.py\nCMD ["-c", "import os; print('python runs', os.path.islink('/lib'))"]\n`,
    files: six,
    store: 'containerd',
    fails: { at: 'runs', says: /^python runs False/ },
    fixed: /^python runs True/,
  },
  {
    rule: 'replaces-link',
    what: '/bin, in the older store of images, where it does no harm, as the rule says',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY --link app /bin/app\nCMD app\n',
    fails: { at: 'runs', says: /^User 65532/ },
    fixed: /^User 65532/,
  },
  {
    rule: 'bare-scratch',
    slow: true,
    what: 'CA certificates',
    dockerfile: onScratch(),
    files: certificates,
    speaks: bare,
    fails: { at: 'start', says: /certificate signed by unknown authority/ },
    byHand: [['FROM scratch', `FROM ${STATIC}`]],
    fixed: /^the authority is known/,
  },
  {
    rule: 'bare-scratch',
    slow: true,
    what: '/tmp',
    dockerfile: onScratch(),
    files: temporary,
    speaks: bare,
    fails: { at: 'start', says: /open \/tmp\/\d+: no such file or directory/ },
    withoutFixes: true,
    byHand: [['FROM scratch', `FROM ${STATIC}`]],
    fixed: /^made \/tmp/,
  },
  {
    rule: 'bare-scratch',
    slow: true,
    what: 'time zones',
    dockerfile: onScratch('ENV TZ=Europe/Vienna\n'),
    files: zone,
    speaks: /TZ is “Europe\/Vienna”/,
    fails: { at: 'runs', says: /^the zone is UTC/ },
    byHand: [['USER', `COPY --from=${STATIC} /usr/share/zoneinfo /usr/share/zoneinfo\nUSER`]],
    fixed: /^the zone is CET/,
  },
  {
    rule: 'bare-scratch',
    slow: true,
    what: 'the name of the user',
    dockerfile: onScratch(),
    files: account,
    speaks: /has no \/etc\/passwd/,
    fails: { at: 'start', says: /user: Current requires cgo or \$USER/ },
    byHand: [['USER', 'ENV USER=app\nUSER']],
    fixed: /^somebody/,
  },
  {
    rule: 'ignored-source',
    what: 'a file that .dockerignore names',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nCOPY data /data\nENTRYPOINT ["/app"]\n`,
    files: { data: 'data\n', '.dockerignore': '# not sent\ndata\n' },
    fails: { at: 'build', says: /"\/data":? not found/ },
    byHandFiles: { '.dockerignore': '# not sent\ndata\n!data\n' },
    fixed: /^User 65532/,
  },
  {
    rule: 'ignored-source',
    what: 'a pattern for what .dockerignore names',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nCOPY data/*.txt /data/\nENTRYPOINT ["/app"]\n`,
    files: { 'data/one.txt': 'data\n', '.dockerignore': 'data\n' },
    fails: {
      at: 'build',
      says: /ERROR: lstat \S*\/data: no such file or directory/,
    },
    byHandFiles: { '.dockerignore': '# all\n' },
    fixed: /^User 65532/,
  },
  {
    rule: 'ignored-source',
    what: 'everything, so that nothing is copied',
    dockerfile: `FROM ${STATIC}\nWORKDIR /app\nCOPY . ./\nENTRYPOINT ["/app/app"]\n`,
    files: { '.dockerignore': '*\n' },
    fails: { at: 'start', says: /"\/app\/app": stat \/app\/app: no such file or directory/ },
    byHandFiles: { '.dockerignore': '*\n!app\n' },
    fixed: /^User 65532/,
  },
];

export const nearMisses: readonly NearMiss[] = [
  {
    rule: 'copy-from',
    what: 'a stage by its number, and by its name in other case',
    dockerfile: copied('COPY --from=0 /made /one\nCOPY --from=BUILD /made /two\n'),
    says: /^User 65532/,
  },
  {
    rule: 'replaces-link',
    what: 'COPY without --link',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY app /bin/app\nCMD app\n',
    store: 'containerd',
    says: /^User 65532/,
  },
  {
    rule: 'replaces-link',
    what: '--link to /usr/bin',
    dockerfile: 'FROM debian:13-slim\nUSER 65532:65532\nCOPY --link app /usr/bin/app\nCMD app\n',
    store: 'containerd',
    says: /^User 65532/,
  },
  {
    rule: 'bare-scratch',
    slow: true,
    what: 'certificates that are copied',
    dockerfile: onScratch().replace(
      'USER',
      'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/\nUSER',
    ),
    files: certificates,
    says: /^the authority is known/,
  },
  {
    rule: 'ignored-source',
    what: 'what a later line of .dockerignore brings back',
    dockerfile: `FROM ${STATIC}\nCOPY app /app\nCOPY data/kept /data\nENTRYPOINT ["/app"]\n`,
    files: { 'data/kept': 'data\n', '.dockerignore': 'data\n!data/kept\n' },
    says: /^User 65532/,
  },
];
