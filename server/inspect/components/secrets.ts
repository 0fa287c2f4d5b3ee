/**
 * Keys and passwords. Names tell where they may lie, and what such a file holds whether one does (`secretsIn`); what is said is what kind of secret
 * it is, never the secret. Documentation, tests and packages of languages hold many that are made up, and are not looked at.
 */
import type { Flag } from '../report.ts';
import type { Category, SecretFact } from './component.ts';

export const secretKeys: Category = {
  id: 'secrets-keys',
  *find({ files, known }) {
    for (const [node, { found }] of known?.secrets ?? []) {
      const path = files.path(node);
      if (found.some(isKey)) yield { node, flag: isSnakeoil(path) ? snakeoil : keyFlag(found.filter(isKey)) };
    }
  },
};

export const secretSettings: Category = {
  id: 'secrets-config',
  *find({ known }) {
    for (const [node, { found }] of known?.secrets ?? []) {
      const others = found.filter((what) => !isKey(what) && what !== open);
      if (others.length > 0) yield { node, flag: settingFlag(others) };
      else if (found.includes(open)) yield { node, flag: openAccount };
    }
  },
};

/** Whether the body is worth a look. */
export const mayHoldSecrets = (path: string): boolean => candidates.test(path) && !elsewhere.test(path);

/** Undefined: nothing that looks like a secret. */
export function secretsIn(bytes: Uint8Array, path: string): SecretFact | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const found = new Set<string>();
  if (/\/etc\/g?shadow-?$/.test(path)) {
    // Locked accounts have “*” or “!” there.
    if (/^[^:\n]+:\$(?:1|2[abxy]?|5|6|7|y|gy)\$/m.test(text)) found.add('the hash of a password');
    else if (path.endsWith('/shadow') && /^[^:\n]+::/m.test(text)) found.add(open);
  } else {
    for (const [pattern, what] of patterns) if (pattern.test(text)) found.add(what);
    if (/\.(p12|pfx)$/.test(path) && bytes[0] === 0x30) found.add('a key store');
    if (/\.(jks|keystore)$/.test(path) && /^(?:\xfe\xed\xfe\xed|\xce\xce\xce\xce|0[\x80-\x84])/.test(text))
      found.add('a key store');
    if (/\.kdbx$/.test(path) && text.startsWith('\x03\xd9\xa2\x9a')) found.add('a password store');
    if (isSettings.test(path) && assigned(text)) found.add('a password or token');
  }
  return found.size > 0 ? { found: [...found] } : undefined;
}

const candidates = new RegExp(
  [
    '/(?:id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|ssh_host_[a-z0-9]+_key|identity)$',
    '\\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|p8|asc|gpg)$',
    '^/(?:root|home/[^/]+)/\\.(?:ssh|gnupg)/',
    '/private-keys-v1\\.d/',
    '^/etc/ssl/private/',
    '^/etc/g?shadow-?$',
    '/\\.env(?:\\.[\\w.-]+)?$',
    '/\\.aws/(?:credentials|config)$',
    '/\\.(?:azure|config/gcloud)/',
    '/\\.kube/config$|/kubeconfig$',
    '/\\.docker/config\\.json$|/\\.dockercfg$',
    '/\\.(?:npmrc|yarnrc|yarnrc\\.yml|pypirc|netrc|git-credentials|gitconfig|pgpass|my\\.cnf|htpasswd|vault-token|s3cfg|boto|passwd-s3fs)$',
    '/_netrc$|/pip\\.conf$|/\\.git/config$',
    '/credentials(?:\\.json|\\.tfrc\\.json|\\.toml)?$|/service-account[^/]*\\.json$|/gcp-key[^/]*\\.json$|/auth\\.json$',
    '/nuget\\.config$|/settings(?:-security)?\\.xml$|/gradle\\.properties$|/wp-config\\.php$',
    '/run/secrets/',
  ].join('|'),
  'i',
);

const elsewhere = new RegExp(
  [
    '^/etc/ssl/certs/|^/etc/pki/(?:ca-trust|tls/certs|rpm-gpg)/|^/usr/(?:local/)?share/ca-certificates/',
    '^/usr/share/(?:doc|man|keyrings|perl|perl5|nodejs|zsh|vim)/|^/etc/apt/|^/etc/apk/keys/|^/usr/share/apk/keys/',
    '/node_modules/|/(?:site|dist)-packages/|/gems/|/testdata/|/tests?/|/spec/|/examples?/',
    '^/usr/lib/(?:python3[^/]*|ruby|go|go-[^/]*|ssl)/|^/usr/local/(?:go|lib/python3[^/]*|lib/ruby)/|^/usr/share/(?:go-[^/]*|dotnet)/|^/go/pkg/',
    '/lib/security/|\\.pub$',
  ].join('|'),
);

