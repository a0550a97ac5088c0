// What a page defines and compares with, beside `message` and `rpc`. No manifest names this module: the build makes a file of
// it, so that it is in none together with the server, which bundlers would then keep whole.
export { contract } from "./message/contract.ts";
export { fingerprintOf } from "./message/fingerprint.ts";
export { prefixed } from "./message/prefixed.ts";
export { isRequestError, RequestError } from "./message/request-error.ts";
export { topic } from "./message/topic.ts";
