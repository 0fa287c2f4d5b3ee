/** Today's date, UTC, as ISO: what “retired” is judged by. `DISTROLESS_TODAY` stands in for it, so that tests do not age. */
export function today(): string {
  return process.env.DISTROLESS_TODAY ?? new Date().toISOString().slice(0, 10);
}
