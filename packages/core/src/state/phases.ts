/** States of a connection, in the only order in which they follow each other. */
export const OPENING = 0;

export const OPEN = 1;

export const CLOSING = 2;

export const CLOSED = 3;
