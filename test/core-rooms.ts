/** Which rooms each room of core may import: `types` where types alone. The files beside the rooms are its entries. */
export interface Room {
  readonly does: string;
  readonly all?: string;
  readonly types?: string;
}

/** From the ground up. */
export const CORE_ROOMS: Readonly<Record<string, Room>> = {
  base: { does: "time, logs, bytes, depth, promises: nothing of ours in them" },
  protocol: { does: "what travels: envelope, codes, codec, subprotocols" },
  schema: { does: "validators: checking, issues, what travels of a schema, generated checks", all: "base" },
  message: { does: "definitions, and the errors of both ends", all: "base protocol schema" },
  ports: { does: "what a runtime or a network offers", all: "base protocol" },
  api: { does: "what an application writes and reads, as types", types: "base message ports protocol" },
  history: {
    does: "recorded topics: their log, positions, and what proves who may see which of it",
    all: "base message protocol",
    types: "ports",
  },
  state: {
    does: "what is kept of connections and listeners; no acts",
    all: "protocol",
    types: "api base history message ports",
  },
  sending: { does: "a frame's way out", all: "base message ports protocol schema state", types: "api" },
  cluster: {
    does: "the link to other nodes: what is followed, packing, order, probes",
    all: "base message ports",
    types: "api protocol",
  },
  topics: {
    does: "following, permission, publishing, coming back",
    all: "base history message protocol sending state",
    types: "api ports",
  },
  presence: {
    does: "who is there in a topic, and who is told of it",
    all: "base message ports protocol schema sending state",
  },
  asking: {
    does: "what the server asks a client, from its start to its one end",
    all: "base message protocol sending state",
    types: "api ports schema",
  },
  contexts: {
    does: "what handlers hold at run time",
    all: "asking base message protocol sending state topics",
    types: "api",
  },
  rpc: {
    does: "a request from its start to its one answer",
    all: "asking base contexts message protocol schema sending state",
    types: "api ports",
  },
  dispatch: {
    does: "a frame's way in",
    all: "asking base contexts message protocol rpc schema sending state",
    types: "api",
  },
  lifecycle: {
    does: "opening, closing, heartbeat, drain",
    all: "base contexts dispatch protocol sending state topics",
    types: "api",
  },
  resume: {
    does: "connections that outlive their sockets",
    all: "base contexts lifecycle ports protocol sending state topics",
    types: "api",
  },
  extensions: {
    does: "what extensions want to hear, compiled for a listener",
    all: "base message protocol sending state topics",
    types: "api",
  },
  router: {
    does: "registrations, and what is compiled from them",
    all: "api asking base history lifecycle message presence protocol sending state topics",
    types: "cluster ports",
  },
  adapter: {
    does: "the hub, and what decides on an upgrade",
    all: "api asking base cluster contexts dispatch extensions history lifecycle message ports presence protocol resume router rpc schema sending state topics",
  },
};

/** The same for readers, as `docs/architecture.md` has it. */
export function roomsTable(): string {
  const rows = Object.entries(CORE_ROOMS).map(([room, { does, all, types }]) => {
    const imports = [all?.replaceAll(" ", ", "), types && `types of ${types.replaceAll(" ", ", ")}`];
    return `| \`${room}\` | ${does} | ${imports.filter(Boolean).join("; ") || "nothing"} |`;
  });
  return ["| room | what is in it | may import |", "| --- | --- | --- |", ...rows].join("\n");
}
