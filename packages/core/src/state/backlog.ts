/** What one peer has not read, as it was when somebody last looked. */
export interface Backlog {
  /** Bytes, those sent since then included. */
  bytes: number;
  /** When they last got fewer, in monotonic milliseconds. */
  since: number;
  /** When its socket is ended whatever it does, in monotonic milliseconds; Infinity while it is not being closed for its slowness. */
  until: number;
}
