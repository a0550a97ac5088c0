import { find, setText } from "./dom.ts";

/** Ends with the question that is shown. */
let last: Promise<unknown> = Promise.resolve();

/** Asks the user, one question after the other; one that is closed without an answer is a no. */
export function askUser(question: string, signal: AbortSignal): Promise<boolean> {
  const answer = last.then(() => (signal.aborted ? false : show(question, signal)));
  last = answer;
  return answer;
}

function show(question: string, signal: AbortSignal): Promise<boolean> {
  const dialog = find("question", HTMLDialogElement);
  setText(find("question-text"), question);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    const close = (): void => dialog.close();
    signal.addEventListener("abort", close);
    dialog.addEventListener(
      "close",
      () => {
        signal.removeEventListener("abort", close);
        resolve(dialog.returnValue === "yes");
      },
      { once: true },
    );
  });
}
