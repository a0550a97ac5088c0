/** Keeps the newest of what is put in, as many as it may; each has a number one higher than the one before. */
export class Ring<T> {
  private readonly slots: (T | undefined)[] = [];
  private readonly size: number;
  private first = 0;
  private next = 0;

  constructor(size: number) {
    this.size = size;
  }

  /** Number of the next one. */
  get end(): number {
    return this.next;
  }

  /** Number of the oldest that is kept. */
  get begin(): number {
    return this.first;
  }

  /** @returns the one that had to go. */
  push(value: T): T | undefined {
    const gone = this.next - this.first === this.size ? this.shift() : undefined;
    this.slots[this.next++ % this.size] = value;
    return gone;
  }

  shift(): T | undefined {
    if (this.first === this.next) return undefined;
    const at = this.first++ % this.size;
    const gone = this.slots[at];
    this.slots[at] = undefined;
    return gone;
  }

  at(number: number): T | undefined {
    return number >= this.first && number < this.next ? this.slots[number % this.size] : undefined;
  }

  clear(): void {
    while (this.first < this.next) this.shift();
  }

  *newest(): Generator<T> {
    for (let n = this.next - 1; n >= this.first; n--) yield this.slots[n % this.size] as T;
  }
}
