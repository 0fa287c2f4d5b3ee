import type { Dockerfile } from './dockerfile.ts';

/** Whose grammar `# syntax=` asks for: BuildKit's as it is known here, a newer one of BuildKit's, or one of somebody else's. */
export function frontendOf({ directives, text }: Dockerfile): 'known' | 'newer' | 'another' {
  const image = directives.find(({ name }) => name === 'syntax')?.value.split(' ', 1)[0];
  // Other ways to write the directive: `// syntax=`, and JSON.
  if (image === undefined) return OTHERWISE.test(text) ? 'another' : 'known';
  const [, name = '', tag = ''] = /^(.*?)(?::([^:/@]*))?(?:@.*)?$/.exec(image) ?? [];
  if (/^(docker\.io\/)?docker\/dockerfile-upstream$/.test(name)) return 'newer';
  if (!/^(docker\.io\/)?docker\/dockerfile$/.test(name)) return 'another';
  return /labs|master|experimental/.test(tag) ? 'newer' : 'known';
}

const OTHERWISE = /^\uFEFF?(#![^\n]*\n)?(\s*\{|(\/\/[^\S\n]*(escape|check)\s*=[^\n]*\n)*\/\/[^\S\n]*syntax\s*=)/i;
