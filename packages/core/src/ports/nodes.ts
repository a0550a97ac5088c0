/** What a node asks of the others about a user: that they send a frame to its connections, close them, or count them. */
export type UserAsk =
  | {
      readonly op: "send";
      readonly user: string;
      readonly type: string;
      /** For a message that may be skipped: the key under which the last one is kept, if there is one. */
      readonly skip?: { readonly key?: string | undefined } | undefined;
    }
  | { readonly op: "close"; readonly user: string; readonly code: number; readonly reason: string }
  | { readonly op: "count"; readonly user: string };

/** What the other nodes said. */
export interface NodeAnswers {
  /** By node, how many connections it did it to. */
  readonly counts: ReadonlyMap<string, number>;
  /** Those that did not answer in time, and those that were not heard of for so long that none is waited for. */
  readonly missing: readonly string[];
  /** The engine did not take the question: nobody was asked. */
  readonly away: boolean;
}
