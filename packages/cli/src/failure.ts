/** Something that the one who called can mend: told in a line, without a stack. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** What was thrown, in words. */
export function reason(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
