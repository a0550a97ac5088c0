import { mount, unmount } from "svelte";
import Page from "./Page.svelte";

let page: object | undefined;
function setRound(): void {
  if (page !== undefined) void unmount(page);
  page = mount(Page, { target: document.querySelector("#root") as Element });
}
Object.assign(window, { setRound });
setRound();
