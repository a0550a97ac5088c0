/** What the commands write to. */
export interface Io {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** The option that every command has. */
export interface Choice {
  /** Name of the contract's export. */
  readonly export?: string;
}
