/** What was likely meant by a word with a slip in it. */

/** The first of those that the word is one letter away from: one too many, too few, wrong, or two swapped. */
export const nearest = (known: readonly string[], written: string): string | undefined =>
  known.find((one) => nearly(one, written));

function nearly(known: string, written: string): boolean {
  if (Math.abs(known.length - written.length) > 1 || known === written) return false;
  let i = 0;
  while (i < known.length && known[i] === written[i]) i++;
  const [a, b] = [known.slice(i), written.slice(i)];
  return (
    a.slice(1) === b.slice(1) ||
    a.slice(1) === b ||
    a === b.slice(1) ||
    (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
  );
}
