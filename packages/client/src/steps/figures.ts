// The figures of the client. Nothing else is in this file, and so esbuild puts them where they are used.

/** How long after a message the server is asked whether it has come this far, where no heartbeat asks earlier. */
export const CONFIRM_MS = 5_000;

/** How long the answer to that may take where there is no heartbeat to say so. */
export const PATIENCE_MS = 30_000;

/** Bytes a millisecond of the slowest uplink that is not taken for dead: 128 kbit/s. */
export const SLOWEST = 16;

/** Most bytes that are sent with no answer to a ping behind them; what is more waits in the queue. */
export const MAX_BYTES = 2 ** 23;

/** After how many a ping is sent at once. */
export const ASK_BYTES = 2 ** 20;

/** What remembering a frame takes beside its text. */
export const FRAME_BYTES = 800;

/** How late a timer may be before this process must have been frozen or throttled, and an answer may wait unread. */
export const LATE_MS = 250;

/** A server takes one token a second; shorter times are not hurried after. */
export const SHORTEST_MS = 1_500;

/** The longest wait that a server can ask for. */
export const MAX_HOLD_OFF_MS = 300_000;

/** How often `drained` looks, in milliseconds. */
export const DRAIN_MS = 20;

/** The longest time that is told to a server; it has a maximum of its own. */
export const MAX_TOLD_MS = 2 ** 31 - 1;

/** Milliseconds in which a server's handlers have to follow a topic again for a client that says where it stood. */
export const RESUBSCRIBE_MS = 30_000;

/** Frames, each of so many units of text, after which a server is told at once that they have come. */
export const ACK_FRAMES = 64;
export const FRAME_UNITS = 512;

/** After what time it is told of fewer. */
export const ACK_MS = 1_000;

/** How long a server may take to say whether it goes on with a connection. */
export const FIRST_FRAME_MS = 2_000;

/** Frames that are sent before a server says that it keeps connections, and kept for that. */
export const MAX_UNNAMED = 10_000;

/** The most that a server takes by default; of more topics the ones heard of last are told. */
export const MAX_TOPICS = 100;

/** After which a topic is asked for again that the server could not look up, where it names no time. */
export const AGAIN_MS = 1_000;
