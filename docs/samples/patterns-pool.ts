export * from "../../examples/patterns/src/pool.ts";
