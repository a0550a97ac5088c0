import { onTestFinished, type TestContext } from "vitest";
import { CAPABILITIES, type AdapterName, type Capabilities } from "./capabilities.ts";
import { JSON_DIALECT, type Dialect } from "./codec.ts";
import { Peer } from "./peer.ts";
import type { ConnectOptions, Target } from "./target.ts";

export type EndpointName = "main" | "tight" | "pulse" | "listed" | "decided" | "leased" | "own" | "resumed" | "restart";

/** Options of one connection: those of the upgrade, its endpoint, and the fixture's own, which are its query. */
export interface Joining extends ConnectOptions {
  readonly to?: EndpointName;
  readonly query?: Readonly<Record<string, string>>;
}

/** What every test of the suite starts from. */
export class Bed {
  readonly name: AdapterName;
  readonly can: Capabilities;
  readonly dialect: Dialect;
  private running: Target | undefined = undefined;
  private rooms = 0;

  /** @param dialect What is spoken with the server. */
  constructor(name: AdapterName, dialect: Dialect = JSON_DIALECT) {
    this.name = name;
    this.dialect = dialect;
    this.can = CAPABILITIES[name];
  }

  get target(): Target {
    if (this.running === undefined) throw new Error("The server is not running");
    return this.running;
  }

  set target(target: Target) {
    this.running = target;
  }

  /** One test's own room: nobody else's connections are in it, and whoever is left is closed when the test ends. */
  room(to: EndpointName = "main"): Room {
    return new Room(this, `t${(++this.rooms).toString(36)}`, to);
  }

  /** What an answer to a frame that could not be decoded says of its type: JSON is looked at, other codecs here are not. */
  peeked(type: string): { readonly inReplyTo?: string } {
    return this.dialect === JSON_DIALECT ? { inReplyTo: type } : {};
  }

  /** Skips the test where the runtime cannot do what it is about. */
  needs(capability: keyof Capabilities, test: TestContext): void {
    if (!this.can[capability]) test.skip(`${this.name} declares no ${capability}`);
  }
}

export class Room {
  /** The name of this test, which its connections share. */
  readonly id: string;
  private readonly bed: Bed;
  private readonly endpoint: EndpointName;

  constructor(bed: Bed, id: string, endpoint: EndpointName) {
    this.bed = bed;
    this.id = id;
    this.endpoint = endpoint;
  }

  /** @throws Refusal when the upgrade is refused. */
  async join(options: Joining = {}): Promise<Peer> {
    const { to = this.endpoint, query = {}, ...upgrade } = options;
    const { dialect } = this.bed;
    const peer = new Peer(dialect);
    const protocols = [...(upgrade.protocols ?? []), ...dialect.protocols];
    const path = `/${to}?${new URLSearchParams({ test: this.id, ...query }).toString()}`;
    peer.wire = await this.bed.target.connect(
      path,
      { ...upgrade, protocols },
      {
        message: (packet) => peer.receive(packet),
        closed: (code, reason) => peer.ended(code, reason),
      },
    );
    onTestFinished(() => peer.wire.vanish());
    return peer;
  }

  /** A connection that is told what happens to the others of this test. */
  async watch(options: Joining = {}): Promise<Peer> {
    const peer = await this.join({ ...options, query: { ...options.query, watch: "1" } });
    await peer.settle();
    return peer;
  }

  /** Asks the server from outside its sockets. */
  async control(command: string, params: Record<string, string> = {}): Promise<Record<string, unknown>> {
    const query = new URLSearchParams({ endpoint: this.endpoint, test: this.id, ...params });
    const response = await this.bed.target.http(`/control/${command}?${query.toString()}`, { method: "POST" });
    return (await response.json()) as Record<string, unknown>;
  }

  /** Asks until the answer is right: for what no connection is told of. */
  async until(command: string, right: (answer: Record<string, unknown>) => boolean): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      if (right(await this.control(command))) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`The server's answer to ${command} did not become what it should`);
  }
}
