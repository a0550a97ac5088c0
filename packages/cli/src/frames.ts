import type { MessageJson } from "@ws-kit/core";

type Json = { readonly [key: string]: unknown };

/** What travels of a message or an rpc, one entry for each type of frame. */
export interface Frames {
  readonly message: MessageJson;
  readonly request: Frame;
  /** What goes the same way beside it. */
  readonly sent: readonly Frame[];
  readonly replies: readonly Frame[];
  readonly all: readonly Frame[];
}

interface Frame {
  /** By which the document knows it. */
  readonly key: string;
  readonly type: string;
  readonly summary: string;
  readonly payload?: unknown;
  readonly meta?: unknown;
  /** Of an error: what each code that is declared has along. */
  readonly details?: readonly (readonly [code: string, schema: unknown])[];
  readonly correlated: boolean;
}

const CORRELATED = { type: "object", properties: { correlationId: { type: "string" } }, required: ["correlationId"] };

export function framesOf(message: MessageJson): Frames {
  const { name, type, kind, payload, meta, response, progress, errors, stream } = message;
  const summary = kind === "rpc" ? `Asks for ${response?.type}` : type;
  const correlated = kind === "rpc";
  const request: Frame = { key: name, type, summary, payload, meta, correlated };
  const answer = { meta: undefined, correlated };
  const replies: Frame[] = response
    ? [
        {
          ...answer,
          key: `${name}Response`,
          type: response.type,
          summary: `Answers ${type}`,
          payload: response.payload,
        },
        ...(progress === undefined
          ? []
          : [
              {
                ...answer,
                key: `${name}Progress`,
                type: "$ws:progress",
                summary: `Reports on ${type}`,
                payload: progress,
              },
            ]),
        {
          ...answer,
          key: `${name}Error`,
          type: "ERROR",
          summary: `Refuses ${type}`,
          details: Object.entries(errors ?? {}),
        },
      ]
    : [];
  const chunk = (end: "fromClient" | "fromServer", suffix: string, by: string): Frame[] =>
    stream?.[end] === undefined
      ? []
      : [
          {
            ...answer,
            key: name + suffix,
            type: "$ws:chunk",
            summary: `One item that the ${by} sends beside ${type}`,
            payload: stream[end],
          },
        ];
  replies.push(...chunk("fromServer", "ServerChunk", "server"));
  const sent = chunk("fromClient", "ClientChunk", "client");
  return { message, request, sent, replies, all: [request, ...sent, ...replies] };
}

/** Everything that is referred to, each schema in a place of its own. */
export function components(frames: readonly Frames[]): { readonly messages: Json; readonly schemas: Json } {
  const all = frames.flatMap((each) => each.all);
  return {
    messages: Object.fromEntries(all.map((frame) => [frame.key, messageOf(frame)])),
    schemas: Object.fromEntries(all.flatMap(schemasOf)),
  };
}

function schemasOf({ key, payload, meta, details }: Frame): [key: string, schema: unknown][] {
  const own = [
    ...(payload === undefined ? [] : [[`${key}Payload`, payload] as const]),
    ...(meta === undefined ? [] : [[`${key}Meta`, meta] as const]),
    ...(details ?? []).map(([code, schema]) => [detailsOf(key, code), schema] as const),
  ];
  const error: [string, Json][] = details === undefined ? [] : [[`${key}Payload`, errorPayload(key, details)]];
  return [...error, ...own.map(([name, schema]): [string, unknown] => [name, moved(schema, SCHEMAS + name)])];
}

export const SCHEMAS = "#/components/schemas/";

function detailsOf(key: string, code: string): string {
  return `${key}_${code}`;
}

/** An error of any code may come; those that are declared have details. */
function errorPayload(key: string, details: NonNullable<Frame["details"]>): Json {
  const declared = details.map(([code]) => code);
  return {
    type: "object",
    properties: {
      code: { type: "string" },
      message: { type: "string" },
      retryable: { type: "boolean" },
      retryAfterMs: { type: "number" },
    },
    required: ["code", "message", "retryable"],
    ...(details.length > 0 && {
      anyOf: [
        ...declared.map((code) => ({
          properties: { code: { const: code }, details: { $ref: SCHEMAS + detailsOf(key, code) } },
        })),
        { properties: { code: { not: { enum: declared } } } },
      ],
    }),
  };
}

function messageOf({ key, type, summary, payload, meta, details, correlated }: Frame): Json {
  const metas = [
    ...(meta === undefined ? [] : [{ $ref: `${SCHEMAS}${key}Meta` }]),
    ...(correlated ? [CORRELATED] : []),
  ];
  const hasPayload = payload !== undefined || details !== undefined;
  const parts = {
    type: { const: type },
    ...(metas.length > 0 && { meta: metas.length === 1 ? metas[0] : { allOf: metas } }),
    ...(hasPayload && { payload: { $ref: `${SCHEMAS}${key}Payload` } }),
  };
  return {
    name: type,
    summary,
    ...(correlated && { correlationId: { location: "$message.payload#/meta/correlationId" } }),
    payload: { type: "object", properties: parts, required: Object.keys(parts) },
  };
}

/** A schema whose references to itself lead to where it is now. */
export function moved(schema: unknown, place: string): unknown {
  if (Array.isArray(schema)) return schema.map((inner) => moved(inner, place));
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key]) => key !== "$schema");
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const leads = key === "$ref" && typeof value === "string" && value.startsWith("#");
      return [key, leads ? place + value.slice(1) : moved(value, place)];
    }),
  );
}
