/** What a runtime lets its adapter do. The suite holds every adapter to what is declared here, in both directions. */
export interface Capabilities {
  /** Ping frames of the WebSocket protocol; without them the heartbeat sends `$ws:ping`, which clients must answer. */
  readonly pingFrames: boolean;
  /** Tells how much a peer has not read yet, so that a slow one is closed with 1013 (`maxBufferedBytes`). */
  readonly bufferedAmount: boolean;
  /** Stops reading from a peer that is too far ahead (`maxPendingMessages`); without it more is refused. */
  readonly pauseReading: boolean;
  /** Ends a dead peer's connection at once; without it the runtime keeps the socket until the peer or TCP gives up. */
  readonly terminate: boolean;
  /** Without a heartbeat, pings a peer that has been silent for 60 s or so, and ends it where it does not answer. */
  readonly silentPeers: boolean;
  /** Fans a publish out in the runtime itself. */
  readonly nativeTopics: boolean;
  /** Connections outlive the process: the object sleeps, and wakes with their data and topics. */
  readonly hibernation: boolean;
  /** The option `compression`. */
  readonly compression: boolean;
  /** The option `idleTimeoutSeconds`. */
  readonly idleTimeout: boolean;
  /** The option `maxPayloadBytes` keeps the runtime from buffering more; without it a frame is read, then refused. */
  readonly payloadCap: boolean;
  /** Refuses text that is no UTF-8 and frames without a mask or with an unknown opcode (RFC 6455), with 1007 or 1002. */
  readonly strictFrames: boolean;
  /** A frame that the peer sent before it saw our close does not spoil the closing handshake. */
  readonly crossingFrames: boolean;
  /** Promise callbacks run between two frames that were read at once. */
  readonly framesApart: boolean;
  /** Bytes on a wire: fragments, subprotocols, half-dead peers. */
  readonly network: boolean;
  /**
   * A request comes to the adapter as it was sent; without it the runtime itself fails one that no URL can be made of or that is
   * no handshake, and does not say what it saw of the connection.
   */
  readonly rawRequests: boolean;
  /** Upgrades a client that offers another protocol beside WebSocket; without it such a request is answered 426. */
  readonly upgradeLists: boolean;
}

export type AdapterName = "bun" | "node" | "cloudflare" | "deno" | "testing";

export const CAPABILITIES: Readonly<Record<AdapterName, Capabilities>> = {
  bun: {
    pingFrames: true,
    bufferedAmount: true,
    pauseReading: true,
    terminate: true,
    silentPeers: true,
    nativeTopics: true,
    hibernation: false,
    compression: true,
    idleTimeout: true,
    payloadCap: true,
    strictFrames: true,
    crossingFrames: true,
    framesApart: true,
    network: true,
    rawRequests: true,
    upgradeLists: true,
  },
  node: {
    pingFrames: true,
    bufferedAmount: true,
    pauseReading: true,
    terminate: true,
    silentPeers: true,
    nativeTopics: false,
    hibernation: false,
    compression: true,
    idleTimeout: true,
    payloadCap: true,
    strictFrames: true,
    crossingFrames: true,
    framesApart: true,
    network: true,
    rawRequests: true,
    upgradeLists: true,
  },
  cloudflare: {
    pingFrames: false,
    bufferedAmount: false,
    pauseReading: false,
    terminate: false,
    silentPeers: false,
    nativeTopics: false,
    hibernation: true,
    compression: false,
    idleTimeout: false,
    payloadCap: false,
    strictFrames: false,
    crossingFrames: true,
    framesApart: true,
    network: true,
    rawRequests: false,
    upgradeLists: false,
  },
  deno: {
    pingFrames: false,
    bufferedAmount: true,
    pauseReading: false,
    terminate: false,
    silentPeers: true,
    nativeTopics: false,
    hibernation: false,
    compression: false,
    idleTimeout: true,
    payloadCap: false,
    strictFrames: false,
    crossingFrames: false,
    framesApart: false,
    network: true,
    rawRequests: true,
    upgradeLists: false,
  },
  testing: {
    pingFrames: true,
    bufferedAmount: true,
    pauseReading: true,
    terminate: true,
    silentPeers: true,
    nativeTopics: false,
    hibernation: false,
    compression: false,
    idleTimeout: false,
    payloadCap: false,
    strictFrames: false,
    crossingFrames: true,
    framesApart: true,
    network: false,
    rawRequests: false,
    upgradeLists: true,
  },
};
