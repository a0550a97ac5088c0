import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Contract } from "@ws-kit/core";
import { createJiti } from "jiti";
import { Failure, reason } from "./failure.ts";

/** A contract, and what it takes to find what it is made with. */
export interface Loaded {
  readonly contract: Contract;
  /** The name of its export. */
  readonly name: string;
  /** Imports a package as the module of the contract would; undefined where it has none of this name. */
  readonly optional: (id: string) => Promise<Record<string, unknown> | undefined>;
}

/**
 * Loads a module and takes its contract out.
 *
 * @param entry Path of a module, in TypeScript or JavaScript.
 * @param name Of its export. Left out: `contract`, the default export, or the only one that is a contract.
 * @throws Failure saying what is missing.
 */
export async function load(entry: string, name?: string): Promise<Loaded> {
  const path = resolve(entry);
  if (!existsSync(path)) throw new Failure(`No such file: ${entry}`);
  const jiti = createJiti(path, { fsCache: false, tryNative: true });
  let module: Record<string, unknown>;
  try {
    module = await jiti.import<Record<string, unknown>>(path);
  } catch (error) {
    throw new Failure(`${entry} cannot be loaded: ${reason(error)}`);
  }
  const found = choose(module, entry, name);
  const optional: Loaded["optional"] = (id) => jiti.import<Record<string, unknown>>(id).catch(() => undefined);
  return { ...found, optional };
}

function choose(module: Record<string, unknown>, entry: string, name: string | undefined) {
  const names = Object.keys(module);
  const contracts = names.filter((key) => isContract(module[key]));
  if (name !== undefined) {
    if (!names.includes(name)) throw new Failure(`${entry} exports no ${name}: ${exported(contracts)}`);
    if (!contracts.includes(name)) throw new Failure(`${name} of ${entry} is not a contract: ${exported(contracts)}`);
    return { contract: module[name] as Contract, name };
  }
  // A default export may have a name as well.
  const different = contracts.filter(
    (key) => key !== "default" || !contracts.some((other) => other !== key && module[other] === module[key]),
  );
  const chosen = ["contract", "default"].find((key) => different.includes(key)) ?? different[0];
  if (chosen === undefined) throw new Failure(`${entry} exports no contract, as contract({ … }) of WS-Kit makes one`);
  if (different.length > 1 && chosen !== "contract" && chosen !== "default") {
    throw new Failure(`${entry} exports several contracts: choose by --export ${different.join(" or ")}`);
  }
  return { contract: module[chosen] as Contract, name: chosen };
}

function exported(contracts: readonly string[]): string {
  return contracts.length === 0 ? "it exports no contract" : `its contracts are ${contracts.join(", ")}`;
}

/** By its shape: it may come from another copy of the library. */
function isContract(value: unknown): value is Contract {
  const { parts, toJSON } = Object(value) as Partial<Contract>;
  return typeof parts === "object" && parts !== null && typeof toJSON === "function";
}
