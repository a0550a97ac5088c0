/** One masked text frame of a client (RFC 6455 §5.2), with a key of zero so that the payload stays as it is. */
export function clientFrame(text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const length = payload.length;
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = new Uint8Array(2 + extra + 4 + length);
  const view = new DataView(frame.buffer);
  frame[0] = 0x81;
  frame[1] = 0x80 | (extra === 0 ? length : extra === 2 ? 126 : 127);
  if (extra === 2) view.setUint16(2, length);
  if (extra === 8) view.setBigUint64(2, BigInt(length));
  frame.set(payload, 2 + extra + 4);
  return frame;
}

/** Frames that leave in one write. */
export function batch(texts: readonly string[]): Uint8Array {
  return new Uint8Array(Buffer.concat(texts.map(clientFrame)));
}

/** Finds the frames in what a server sends, without touching their payload unless somebody reads it. */
export class FrameReader {
  /** Bytes of the current payload that have not come yet. */
  private missing = 0;
  private header: Uint8Array | undefined = undefined;
  private parts: Uint8Array[] | undefined = undefined;
  /** Told of the payload of every frame while set; counting alone is much cheaper. */
  onText: ((text: string) => void) | undefined = undefined;

  /** How many frames ended in this chunk. */
  read(chunk: Uint8Array): number {
    let ended = 0;
    let at = 0;
    let data = chunk;
    if (this.header !== undefined) {
      data = new Uint8Array(Buffer.concat([this.header, chunk]));
      this.header = undefined;
    }
    while (at < data.length) {
      if (this.missing > 0) {
        const take = Math.min(this.missing, data.length - at);
        this.keep(data, at, take);
        this.missing -= take;
        at += take;
      } else {
        const length = data[at + 1];
        const extra = length === 126 ? 2 : length === 127 ? 8 : 0;
        if (length === undefined || at + 2 + extra > data.length) {
          this.header = data.slice(at);
          return ended;
        }
        this.missing =
          extra === 0
            ? length
            : extra === 2
              ? ((data[at + 2] as number) << 8) | (data[at + 3] as number)
              : Number(new DataView(data.buffer, data.byteOffset + at + 2, 8).getBigUint64(0));
        if (this.onText !== undefined) this.parts = [];
        at += 2 + extra;
      }
      if (this.missing === 0) {
        ended++;
        this.tell();
      }
    }
    return ended;
  }

  private keep(data: Uint8Array, at: number, length: number): void {
    this.parts?.push(data.slice(at, at + length));
  }

  private tell(): void {
    const { parts } = this;
    if (parts === undefined) return;
    this.parts = undefined;
    this.onText?.(Buffer.concat(parts).toString());
  }
}
