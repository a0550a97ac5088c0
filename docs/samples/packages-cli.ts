import type { ContractJson } from "@ws-kit/core";

export declare const published: ContractJson;
export declare const current: ContractJson;
