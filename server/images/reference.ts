/** How an image is named, as skopeo writes it: where it is, and which of those that are there. */

export type Reference =
  | { readonly kind: 'engine'; readonly name: string }
  /** A file or folder; `rest` is `PATH[:NAME]`, which only the disk can take apart: both halves may have colons. */
  | { readonly kind: 'stored'; readonly transport: Transport | undefined; readonly rest: string }
  /** `docker://NAME`: in its registry. */
  | { readonly kind: 'registry'; readonly name: string }
  /** Other transports that skopeo knows and we do not. */
  | { readonly kind: 'unsupported'; readonly transport: string };

export type Transport = 'docker-archive' | 'oci-archive' | 'oci';

/** A text without a transport that could be both, a path and a name, comes as `bare`: the path if it is there, else the name. */
export function parseReference(text: string): Reference | { readonly kind: 'bare'; readonly text: string } {
  const [, transport, rest] = /^([a-z][a-z-]*[a-z]):(.*)$/s.exec(text) ?? [];
  switch (transport) {
    case 'docker-daemon':
      return { kind: 'engine', name: rest ?? '' };
    case 'docker-archive':
    case 'oci-archive':
    case 'oci':
      return { kind: 'stored', transport, rest: rest ?? '' };
    case 'docker':
      // `docker:24` is an image of Docker's own.
      return rest?.startsWith('//') ? { kind: 'registry', name: rest.slice(2) } : { kind: 'bare', text };
    case 'dir':
    case 'containers-storage':
    case 'ostree':
    case 'sif':
      return { kind: 'unsupported', transport };
    default:
      return looksLikePath(text) ? { kind: 'stored', transport: undefined, rest: text } : { kind: 'bare', text };
  }
}

/** Where `PATH[:NAME]` may be cut, the longest path first. The colon of a Windows drive cuts nothing. */
export function splits(rest: string): readonly { readonly path: string; readonly name: string | undefined }[] {
  const drive = /^[A-Za-z]:[\\/]/.test(rest) ? 2 : 0;
  const cuts: { path: string; name: string | undefined }[] = [{ path: rest, name: undefined }];
  for (let at = rest.lastIndexOf(':'); at >= Math.max(drive, 1); at = rest.lastIndexOf(':', at - 1)) {
    cuts.push({ path: rest.slice(0, at), name: rest.slice(at + 1) });
  }
  return cuts;
}

/** As the `docker` command shows a name: Podman and containerd write Docker Hub's in full. */
export const familiar = (name: string): string => name.replace(/^docker\.io\/(library\/)?/, '');

/** Nobody would name an image so. */
const looksLikePath = (text: string) =>
  /^(\.{0,2}[\\/]|~[\\/]|\.{1,2}$|[A-Za-z]:[\\/])|\.(tar|tgz|tar\.(gz|zst|xz|bz2))$/i.test(text);
