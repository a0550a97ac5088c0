import type { TopicJson } from "@ws-kit/core";
import { moved, SCHEMAS } from "./frames.ts";

type Json = { readonly [key: string]: unknown };

/** What travels of a topic's presence. */
export interface PresenceFrames {
  /** The names of its messages, by who sends them. */
  readonly said: string;
  readonly told: string;
  readonly messages: Json;
  readonly schemas: Json;
}

const TOPIC = { type: "string", description: "The name of the topic." };

/**
 * The frames by which clients ask who is there and say so of themselves, and those by which the server answers; undefined where
 * there are none.
 */
export function presenceFramesOf({ name, presence }: TopicJson): PresenceFrames | undefined {
  if (presence === undefined) return undefined;
  const state = `${name}State`;
  const one = { $ref: SCHEMAS + state };
  // By member: a state for each of its connections.
  const members = { type: "object", additionalProperties: { type: "array", items: one } };
  const said = {
    properties: {
      topic: TOPIC,
      watch: { type: "boolean" },
      ...(presence.fromServer !== true && { state: one, leave: { const: true } }),
    },
    required: ["topic"],
  };
  const told = {
    properties: {
      topic: TOPIC,
      version: { type: "integer" },
      count: { type: "integer" },
      state: members,
      join: members,
      update: members,
      leave: { type: "array", items: { type: "string" } },
    },
    required: ["topic", "version", "count"],
  };
  const keys = { said: `${name}PresenceSaid`, told: `${name}Presence` };
  return {
    ...keys,
    messages: {
      [keys.said]: messageOf(`Asks who is in ${name}, or says so of oneself`, said),
      [keys.told]: messageOf(`Says who is in ${name}`, told),
    },
    schemas: { [state]: moved(presence.state, SCHEMAS + state) },
  };
}

function messageOf(summary: string, payload: Json): Json {
  const properties = { type: { const: "$ws:presence" }, payload: { type: "object", ...payload } };
  return { name: "$ws:presence", summary, payload: { type: "object", properties, required: Object.keys(properties) } };
}
