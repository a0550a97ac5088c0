import type { ClientOptions, SocketLike, Token } from "../api/options.ts";
import type { Hear, Socket } from "./socket.ts";

/** How a connection is made. */
export interface Dialing {
  /**
   * Where to connect and what subprotocols to offer, the token in one of them.
   *
   * @param base The URL as the application gave it.
   */
  readonly address: (options: ClientOptions, base: string, token: Token) => [url: string, protocols: string[]];
  /** @param key Stands for the server and the user; one that nobody else has stands for a socket of one's own. */
  readonly connect: (key: unknown, create: () => SocketLike, hear: Hear) => Socket;
}
