/** What a category of non-essential components is: it looks at a tree of files and says which of them belong to it, and why that matters. */
import type { ImageConfig } from '../../images/image.ts';
import type { View } from '../../images/view.ts';
import type { ComponentCategory, Flag } from '../report.ts';

export interface Category {
  readonly id: ComponentCategory;
  find(look: Look): Iterable<Hit>;
}

/** `node` is a file or folder of `look.files`; a folder stands for all that is in it. */
export interface Hit {
  readonly node: number;
  readonly flag: Flag;
}

/** The files to look at: the whole image, or one layer; of a layer, links may lead to files that only the whole image has. */
export interface Look {
  readonly files: View;
  readonly image: View | undefined;
  /** What is known besides the names of files, once the whole image has been read. */
  readonly known?: Known | undefined;
}

export interface Known {
  readonly config: ImageConfig;
  /** By node: what was found in the body of a file; never the secret itself, only what it is. */
  readonly secrets: ReadonlyMap<number, SecretFact>;
  /** Whatever has the header of one. */
  readonly coreDumps: ReadonlySet<number>;
  /** Made by a distroless base, by its own records. */
  isOfDistrolessBase(node: number): boolean;
}

/** What kinds of secrets a file holds, in words: “a private key”, “a token of GitHub”. */
export interface SecretFact {
  readonly found: readonly string[];
}
