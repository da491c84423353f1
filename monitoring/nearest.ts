/** The known name that was probably meant by a misspelt one; undefined where none is near. */
export function nearestName(wanted: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  // A third of the letters may be wrong; more is another word.
  let least = Math.max(2, Math.ceil(wanted.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** `did you mean X?` or, where nothing is near, `known: A, B, C`. */
export function suggestion(wanted: string, known: readonly string[]): string {
  const nearest = nearestName(wanted, known);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return known.length === 0 ? "there are none" : `known: ${[...known].sort().join(", ")}`;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 0; line < from.length; line++) {
    const next = [line + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = at(row, column) + (from[line] === to[column] ? 0 : 1);
      next.push(Math.min(replaced, at(row, column + 1) + 1, at(next, column) + 1));
    }
    row = next;
  }
  return at(row, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
