import type { ContractJson, MessageJson, TopicJson } from "@ws-kit/core";
import { components, type Frames, framesOf } from "./frames.ts";
import { type PresenceFrames, presenceFramesOf } from "./presence-frames.ts";

type Json = { readonly [key: string]: unknown };

const SOCKET = { $ref: "#/channels/socket" };

/**
 * A contract as an AsyncAPI 3 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0), which describes the
 * server: it receives what clients send. Messages are whole frames, as they travel over the one WebSocket.
 *
 * @param contract With schemas of draft 7, which AsyncAPI has by default.
 */
export function toAsyncApi(contract: ContractJson): Json {
  const frames = contract.messages.map((message) => framesOf(message));
  const presences = contract.topics.flatMap((topic) => presenceFramesOf(topic) ?? []);
  const { messages, schemas } = components(frames);
  const { name = "Contract", version = "0.0.0" } = contract;
  return {
    asyncapi: "3.0.0",
    info: { title: name, version, description: "Messages of a WS-Kit contract, as JSON frames over one WebSocket." },
    defaultContentType: "application/json",
    channels: {
      socket: {
        description: "The WebSocket. Its address is up to the server.",
        messages: references(
          [
            ...frames.flatMap(({ all }) => all.map(({ key }) => key)),
            ...presences.flatMap(({ said, told }) => [said, told]),
          ],
          "#/components/messages/",
        ),
        bindings: { ws: {} },
      },
      ...Object.fromEntries(contract.topics.map((topic) => [topic.name, channelOf(topic, contract.messages)])),
    },
    operations: {
      ...Object.fromEntries(frames.flatMap(operationsOf)),
      ...Object.fromEntries(contract.topics.map((topic) => [`publish${topic.name}`, publishing(topic)])),
      ...Object.fromEntries(presences.flatMap(presenceOperations)),
    },
    components: {
      messages: Object.assign({}, messages, ...presences.map((each) => each.messages)) as Json,
      schemas: Object.assign({}, schemas, ...presences.map((each) => each.schemas)) as Json,
    },
  };
}

function references(keys: readonly string[], prefix: string): Json {
  return Object.fromEntries(keys.map((key) => [key, { $ref: prefix + key }]));
}

function channelOf({ pattern, carries, history }: TopicJson, messages: readonly MessageJson[]): Json {
  const names = carried(carries, messages);
  const parameters = [...pattern.matchAll(/\{([^}]*)\}/g)].map(([, name]) => [name, {}]);
  return {
    address: pattern,
    description: `A topic: what is published to it reaches its followers over the WebSocket${history === true ? ", and is kept for those who come back" : ""}.`,
    ...(parameters.length > 0 && { parameters: Object.fromEntries(parameters) as Json }),
    messages: references(names, "#/components/messages/"),
  };
}

/** A topic may carry what is not a part of the contract. */
function carried(types: readonly string[], messages: readonly MessageJson[]): string[] {
  return messages.filter(({ type }) => types.includes(type)).map(({ name }) => name);
}

function publishing({ name }: TopicJson): Json {
  return { action: "send", channel: { $ref: `#/channels/${name}` } };
}

function presenceOperations({ said, told }: PresenceFrames): [string, Json][] {
  return [
    [`receive${said}`, { action: "receive", channel: SOCKET, messages: onSocket([{ key: said }]) }],
    [`send${told}`, { action: "send", channel: SOCKET, messages: onSocket([{ key: told }]) }],
  ];
}

function onSocket(frames: readonly { readonly key: string }[]): Json[] {
  return frames.map(({ key }) => ({ $ref: `#/channels/socket/messages/${key}` }));
}

function operationsOf({ message, request, sent, replies }: Frames): [string, Json][] {
  const { name, from, kind } = message;
  const messages = onSocket([request, ...sent]);
  const reply = { reply: { channel: SOCKET, messages: onSocket(replies) } };
  const receive: Json = { action: "receive", channel: SOCKET, messages, ...(kind === "rpc" && reply) };
  return [
    ...(from === "server" ? [] : [[`receive${name}`, receive] satisfies [string, Json]]),
    ...(from === "client"
      ? []
      : [[`send${name}`, { action: "send", channel: SOCKET, messages }] satisfies [string, Json]]),
  ];
}
