/** A promise, and what settles it. */
export function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let settle!: { resolve: (value: T) => void; reject: (error: unknown) => void };
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}

/** Lets one connection decide when another one's handler goes on, so that tests wait for events and never for time. */
export class Gates {
  private readonly gates = new Map<string, { opened: Promise<void>; open: () => void }>();

  wait(name: string): Promise<void> {
    return this.gate(name).opened;
  }

  open(name: string): void {
    this.gate(name).open();
  }

  private gate(name: string): { opened: Promise<void>; open: () => void } {
    let gate = this.gates.get(name);
    if (gate === undefined) {
      const { promise, resolve } = deferred<void>();
      this.gates.set(name, (gate = { opened: promise, open: resolve }));
    }
    return gate;
  }
}
