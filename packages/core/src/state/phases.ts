/** States of a connection, in the only order in which they follow each other. */
export const OPENING = 0;

export const OPEN = 1;

/** This side is about to close, when what it has sent before has been checked: nothing more is taken in or sent. */
export const LEAVING = 2;

export const CLOSING = 3;

export const CLOSED = 4;
