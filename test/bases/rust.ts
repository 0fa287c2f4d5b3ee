/** rust-lang/docker-rust: cargo and rustc in /usr/local/cargo on Debian with a C compiler. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/engine.ts';
import { bundleFile, tellOf } from './authorities.ts';
import { debian } from './debian.ts';
import type { StandIn } from './stand-in.ts';

export function rust(reference: string): StandIn | undefined {
  const match = /^rust:1(?:\.\d+){0,2}(?:-trixie|(-slim)(?:-trixie)?|(-slim-trixie))?$/.exec(reference);
  if (!match) return undefined;
  const slim = reference.includes('-slim');
  return {
    id: `rust-trixie${slim ? '-slim' : ''}`,
    madeOf: 'Debian’s Rust 1.85',
    source: import.meta.filename,
    configuration: [
      'ENV RUSTUP_HOME=/usr/local/rustup',
      'ENV CARGO_HOME=/usr/local/cargo',
      'ENV PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ...tellOf(['CARGO_HTTP_CAINFO'], bundleFile),
      'CMD ["bash"]',
    ],
    async fill(root) {
      const more = ['g++', 'make', 'pkg-config', 'libssl-dev', 'git', 'curl', 'wget'];
      await debian(root, ['rustc', 'cargo', 'gcc', 'libc6-dev', 'ca-certificates', ...(slim ? [] : more)]);
      const bin = join(root, 'usr/local/cargo/bin');
      await mkdir(bin, { recursive: true });
      await mkdir(join(root, 'usr/local/rustup'));
      // The libraries stay where Debian has them: rustc finds them through its own, which is in the linker's path.
      for (const program of ['rustc', 'cargo']) await run('mv', [join(root, 'usr/bin', program), bin]);
    },
  };
}
