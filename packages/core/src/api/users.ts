/** How far something got that concerns a user. */
export interface UserReach {
  /** Connections, in all processes. */
  readonly connections: number;
  /** Processes (nodes) that have them. */
  readonly nodes: number;
  /** Ids of nodes that should have some and did not answer: what they have nobody knows. */
  readonly missing: string[];
}

/**
 * What became of it. That nobody was there, or a node did not answer, is no failure; `ok` is false where the message could not
 * be encoded or has more bytes than the engine carries (INVALID_ARGUMENT; `onError` is told of both), where nobody says whose a
 * connection is (FAILED_PRECONDITION), and where the engine is away, so that only this process was reached (UNAVAILABLE).
 */
export type UserResult =
  | ({ readonly ok: true } & UserReach)
  | ({ readonly ok: false; readonly error: Error } & UserReach);
