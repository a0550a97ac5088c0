import type { Codec } from "@ws-kit/core";

export declare const msgpack: Codec;