const isSettings =
  /\/(?:\.env(?:\.[\w.-]+)?|\.aws\/[^/]+|\.npmrc|\.yarnrc(?:\.yml)?|\.pypirc|\.netrc|_netrc|pip\.conf|\.my\.cnf|\.s3cfg|\.boto|gradle\.properties|settings\.xml|wp-config\.php|nuget\.config|\.gitconfig|credentials[^/]*|auth\.json)$/i;

/** A name that ends like one of a secret, and something for it that is no mere placeholder. */
function assigned(text: string): boolean {
  for (const [, value = ''] of text.matchAll(
    /(?:^|[\s"'<;_.:/-])(?:password|passwd|secret|secret_?key|secret_?access_?key|token|_auth|api_?key|access_?key|private_?key)["']?[ \t]{0,20}[:=> \t][ \t]{0,20}["']?([^\s"'<>,;]{6,})/gim,
  ))
    if (!/^(?:\$|%|\{\{|<|x{4,}|\*{3,}|change|your|example|secret$|password$|none$|null$|false$|true$|\/)/i.test(value))
      return true;
  return false;
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:RSA |DSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----/, 'a private key'],
  [/-----BEGIN PGP PRIVATE KEY BLOCK-----/, 'a private key'],
  [/^PuTTY-User-Key-File-[23]:/m, 'a private key'],
  [/^\((?:protected-)?private-key/, 'a private key'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|aws_secret_access_key\s*[=:]\s*\S{20}/i, 'a key of AWS'],
  [/\bgh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{80}/, 'a token of GitHub'],
  [/\bglpat-[0-9A-Za-z_-]{20}/, 'a token of GitLab'],
  [/\bnpm_[0-9A-Za-z]{36}|_authToken\s*=\s*(?!\$)\S+|_auth\s*=\s*(?!\$)\S{8}/, 'a token of a package registry'],
  [/\bxox[baprs]-[0-9A-Za-z-]{10}/, 'a token of Slack'],
  [/\bAIza[0-9A-Za-z_-]{35}\b/, 'a key of Google'],
  [/"type"\s*:\s*"service_account"/, 'a key of a Google service account'],
  [/"auth"\s*:\s*"[A-Za-z0-9+/=]{6,}"/, 'a login of a container registry'],
  [/^[ \t]*(?:client-key-data|token):[ \t]*\S{16}/m, 'access to a Kubernetes cluster'],
  [/\/\/[^/\s:@]+:[^/\s@$]{3,}@/, 'an address with a password'],
  // The space behind the name leaves one way to read it: without it 8 MB made for the purpose take seconds.
  [/^machine\s+\S{1,300}\s[\s\S]{0,200}?\bpassword\s+\S+/m, 'a password or token'],
  [/^[^\s:#]+:(?:\$apr1\$|\$2[aby]\$|\{SHA\})/m, 'the hash of a password'],
  [/^hvs\.[A-Za-z0-9_-]{20}/, 'a token of Vault'],
];

const open = 'an account without a password';
const isKey = (what: string) => what === 'a private key' || what === 'a key store' || what === 'a password store';
const isSnakeoil = (path: string) => path === '/etc/ssl/private/ssl-cert-snakeoil.key';

const keyRemedy =
  'Give it to a build with RUN --mount=type=secret or --mount=type=ssh, and to a container when it is started. Make a new one: whoever has the image has this one.';

const keyFlag = (found: readonly string[]): Flag => ({
  category: 'secrets-keys',
  severity: 'error',
  title: 'Private key',
  why: `It holds ${listed(found)}, which everybody has who has the image; a later layer that deletes it does not take it back.`,
  remedy: keyRemedy,
});

const snakeoil: Flag = {
  category: 'secrets-keys',
  severity: 'warning',
  title: 'Private key made by a package',
  why: 'The package ssl-cert made it when it was installed, so that all containers of this image, and whoever has it, share it.',
  remedy: 'Leave out the package ssl-cert, or make a key when the container is started.',
};

const openAccount: Flag = {
  category: 'secrets-config',
  severity: 'warning',
  title: 'Account without a password',
  why: 'Programs that ask for a password let everybody be that user, who mostly is root.',
  remedy:
    'Lock the account in the build stage (passwd -l), or leave out /etc/shadow: an application that runs as one user needs none.',
};

const settingFlag = (found: readonly string[]): Flag => ({
  category: 'secrets-config',
  severity: 'error',
  title: 'File with a password or token',
  why: `It holds ${listed(found)}, which everybody has who has the image; a later layer that deletes it does not take it back.`,
  remedy:
    'Give it to a build with RUN --mount=type=secret, and to a container when it is started. Change what it opens: whoever has the image can open it.',
});

export const hiddenSecret = (found: readonly string[]): Flag => ({
  category: found.some(isKey) ? 'secrets-keys' : 'secrets-config',
  severity: 'error',
  title: 'Secret that a later layer hides',
  why: `A lower layer holds ${listed(found)}. It is not in the final tree, but whoever has the image has that layer.`,
  remedy: 'Keep it out of the layer itself with RUN --mount=type=secret, and make or set a new one.',
});

const listed = (found: readonly string[]) => found.join(' and ');
