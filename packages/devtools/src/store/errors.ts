/** Something that went wrong. */
export interface KeptError {
  n: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly id: string | undefined;
  readonly kind: "failed" | "refused" | "upgrade";
  readonly clientId: string | undefined;
  readonly subject: string | undefined;
  readonly code: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}
