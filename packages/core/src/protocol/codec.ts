/** Turns frames into text and back. JSON is the default; a replacement must be used at both ends. */
export interface Codec {
  /** @throws whatever the value's contents make it throw (a cycle, a BigInt); the caller turns it into a failed send. */
  encode(frame: { type: string; meta?: object | undefined; payload?: unknown }): string;
  /** @throws SyntaxError when the text is no frame. */
  decode(text: string): unknown;
}

export const jsonCodec: Codec = {
  encode: (frame) => JSON.stringify(frame),
  decode: (text) => JSON.parse(text) as unknown,
};
