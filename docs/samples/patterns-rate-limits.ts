export * from "../../examples/patterns/src/rate-limits.ts";
