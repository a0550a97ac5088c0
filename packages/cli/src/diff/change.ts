/** One change of a contract. */
export interface Change {
  /** Whether a client of the old contract trips over it at a server of the new one. */
  readonly breaking: boolean;
  /** Where: the name of a part, and what in it, as in `Join.payload.tags[].name`. */
  readonly path: string;
  /** What has become of it, as the rest of a sentence that begins with the path. */
  readonly text: string;
}

export function breaks(path: string, text: string): Change {
  return { breaking: true, path, text };
}

export function fine(path: string, text: string): Change {
  return { breaking: false, path, text };
}
